// The text of an nft file as tokens, cut where nft's own scanner cuts it.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'

/** A token; `line` is the end of a line, `end` that of the text. */
export interface Token {
  readonly kind: 'word' | 'number' | 'address' | 'text' | 'symbol' | 'line' | 'end'
  /** Of a quoted text, what is between the quotes. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** What to do about a line that is not understood (NP2022). */
export const help = 'give a file that "nft -f" takes, or the output of "nft list ruleset", as it is'

const forms = [
  ['blank', /(?:[ \t\r]|\\\r?\n|#[^\n]*)+/],
  ['line', /\n/],
  ['text', /"[^"]*"/],
  ['address', /(?:[0-9a-f]{0,4}:){2,}(?:\d+\.\d+\.\d+\.\d+|[0-9a-f]{0,4})/i],
  ['address', /\d+\.\d+\.\d+\.\d+/],
  ['number', /0x[0-9a-f]+|\d+/i],
  ['word', /[a-z_][\w./-]*/i],
  ['symbol', /[!=<>]=|<<|>>|./],
] as const

const scanner = new RegExp(forms.map(([, form]) => `(${form.source})`).join('|'), 'iy')

/** The tokens of a source, an `end` last; a quote that is not closed is reported as NP2022. */
export function tokensOf(source: Source, reporter: Reporter): readonly Token[] {
  const { text } = source
  const tokens: Token[] = []
  scanner.lastIndex = 0
  while (scanner.lastIndex < text.length) {
    const start = scanner.lastIndex
    const found = scanner.exec(text)
    if (found === null) break
    const kind = forms[found.findIndex((part, at) => at > 0 && part !== undefined) - 1]?.[0]
    const end = start + found[0].length
    if (found[0] === '"') {
      const at = { source, start, end: text.length }
      reporter.report('NP2022', { message: 'a quote is not closed', at, help })
      break
    }
    if (kind === undefined || kind === 'blank') continue
    tokens.push({ kind, text: kind === 'text' ? found[0].slice(1, -1) : found[0], start, end })
  }
  return [...tokens, { kind: 'end', text: '', start: text.length, end: text.length }]
}

/** Goes through tokens from left to right. What does not fit is reported, and told by undefined. */
export class Cursor {
  readonly source: Source
  readonly reporter: Reporter
  readonly #tokens: readonly Token[]
  readonly #end: Token
  #at = 0

  constructor(source: Source, reporter: Reporter) {
    this.source = source
    this.reporter = reporter
    this.#tokens = tokensOf(source, reporter)
    const { length } = source.text
    this.#end = this.#tokens.at(-1) ?? { kind: 'end', text: '', start: length, end: length }
  }

  /** How many tokens were taken. */
  get position(): number {
    return this.#at
  }

  get peek(): Token {
    return this.#tokens[this.#at] ?? this.#end
  }

  next(): Token {
    const token = this.peek
    this.#at += 1
    return token
  }

  /** Whether the next token is this word or symbol. */
  sees(text: string): boolean {
    const { kind, text: own } = this.peek
    return own === text && (kind === 'word' || kind === 'symbol')
  }

  /** Takes this word or symbol, if it is next. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false
    this.#at += 1
    return true
  }

  /** Takes this word or symbol; anything else is a fault. */
  expect(text: string): boolean {
    if (this.takes(text)) return true
    this.fault(this.peek, `"${text}" is expected here`)
    return false
  }

  /** Takes a token of this kind; anything else is a fault. */
  expectKind(kind: Token['kind'], what: string): Token | undefined {
    return this.peek.kind === kind ? this.next() : this.fault(this.peek, `${what} is expected here`)
  }

  /** Whether a statement ends here. */
  get atEnd(): boolean {
    return this.peek.kind === 'line' || this.peek.kind === 'end' || this.sees(';') || this.sees('}')
  }

  /** Takes ends of lines. */
  skipLines(): void {
    while (this.peek.kind === 'line') this.#at += 1
  }

  /** Takes what stands between statements. */
  skipSeparators(): void {
    while (this.peek.kind === 'line' || this.sees(';')) this.#at += 1
  }

  /** Goes to where the statement ends, over blocks inside of it. */
  skipStatement(): void {
    for (let depth = 0; this.peek.kind !== 'end'; this.#at += 1) {
      if (depth === 0 && this.atEnd) return
      if (this.sees('{')) depth += 1
      if (this.sees('}')) depth -= 1
    }
  }

  /** Reports a text that is not valid. */
  fault(token: Token, message: string): undefined {
    this.reporter.report('NP2022', { message, at: this.spanOf(token), help })
  }

  /** Reports a construct that is not read. */
  refuse(token: Token, message: string): undefined {
    this.reporter.report('NP2021', { message, at: this.spanOf(token) })
  }

  /** The place of a token; that of an end is what stands before it. */
  spanOf(token: Token): Span {
    const { source } = this
    if (token.kind !== 'end') return { source, start: token.start, end: token.end }
    const end = source.text.trimEnd().length
    return { source, start: Math.max(0, end - 1), end }
  }

  /** The place of all that was taken since a position. */
  spanFrom(position: number): Span {
    const [first, last] = [this.#tokens[position], this.#tokens[this.#at - 1]]
    return { source: this.source, start: first?.start ?? 0, end: last?.end ?? 0 }
  }

  /** The text of all that was taken since a position, with single blanks. */
  textFrom(position: number): string {
    const taken = this.#tokens.slice(position, this.#at).filter(({ kind }) => kind !== 'line')
    return taken
      .map(({ start, end }, at) => {
        const gap = at > 0 && taken[at - 1]?.end !== start ? ' ' : ''
        return gap + this.source.text.slice(start, end)
      })
      .join('')
  }
}
