// A table of iptables while it is read: commands change its chains as iptables-restore has them do.
import type { Chain, Counters, Table } from '../../../src/ruleset/types.ts'
import type { Extent } from './extension.ts'
import { baseOf } from './kernelTables.ts'
import type { Word } from './lexer.ts'
import { type ReadRule, type RuleContext, RuleReader } from './ruleReader.ts'
import { sameRule } from './sameRule.ts'

/** A line of a dump as words. */
export interface Line extends Extent {
  readonly words: readonly Word[]
  /** Whether the text ends in the line. */
  readonly isCut: boolean
}

interface ChainDraft {
  policy: 'accept' | 'drop'
  readonly rules: ReadRule[]
  readonly counters: Counters | null
  readonly at: Extent
}

type Command = (line: Line, words: readonly Word[], counters: Counters | null) => void

/** Reads the lines of one table. */
export class TableDraft {
  readonly #context: RuleContext
  readonly #at: Extent
  /** Whether all chains are declared, as in what iptables-save writes. */
  readonly #isWhole: boolean
  #chains = new Map<string, ChainDraft>()

  constructor(context: RuleContext, at: Extent, isWhole: boolean) {
    this.#context = context
    this.#at = at
    this.#isWhole = isWhole
  }

  /** Takes a line; false for what is none of a table's. */
  read(line: Line): boolean {
    const [first] = line.words
    if (first === undefined) return true
    if (first.text.startsWith(':')) {
      this.#declare(line)
      return true
    }
    const counters = readCounters(first.text)
    const words = counters === null ? line.words : line.words.slice(1)
    const command = this.#commands.get(words[0]?.text ?? '')
    if (command === undefined) return false
    command(line, words, counters)
    return true
  }

  /** The table, jumps told from targets that nobody knows. */
  finish(): Table {
    const { source, family, table } = this.#context
    const chains = new Map<string, Chain>()
    for (const [name, { policy, rules, counters, at }] of this.#chains) {
      for (const rule of rules) this.#resolve(rule)
      const base = baseOf(table, name, policy)
      const own = { name, base, rules: rules.map(({ rule }) => rule), counters }
      chains.set(name, { ...own, at: { source, ...at } })
    }
    const at = { source, ...this.#at }
    return { engine: 'iptables', families: [family], name: table, chains, sets: new Map(), at }
  }

  #resolve({ rule, target }: ReadRule): void {
    if (target === null) return
    const { name, extension, start, end } = target
    const at = { source: this.#context.source, start, end }
    if (this.#chains.has(name) && !baseVerdicts.includes(name) && !target.hasOptions) {
      if (extension !== null) rule.actions.splice(0, Infinity, { kind: 'jump', chain: name, at })
    } else if (extension === null && !target.seemsChain) {
      this.#context.notes.add(`target extension "${name}"`, rule.at, rule.at.start)
      const unknown = { kind: 'unknown', text: target.text, mayDecide: true } as const
      rule.actions.splice(-1, 1, { ...unknown, at })
    }
  }

  readonly #commands: ReadonlyMap<string, Command> = new Map<string, Command>([
    ...named(['-A', '--append'], (line, words, counters) => {
      const chain = this.#chain(words[1])
      if (chain !== undefined) this.#put(chain, chain.rules.length, 0, line, words, 2, counters)
    }),
    ...named(['-I', '--insert'], (line, words, counters) => {
      const chain = this.#chain(words[1])
      const number = numberIn(words[2])
      const place = (number ?? 1) - 1
      const next = number === undefined ? 2 : 3
      if (chain !== undefined && this.#hasPlace(chain, place, 1, line)) {
        this.#put(chain, place, 0, line, words, next, counters)
      }
    }),
    ...named(['-R', '--replace'], (line, words, counters) => {
      const chain = this.#chain(words[1])
      const place = (numberIn(words[2]) ?? 0) - 1
      if (chain !== undefined && this.#hasPlace(chain, place, 0, line)) {
        this.#put(chain, place, 1, line, words, 3, counters)
      }
    }),
    ...named(['-D', '--delete'], (line, words) => this.#delete(line, words)),
    ...named(['-F', '--flush'], (_, words) => {
      for (const [name, chain] of this.#chains) {
        if (name === (words[1]?.text ?? name)) chain.rules.length = 0
      }
    }),
    ...named(['-X', '--delete-chain'], (_, words) => {
      for (const name of [...this.#chains.keys()]) {
        const isBuiltIn = baseOf(this.#context.table, name, 'accept') !== null
        if (!isBuiltIn && name === (words[1]?.text ?? name)) this.#chains.delete(name)
      }
    }),
    ...named(['-N', '--new-chain', '--new'], (line, words) => {
      const [, name] = words
      if (name !== undefined) this.#chains.set(name.text, newChain(line))
    }),
    ...named(['-P', '--policy'], (line, words) => this.#setPolicy(line, words)),
    ...named(['-E', '--rename-chain'], (_, words) => this.#rename(words)),
    ...named(['-Z', '--zero', '-C', '--check', '-L', '--list'], () => {}),
  ])

  #declare(line: Line): void {
    const [first, policy, counters] = line.words
    const name = (first?.text ?? '').slice(1)
    const found = counters === undefined ? null : readCounters(counters.text)
    if (counters !== undefined && found === null && counters.text !== '-') {
      this.#complain(counters, `"${counters.text}" is no pair of counters`)
    }
    this.#chains.set(name, { ...newChain(line), policy: this.#policy(policy), counters: found })
    if (policy === undefined) this.#complain(line, `the chain "${name}" has no policy`)
  }

  #policy(word: Word | undefined): 'accept' | 'drop' {
    const text = word?.text ?? '-'
    if (!['ACCEPT', 'DROP', '-'].includes(text)) {
      this.#complain(word ?? this.#at, `"${text}" is no policy`)
    }
    return text === 'DROP' ? 'drop' : 'accept'
  }

  #setPolicy(line: Line, words: readonly Word[]): void {
    const [, name, policy] = words
    if (name === undefined || policy === undefined) {
      this.#complain(line, 'a policy needs a chain and a word')
      return
    }
    const known = this.#chains.get(name.text)
    const own = { ...newChain(line), ...known, policy: this.#policy(policy) }
    const counted =
      words[3]?.text === '-c' ? readCounters(`[${words[4]?.text}:${words[5]?.text}]`) : null
    this.#chains.set(name.text, { ...own, counters: counted ?? own.counters })
  }

  /** Built-in chains are there without being declared, though iptables-save declares them. */
  #chain(word: Word | undefined): ChainDraft | undefined {
    const name = word?.text ?? ''
    const known = this.#chains.get(name)
    if (known !== undefined || word === undefined) return known
    const made = newChain(word)
    this.#chains.set(name, made)
    if (this.#isWhole || baseOf(this.#context.table, name, 'accept') === null) {
      this.#context.fail()
      const message = `the chain "${name}" is not declared`
      this.#context.reporter.report('NP8001', { message, at: this.#span(word) })
    }
    return made
  }

  #put(
    chain: ChainDraft,
    place: number,
    replaced: number,
    line: Line,
    words: readonly Word[],
    start: number,
    counters: Counters | null,
  ): void {
    const at = { start: words[0]?.start ?? line.start, end: words.at(-1)?.end ?? line.end }
    const reader = new RuleReader(this.#context, words, start, at)
    if (counters !== null) reader.setCounters(counters)
    if (line.isCut) reader.cut()
    const rule = reader.read()
    if (rule.isForeign) return
    if (replaced === 0 && place === chain.rules.length) chain.rules.push(rule)
    else chain.rules.splice(place, replaced, rule)
  }

  #hasPlace({ rules }: ChainDraft, place: number, beyond: number, line: Line): boolean {
    if (place >= 0 && place < rules.length + beyond) return true
    this.#complain(line, `the chain has no place ${place + 1}: it has ${rules.length} rules`)
    return false
  }

