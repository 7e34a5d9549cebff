// What every finding is given, and how findings name rules and point at them.
import type { Address } from '../../algebra/address.ts'
import type { Label, Reporter } from '../../diagnostics/diagnostic.ts'
import { ruleNumber } from '../../ruleset/ruleNumbers.ts'
import type { Chain, Rule, Ruleset, Table } from '../../ruleset/types.ts'
import type { Span } from '../../source/source.ts'
import type { Recognition } from '../generators/types.ts'
import type { Routes } from '../routes.ts'
import { compareRules } from './comparing.ts'
import type { Comparison } from './facts.ts'
import { type Flow, makeFlow } from './flow.ts'

/** What findings are made from. */
export interface FindingInput {
  readonly ruleset: Ruleset
  readonly recognition: Recognition
  readonly reporter: Reporter
  /** Addresses of the machine itself; none where they are not known. */
  readonly localAddresses: readonly Address[]
  /** Its routes; null where nobody gave them. */
  readonly routes: Routes | null
  /** Steps of computation that comparing the rules of one chain may take. */
  readonly budget?: number
}

export interface FindingContext extends FindingInput {
  /** Where packets can go from rule to rule, in each table. */
  readonly flows: ReadonlyMap<Table, Flow>
  /** How the rules of chains stand to each other; worked out when it is first asked for. */
  readonly comparisons: () => readonly ChainComparison[]
}

/** What was found out about the rules of a chain that packets come to. */
export interface ChainComparison extends Comparison {
  readonly table: Table
  readonly chain: Chain
}

/** A rule and where it stands; `index` counts from 0. */
export interface RulePlace {
  readonly table: Table
  readonly chain: Chain
  readonly rule: Rule
  readonly index: number
}

/** A recognition that knows nobody. */
export const nobodyKnown: Recognition = {
  generators: [],
  chain: () => null,
  set: () => null,
  rule: () => null,
  interfaces: new Map(),
}

export function makeContext(input: FindingInput): FindingContext {
  const flows = new Map(input.ruleset.tables.map((table) => [table, makeFlow(table)]))
  let known: readonly ChainComparison[] | null = null
  const comparisons = (): readonly ChainComparison[] => {
    known ??= compareAll(input, flows)
    return known
  }
  return { ...input, flows, comparisons }
}

/** Steps that comparing the rules of one chain may take, where nobody says how many. */
const usualBudget = 20_000_000
/** So many chains may take too long before those that are left get less. */
const fewGivenUp = 3

function compareAll(
  { ruleset, budget = usualBudget }: FindingInput,
  flows: ReadonlyMap<Table, Flow>,
): readonly ChainComparison[] {
  let givenUp = 0
  const compared: ChainComparison[] = []
  for (const flow of flows.values()) {
    for (const chain of flow.table.chains.values()) {
      if (chain.rules.length === 0 || !flow.reached.has(chain.name)) continue
      const steps = givenUp < fewGivenUp ? budget : budget / 20
      const comparison = compareRules(chain, flow, ruleset, steps)
      if (!comparison.isComplete) givenUp += 1
      compared.push({ table: flow.table, chain, ...comparison })
    }
  }
  return compared
}

/** Where packets can go in a table of the context's rule set. */
export function flowOf(context: FindingContext, table: Table): Flow {
  return context.flows.get(table) ?? makeFlow(table)
}

/** All rules, table by table and chain by chain. */
export function* rulesOf(ruleset: Ruleset): Generator<RulePlace> {
  for (const table of ruleset.tables) {
    for (const chain of table.chains.values()) {
      for (const [index, rule] of chain.rules.entries()) yield { table, chain, rule, index }
    }
  }
}

/** `Calico policy shop/db, ingress rule 2`, or `chain FORWARD, rule 3`. */
export function nameRule(context: FindingContext, place: RulePlace): string {
  const { table, chain, rule } = place
  const known = context.recognition.rule(table, chain.name, rule)
  return known ?? `chain ${chain.name}, rule ${ruleNumber(chain, rule)}`
}

/** A label on a rule: its name, and what it does here. */
export function labelRule(context: FindingContext, place: RulePlace, text: string = ''): Label {
  const name = nameRule(context, place)
  return { span: place.rule.at, text: text === '' ? name : `${name}: ${text}` }
}

/** `table filter (IPv4)` */
export function nameTable({ name, families }: Table): string {
  return `table ${name} (${families.map((family) => `IPv${family}`).join(' and ')})`
}

/** How many places a finding shows beside its first one. */
const shownPlaces = 4

/** The first few labels; the last one shown says how many more there are. */
export function few(labels: readonly Label[], total: number = labels.length): readonly Label[] {
  const shown = labels.slice(0, shownPlaces)
  const [last, more] = [shown.at(-1), total - shown.length]
  if (last === undefined || more <= 0) return shown
  return [...shown.slice(0, -1), { ...last, text: `${last.text}, and ${more} more` }]
}

/** `3 chains`, `1 chain` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** A list of names that stays short: `a, b, c and 9 more`. */
export function listNames(names: readonly string[], shown: number = 3): string {
  const more = names.length - shown
  if (more > 0) return `${names.slice(0, shown).join(', ')} and ${more} more`
  const last = names.at(-1) ?? ''
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last
}

/** The first line of what is a block of text, such as a chain of nftables. */
export function firstLine(span: Span): Span {
  const end = span.source.text.indexOf('\n', span.start)
  return end < 0 || end >= span.end ? span : { ...span, end }
}
