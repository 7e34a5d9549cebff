// NP8111: rules, and lists of sets, that name sets which are not there.
import { type FindingContext, few, firstLine, labelRule, nameRule } from './context.ts'
import { type SetSpace, setSpaces } from './setUses.ts'

/** One finding for each set that is missing. */
export function missingSets(context: FindingContext): void {
  for (const space of setSpaces(context.ruleset)) {
    const where = space.table === null ? 'the dump of sets' : `table ${space.table.name}`
    missingInRules(context, space, where)
    missingInLists(context, space, where)
  }
}

function missingInRules(context: FindingContext, { sets, uses }: SetSpace, where: string): void {
  for (const [name, places] of uses) {
    const [first, ...others] = places
    if (sets.has(name) || first === undefined) continue
    context.reporter.report('NP8111', {
      message: `${nameRule(context, first.place)}, names set "${name}", which is not in ${where}`,
      at: first.match?.at ?? first.place.rule.at,
      label: 'not there',
      also: few(others.map(({ place }) => labelRule(context, place, 'names it too'))),
    })
  }
}

function missingInLists({ reporter }: FindingContext, { sets }: SetSpace, where: string): void {
  for (const set of sets.values()) {
    for (const member of set.members ?? []) {
      if (sets.has(member)) continue
      reporter.report('NP8111', {
        message: `list ${set.name} holds set "${member}", which is not in ${where}`,
        at: firstLine(set.at),
        label: 'holds it',
      })
    }
  }
}
