// Statements of rules in JSON: libnftables-json(5), "STATEMENTS".
import type { Span } from '../../../src/source/source.ts'
import { jsonCondition, jsonConditions } from './jsonConditions.ts'
import { jsonExpression, jsonVerdict } from './jsonExpressions.ts'
import { asList, asNumber, asObject, asText, asTexts, type JsonObject, only } from './jsonValues.ts'
import { print } from './print.ts'
import type { Form } from './statements.ts'
import type { Comparison, Expression, Statement } from './syntax.ts'
import { assignment, namedStatement } from './tidy.ts'

/** A statement; what is not known is kept as its own text. */
export function jsonStatement(value: unknown, at: Span): Statement {
  const verdict = jsonVerdict(value, at)
  if (verdict !== undefined) return verdict
  const [kind, inner] = only(value) ?? []
  const form = kind === undefined ? undefined : make(kind, inner, at)
  const unknown: Form = {
    ...{ kind: 'unmodelled', text: JSON.stringify(value), mayStop: true, mayDecide: true },
  }
  return { ...(form ?? unknown), at } as Statement
}

function make(kind: string, inner: unknown, at: Span): Form | undefined {
  const condition = jsonCondition(kind, inner)
  if (condition !== undefined) return { kind: 'condition', text: condition }
  return makers.get(kind)?.(asObject(inner) ?? {}, at, inner)
}

type Maker = (object: JsonObject, at: Span, inner: unknown) => Form | undefined

const harmless =
  (name: string): Maker =>
  () => ({ kind: 'harmless', name })

const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['match', makeMatch],
  ['vmap', makeMap],
  ['counter', makeCounter],
  ['mangle', makeAssignment],
  ['dnat', makeNat('dnat')],
  ['snat', makeNat('snat')],
  ['masquerade', makeNat('masquerade')],
  ['redirect', makeNat('redirect')],
  ['reject', makeReject],
  ['log', ({ prefix }) => ({ kind: 'log', prefix: asText(prefix) ?? '' })],
  ['notrack', () => ({ kind: 'notrack' })],
  ['set', makeSetChange],
  ['map', makeSetChange],
  ['meter', makeMeter],
  ['xt', makeForeign],
  ['queue', () => namedStatement.queue()],
  ['flow', ({ flowtable }) => namedStatement.flow((asText(flowtable) ?? '').replace(/^@/, ''))],
  ['tproxy', makeProxy],
  ['synproxy', makeSynproxy],
  ['fwd', (_, __, inner) => makeTail(`fwd ${JSON.stringify(inner)}`, true)],
  ['dup', harmless('dup')],
  ['last', harmless('last')],
  ['secmark', harmless('secmark')],
  ['ct helper', harmless('ct helper')],
  ['ct timeout', harmless('ct timeout')],
  ['ct expectation', harmless('ct expectation')],
])

const comparisons: readonly Comparison[] = ['==', '!=', '<', '>', '<=', '>=', '!']

function makeMatch({ op, left, right }: JsonObject, at: Span): Form | undefined {
  const comparison = op === 'in' ? 'implicit' : comparisons.find((one) => one === op)
  return {
    kind: 'match',
    left: jsonExpression(left, at),
    comparison: comparison ?? 'implicit',
    right: jsonExpression(right, at),
  }
}

function makeMap({ key, data }: JsonObject, at: Span): Form {
  return { kind: 'vmap', key: jsonExpression(key, at), data: jsonExpression(data, at) }
}

function makeCounter({ packets, bytes }: JsonObject, _: Span, inner: unknown): Form {
  if (typeof inner === 'string' || asObject(inner)?.map !== undefined) {
    return { kind: 'harmless', name: 'counter' }
  }
  const numbers = { packets: bigOf(packets), bytes: bigOf(bytes) }
  return { kind: 'counter', counters: numbers }
}

/** Counts of 64 bits; nft prints large ones as if they were below zero. */
function bigOf(value: unknown): bigint {
  const isText = typeof value === 'string' && /^-?\d+$/.test(value)
  const isNumber = typeof value === 'number' && Number.isInteger(value)
  return isText || isNumber ? BigInt.asUintN(64, BigInt(value)) : 0n
}

function makeAssignment({ key, value }: JsonObject, at: Span): Form | undefined {
  const of = jsonExpression(key, at)
  return of.kind === 'selector' ? assignment(of.words, jsonExpression(value, at)) : undefined
}

function makeNat(how: (Statement & { readonly kind: 'nat' })['how']): Maker {
  return ({ family, addr, port }, at) => ({
    ...{ kind: 'nat', how },
    family: family === 'ip' ? 4 : family === 'ip6' ? 6 : null,
    address: addr === undefined ? null : jsonExpression(addr, at),
    port: port === undefined ? null : jsonExpression(port, at),
  })
}

function makeReject({ type, expr }: JsonObject): Form | undefined {
  if (type === undefined) return { kind: 'reject', how: 'reject', needs: null }
  if (type === 'tcp reset') return { kind: 'reject', how: 'reject with tcp reset', needs: 'tcp' }
  if (type !== 'icmp' && type !== 'icmpv6' && type !== 'icmpx') return undefined
  return namedStatement.reject(type, asText(expr) ?? String(asNumber(expr) ?? 'port-unreachable'))
}

function makeSetChange({ op, elem, set, map, stmt }: JsonObject, at: Span): Form | undefined {
  const name = asText(set) ?? asText(map)
  const verb = asText(op)
  if (name === undefined || verb === undefined) return undefined
  const within = asObject(asObject(elem)?.elem) ?? {}
  const conditions = [...jsonConditions(within), ...conditionsIn(stmt)]
  return namedStatement.setChange(
    ...([verb, name.replace(/^@/, ''), jsonExpression(elem, at), conditions] as const),
  )
}

function conditionsIn(stmt: unknown): readonly string[] {
  const list = asList(stmt) ?? (stmt === undefined ? [] : [stmt])
  return list.flatMap((one) => jsonConditions(asObject(one) ?? {}))
}

function makeMeter({ name, key, stmt }: JsonObject, at: Span): Form {
  return namedStatement.meter(asText(name) ?? '', jsonExpression(key, at), conditionsIn(stmt))
}

function makeForeign({ type, name }: JsonObject): Form | undefined {
  const kind = (['match', 'target', 'watcher'] as const).find((one) => one === type)
  const known = asText(name)
  return kind === undefined || known === undefined ? undefined : namedStatement.foreign(kind, known)
}

function makeTail(text: string, mayDecide: boolean): Form {
  return { kind: 'unmodelled', text, mayStop: true, mayDecide }
}

function makeProxy({ family, addr, port }: JsonObject, at: Span): Form {
  const printed = (value: unknown): string =>
    value === undefined ? '' : printAddress(jsonExpression(value, at))
  const version = asText(family)
  const to = `${printed(addr)}${port === undefined ? '' : `:${printed(port)}`}`
  return makeTail(`tproxy ${version === undefined ? '' : `${version} `}to ${to}`, false)
}

function printAddress(expression: Expression): string {
  const text = print(expression)
  return text.includes(':') ? `[${text}]` : text
}

function makeSynproxy({ mss, wscale, flags }: JsonObject, _: Span, inner: unknown): Form {
  const name = asText(inner)
  if (name !== undefined) return makeTail(`synproxy name ${name}`, true)
  const words = [
    ...(mss === undefined ? [] : [`mss ${String(mss)}`]),
    ...(wscale === undefined ? [] : [`wscale ${String(wscale)}`]),
    ...asTexts(flags),
  ]
  return makeTail(['synproxy', ...words].join(' '), true)
}
