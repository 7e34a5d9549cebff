// Statements of rules in the text of nft: nft(8), "statements".
import { readCondition } from './conditions.ts'
import type { Cursor } from './cursor.ts'
import type { Expressions } from './expressions.ts'
import { readNat } from './natStatements.ts'
import { readOptions, skipLast } from './setOptions.ts'
import type { Comparison, Expression, Statement } from './syntax.ts'
import { assignment, namedStatement } from './tidy.ts'

/** Reads the next statement of a rule; undefined where it is none that is known. */
export function readStatement(cursor: Cursor, expressions: Expressions): Statement | undefined {
  const start = cursor.position
  const form = readForm(cursor, expressions)
  return form && ({ ...form, at: cursor.spanFrom(start) } as Statement)
}

type Without<T> = T extends unknown ? Omit<T, 'at'> : never
export type Form = Without<Statement>

function readForm(cursor: Cursor, expressions: Expressions): Form | undefined {
  const verdict = expressions.verdict()
  if (verdict !== undefined) return verdict
  const condition = readCondition(cursor)
  if (condition !== undefined) return { kind: 'condition', text: condition }
  const { kind, text } = cursor.peek
  const read = kind === 'word' ? readers.get(text) : undefined
  if (read !== undefined && !isCountingWord(cursor)) {
    cursor.next()
    return read(cursor, expressions)
  }
  if (kind === 'word' && text.startsWith('xt_')) return readForeign(cursor)
  return readTest(cursor, expressions)
}

/** Some words begin a statement, and a selector too. */
function isCountingWord(cursor: Cursor): boolean {
  return cursor.sees('ct') && !ctObjects.has(cursor.second.text)
}

const ctObjects: ReadonlySet<string> = new Set(['helper', 'timeout', 'expectation'])

type Reader = (cursor: Cursor, expressions: Expressions) => Form | undefined

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['counter', readCounter],
  ['log', readLog],
  ['reject', readReject],
  ['ct', readConnectionObject],
  ['notrack', () => ({ kind: 'notrack' })],
  ['last', readLast],
  ['queue', readQueue],
  ['dup', readCopy],
  ['fwd', readTail('fwd', { mayStop: true, mayDecide: true })],
  ['tproxy', readTail('tproxy', { mayStop: true, mayDecide: false })],
  ['synproxy', readTail('synproxy', { mayStop: true, mayDecide: true })],
  ['flow', readFlow],
  ['add', readSetChange('add')],
  ['update', readSetChange('update')],
  ['delete', readSetChange('delete')],
  ['set', readOldSetChange],
  ['meter', readMeter],
  ['xt', readForeign],
  ['dnat', readNat('dnat')],
  ['snat', readNat('snat')],
  ['masquerade', readNat('masquerade')],
  ['redirect', readNat('redirect')],
])

function readCounter(cursor: Cursor, expressions: Expressions): Form | undefined {
  if (cursor.takes('name')) {
    return expressions.read('selectors') && { kind: 'harmless', name: 'counter' }
  }
  const numbers: Record<'packets' | 'bytes', bigint> = { packets: 0n, bytes: 0n }
  for (let word = cursor.takesAny(['packets', 'bytes'] as const); word !== undefined; ) {
    const number = cursor.takesKind('number')
    if (number === undefined) return undefined
    numbers[word] = BigInt(number)
    word = cursor.takesAny(['packets', 'bytes'] as const)
  }
  return { kind: 'counter', counters: numbers }
}

/** What follows `log` says how to log, never what becomes of packets. */
function readLog(cursor: Cursor): Form | undefined {
  let prefix = ''
  for (;;) {
    if (cursor.takes('prefix')) prefix = cursor.next().text
    else if (cursor.takesAny(['level', 'group', 'snaplen', 'queue-threshold']) !== undefined) {
      cursor.next()
    } else if (cursor.takes('flags')) {
      while (cursor.takesAny(logFlags) !== undefined);
    } else return { kind: 'log', prefix }
  }
}

const logFlags = ['all', 'skuid', 'ether', 'ip', 'tcp', 'sequence', 'options', ',']