  #delete(line: Line, words: readonly Word[]): void {
    const chain = this.#chain(words[1])
    if (chain === undefined) return
    const number = numberIn(words[2])
    const wanted = number === undefined ? this.#rule(line, words) : null
    const place =
      wanted === null
        ? (number ?? 0) - 1
        : chain.rules.findIndex(({ rule }) => sameRule(rule, wanted.rule))
    if (chain.rules[place] === undefined) this.#complain(line, 'there is no such rule to delete')
    else chain.rules.splice(place, 1)
  }

  #rule(line: Line, words: readonly Word[]): ReadRule {
    return new RuleReader(this.#context, words, 2, line).read()
  }

  #rename(words: readonly Word[]): void {
    const [, from, to] = words.map(({ text }) => text)
    const entries = [...this.#chains].map(([name, chain]) => {
      return [name === from && to !== undefined ? to : name, chain] as const
    })
    this.#chains = new Map(entries)
  }

  #complain(at: Extent, message: string): void {
    this.#context.fail()
    this.#context.reporter.report('NP8005', { message, at: this.#span(at) })
  }

  #span({ start, end }: Extent) {
    return { source: this.#context.source, start, end }
  }
}

/** Words that are no chains, whatever is declared. */
const baseVerdicts: readonly string[] = ['ACCEPT', 'DROP', 'RETURN']

function named(
  names: readonly string[],
  command: Command,
): readonly (readonly [string, Command])[] {
  return names.map((name) => [name, command] as const)
}

function newChain({ start, end }: Extent): ChainDraft {
  return { policy: 'accept', rules: [], counters: null, at: { start, end } }
}

function numberIn(word: Word | undefined): number | undefined {
  return word !== undefined && /^\d+$/.test(word.text) ? Number(word.text) : undefined
}

const noPackets: Counters = { packets: 0n, bytes: 0n }

/** `[packets:bytes]`; null for anything else. */
function readCounters(text: string): Counters | null {
  if (text === '[0:0]') return noPackets
  const [, packets, bytes] = /^\[(\d+):(\d+)\]$/.exec(text) ?? []
  if (packets === undefined || bytes === undefined) return null
  return { packets: BigInt(packets), bytes: BigInt(bytes) }
}
