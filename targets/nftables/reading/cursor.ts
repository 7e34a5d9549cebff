// Goes through the tokens of an nft file from left to right, and tells what cannot be read.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { scan, type Token } from './scanner.ts'

/** A place among the tokens of one text. Readers that find nothing they know answer undefined. */
export class Cursor {
  readonly source: Source
  readonly #reporter: Reporter
  #token: Token
  /** Where the last token that was taken ends. */
  #behind = 0
  #isPartial = false

  constructor(source: Source, reporter: Reporter) {
    this.source = source
    this.#reporter = reporter
    this.#token = scan(source.text, 0)
  }

  /** Whether anything was reported as not read. */
  get isPartial(): boolean {
    return this.#isPartial
  }

  get peek(): Token {
    return this.#token
  }

  /** Where the next token is: what `spanFrom` and `back` take. */
  get position(): number {
    return this.#token.start
  }

  next(): Token {
    const token = this.#token
    if (token.kind !== 'end') {
      this.#behind = token.end
      this.#token = scan(this.source.text, token.end)
    }
    return token
  }

  /** Goes back to a token. */
  back(position: number): void {
    this.#token = scan(this.source.text, position)
  }

  /** The token behind the next one. */
  get second(): Token {
    return scan(this.source.text, this.#token.end)
  }

  /** Whether the next token is this word or symbol. */
  sees(text: string): boolean {
    const { kind, text: own } = this.#token
    return own === text && (kind === 'word' || kind === 'symbol')
  }

  /** Takes this word or symbol, if it is next. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false
    this.next()
    return true
  }

  /** Takes the first of some words or symbols that is next. */
  takesAny<T extends string>(texts: readonly T[]): T | undefined {
    const found = texts.find((text) => this.sees(text))
    if (found !== undefined) this.next()
    return found
  }

  /** Takes a token of this kind, and answers its text. */
  takesKind(kind: Token['kind']): string | undefined {
    return this.#token.kind === kind ? this.next().text : undefined
  }

  /** Whether a statement ends here. */
  get atEnd(): boolean {
    const { kind, text } = this.#token
    return (
      kind === 'line' || kind === 'end' || (kind === 'symbol' && (text === ';' || text === '}'))
    )
  }

  skipLines(): void {
    while (this.#token.kind === 'line') this.next()
  }

  /** Takes what stands between statements. */
  skipSeparators(): void {
    while (this.#token.kind === 'line' || this.sees(';')) this.next()
  }

  /** Goes to where the statement ends, over blocks inside of it. */
  skipStatement(): void {
    for (let depth = 0; this.#token.kind !== 'end'; this.next()) {
      if (depth === 0 && this.atEnd) return
      if (this.sees('{')) depth += 1
      if (this.sees('}')) depth -= 1
    }
  }

  /** Goes behind a block whose brace was taken. */
  skipBlock(): void {
    for (let depth = 1; depth > 0 && this.#token.kind !== 'end'; this.next()) {
      if (this.sees('{')) depth += 1
      if (this.sees('}')) depth -= 1
    }
  }

  /** The place of all that was taken since a position. */
  spanFrom(position: number): Span {
    return { source: this.source, start: position, end: Math.max(position, this.#behind) }
  }

  /** The text of all that was taken since a position, with single blanks. */
  textFrom(position: number): string {
    let [text, last] = ['', position]
    for (let at = position; at < this.#behind; ) {
      const token = scan(this.source.text, at)
      if (token.start >= this.#behind) break
      if (token.kind !== 'line') {
        text += text !== '' && token.start > last ? ' ' : ''
        text += this.source.text.slice(token.start, token.end)
      }
      last = token.kind === 'line' ? token.start : token.end
      at = token.end
    }
    return text
  }

  /** The place of a token; that of an end is what stands before it. */
  spanOf(token: Token): Span {
    const { source } = this
    if (token.kind !== 'end') return { source, start: token.start, end: token.end }
    const end = source.text.trimEnd().length
    return { source, start: Math.max(0, end - 1), end }
  }

  /** Reports that something is left out, or is kept as unknown. */
  fault(at: Span, message: string): void {
    this.#isPartial = true
    this.#reporter.report('NP8001', { message, at })
  }

  /** Reports that the text ends too early. */
  cutOff(message: string): void {
    this.#isPartial = true
    this.#reporter.report('NP8002', { message, at: this.spanOf(this.#token) })
  }

  /** Reports a table or chain that sees no packets of IP. */
  passOver(at: Span, message: string): void {
    this.#reporter.report('NP8006', { message, at })
  }
}
