// Text of rule sets, as far as the walker of packets needs it: `iptables-save` to tables, chains and
// rules cut into their options, `ipset save` to sets with elements. Knows no meaning of anything.

/** `--name args`, or `! --name args`. */
export interface Option {
  readonly name: string
  readonly negated: boolean
  readonly args: readonly string[]
}

/** What stands behind one `-m` or `-j`; the module of what stands before all of them is empty. */
export interface Clause {
  readonly module: string
  readonly options: readonly Option[]
}

/** A rule, with its line in the text, from 1. */
export interface WrittenRule {
  readonly line: number
  readonly clauses: readonly Clause[]
  readonly target: (Clause & { readonly isGoto: boolean }) | null
}

/** A chain; the policy of those that are no hook's is null. */
export interface WrittenChain {
  readonly name: string
  readonly policy: 'ACCEPT' | 'DROP' | null
  readonly line: number
  readonly rules: WrittenRule[]
}

/** A table by its chains. */
export interface WrittenTable {
  readonly name: string
  readonly chains: ReadonlyMap<string, WrittenChain>
}

/** A set; words of its creation behind the type, and of each element. */
export interface WrittenSet {
  readonly name: string
  readonly type: string
  readonly words: readonly string[]
  readonly elements: readonly (readonly string[])[]
}

/** Reads a dump of whole tables. Throws at what is none. */
export function readRuleText(text: string): readonly WrittenTable[] {
  const tables: { name: string; chains: Map<string, WrittenChain> }[] = []
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line === 'COMMIT') return
    if (line.startsWith('*')) {
      tables.push({ name: line.slice(1), chains: new Map() })
      return
    }
    const table = tables.at(-1)
    if (table === undefined) throw new Error(`line ${index + 1} is outside of a table: ${line}`)
    if (line.startsWith(':')) {
      const [name = '', policy = '-'] = line.slice(1).split(' ')
      const known = policy === 'ACCEPT' || policy === 'DROP' ? policy : null
      table.chains.set(name, { name, policy: known, line: index + 1, rules: [] })
      return
    }
    const words = wordsOf(line.replace(/^\[\d+:\d+\] /, ''))
    const chain = table.chains.get(words[1]?.text ?? '')
    if (words[0]?.text !== '-A' || chain === undefined) throw new Error(`not a rule: ${line}`)
    chain.rules.push({ line: index + 1, ...clausesOf(words.slice(2)) })
  })
  return tables
}

/** Reads a dump of sets. Throws at what is none. */
export function readSetText(text: string): ReadonlyMap<string, WrittenSet> {
  const sets = new Map<string, WrittenSet & { readonly elements: (readonly string[])[] }>()
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [command, name = '', ...words] = wordsOf(line).map((word) => word.text)
    const set = sets.get(name)
    if (command === 'create') {
      sets.set(name, { name, type: words[0] ?? '', words: words.slice(1), elements: [] })
    } else if (command === 'add' && set !== undefined) set.elements.push(words)
    else throw new Error(`not of a set: ${line}`)
  }
  return sets
}

interface Word {
  readonly text: string
  readonly isQuoted: boolean
}

function wordsOf(line: string): readonly Word[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)].map(([, quoted, bare]) =>
    bare === undefined
      ? { text: (quoted ?? '').replace(/\\(.)/g, '$1'), isQuoted: true }
      : { text: bare, isQuoted: false },
  )
}

/** Options whose one word may look like anything. */
const verbatim = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string'])
const longNames: Readonly<Record<string, string>> = {
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--protocol': '-p',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--fragment': '-f',
  '--match': '-m',
  '--jump': '-j',
  '--goto': '-g',
}
const plain = new Set(['-s', '-d', '-p', '-i', '-o', '-f'])

function clausesOf(words: readonly Word[]): Pick<WrittenRule, 'clauses' | 'target'> {
  const basic: Option[] = []
  const clauses: { module: string; options: Option[] }[] = [{ module: '', options: basic }]
  let target: { module: string; options: Option[]; isGoto: boolean } | null = null
  let options = basic
  for (const option of optionsOf(words)) {
    const name = longNames[option.name] ?? option.name
    const [module = ''] = option.args
    if (name === '-m') {
      options = []
      clauses.push({ module, options })
    } else if (name === '-j' || name === '-g') {
      options = []
      target = { module, options, isGoto: name === '-g' }
    } else if (plain.has(name)) basic.push({ ...option, name })
    else {
      if (options === basic) {
        // A protocol brings its module along.
        options = []
        const protocol = basic.find((one) => one.name === '-p')?.args[0] ?? ''
        clauses.push({ module: protocol, options })
      }
      options.push({ ...option, name })
    }
  }
  return { clauses, target }
}

function optionsOf(words: readonly Word[]): readonly Option[] {
  const options: { name: string; negated: boolean; args: string[] }[] = []
  let negated = false
  words.forEach((word, index) => {
    const last = options.at(-1)
    if (last !== undefined && verbatim.has(last.name) && last.args.length === 0) {
      last.args.push(word.text)
    } else if (!word.isQuoted && word.text === '!') {
      const next = words[index + 1]
      // `-s ! 10.0.0.1` is how it was written long ago.
      if (next !== undefined && isOption(next)) negated = true
      else if (last !== undefined) last.negated = true
    } else if (isOption(word)) {
      options.push({ name: word.text, negated, args: [] })
      negated = false
    } else if (last === undefined) throw new Error(`no option in front of ${word.text}`)
    else last.args.push(word.text)
  })
  return options
}

function isOption({ text, isQuoted }: Word): boolean {
  return !isQuoted && /^--?[A-Za-z]/.test(text)
}
