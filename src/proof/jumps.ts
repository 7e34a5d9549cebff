// Jumps between the chains of a table, where a proof rests on them: kernels follow them to a depth, and
// refuse circles.
import { calleesFirst, callsIn, circlesOf } from '../ruleset/calls.ts'
import { maxDepth } from '../ruleset/chains.ts'
import type { Table } from '../ruleset/types.ts'
import type { Refuse } from './knownRules.ts'

/** How many chains are followed below one with a hook: that of nft is the kernel's. */
const maxDepths: Readonly<Record<Table['engine'], number>> = { nftables: 15, iptables: maxDepth }

/** Refuses jumps that go too deep (NP2021) or round (NP2023). */
export function checkJumps(table: Table, refuse: Refuse): void {
  const calls = callsIn(table)
  for (const way of circlesOf(calls)) {
    const closing = way.at(-1)
    if (closing === undefined) continue
    const names = [...way.map(({ chain }) => chain.name), closing.action.chain]
    refuse('NP2023', `chains jump in a circle: ${names.join(' → ')}`, closing.rule.at)
  }
  const depths = new Map<string, number>()
  for (const name of calleesFirst(calls)) {
    const below = (calls.get(name) ?? []).map(({ action }) => depths.get(action.chain) ?? -1)
    depths.set(
      name,
      below.reduce((most, depth) => Math.max(most, depth + 1), 0),
    )
  }
  const most = maxDepths[table.engine]
  for (const { name, base, at } of table.chains.values()) {
    const depth = depths.get(name) ?? 0
    if (base === null || depth <= most) continue
    refuse('NP2021', `chains jump ${depth} deep: no more than ${most} are followed`, at)
  }
}
