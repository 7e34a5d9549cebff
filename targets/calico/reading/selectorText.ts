// The selector language of Calico v3: text → tree. Grammar: libcalico-go/lib/selector, as told in
// README.md. The only blanks are space and tab, keywords are lower case, values stand in quotes.

/** How a label's value is compared with a text. */
export type Comparison = '==' | '!=' | 'contains' | 'starts with' | 'ends with'

/** A selector as written. */
export type SelectorTree =
  | { readonly kind: 'all' | 'global' }
  | { readonly kind: 'has'; readonly label: string }
  | {
      readonly kind: 'compare'
      readonly label: string
      readonly by: Comparison
      readonly value: string
    }
  | { readonly kind: 'in'; readonly label: string; readonly values: readonly string[] }
  | { readonly kind: 'not'; readonly of: SelectorTree }
  | { readonly kind: 'and' | 'or'; readonly of: readonly SelectorTree[] }

/** What is wrong with a text, and at which of its characters. */
export interface SelectorFault {
  readonly at: number
  readonly message: string
  readonly help?: string
}

/** A tree, or the first fault. */
export type ParsedSelector =
  | { readonly ok: true; readonly tree: SelectorTree }
  | { readonly ok: false; readonly fault: SelectorFault }

/** Parses a selector; the empty one selects everything. */
export function parseSelector(text: string): ParsedSelector {
  const parser = new Parser(text)
  try {
    return { ok: true, tree: parser.whole() }
  } catch (error) {
    if (error instanceof Unexpected) return { ok: false, fault: error.fault }
    throw error
  }
}

/** Leaves the descent at the first fault; never leaves this file. */
class Unexpected extends Error {
  readonly fault: SelectorFault
  constructor(fault: SelectorFault) {
    super(fault.message)
    this.fault = fault
  }
}

const labelForm = /[A-Za-z0-9_./-]{1,512}/y
const operatorForm =
  /==|!=|contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in(?=[ \t]*\{)|in(?=[ \t]*\{)/y
/** Deeper than this no selector is written by hand, and the descent would run out of stack. */
const maxDepth = 200

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): SelectorTree {
    this.#blanks()
    if (this.#at === this.#text.length) return { kind: 'all' }
    const tree = this.#or()
    if (this.#at < this.#text.length) this.#fail(`unexpected ${this.#next()}`, this.#hint())
    return tree
  }

  #or(): SelectorTree {
    return this.#chain('||', 'or', () => this.#chain('&&', 'and', () => this.#operand()))
  }

  #chain(word: string, kind: 'and' | 'or', part: () => SelectorTree): SelectorTree {
    const first = part()
    const parts = [first]
    while (this.#take(word)) parts.push(part())
    return parts.length === 1 ? first : { kind, of: parts }
  }

  #operand(): SelectorTree {
    this.#depth += 1
    if (this.#depth > maxDepth) this.#fail('the selector is nested too deeply')
    const tree = this.#take('!') ? ({ kind: 'not', of: this.#operand() } as const) : this.#atom()
    this.#depth -= 1
    return tree
  }

  #atom(): SelectorTree {
    if (this.#take('(')) {
      const inner = this.#or()
      this.#expect(')')
      return inner
    }
    if (this.#take('has(')) {
      const label = this.#label()
      this.#expect(')')
      return { kind: 'has', label }
    }
    for (const kind of ['all', 'global'] as const) {
      if (!this.#take(`${kind}(`)) continue
      this.#expect(')')
      return { kind }
    }
    return this.#test(this.#label())
  }

  #test(label: string): SelectorTree {
    const operator = this.#match(operatorForm)?.replace(/[ \t]+/g, '')
    this.#blanks()
    switch (operator) {
      case '==':
      case '!=':
      case 'contains':
        return { kind: 'compare', label, by: operator, value: this.#value() }
      case 'startswith':
        return { kind: 'compare', label, by: 'starts with', value: this.#value() }
      case 'endswith':
        return { kind: 'compare', label, by: 'ends with', value: this.#value() }
      case 'in':
        return { kind: 'in', label, values: this.#values() }
      case 'notin':
        return { kind: 'not', of: { kind: 'in', label, values: this.#values() } }
      default:
        return this.#fail(`an operator is missing after the label "${label}"`, this.#hint())
    }
  }

  #values(): readonly string[] {
    this.#expect('{')
    const values: string[] = []
    while (!this.#take('}')) {
      values.push(this.#value())
      if (this.#take(',')) continue
      this.#expect('}')
      break
    }
    return values
  }

  #value(): string {
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") {
      return this.#fail('a value in quotes is missing', 'write it as \'web\' or "web"')
    }
    const end = this.#text.indexOf(quote, this.#at + 1)
    if (end < 0) return this.#fail('the quote is not closed')
    const value = this.#text.slice(this.#at + 1, end)
    this.#at = end + 1
    this.#blanks()
    return value
  }

  #label(): string {
    const label = this.#match(labelForm)
    if (label === undefined)
      return this.#fail(`a label is missing before ${this.#next()}`, this.#hint())
    this.#blanks()
    return label
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at
    const [found] = form.exec(this.#text) ?? []
    if (found !== undefined) this.#at += found.length
    return found
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    this.#blanks()
    return true
  }

  #expect(word: string): void {
    if (!this.#take(word)) this.#fail(`"${word}" is missing before ${this.#next()}`, this.#hint())
  }

  #blanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1
  }

  #next(): string {
    const rest = this.#text.slice(this.#at)
    if (rest === '') return 'the end'
    const [word = ''] = /^(?:[\w./-]+|.|\n)/.exec(rest) ?? []
    return JSON.stringify(word)
  }

  #hint(): string | undefined {
    const rest = this.#text.slice(this.#at)
    return hints.find(({ form }) => form.test(rest))?.help
  }

  #fail(message: string, help?: string): never {
    throw new Unexpected({ at: this.#at, message, ...(help === undefined ? {} : { help }) })
  }
}

/** What people write instead. */
const hints: readonly { readonly form: RegExp; readonly help: string }[] = [
  { form: /^=(?!=)/, help: 'equality is written "=="' },
  { form: /^\n|^\r/, help: 'a selector stands on one line' },
  { form: /^(and|AND)\b|^&(?!&)/, help: '"and" is written "&&"' },
  { form: /^(or|OR)\b|^\|(?!\|)/, help: '"or" is written "||"' },
  { form: /^(not|NOT)\b/, help: '"not" is written "!"' },
  { form: /^(HAS|Has|ALL|All|IN|In|NOTIN|NotIn)\b/, help: 'keywords are written in lower case' },
]