function readReject(cursor: Cursor): Form | undefined {
  if (!cursor.takes('with')) return { kind: 'reject', how: 'reject', needs: null }
  if (cursor.takes('tcp')) {
    return cursor.takes('reset')
      ? { kind: 'reject', how: 'reject with tcp reset', needs: 'tcp' }
      : undefined
  }
  const kind = cursor.takesAny(['icmp', 'icmpv6', 'icmpx'] as const)
  if (kind === undefined) return undefined
  cursor.takes('type')
  const word = cursor.takesKind('word') ?? cursor.takesKind('number')
  return word === undefined ? undefined : namedStatement.reject(kind, word)
}

function readConnectionObject(cursor: Cursor): Form | undefined {
  const kind = cursor.next().text
  if (!cursor.takes('set')) {
    // `ct helper "ftp"` is a test: what was taken is put together again.
    const value = cursor.takesKind('text') ?? cursor.takesKind('word')
    const negated = value === undefined && cursor.takes('!=')
    const name = value ?? cursor.takesKind('text') ?? cursor.takesKind('word')
    if (name === undefined) return undefined
    const at = cursor.spanFrom(cursor.position)
    const left: Expression = { kind: 'selector', words: `ct ${kind}`, at }
    const right: Expression = { kind: 'value', text: name, at }
    return { kind: 'match', left, comparison: negated ? '!=' : 'implicit', right }
  }
  return cursor.next().kind === 'end' ? undefined : { kind: 'harmless', name: `ct ${kind}` }
}

function readLast(cursor: Cursor): Form {
  skipLast(cursor)
  return { kind: 'harmless', name: 'last' }
}

function readQueue(cursor: Cursor): Form {
  while (!cursor.atEnd && !cursor.sees('comment')) cursor.next()
  return namedStatement.queue()
}

function readCopy(cursor: Cursor, expressions: Expressions): Form | undefined {
  if (!cursor.takes('to') || expressions.read('selectors') === undefined) return undefined
  if (cursor.takes('device') && expressions.read('selectors') === undefined) return undefined
  return { kind: 'harmless', name: 'dup' }
}

/** Takes what follows up to a verdict, and keeps the text. */
function readTail(
  name: string,
  effect: { readonly mayStop: boolean; readonly mayDecide: boolean },
): Reader {
  return (cursor) => {
    const start = cursor.position
    const isNext = (): boolean => cursor.peek.kind === 'word' && tailEnds.has(cursor.peek.text)
    while (!cursor.atEnd && !isNext()) cursor.next()
    const rest = cursor.position > start ? cursor.textFrom(start).replaceAll('"', '') : ''
    return { kind: 'unmodelled', text: `${name} ${rest}`.trim(), ...effect }
  }
}

const tailEnds: ReadonlySet<string> = new Set([
  ...['accept', 'drop', 'return', 'continue', 'jump', 'goto', 'comment', 'meta', 'ct', 'counter'],
  ...['log', 'mark'],
])

function readFlow(cursor: Cursor): Form | undefined {
  if (cursor.takesAny(['add', 'offload']) === undefined || !cursor.takes('@')) return undefined
  const name = cursor.takesKind('word') ?? cursor.takesKind('text')
  return name === undefined ? undefined : namedStatement.flow(name)
}

function readSetChange(verb: string): Reader {
  return (cursor, expressions) => {
    if (!cursor.takes('@')) return undefined
    const name = cursor.takesKind('word')
    const start = cursor.position
    if (name === undefined || !cursor.takes('{')) return undefined
    const braces = cursor.position
    const found = expressions.items(start, 'selectors')
    const [item] = found?.items ?? []
    if (item === undefined) return undefined
    const conditions = item.isConditional ? conditionsIn(cursor, braces, expressions) : []
    return namedStatement.setChange(verb, name, item.key, conditions)
  }
}

/** Reads an element again for what it asks beside its key. */
function conditionsIn(cursor: Cursor, start: number, expressions: Expressions): readonly string[] {
  const end = cursor.position
  cursor.back(start)
  expressions.read('selectors')
  const { conditions } = readOptions(cursor)
  cursor.back(end)
  return conditions
}

