// One rule of a chain: tests from left to right, then what becomes of the packets that pass them: nft(8),
// "expressions", "statements". What is not listed here is refused: a test that was passed over would
// make its rule wider.
import type { Family } from '../../../src/algebra/address.ts'
import { protocolNumbers } from '../../../src/ir/types.ts'
import { type DataType, type Field, fieldStarts, fields } from './fields.ts'
import { IpVersion } from './ipVersion.ts'
import { readStates, readStateTest } from './states.ts'
import type { Cursor } from './tokens.ts'
import type { Action, Element, Match, Rule, Source, TableFamily } from './types.ts'
import { readElement, readElements, readMapElements, readQuoted, readVerdict } from './values.ts'

/** Reads a rule up to its end. Undefined where something in it was reported. */
export function readRule(cursor: Cursor, family: TableFamily): Rule | undefined {
  return new RuleReader(cursor, family).read()
}

/** Reads the statements of one rule from left to right; each tells whether it was understood. */
class RuleReader {
  readonly #cursor: Cursor
  readonly #version: IpVersion
  readonly #matches: Match[] = []
  #action: Action = { kind: 'none' }
  #comment: string | null = null

  constructor(cursor: Cursor, family: TableFamily) {
    this.#cursor = cursor
    this.#version = new IpVersion(cursor, family)
  }

  read(): Rule | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    while (!cursor.atEnd) if (!this.#statement()) return undefined
    return {
      text: cursor.textFrom(start),
      matches: this.#matches,
      action: this.#action,
      comment: this.#comment,
      at: cursor.spanFrom(start),
    }
  }

  #statement(): boolean {
    const cursor = this.#cursor
    const token = cursor.peek
    if (this.#comment !== null) return fails(cursor.fault(token, 'nothing may follow a comment'))
    if (cursor.takes('comment')) return this.#readComment()
    if (this.#action.kind === 'verdict') {
      return fails(cursor.fault(token, 'nothing but a comment may follow a verdict'))
    }
    if (cursor.takes('counter')) return readCounter(cursor)
    if (cursor.takes('log')) return readLog(cursor)
    if (this.#action.kind === 'map') {
      return fails(cursor.refuse(token, 'a test or verdict behind "vmap" is not read'))
    }
    if (token.kind === 'word' && fieldStarts.has(token.text)) return this.#test()
    if (cursor.takes('reject')) return this.#reject()
    return this.#verdict()
  }

  #readComment(): boolean {
    this.#comment = readQuoted(this.#cursor) ?? null
    return this.#comment !== null
  }

  #verdict(): boolean {
    const cursor = this.#cursor
    const { text, kind } = cursor.peek
    if (!/^(accept|drop|return|continue|jump|goto)$/.test(text) || kind !== 'word') {
      const what = kind === 'word' ? 'refuse' : 'fault'
      return fails(cursor[what](cursor.peek, `"${text}" is not read in a rule`))
    }
    const verdict = readVerdict(cursor)
    if (verdict !== undefined) this.#action = { kind: 'verdict', verdict }
    return verdict !== undefined
  }

  #reject(): boolean {
    const cursor = this.#cursor
    this.#action = { kind: 'verdict', verdict: { kind: 'drop' } }
    if (!cursor.takes('with')) return true
    const token = cursor.peek
    if (cursor.takes('tcp')) {
      this.#matches.push({ kind: 'protocol', protocol: protocolNumbers.TCP })
      return cursor.expect('reset')
    }
    const families: readonly (readonly [string, Family | null])[] = [
      ['icmp', 4],
      ['icmpv6', 6],
      ['icmpx', null],
    ]
    const found = families.find(([word]) => cursor.takes(word))
    if (found === undefined) return fails(cursor.fault(token, `"${token.text}" rejects nothing`))
    const [, family] = found
    if (family !== null) {
      if (!this.#version.reject(family, cursor.spanOf(token))) return false
      this.#matches.push({ kind: 'family', family })
    }
    cursor.takes('type')
    return cursor.expectKind('word', 'a type of answer') !== undefined
  }

  #test(): boolean {
    const cursor = this.#cursor
    const start = cursor.position
    const own = readFields(cursor)
    if (own === undefined) return false
    if (cursor.takes('vmap')) return this.#map(own, start)
    const [first] = own
    if (own.length === 1 && first?.part === 'state') return this.#states(first, start)
    const negated = readOperator(cursor)
    return negated !== undefined && this.#values(own, negated, start)
  }

  #states(field: Field, start: number): boolean {
    const cursor = this.#cursor
    const test = readStateTest(cursor)
    const isSet = cursor.sees('{') || cursor.sees('@')
    if (isSet && test === 'none') {
      return fails(cursor.fault(cursor.peek, '"!" goes with states, not with sets of them'))
    }
    if (isSet) return this.#values([field], test === 'unequal', start)
    const match = readStates(cursor, test)
    if (match !== undefined) this.#matches.push(match)
    return match !== undefined
  }

  #values(own: readonly Field[], negated: boolean, start: number): boolean {
    const cursor = this.#cursor
    const [first] = own
    const values = readSource(cursor, own, readElements)
    if (values === undefined) return false
    const at = cursor.spanFrom(start)
    this.#matches.push({ kind: 'values', fields: own, values, negated, at })
    if (!this.#version.take(own, at)) return false
    const isFixed = !negated && own.length === 1 && values.kind === 'elements'
    if (first !== undefined && isFixed) this.#version.fix(first, values.elements)
    return true
  }

  #map(own: readonly Field[], start: number): boolean {
    const cursor = this.#cursor
    const { peek } = cursor
    if (!cursor.sees('{') && !cursor.sees('@')) {
      return fails(cursor.fault(peek, 'a map is expected here'))
    }
    const values = readNamedOr(cursor, own, readMapElements)
    if (values === undefined) return false
    const at = cursor.spanFrom(start)
    this.#action = { kind: 'map', fields: own, values, at }
    return this.#version.take(own, at)
  }
}

