// NP8120: sets that hold nearly as many elements as they take. What does not fit is not filtered as meant.
import { type FindingContext, firstLine } from './context.ts'
import { nameSet, setSpaces } from './setUses.ts'

/** The share of its capacity from which on a set counts as nearly full. */
const nearlyFull = 0.9

/** One finding for each set that is nearly full. */
export function fullSets({ ruleset, reporter }: FindingContext): void {
  for (const space of setSpaces(ruleset)) {
    for (const set of space.sets.values()) {
      if (set.capacity === null || set.count < set.capacity * nearlyFull) continue
      reporter.report('NP8120', {
        message: `${nameSet(set.name, space)} holds ${set.count} of at most ${set.capacity} elements`,
        at: firstLine(set.at),
        label: set.type,
        help: 'what is added beyond that is refused: give it more room',
      })
    }
  }
}
