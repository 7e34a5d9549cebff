// NP8108: jumps to chains that the table does not have.
import { groupBy } from '../../algebra/order.ts'
import { type FindingContext, few, flowOf, labelRule, nameRule, nameTable } from './context.ts'

/** One finding for each chain that is missing. */
export function missingChains(context: FindingContext): void {
  for (const table of context.ruleset.tables) {
    const missing = [...flowOf(context, table).callers].filter(([name]) => !table.chains.has(name))
    for (const [name, calls] of missing) {
      const [first, ...others] = [...groupBy(calls, ({ rule }) => rule).values()].flatMap((one) =>
        one.slice(0, 1),
      )
      if (first === undefined) continue
      const cut = context.ruleset.isPartial ? ', or it stands where the dump cannot be read' : ''
      context.reporter.report('NP8108', {
        message: `${nameRule(context, { table, ...first })}, jumps to "${name}", but ${nameTable(table)} has no such chain${cut}`,
        at: first.action.at,
        label: 'not there',
        also: few(others.map((call) => labelRule(context, { table, ...call }, 'jumps there too'))),
      })
    }
  }
}
