// NP8112: sets that no rule asks.
import { groupBy } from '../../algebra/order.ts'
import type { NamedSet, Ruleset } from '../../ruleset/types.ts'
import { count, type FindingContext, few, firstLine, listNames } from './context.ts'
import { nameSet, type SetSpace, setSpaces, usedSets } from './setUses.ts'

/** One finding for each set of nobody's, and one for all of a generator's. */
export function unusedSets(context: FindingContext): void {
  for (const space of setSpaces(context.ruleset)) {
    if (space.table === null && !hasIptables(context.ruleset)) continue
    const used = usedSets(space)
    const unused = [...space.sets.values()].filter(
      (set) => !used.has(set.name) && (space.table !== null || isSeen(context.ruleset, set)),
    )
    const byOwner = groupBy(unused, ({ name }) => context.recognition.set(name)?.generator ?? null)
    for (const [owner, sets] of byOwner) {
      if (owner === null) for (const set of sets) reportSet(context, space, set)
      else reportOwned(context, owner, sets)
    }
  }
}

function hasIptables({ tables }: Ruleset): boolean {
  return tables.some(({ engine }) => engine === 'iptables')
}

/** Whether rules of the set's IP version are in the dump: else nobody can say that none asks. */
function isSeen({ tables }: Ruleset, { family }: NamedSet): boolean {
  const seen = tables.filter(({ engine }) => engine === 'iptables').flatMap((one) => one.families)
  return family === null || seen.includes(family)
}

function reportSet({ reporter }: FindingContext, space: SetSpace, set: NamedSet): void {
  reporter.report('NP8112', {
    message: `${nameSet(set.name, space)} is not used by any rule`,
    at: firstLine(set.at),
    label: set.type,
  })
}

function reportOwned({ reporter }: FindingContext, owner: string, sets: readonly NamedSet[]): void {
  const [first, ...others] = sets
  const verb = sets.length === 1 ? 'is' : 'are'
  const names = listNames(sets.map(({ name }) => name))
  reporter.report('NP8112', {
    message: `${count(sets.length, 'set')} of ${owner} ${verb} not used by any rule: ${names}`,
    at: first === undefined ? undefined : firstLine(first.at),
    label: first?.name ?? '',
    also: few(others.map(({ at, name }) => ({ span: firstLine(at), text: name }))),
  })
}
