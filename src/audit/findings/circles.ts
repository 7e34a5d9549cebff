// NP8110: chains that jump in a circle. No kernel takes them where packets come by.
import { circlesOf } from '../../ruleset/calls.ts'
import { type FindingContext, flowOf, labelRule, nameTable } from './context.ts'

/** One finding for each circle, with every jump on the way round. */
export function circles(context: FindingContext): void {
  for (const table of context.ruleset.tables) {
    for (const way of circlesOf(flowOf(context, table).calls)) {
      const [first, ...others] = way
      if (first === undefined) continue
      const names = [...way.map(({ chain }) => chain.name), first.chain.name]
      const reached = way.some(({ chain }) => flowOf(context, table).reached.has(chain.name))
      const where = reached ? '' : '; no hook reaches them'
      context.reporter.report('NP8110', {
        message: `chains of ${nameTable(table)} jump in a circle: ${names.join(' → ')}${where}`,
        at: first.rule.at,
        label: `to ${first.action.chain}`,
        also: others.map((call) =>
          labelRule(context, { table, ...call }, `to ${call.action.chain}`),
        ),
      })
    }
  }
}
