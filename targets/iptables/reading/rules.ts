// iptables-save → tables of chains of rules, each match a value of its own. Options: iptables(8) and
// iptables-extensions(8). What is not listed here is refused: a match that was passed over would make
// its rule wider.
import {
  bitsOf,
  blockOf,
  type Cidr,
  type Family,
  parseAddress,
  parseCidr,
} from '../../../src/algebra/address.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { protocolsByName } from './sets.ts'
import { type Line, linesOf, spanOf, type Word } from './words.ts'

/** A range of numbers, ends included. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A test of a packet. */
export type Match = (
  | { readonly kind: 'address'; readonly end: 'source' | 'destination'; readonly block: Cidr }
  | { readonly kind: 'protocol'; readonly number: number }
  | { readonly kind: 'port'; readonly ranges: readonly Range[] }
  | { readonly kind: 'icmp'; readonly type: number; readonly code: number | null }
  | { readonly kind: 'set'; readonly name: string; readonly flags: readonly ('src' | 'dst')[] }
  | { readonly kind: 'state'; readonly states: readonly string[] }
) & { readonly negated: boolean; readonly at: Span }

/** What becomes of a packet that all matches hold for. */
export type Target =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

export interface FirewallRule {
  readonly matches: readonly Match[]
  readonly target: Target
  readonly comment: string | null
  readonly at: Span
}

/** A chain; a built-in one has a policy. */
export interface Chain {
  readonly policy: 'accept' | 'drop' | null
  readonly rules: readonly FirewallRule[]
}

/** Chains by name, of each table by name. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Chain>>

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
    case '-F':
    case '-X':
    case '-Z':
      return
    case '-N':
      if (name !== undefined) table.set(name.text, { policy: null, rules: [] })
      return
    case '-A': {
      const chain = table.get(name?.text ?? '')
      if (chain === undefined) {
        const message = `the chain "${name?.text ?? ''}" is not declared`
        reporter.report('NP2020', { message, at: spanOf(line, name) })
        return
      }
      chain.rules.push(new RuleReader(line, words.slice(2), family, reporter).read())
      return
    }
    default:
      reporter.report('NP2022', {
        message: `"${command?.text ?? ''}" is no line of iptables-save`,
        at: spanOf(line, command),
      })
  }
}

/** Reads the words of one rule from left to right. */
class RuleReader {
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

  match(match: DistributiveOmit<Match, 'negated' | 'at'>, value: Word, negated: boolean): void {
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

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

interface OptionUse {
  readonly reader: RuleReader
  readonly value: Word
  readonly negated: boolean
}

const nothingMore = (): void => {}
/** Extensions whose options are read below; naming one says nothing by itself. */
const extensions = [
  'tcp',
  'udp',
  'sctp',
  'multiport',
  'icmp',
  'icmp6',
  'set',
  'conntrack',
  'state',
  'comment',
]

const options: ReadonlyMap<string, (use: OptionUse) => void> = new Map<
  string,
  (use: OptionUse) => void
>([
  ['-s', (use) => readAddress(use, 'source')],
  ['--source', (use) => readAddress(use, 'source')],
  ['-d', (use) => readAddress(use, 'destination')],
  ['--destination', (use) => readAddress(use, 'destination')],
  ['-p', readProtocol],
  ['--protocol', readProtocol],
  ['-m', readExtension],
  ['--match', readExtension],
  ['--dport', readPorts],
  ['--destination-port', readPorts],
  ['--dports', readPorts],
  ['--icmp-type', readIcmp],
  ['--icmpv6-type', readIcmp],
  ['--match-set', readSet],
  ['--ctstate', readState],
  ['--state', readState],
  ['--comment', ({ reader, value }) => reader.comment(value.text)],
  ['-j', readTarget],
  ['--jump', readTarget],
  ['-g', ({ reader, value }) => reader.target({ kind: 'goto', chain: value.text })],
  ['--goto', ({ reader, value }) => reader.target({ kind: 'goto', chain: value.text })],
  ['--reject-with', nothingMore],
  ['--log-prefix', nothingMore],
  ['--log-level', nothingMore],
])

function readAddress({ reader, value, negated }: OptionUse, end: 'source' | 'destination'): void {
  const address = parseAddress(value.text)
  const block =
    address === undefined ? parseCidr(value.text)?.cidr : blockOf(address, bitsOf(address.family))
  if (block === undefined || block.family !== reader.family) {
    reader.fault(value, `"${value.text}" is no address or block of IPv${reader.family}`)
  } else reader.match({ kind: 'address', end, block }, value, negated)
}

function readProtocol({ reader, value, negated }: OptionUse): void {
  if (value.text === 'all' || value.text === '0') return
  const number = protocolsByName.get(value.text) ?? Number(value.text)
  if (Number.isInteger(number) && number >= 1 && number <= 255) {
    reader.match({ kind: 'protocol', number }, value, negated)
  } else reader.fault(value, `protocol "${value.text}" is not known`)
}

function readExtension({ reader, value }: OptionUse): void {
  if (!extensions.includes(value.text)) {
    reader.refuse(value, `the match extension "${value.text}" is not read`)
  }
}

function readPorts({ reader, value, negated }: OptionUse): void {
  const ranges = value.text.split(',').map((part) => {
    const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(part) ?? []
    return { from: Number(from), to: Number(to ?? from) }
  })
  if (ranges.every(({ from, to }) => from <= to && to <= 65535)) {
    reader.match({ kind: 'port', ranges }, value, negated)
  } else reader.fault(value, `"${value.text}" is no list of ports`)
}

function readIcmp({ reader, value, negated }: OptionUse): void {
  if (value.text === 'any') return
  const [, type, code] = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(value.text) ?? []
  if (type === undefined) reader.fault(value, `"${value.text}" is no ICMP type by number`)
  else {
    const wanted = code === undefined ? null : Number(code)
    reader.match({ kind: 'icmp', type: Number(type), code: wanted }, value, negated)
  }
}

const sides: ReadonlyMap<string, 'src' | 'dst'> = new Map([
  ['src', 'src'],
  ['dst', 'dst'],
])

function readSet({ reader, value, negated }: OptionUse): void {
  const flags = reader.second()
  const list = (flags?.text ?? '').split(',').flatMap((flag) => sides.get(flag) ?? [])
  if (flags === undefined || list.length !== flags.text.split(',').length) {
    reader.fault(flags ?? value, 'a set is matched by "src" or "dst" for each part of its elements')
  } else reader.match({ kind: 'set', name: value.text, flags: list }, value, negated)
}

function readState({ reader, value, negated }: OptionUse): void {
  reader.match({ kind: 'state', states: value.text.split(',') }, value, negated)
}

type Verdict = Exclude<Target['kind'], 'jump' | 'goto'>

const verdicts: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['ACCEPT', 'accept'],
  ['DROP', 'drop'],
  ['REJECT', 'drop'],
  ['RETURN', 'return'],
  ['LOG', 'none'],
  ['NFLOG', 'none'],
])

function readTarget({ reader, value }: OptionUse): void {
  const kind = verdicts.get(value.text)
  reader.target(kind === undefined ? { kind: 'jump', chain: value.text } : { kind })
}

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
