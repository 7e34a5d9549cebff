// Values, ranges, concatenations and elements of sets and maps: nft(8), "sets", "maps", "data types".
import { addressesOf, parseAddress, parseCidr } from '../../../src/algebra/address.ts'
import type { Interval } from '../../../src/algebra/interval.ts'
import { type DataType, type Notation, notations } from './fields.ts'
import type { Cursor, Token } from './tokens.ts'
import type { Element, MapElement, Verdict } from './types.ts'

/** Reads `{ key, … }`. Undefined where something in it was reported. */
export function readElements(
  cursor: Cursor,
  types: readonly DataType[],
): readonly Element[] | undefined {
  return readBraces(cursor, () => readElement(cursor, types))
}

/** Reads `{ key : verdict, … }`. Undefined where something in it was reported. */
export function readMapElements(
  cursor: Cursor,
  types: readonly DataType[],
): readonly MapElement[] | undefined {
  return readBraces(cursor, () => {
    const element = readElement(cursor, types)
    if (element === undefined || !cursor.expect(':')) return undefined
    const verdict = readVerdict(cursor)
    return verdict && { ...element, verdict }
  })
}

/** Reads one key: a value or range for each type, with dots between them. */
export function readElement(cursor: Cursor, types: readonly DataType[]): Element | undefined {
  const start = cursor.position
  const box: Interval[] = []
  for (const [index, type] of types.entries()) {
    if (index > 0 && !cursor.expect('.')) return undefined
    const interval = readInterval(cursor, type)
    if (interval === undefined) return undefined
    box.push(interval)
  }
  if (cursor.sees('.')) {
    return cursor.fault(cursor.peek, `more than the ${types.length} values of ${types.join(' . ')}`)
  }
  const [text, at] = [cursor.textFrom(start), cursor.spanFrom(start)]
  const comment = cursor.takes('comment') ? readQuoted(cursor) : null
  return comment === undefined ? undefined : { text, box, comment, at }
}

/** Reads a quoted text. */
export function readQuoted(cursor: Cursor): string | undefined {
  return cursor.expectKind('text', 'a quoted text')?.text
}

const plainVerdicts = ['accept', 'drop', 'return', 'continue'] as const

/** Reads a verdict; `reject` is none, since it is more than a word. */
export function readVerdict(cursor: Cursor): Verdict | undefined {
  for (const kind of plainVerdicts) if (cursor.takes(kind)) return { kind }
  for (const kind of ['jump', 'goto'] as const) {
    if (!cursor.takes(kind)) continue
    const chain = cursor.expectKind('word', 'the name of a chain')
    return chain && { kind, chain: chain.text }
  }
  return cursor.fault(cursor.peek, `"${cursor.peek.text}" is no verdict`)
}

function readBraces<T>(cursor: Cursor, readOne: () => T | undefined): readonly T[] | undefined {
  if (!cursor.expect('{')) return undefined
  const elements: T[] = []
  for (;;) {
    cursor.skipLines()
    if (cursor.takes('}')) return elements
    const element = readOne()
    if (element === undefined) return skipBraces(cursor)
    elements.push(element)
    cursor.skipLines()
    if (cursor.sees('}') || cursor.takes(',')) continue
    const { peek } = cursor
    if (peek.kind === 'word') cursor.refuse(peek, `"${peek.text}" of an element is not read`)
    else cursor.fault(peek, 'a comma or the end of the elements is expected here')
    return skipBraces(cursor)
  }
}

/** Goes behind the brace that ends the elements, so that what follows can still be read. */
function skipBraces(cursor: Cursor): undefined {
  for (let depth = 1; depth > 0 && cursor.peek.kind !== 'end'; ) {
    if (cursor.sees('{')) depth += 1
    if (cursor.sees('}')) depth -= 1
    cursor.next()
  }
}

function readInterval(cursor: Cursor, type: DataType): Interval | undefined {
  const notation = notations[type]
  const token = cursor.peek
  const from = readValue(cursor, type, notation)
  if (from === undefined) return undefined
  if (notation.kind === 'number' && notation.most === null) return readBits(cursor, type, from)
  if (notation.kind === 'address' && cursor.takes('/')) return readBlock(cursor, token, type)
  if (!cursor.takes('-')) return { from, to: from }
  const to = readValue(cursor, type, notation)
  if (to === undefined) return undefined
  return from <= to ? { from, to } : cursor.fault(token, 'the range ends before it starts')
}

/** States of connections can stand for several bits at once. */
function readBits(cursor: Cursor, type: DataType, first: bigint): Interval | undefined {
  let bits = first
  while (type === 'ct_state' && cursor.takes('|')) {
    const more = readValue(cursor, type, notations[type])
    if (more === undefined) return undefined
    bits |= more
  }
  return { from: bits, to: bits }
}

function readBlock(cursor: Cursor, address: Token, type: DataType): Interval | undefined {
  const prefix = cursor.next()
  const text = `${address.text}/${prefix.text}`
  const [block] = blockIn(text)
  return block ?? cursor.fault(address, `"${text}" is no block of ${type}`)
}

function blockIn(text: string): readonly Interval[] {
  const cidr = parseCidr(text)?.cidr
  return cidr === undefined ? [] : addressesOf(cidr, [])
}

function readValue(cursor: Cursor, type: DataType, notation: Notation): bigint | undefined {
  const token = cursor.peek
  if (token.kind === 'symbol' && ['$', '*', '@'].includes(token.text)) {
    return cursor.refuse(token, `"${token.text}" is not read here`)
  }
  const value = notation.kind === 'address' ? addressIn(token, notation) : numberIn(token, notation)
  if (value === undefined) return reportValue(cursor, token, type)
  cursor.next()
  return value
}

function reportValue(cursor: Cursor, token: Token, type: DataType): undefined {
  if (token.kind === 'word' && type === 'inet_service') {
    return cursor.refuse(token, `ports are read by number: "${token.text}" is a name`)
  }
  if (token.kind === 'word' && (type === 'fib_addrtype' || type === 'nf_proto')) {
    return cursor.refuse(token, `"${token.text}" is not read as ${type}`)
  }
  const text = token.kind === 'line' || token.kind === 'end' ? 'the end of the line' : token.text
  return cursor.fault(token, `"${text}" is no ${type}`)
}

function addressIn(
  token: Token,
  { family }: Notation & { readonly kind: 'address' },
): bigint | undefined {
  const address = token.kind === 'address' ? parseAddress(token.text) : undefined
  if (address === undefined || address.family !== family) return undefined
  return address.value
}

function numberIn(
  token: Token,
  { most, names }: Notation & { readonly kind: 'number' },
): bigint | undefined {
  const named = token.kind === 'word' ? names.get(token.text) : undefined
  if (named !== undefined) return BigInt(named)
  if (token.kind !== 'number' || most === null) return undefined
  const value = Number(token.text)
  return value <= most ? BigInt(value) : undefined
}
