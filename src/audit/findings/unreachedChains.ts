// NP8107: chains that no packet comes to. What generators leave standing is summed up.

import { groupBy } from '../../algebra/order.ts'
import { countRules } from '../../ruleset/ruleNumbers.ts'
import type { Chain, Table } from '../../ruleset/types.ts'
import {
  count,
  type FindingContext,
  few,
  firstLine,
  flowOf,
  labelRule,
  listNames,
  nameTable,
} from './context.ts'
import type { Flow } from './flow.ts'

/** One finding for each chain of nobody's, and one for all of a generator's in a table. */
export function unreachedChains(context: FindingContext): void {
  for (const table of context.ruleset.tables) {
    const flow = flowOf(context, table)
    const dead = [...table.chains.values()].filter(({ name }) => !flow.reached.has(name))
    const byOwner = groupBy(dead, ({ name }) => ownerOf(context, table, name))
    for (const [owner, chains] of byOwner) {
      if (owner === null) for (const chain of chains) reportChain(context, flow, chain)
      else reportOwned(context, table, owner, chains)
    }
  }
}

/** Whose chain it is; the canaries of Kubernetes are put there to be seen, not to be reached. */
function ownerOf({ recognition }: FindingContext, table: Table, name: string): string | null {
  const role = recognition.chain(table, name)
  if (role !== null) return role.generator
  return /^KUBE-[A-Z]+-CANARY$/.test(name) ? 'Kubernetes' : null
}

function reportChain(context: FindingContext, { table, callers }: Flow, chain: Chain): void {
  const calls = callers.get(chain.name) ?? []
  const why =
    calls.length === 0
      ? 'no rule jumps to it'
      : 'the rules that jump to it are not reached themselves'
  const labels = calls.map((call) => labelRule(context, { table, ...call }, 'jumps to it'))
  context.reporter.report('NP8107', {
    message: `chain ${chain.name} of ${nameTable(table)} is never reached: ${why}`,
    at: firstLine(chain.at),
    label: count(countRules(chain), 'rule'),
    also: few(labels),
  })
}

function reportOwned(
  { reporter }: FindingContext,
  table: Table,
  owner: string,
  chains: readonly Chain[],
): void {
  const names = listNames(chains.map(({ name }) => name))
  const verb = chains.length === 1 ? 'is' : 'are'
  const of = `${count(chains.length, 'chain')} of ${owner} in ${nameTable(table)}`
  const labels = chains.map(({ name, at }) => ({ span: firstLine(at), text: name }))
  const [first, ...others] = labels
  reporter.report('NP8107', {
    message: `${of} ${verb} never reached: ${names}`,
    at: first?.span,
    label: first?.text ?? '',
    also: few(others),
  })
}