/** `set add ip saddr @s`, as it was written once. */
function readOldSetChange(cursor: Cursor, expressions: Expressions): Form | undefined {
  const verb = cursor.takesAny(['add', 'update', 'delete'])
  const key = expressions.read('selectors')
  if (verb === undefined || key === undefined) return undefined
  readOptions(cursor)
  const name = cursor.takes('@') ? cursor.takesKind('word') : undefined
  return name === undefined ? undefined : namedStatement.setChange(verb, name, key, [])
}

function readMeter(cursor: Cursor, expressions: Expressions): Form | undefined {
  const name = cursor.takesKind('word')
  if (cursor.takes('size')) cursor.next()
  if (name === undefined || !cursor.takes('{')) return undefined
  const key = expressions.read('selectors')
  if (key === undefined) return undefined
  const { conditions } = readOptions(cursor)
  return cursor.takes('}') ? namedStatement.meter(name, key, conditions) : undefined
}

/** Extensions of iptables in tables of nftables: `xt match "string"`, or `# xt_string`. */
function readForeign(cursor: Cursor): Form | undefined {
  if (cursor.peek.text.startsWith('xt_')) {
    const name = cursor.next().text.slice('xt_'.length)
    return namedStatement.foreign(/^[A-Z]/.test(name) ? 'target' : 'match', name)
  }
  const kind = cursor.takesAny(['match', 'target', 'watcher'] as const)
  const name = cursor.takesKind('text') ?? cursor.takesKind('word')
  return kind === undefined || name === undefined ? undefined : namedStatement.foreign(kind, name)
}

const comparisons: readonly (readonly [string, Comparison])[] = [
  ...(['==', '!=', '<=', '>=', '<', '>', '!'] as const).map((one) => [one, one] as const),
  ...[['eq', '=='] as const, ['ne', '!='] as const, ['lt', '<'] as const, ['gt', '>'] as const],
  ...[['le', '<='] as const, ['ge', '>='] as const],
]

function readTest(cursor: Cursor, expressions: Expressions): Form | undefined {
  const start = cursor.position
  const left = expressions.read('selectors')
  if (left === undefined || !looksAtPacket(left)) return undefined
  if (cursor.takes('vmap')) {
    const data = expressions.set()
    return data && { kind: 'vmap', key: left, data }
  }
  if (left.kind === 'selector' && cursor.takes('set')) {
    const value = readAssigned(cursor, expressions)
    return value && assignment(left.words, value)
  }
  const comparison = comparisons.find(([word]) => cursor.takes(word))?.[1] ?? 'implicit'
  const right = readHandle(cursor) ?? expressions.right()
  if (right === undefined) return undefined
  if (!cursor.takes('/')) return { kind: 'match', left, comparison, right }
  // `flags a / a,b`: of the bits a and b, just a.
  const mask = expressions.right()
  if (mask === undefined) return undefined
  const at = cursor.spanFrom(start)
  const masked: Expression = { kind: 'binary', operator: '&', left, right: mask, at }
  return { kind: 'match', left: masked, comparison: comparison === '!=' ? '!=' : '==', right }
}

/** Whether an expression is about the packet, or dice: others are no tests. */
function looksAtPacket(expression: Expression): boolean {
  switch (expression.kind) {
    case 'selector':
    case 'number maker':
      return true
    case 'concat':
      return expression.parts.every(looksAtPacket)
    case 'binary':
      return looksAtPacket(expression.left)
  }
  return false
}

/** A class of traffic control: `1:2`. */
function readHandle(cursor: Cursor): Expression | undefined {
  const start = cursor.position
  const [, text] =
    /^([0-9a-f]*:[0-9a-f]+)\b/i.exec(cursor.source.text.slice(start, start + 16)) ?? []
  if (text === undefined || cursor.peek.kind === 'address') return undefined
  while (cursor.position < start + text.length) cursor.next()
  return { kind: 'value', text, at: cursor.spanFrom(start) }
}

/** What an assignment gives; some values have notations of their own, such as `1:2`. */
function readAssigned(cursor: Cursor, expressions: Expressions): Expression | undefined {
  const start = cursor.position
  const value = expressions.read('selectors')
  if (value === undefined || (!cursor.sees(':') && !cursor.sees(','))) return value
  while (cursor.takes(':') || cursor.takes(',')) cursor.next()
  return { kind: 'unknown', text: cursor.textFrom(start), at: cursor.spanFrom(start) }
}