/** What a report hands back, as the answer to whether a statement was understood. */
function fails(_: undefined): false {
  return false
}

function readFields(cursor: Cursor): readonly Field[] | undefined {
  const own: Field[] = []
  do {
    const start = cursor.position
    const first = cursor.next()
    const second = cursor.atEnd ? undefined : cursor.next()
    if (first.text === 'fib' && cursor.sees('type')) cursor.next()
    const found = fields.get(cursor.textFrom(start))
    if (found === undefined) {
      const words = `${first.text} ${second?.text ?? ''}`.trim()
      return cursor.refuse(first, `"${words}" is not read in a test`)
    }
    own.push(found)
  } while (cursor.takes('.'))
  return own
}

/** Whether a test is turned around. */
function readOperator(cursor: Cursor): boolean | undefined {
  const token = cursor.peek
  if (cursor.takes('!=') || cursor.takes('ne')) return true
  if (cursor.takes('==') || cursor.takes('eq')) return false
  const others = ['<', '>', '<=', '>=', '!', '&', '|', '^', '<<', '>>', 'and', 'or', 'xor', 'map']
  const isOther = others.some((one) => cursor.sees(one))
  return isOther ? cursor.refuse(token, `"${token.text}" is not read`) : false
}

type ReadAll<E> = (cursor: Cursor, types: readonly DataType[]) => readonly E[] | undefined

/** Reads `@name`, or `{ … }`, or one value. */
function readSource(
  cursor: Cursor,
  own: readonly Field[],
  readAll: ReadAll<Element>,
): Source<Element> | undefined {
  if (cursor.sees('@') || cursor.sees('{')) return readNamedOr(cursor, own, readAll)
  const types = own.map(({ type }) => type)
  const element = readElement(cursor, types)
  return element && { kind: 'elements', elements: [element] }
}

/** Reads `@name`, or `{ … }`. */
function readNamedOr<E extends Element>(
  cursor: Cursor,
  own: readonly Field[],
  readAll: ReadAll<E>,
): Source<E> | undefined {
  if (cursor.takes('@')) {
    const name = cursor.expectKind('word', 'the name of a set')
    return name && { kind: 'named', name: name.text, at: cursor.spanOf(name) }
  }
  const types = own.map(({ type }) => type)
  const elements = readAll(cursor, types)
  return elements && { kind: 'elements', elements }
}

function readCounter(cursor: Cursor): boolean {
  if (cursor.sees('name')) {
    return fails(cursor.refuse(cursor.peek, 'counters with names are not read'))
  }
  for (const word of ['packets', 'bytes']) {
    if (cursor.takes(word) && cursor.expectKind('number', 'a number') === undefined) return false
  }
  return true
}

/** What follows `log` says how to log, never what becomes of packets. */
function readLog(cursor: Cursor): boolean {
  for (;;) {
    if (cursor.takes('prefix')) {
      if (readQuoted(cursor) === undefined) return false
    } else if (cursor.takes('level')) {
      if (cursor.expectKind('word', 'a level') === undefined) return false
    } else if (['group', 'snaplen', 'queue-threshold'].some((word) => cursor.takes(word))) {
      if (cursor.expectKind('number', 'a number') === undefined) return false
    } else if (cursor.takes('flags')) readLogFlags(cursor)
    else return true
  }
}

const logFlags = ['all', 'skuid', 'ether', 'ip', 'tcp', 'sequence', 'options', ',']

function readLogFlags(cursor: Cursor): void {
  while (logFlags.some((word) => cursor.takes(word)));
}
