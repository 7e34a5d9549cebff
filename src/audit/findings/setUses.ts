// Which rules and sets refer to which sets.
import type { Match, NamedSet, Ruleset, Table } from '../../ruleset/types.ts'
import { type RulePlace, rulesOf } from './context.ts'

/** A rule that names a set. */
export interface SetUse {
  readonly place: RulePlace
  /** The match that asks for members; null for an action that looks up, adds or deletes. */
  readonly match: (Match & { readonly kind: 'set' }) | null
}

/** Where a name is looked up: the kernel's ipsets, or one table of nftables. */
export interface SetSpace {
  readonly sets: ReadonlyMap<string, NamedSet>
  /** The table that the names belong to; null for ipsets. */
  readonly table: Table | null
  /** By the name that rules write. */
  readonly uses: ReadonlyMap<string, readonly SetUse[]>
}

/** All spaces of names; that of ipsets only where a dump of them was given. */
export function setSpaces(ruleset: Ruleset): readonly SetSpace[] {
  const byTable = new Map<Table | null, Map<string, SetUse[]>>()
  byTable.set(null, new Map())
  for (const table of ruleset.tables) if (table.engine === 'nftables') byTable.set(table, new Map())
  for (const place of rulesOf(ruleset)) {
    const uses = byTable.get(place.table.engine === 'nftables' ? place.table : null)
    for (const { name, match } of namesIn(place)) {
      const known = uses?.get(name)
      if (known === undefined) uses?.set(name, [{ place, match }])
      else if (known.at(-1)?.place.rule !== place.rule) known.push({ place, match })
    }
  }
  return [...byTable].flatMap(([table, uses]) => {
    if (table === null && !ruleset.knowsIpsets) return []
    return [{ sets: table === null ? ruleset.ipsets : table.sets, table, uses }]
  })
}

/** Sets that rules refer to, and those that these hold. */
export function usedSets({ sets, uses }: SetSpace): ReadonlySet<string> {
  const used = new Set<string>()
  const waiting = [...uses.keys()]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (used.has(name)) continue
    used.add(name)
    waiting.push(...(sets.get(name)?.members ?? []))
  }
  return used
}

/** `set x`, or `set x of table y (IPv4)`. */
export function nameSet(name: string, { table }: SetSpace): string {
  return table === null ? `set ${name}` : `set ${name} of table ${table.name}`
}

function namesIn({ rule }: RulePlace): readonly { name: string; match: SetUse['match'] }[] {
  const found: { name: string; match: SetUse['match'] }[] = []
  const visit = (match: Match): void => {
    if (match.kind === 'set') found.push({ name: match.name, match })
    if (match.kind === 'any') match.of.flat().forEach(visit)
  }
  rule.matches.forEach(visit)
  for (const action of rule.actions) {
    if (action.kind === 'change set') found.push({ name: action.name, match: null })
    if (action.kind === 'map' && 'name' in action.map) {
      found.push({ name: action.map.name, match: null })
    }
  }
  return found
}
