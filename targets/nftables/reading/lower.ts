// Trees of nft rule sets → the neutral rule set: src/ruleset/types.ts.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Chain, NamedSet, Rule, Table } from '../../../src/ruleset/types.ts'
import type { Span } from '../../../src/source/source.ts'
import { lowerRule, type RuleSurroundings } from './lowerRule.ts'
import { lowerSet } from './lowerSets.ts'
import { type ChainTree, type RulesetTree, seenBy, type TableTree } from './syntax.ts'

/** What a dump of nftables says. */
export interface NftDump {
  readonly tables: readonly Table[]
  /** Whether something could not be read: the tables then say less than the text. */
  readonly isPartial: boolean
}

/** Lowers what was read; of what is not modelled, the first of each kind is reported as NP8004. */
export function lower({ tables, isPartial }: RulesetTree, reporter: Reporter): NftDump {
  const noted = new Set<string>()
  const note = (text: string, at: Span): void => {
    const kind = text
      .replace(/^\((.*)/, '$1')
      .split(' ')
      .slice(0, 2)
      .join(' ')
    if (noted.has(kind)) return
    noted.add(kind)
    reporter.report('NP8004', { message: `"${kind}" is not modelled`, at })
  }
  return { tables: tables.map((table) => lowerTable(table, note, reporter)), isPartial }
}

function lowerTable(table: TableTree, note: RuleSurroundings['note'], reporter: Reporter): Table {
  if (table.isDormant) {
    const message = `table "${table.name}" is dormant: the kernel passes it over`
    reporter.report('NP8006', { message, at: table.at })
  }
  const changes = changesIn(table)
  const sets = new Map<string, NamedSet>()
  for (const [name, set] of table.sets) sets.set(name, lowerSet(set, changes.sets.has(name)))
  const around: RuleSurroundings = {
    family: table.family,
    changed: changes.selectors,
    note,
    itemsOf: (name) => (sets.get(name)?.isKnown ? (table.sets.get(name)?.items ?? null) : null),
  }
  const chains = new Map<string, Chain>()
  for (const [name, chain] of table.chains) {
    const base = table.isDormant ? null : chain.base
    const rules = rulesOf(chain, around)
    chains.set(name, { name, base, rules, counters: null, at: chain.at })
  }
  const { name, at } = table
  return { engine: 'nftables', families: seenBy[table.family], name, chains, sets, at }
}

function rulesOf({ rules }: ChainTree, around: RuleSurroundings): readonly Rule[] {
  const lowered: Rule[] = []
  rules.reverse()
  for (let rule = rules.pop(); rule !== undefined; rule = rules.pop()) {
    for (const one of lowerRule(rule, around)) lowered.push(one)
  }
  return lowered
}

/** What rules of a table change while packets pass. */
function changesIn({ chains }: TableTree): {
  readonly sets: ReadonlySet<string>
  readonly selectors: ReadonlySet<string>
} {
  const [sets, selectors] = [new Set<string>(), new Set<string>()]
  for (const { rules } of chains.values()) {
    for (const { statements } of rules) {
      for (const statement of statements) {
        if (statement.kind === 'change set') sets.add(statement.name)
        if (statement.kind === 'assignment') selectors.add(statement.words)
      }
    }
  }
  return { sets, selectors }
}
