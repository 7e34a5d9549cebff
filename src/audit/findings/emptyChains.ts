// NP8109: jumps to chains without rules, which do nothing.
import type { Chain, Table } from '../../ruleset/types.ts'
import {
  count,
  type FindingContext,
  few,
  firstLine,
  flowOf,
  labelRule,
  listNames,
  nameRule,
  nameTable,
} from './context.ts'
import type { FlowCall } from './flow.ts'

interface Empty {
  readonly chain: Chain
  readonly calls: readonly FlowCall[]
}

/** One finding for each empty chain of nobody's, and one for all of a generator's in a table. */
export function emptyChains(context: FindingContext): void {
  for (const table of context.ruleset.tables) {
    const byOwner = new Map<string, Empty[]>()
    for (const [name, calls] of flowOf(context, table).callers) {
      const chain = table.chains.get(name)
      if (chain === undefined || chain.rules.length > 0) continue
      const owner = context.recognition.chain(table, name)?.generator
      if (owner === undefined) reportEmpty(context, table, { chain, calls })
      else byOwner.set(owner, [...(byOwner.get(owner) ?? []), { chain, calls }])
    }
    for (const [owner, empty] of byOwner) reportOwned(context, table, owner, empty)
  }
}

function reportEmpty(context: FindingContext, table: Table, { chain, calls }: Empty): void {
  const [first, ...others] = calls
  if (first === undefined) return
  context.reporter.report('NP8109', {
    message: `${nameRule(context, { table, ...first })}, jumps to chain ${chain.name}, which has no rules`,
    at: first.action.at,
    label: 'does nothing',
    also: few([
      { span: firstLine(chain.at), text: 'no rules' },
      ...others.map((call) => labelRule(context, { table, ...call }, 'jumps there too')),
    ]),
  })
}

function reportOwned(
  context: FindingContext,
  table: Table,
  owner: string,
  empty: readonly Empty[],
): void {
  const labels = empty.flatMap(({ chain, calls }) =>
    calls.slice(0, 1).map(({ action }) => ({ span: action.at, text: `${chain.name} is empty` })),
  )
  const [first, ...others] = labels
  const names = listNames(empty.map(({ chain }) => chain.name))
  context.reporter.report('NP8109', {
    message: `rules jump to ${count(empty.length, 'chain')} of ${owner} without rules in ${nameTable(table)}: ${names}`,
    at: first?.span,
    label: first?.text ?? '',
    also: few(others),
  })
}
