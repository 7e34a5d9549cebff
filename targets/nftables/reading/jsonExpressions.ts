// Expressions of nft in JSON: libnftables-json(5), "EXPRESSIONS".
import type { Span } from '../../../src/source/source.ts'
import { jsonConditions } from './jsonConditions.ts'
import { asList, asNumber, asObject, asText, asTexts, type JsonObject, only } from './jsonValues.ts'
import { numberMaker } from './numberMakers.ts'
import { print } from './print.ts'
import { rawWords, routeWords } from './selectors.ts'
import type { BinaryOperator, Expression, SetItem, Verdict } from './syntax.ts'

/** An expression; what is not known is kept as its own text. */
export function jsonExpression(value: unknown, at: Span): Expression {
  switch (typeof value) {
    case 'string':
      if (value === '*') return { kind: 'any', at }
      if (value.startsWith('@')) return { kind: 'set name', name: value.slice(1), at }
      return { kind: 'value', text: value, at }
    case 'number':
      return { kind: 'value', text: String(value), at }
    case 'boolean':
      return { kind: 'value', text: value ? 'exists' : 'missing', at }
  }
  const list = asList(value)
  if (list !== undefined) {
    const items = list.map((item) => jsonExpression(item, at))
    const [single] = items
    return items.length === 1 && single !== undefined ? single : { kind: 'list', items, at }
  }
  const [kind, inner] = only(value) ?? []
  const made = kind === undefined ? undefined : make(kind, inner, at)
  return made ?? { kind: 'unknown', text: JSON.stringify(value), at }
}

function make(kind: string, inner: unknown, at: Span): Expression | undefined {
  const list = asList(inner) ?? []
  const object = asObject(inner) ?? {}
  switch (kind) {
    case 'prefix': {
      const length = asNumber(object.len)
      return length === undefined
        ? undefined
        : { kind, of: jsonExpression(object.addr, at), length, at }
    }
    case 'range':
      return { kind, from: jsonExpression(list[0], at), to: jsonExpression(list[1], at), at }
    case 'concat':
      return { kind, parts: list.map((part) => jsonExpression(part, at)), at }
    case 'set':
      return { kind, items: (asList(inner) ?? [inner]).map((item) => jsonItem(item, at)), at }
    case 'elem':
      return jsonExpression(object.val, at)
    case 'map':
      return {
        kind,
        key: jsonExpression(object.key, at),
        data: jsonExpression(object.data, at),
        at,
      }
    case 'numgen':
    case 'jhash':
    case 'symhash':
      return makeNumber(kind, object, at)
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return fold(kind, list, at)
  }
  const words = wordsOf(kind, object)
  return words === undefined ? undefined : { kind: 'selector', words, at }
}

function makeNumber(
  how: 'numgen' | 'jhash' | 'symhash',
  object: JsonObject,
  at: Span,
): Expression | undefined {
  const modulus = asNumber(object.mod)
  if (modulus === undefined) return undefined
  const key = object.expr === undefined ? '' : print(jsonExpression(object.expr, at))
  const words = asText(object.mode) ?? key
  const [offset, seed] = [asNumber(object.offset) ?? 0, asNumber(object.seed) ?? null]
  return { ...numberMaker({ how, words, modulus, offset, seed }), at }
}

function fold(
  operator: BinaryOperator,
  list: readonly unknown[],
  at: Span,
): Expression | undefined {
  const [first, ...rest] = list.map((one) => jsonExpression(one, at))
  return rest.reduce<Expression | undefined>(
    (left, right) => left && { kind: 'binary', operator, left, right, at },
    first,
  )
}

/** The words of a selector, as text has them. */
function wordsOf(kind: string, object: JsonObject): string | undefined {
  const text = (key: string): string | undefined => asText(object[key])
  const join = (...words: readonly (string | undefined)[]): string =>
    words.filter((word) => word !== undefined).join(' ')
  switch (kind) {
    case 'payload': {
      const [offset, length] = [asNumber(object.offset), asNumber(object.len)]
      if (offset === undefined || length === undefined) return join(text('protocol'), text('field'))
      return rawWords(text('base') ?? '', offset, length)
    }
    case 'meta':
    case 'socket':
      return join(kind, text('key'))
    case 'ct':
      return join('ct', text('dir'), text('family'), text('key'))
    case 'fib':
      return routeWords(asTexts(object.flags), text('result') ?? '')
    case 'rt':
      return join('rt', text('family'), text('key'))
    case 'osf':
      return join('osf', text('ttl') && `ttl ${text('ttl')}`, text('key'))
    case 'ipsec': {
      const place = asNumber(object.spnum) ?? 0
      return join(
        'ipsec',
        text('dir'),
        place === 0 ? undefined : `spnum ${place}`,
        text('family'),
        text('key'),
      )
    }
    case 'exthdr': {
      const field = text('field')
      return field === undefined ? join('exthdr', text('name')) : join(text('name'), field)
    }
    case 'tcp option':
    case 'ip option':
    case 'sctp chunk':
    case 'dccp option': {
      const name = text('name') ?? String(asNumber(object.base) ?? asNumber(object.type) ?? '')
      return join(kind, name, text('field'))
    }
  }
  return undefined
}

/** An element of a set, or of a map as a pair. */
export function jsonItem(value: unknown, at: Span): SetItem {
  const pair = asList(value)
  const [key, answer] = pair?.length === 2 ? pair : [value, undefined]
  const options = asObject(asObject(key)?.elem)
  return {
    key: jsonExpression(key, at),
    answer: answer === undefined ? null : (jsonVerdict(answer, at) ?? jsonExpression(answer, at)),
    isPassing: options?.timeout !== undefined || options?.expires !== undefined,
    isConditional: options !== undefined && jsonConditions(options).length > 0,
    at,
  }
}

/** A verdict, if it is one. */
export function jsonVerdict(value: unknown, at: Span): Verdict | undefined {
  const [verdict, inner] = only(value) ?? []
  switch (verdict) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return { kind: 'verdict', verdict, at }
    case 'jump':
    case 'goto': {
      const chain = asText(asObject(inner)?.target)
      return chain === undefined ? undefined : { kind: 'verdict', verdict, chain, at }
    }
  }
  return undefined
}
