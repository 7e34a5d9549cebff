// iptables-save → tables of chains of rules, each match a value of its own. Options: iptables(8) and
// iptables-extensions(8). What is not listed here is refused: a match that was passed over would make
// its rule wider.
import type { Family } from '../../../src/algebra/address.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { type BareMatch, options, type RuleDraft } from './options.ts'
import type { Chain, FirewallRule, Match, Tables, Target } from './types.ts'
import { type Line, linesOf, spanOf, type Word } from './words.ts'

interface DraftChain {
  policy: Chain['policy']
  readonly rules: FirewallRule[]
}

/** Reads a rule file of one family; faults are reported as NP2020 to NP2023. */
export function readRules(source: Source, family: Family, reporter: Reporter): Tables {
  const tables = new Map<string, Map<string, DraftChain>>()
  let table: Map<string, DraftChain> | null = null
  for (const line of linesOf(source, reporter)) {
    const [first] = line.words
    const word = first?.text ?? ''
    if (word.startsWith('*')) {
      table = tables.get(word.slice(1)) ?? new Map()
      tables.set(word.slice(1), table)
    } else if (word === 'COMMIT') table = null
    else if (table === null) {
      const message = `"${word}" stands outside of a table`
      reporter.report('NP2022', { message, at: spanOf(line, first) })
    } else readTableLine(line, table, family, reporter)
  }
  if (table !== null) reportOpen(source, reporter)
  for (const chains of tables.values()) checkJumps(chains, source, reporter)
  return tables
}

function reportOpen(source: Source, reporter: Reporter): void {
  const start = Math.max(0, source.text.trimEnd().length - 1)
  const message = 'the last table has no COMMIT: the text is cut off'
  reporter.report('NP2022', { message, at: { source, start, end: start + 1 } })
}

function readTableLine(
  line: Line,
  table: Map<string, DraftChain>,
  family: Family,
  reporter: Reporter,
): void {
  const words = line.words[0]?.text.startsWith('[') ? line.words.slice(1) : line.words
  const [command, name] = words
  if (command?.text.startsWith(':')) {
    const policy = name?.text === 'ACCEPT' ? 'accept' : name?.text === 'DROP' ? 'drop' : null
    table.set(command.text.slice(1), { policy, rules: [] })
    return
  }
  switch (command?.text) {
    case '-Z':
      return
    case '-F':
      for (const [own, chain] of table) if (own === (name?.text ?? own)) chain.rules.length = 0
      return
    case '-X':
      for (const [own, { policy }] of [...table]) {
        if (policy === null && own === (name?.text ?? own)) table.delete(own)
      }
      return
    case '-N':
      if (name !== undefined) table.set(name.text, { policy: null, rules: [] })
      return
    case '-A':
    case '-I': {
      const chain = chainOf(name?.text ?? '', table)
      if (chain === undefined) {
        const message = `the chain "${name?.text ?? ''}" is not declared`
        reporter.report('NP2020', { message, at: spanOf(line, name) })
        return
      }
      const number =
        command.text === '-I' && /^\d+$/.test(words[2]?.text ?? '') ? words[2] : undefined
      const rest = words.slice(number === undefined ? 2 : 3)
      const rule = new RuleReader(line, rest, family, reporter).read()
      const place = command.text === '-A' ? chain.rules.length : Number(number?.text ?? 1) - 1
      if (place >= 0 && place <= chain.rules.length) chain.rules.splice(place, 0, rule)
      else {
        const message = `the chain "${name?.text}" has no place ${number?.text}`
        reporter.report('NP2022', { message, at: spanOf(line, number) })
      }
      return
    }
    default:
      reporter.report('NP2022', {
        message: `"${command?.text ?? ''}" is no line of iptables-save`,
        at: spanOf(line, command),
      })
  }
}

/** The hooks of the kernel are there without being declared. */
const hooks: readonly string[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

function chainOf(name: string, table: Map<string, DraftChain>): DraftChain | undefined {
  const known = table.get(name)
  if (known !== undefined || !hooks.includes(name)) return known
  const made: DraftChain = { policy: 'accept', rules: [] }
  table.set(name, made)
  return made
}

/** Reads the words of one rule from left to right. */
class RuleReader implements RuleDraft {
  readonly #line: Line
  readonly #words: readonly Word[]
  readonly #family: Family
  readonly #reporter: Reporter
  #at = 0
  readonly #matches: Match[] = []
  #target: Target = { kind: 'none' }
  #comment: string | null = null

  constructor(line: Line, words: readonly Word[], family: Family, reporter: Reporter) {
    this.#line = line
    this.#words = words
    this.#family = family
    this.#reporter = reporter
  }

  read(): FirewallRule {
    while (this.#at < this.#words.length) this.#option()
    return {
      matches: this.#matches,
      target: this.#target,
      comment: this.#comment,
      at: spanOf(this.#line),
    }
  }

  #option(): void {
    const negated = this.#words[this.#at]?.text === '!'
    if (negated) this.#at += 1
    const option = this.#next()
    const read = option === undefined ? undefined : options.get(option.text)
    if (option === undefined || read === undefined) {
      const message = `"${option?.text ?? '!'}" is not read`
      this.#reporter.report('NP2021', { message, at: spanOf(this.#line, option) })
      this.#at = this.#words.length
      return
    }
    const value = this.#next()
    if (value === undefined) {
      const message = `"${option.text}" needs a value`
      this.#reporter.report('NP2022', { message, at: spanOf(this.#line, option) })
      return
    }
    read({ reader: this, value, negated })
  }

  #next(): Word | undefined {
    const word = this.#words[this.#at]
    this.#at += 1
    return word
  }

  /** The word after an option's value, for options that take two. */
  second(): Word | undefined {
    return this.#next()
  }

  get family(): Family {
    return this.#family
  }

  match(match: BareMatch, value: Word, negated: boolean): void {
    this.#matches.push({ ...match, negated, at: spanOf(this.#line, value) })
  }

  target(target: Target): void {
    this.#target = target
  }

  comment(text: string): void {
    this.#comment = text
  }

  fault(value: Word, message: string): void {
    this.#reporter.report('NP2022', { message, at: spanOf(this.#line, value) })
  }

  refuse(value: Word, message: string): void {
    this.#reporter.report('NP2021', { message, at: spanOf(this.#line, value) })
  }
}

/** Deeper than this no firewall goes. */
const maxDepth = 500

/** Every chain that is jumped to is there, and no jump leads back: the kernel has it so. */
function checkJumps(
  chains: ReadonlyMap<string, DraftChain>,
  source: Source,
  reporter: Reporter,
): void {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[], at: Span): void => {
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' → ')
      reporter.report('NP2023', { message: `chains jump in a circle: ${circle}`, at })
      return
    }
    if (done.has(name)) return
    if (path.length > maxDepth) {
      const message = `chains jump more than ${maxDepth} deep`
      reporter.report('NP2021', { message, at })
      return
    }
    for (const rule of chains.get(name)?.rules ?? []) {
      if (rule.target.kind !== 'jump' && rule.target.kind !== 'goto') continue
      if (chains.has(rule.target.chain)) visit(rule.target.chain, [...path, name], rule.at)
      else {
        const message = `"${rule.target.chain}" is no chain of this table, and no target that is read`
        reporter.report('NP2020', { message, at: rule.at })
      }
    }
    done.add(name)
  }
  for (const name of chains.keys()) visit(name, [], { source, start: 0, end: 0 })
}
