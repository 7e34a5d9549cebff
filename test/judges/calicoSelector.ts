// Calico's selector language: a scanner, a recursive-descent parser, and the meaning over a set of
// labels. As in Calico, what a word means depends on what stands before it: operators stand right
// after a label, so that a label may have the name of an operator.

/** Labels of one endpoint. */
export type EndpointLabels = Readonly<Record<string, string>>

/** Whether labels satisfy a parsed selector. */
export type Test = (labels: EndpointLabels) => boolean

interface Token {
  readonly kind: 'label' | 'string' | 'has' | 'operator' | 'symbol'
  readonly text: string
}

interface Pattern {
  readonly kind: Token['kind']
  readonly pattern: RegExp
}

const symbols: Pattern = { kind: 'symbol', pattern: /&&|\|\||==|!=|[!(){},]/y }
const strings: Pattern = { kind: 'string', pattern: /"([^"]*)"|'([^']*)'/y }
const afterLabel: readonly Pattern[] = [
  symbols,
  strings,
  { kind: 'operator', pattern: /contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in/y },
]
const elsewhere: readonly Pattern[] = [
  symbols,
  strings,
  { kind: 'has', pattern: /has\([ \t]*([A-Za-z0-9_./-]{1,512})[ \t]*\)/y },
  { kind: 'symbol', pattern: /(?:all|global)\([ \t]*\)/y },
  { kind: 'label', pattern: /[A-Za-z0-9_./-]{1,512}/y },
]

/**
 * Parses a selector; an empty one selects everything. `prefix` is what Calico puts before each
 * label. Throws where Calico would refuse the text.
 */
export function parseSelector(text: string, prefix = ''): Test {
  const tokens = tokenise(text)
  if (tokens.length === 0) return () => true
  const parser = new Parser(tokens, prefix)
  const test = parser.or()
  if (!parser.done) throw new Error(`selector goes on after its end: ${text}`)
  return test
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = blanks(text, 0); at < text.length; at = blanks(text, at)) {
    const patterns = tokens.at(-1)?.kind === 'label' ? afterLabel : elsewhere
    const [length, token] = scan(text, at, patterns)
    tokens.push(token)
    at += length
  }
  return tokens
}

function blanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}

function scan(text: string, at: number, patterns: readonly Pattern[]): [number, Token] {
  for (const { kind, pattern } of patterns) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) continue
    const [whole, first, second] = match
    const plain = kind === 'operator' || kind === 'symbol' ? whole.replace(/[ \t]/g, '') : whole
    return [whole.length, { kind, text: first ?? second ?? plain }]
  }
  throw new Error(`selector is not readable at ${at}: ${text}`)
}

/** What each operator says of a value that is there. */
const operators: Readonly<Record<string, (actual: string, given: string) => boolean>> = {
  '==': (actual, given) => actual === given,
  contains: (actual, given) => actual.includes(given),
  startswith: (actual, given) => actual.startsWith(given),
  endswith: (actual, given) => actual.endsWith(given),
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #prefix: string
  #at = 0

  constructor(tokens: readonly Token[], prefix: string) {
    this.#tokens = tokens
    this.#prefix = prefix
  }

  get done(): boolean {
    return this.#at === this.#tokens.length
  }

  or(): Test {
    const parts = [this.#and()]
    while (this.#take('||')) parts.push(this.#and())
    return (labels) => parts.some((part) => part(labels))
  }

  #and(): Test {
    const parts = [this.#not()]
    while (this.#take('&&')) parts.push(this.#not())
    return (labels) => parts.every((part) => part(labels))
  }

  #not(): Test {
    if (!this.#take('!')) return this.#term()
    const inner = this.#not()
    return (labels) => !inner(labels)
  }

  #term(): Test {
    if (this.#take('(')) {
      const inner = this.or()
      this.#need(')')
      return inner
    }
    if (this.#take('all()')) return () => true
    const { kind, text } = this.#next()
    const label = `${this.#prefix}${text}`
    if (kind === 'has') return (labels) => Object.hasOwn(labels, label)
    if (kind === 'label') return this.#comparison(label)
    // `global()` holds for everything in the bare language; it is rewritten before it gets here.
    throw new Error(`"${text}" cannot start a term`)
  }

  #comparison(label: string): Test {
    const { text: operator } = this.#next()
    if (operator === 'in') return this.#inSet(label)
    if (operator === 'notin') return negated(this.#inSet(label))
    if (operator === '!=') return negated(this.#compare(label, '=='))
    return this.#compare(label, operator)
  }

  #compare(label: string, operator: string): Test {
    const holds = operators[operator]
    if (holds === undefined) throw new Error(`unknown operator ${operator}`)
    const value = this.#string()
    return (labels) => Object.hasOwn(labels, label) && holds(labels[label] ?? '', value)
  }

  #inSet(label: string): Test {
    this.#need('{')
    const values: string[] = []
    while (!this.#take('}')) {
      values.push(this.#string())
      if (!this.#take(',')) {
        this.#need('}')
        break
      }
    }
    return (labels) => Object.hasOwn(labels, label) && values.includes(labels[label] ?? '')
  }

  #string(): string {
    const { kind, text } = this.#next()
    if (kind !== 'string') throw new Error(`a quoted value is missing at ${text}`)
    return text
  }

  #take(symbol: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'symbol' || token.text !== symbol) return false
    this.#at += 1
    return true
  }

  #need(symbol: string): void {
    if (this.#take(symbol)) return
    throw new Error(`"${symbol}" is missing before "${this.#tokens[this.#at]?.text ?? ''}"`)
  }

  #next(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new Error('selector ends too early')
    this.#at += 1
    return token
  }
}

function negated(test: Test): Test {
  return (labels) => !test(labels)
}
