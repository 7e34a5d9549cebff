// NP8124: chains whose rules could not be compared within the limit.
import { countRules } from '../../ruleset/ruleNumbers.ts'
import { count, type FindingContext, firstLine, nameTable } from './context.ts'

/** One finding for each chain that was given up. */
export function limits(context: FindingContext): void {
  for (const { table, chain, isComplete } of context.comparisons()) {
    if (isComplete) continue
    context.reporter.report('NP8124', {
      message: `the ${count(countRules(chain), 'rule')} of chain ${chain.name} of ${nameTable(table)} were not all compared with each other: that takes too long`,
      at: firstLine(chain.at),
      label: 'given up',
    })
  }
}
