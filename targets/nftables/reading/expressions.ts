// Values, ranges, lists, sets and what they are taken from, in the text of nft: nft(8), "expressions".
import type { Span } from '../../../src/source/source.ts'
import type { Cursor } from './cursor.ts'
import { readNumberMaker } from './numberMakers.ts'
import type { Token } from './scanner.ts'
import { isAlwaysSelector, readSelector } from './selectors.ts'
import { readOptions } from './setOptions.ts'
import type { BinaryOperator, Expression, SetItem, Verdict } from './syntax.ts'
import type { Variables } from './variables.ts'

/** What words stand for: names of values, or parts of the packet as well. */
type Mode = 'values' | 'selectors'

/** Reads expressions of one text. What is not one is answered with undefined, and reported by the caller. */
export class Expressions {
  readonly #cursor: Cursor
  readonly #variables: Variables

  constructor(cursor: Cursor, variables: Variables) {
    this.#cursor = cursor
    this.#variables = variables
  }

  /** What a test looks at, or an assignment takes its value from: with dots a concatenation. */
  read(mode: Mode): Expression | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const parts: Expression[] = []
    do {
      cursor.skipLines()
      const part = this.#range(mode)
      if (part === undefined) return undefined
      parts.push(part)
    } while (cursor.takes('.'))
    const [only] = parts
    const key: Expression =
      parts.length === 1 && only !== undefined
        ? only
        : { kind: 'concat', parts, at: cursor.spanFrom(start) }
    if (mode === 'values' || !cursor.takes('map')) return key
    const data = this.set()
    return data && { kind: 'map', key, data, at: cursor.spanFrom(start) }
  }

  /** The right side of a test: `a`, `a,b`, `{ … }`, `@name`. */
  right(): Expression | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const first = this.read('values')
    if (first === undefined || !cursor.sees(',')) return first
    const items = [first]
    while (cursor.takes(',')) {
      cursor.skipLines()
      const item = this.read('values')
      if (item === undefined) return undefined
      items.push(item)
    }
    return { kind: 'list', items, at: cursor.spanFrom(start) }
  }

  /** `{ … }`, `@name`, or a variable that stands for one of them. */
  set(): Expression | undefined {
    const found = this.#primary('values')
    return found?.kind === 'set' || found?.kind === 'set name' ? found : undefined
  }

  /** `{ … }` behind its first brace; `items` holds what could be read in any case. */
  items(
    start: number,
    mode: Mode = 'values',
    items: SetItem[] = [],
  ): (Expression & { readonly kind: 'set' }) | undefined {
    const cursor = this.#cursor
    for (;;) {
      cursor.skipLines()
      if (cursor.takes('}')) return { kind: 'set', items, at: cursor.spanFrom(start) }
      const item = this.#item(mode)
      if (item === undefined) return undefined
      // A variable among elements stands for several of them.
      if (item.key.kind === 'set' && item.answer === null) {
        for (const inner of item.key.items) items.push(inner)
      } else items.push(item)
      cursor.skipLines()
      if (!cursor.sees('}') && !cursor.takes(',')) return undefined
    }
  }

  #item(mode: Mode): SetItem | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const key = this.read(mode)
    if (key === undefined) return undefined
    const before = readOptions(cursor)
    cursor.skipLines()
    let answer: SetItem['answer'] = null
    if (cursor.takes(':')) {
      cursor.skipLines()
      const found = this.verdict() ?? this.read(mode)
      if (found === undefined) return undefined
      answer = found
    }
    const behind = readOptions(cursor)
    return {
      ...{ key, answer },
      isPassing: before.isPassing || behind.isPassing,
      isConditional: before.isConditional || behind.isConditional,
      at: cursor.spanFrom(start),
    }
  }

  /** A verdict, if one is next. */
  verdict(): Verdict | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const plain = cursor.takesAny(plainVerdicts)
    if (plain !== undefined) return { kind: 'verdict', verdict: plain, at: cursor.spanFrom(start) }
    const verdict = cursor.takesAny(['jump', 'goto'] as const)
    if (verdict === undefined) return undefined
    const chain = this.name()
    if (chain !== undefined) {
      return { kind: 'verdict', verdict, chain, at: cursor.spanFrom(start) }
    }
    return undefined
  }

  /** A name, or a variable that stands for one. */
  name(): string | undefined {
    const cursor = this.#cursor
    if (cursor.sees('$')) {
      const value = this.#primary('values')
      return value?.kind === 'value' ? value.text : undefined
    }
    return cursor.takesKind('word') ?? cursor.takesKind('text') ?? cursor.takesKind('number')
  }

  #range(mode: Mode): Expression | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const from = this.#binary(mode, 0)
    if (from === undefined || !cursor.takes('-')) return from
    const to = this.#binary(mode, 0)
    return to && { kind: 'range', from, to, at: cursor.spanFrom(start) }
  }

  /** Operators bind from the loosest to the tightest. */
  #binary(mode: Mode, level: number): Expression | undefined {
    const cursor = this.#cursor
    const operators = levels[level]
    if (operators === undefined) return this.#prefix(mode)
    const start = cursor.position
    let left = this.#binary(mode, level + 1)
    while (left !== undefined) {
      const found = operators.find(([word]) => cursor.sees(word))
      if (found === undefined) return left
      cursor.next()
      const right = this.#binary(mode, level + 1)
      if (right === undefined) return undefined
      left = { kind: 'binary', operator: found[1], left, right, at: cursor.spanFrom(start) }
    }
    return left
  }

  #prefix(mode: Mode): Expression | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const { kind } = cursor.peek
    const of = this.#primary(mode)
    const isAddress = kind === 'address' || (of?.kind === 'value' && of.text.includes('.'))
    if (of === undefined || !isAddress || !cursor.sees('/')) return of
    if (cursor.second.kind !== 'number') return of
    cursor.next()
    const length = Number(cursor.next().text)
    return { kind: 'prefix', of, length, at: cursor.spanFrom(start) }
  }

  #primary(mode: Mode): Expression | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    const { kind, text } = cursor.peek
    const at = (): Span => cursor.spanFrom(start)
    if (kind === 'symbol') return this.#symbol(mode, text, start)
    if (kind === 'word' && (mode === 'selectors' || isAlwaysSelector(cursor))) {
      const maker = readNumberMaker(cursor, () => this.read('selectors'))
      if (maker !== undefined) return maker
      const words = readSelector(cursor)
      if (words !== undefined) return { kind: 'selector', words, at: at() }
    }
    if (kind === 'line' || kind === 'end') return undefined
    cursor.next()
    return { kind: 'value', text: valueText(kind, text), at: at() }
  }

  #symbol(mode: Mode, text: string, start: number): Expression | undefined {
    const cursor = this.#cursor
    const raw = text === '@' && mode === 'selectors' ? readSelector(cursor) : undefined
    if (raw !== undefined) return { kind: 'selector', words: raw, at: cursor.spanFrom(start) }
    if (!['(', '[', '{', '$', '@', '*'].includes(text)) return undefined
    cursor.next()
    switch (text) {
      case '*':
        return { kind: 'any', at: cursor.spanFrom(start) }
      case '{':
        return this.items(start, mode)
      case '(':
      case '[': {
        const inner = text === '(' ? this.right() : this.read(mode)
        return cursor.takes(text === '(' ? ')' : ']') ? inner : undefined
      }
    }
    const name = cursor.takesKind('word') ?? cursor.takesKind('text')
    if (name === undefined) return undefined
    const at = cursor.spanFrom(start)
    if (text === '@') return { kind: 'set name', name, at }
    const value = this.#variables.get(name)
    return value && { ...value, at }
  }
}

/** Numbers in decimal, times in seconds. */
function valueText(kind: Token['kind'], text: string): string {
  if (kind === 'number') return plainNumber.test(text) ? text : String(BigInt(text))
  const [whole, ...parts] = (kind === 'word' ? timeForm.exec(text) : null) ?? []
  if (whole === undefined || whole === '') return text
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0))
  return String(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

const plainNumber = /^(?:0|[1-9]\d*)$/
const timeForm = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:\d+ms)?$/

const plainVerdicts = ['accept', 'drop', 'return', 'continue'] as const

const levels: readonly (readonly (readonly [string, BinaryOperator])[])[] = [
  [
    ['|', '|'],
    ['or', '|'],
  ],
  [
    ['^', '^'],
    ['xor', '^'],
  ],
  [
    ['&', '&'],
    ['and', '&'],
  ],
  [
    ['<<', '<<'],
    ['>>', '>>'],
    ['lshift', '<<'],
    ['rshift', '>>'],
  ],
]
