// NP8121: hooks where rules of iptables and of nftables filter the same packets: what one accepts the
// other can still drop.
import { hooks } from '../../ruleset/types.ts'
import { type FindingContext, firstLine, nameTable } from './context.ts'
import { chainsAt, type HookChain } from './hooks.ts'

/** One finding for each hook at which both engines can drop packets of one IP version. */
export function twoEngines(context: FindingContext): void {
  for (const hook of hooks) {
    const pair = ([4, 6] as const)
      .map((family) => {
        const chains = chainsAt(context, hook, family).filter(({ mayDrop }) => mayDrop)
        const iptables = chains.find(({ table }) => table.engine === 'iptables')
        const nftables = chains.find(
          (one) => one.table.engine === 'nftables' && !isSame(one, chains),
        )
        return iptables && nftables ? { iptables, nftables } : null
      })
      .find((found) => found !== null)
    if (pair !== undefined) report(context, hook, pair.iptables, pair.nftables)
  }
}

/** Whether it is a table of iptables, seen through nftables. */
function isSame({ table, chain }: HookChain, all: readonly HookChain[]): boolean {
  return all.some(
    (other) =>
      other.table.engine === 'iptables' &&
      other.table.name === table.name &&
      other.chain.name === chain.name,
  )
}

function report(
  { reporter }: FindingContext,
  hook: string,
  iptables: HookChain,
  nftables: HookChain,
): void {
  const [first, second] =
    iptables.base.priority <= nftables.base.priority ? [iptables, nftables] : [nftables, iptables]
  const name = ({ table, chain }: HookChain): string =>
    `chain ${chain.name} of ${table.engine} ${nameTable(table)}`
  reporter.report('NP8121', {
    message: `at ${hook} both iptables and nftables filter: a packet has to pass ${name(first)} and then ${name(second)}`,
    at: firstLine(first.chain.at),
    label: 'comes first',
    also: [{ span: firstLine(second.chain.at), text: 'comes second' }],
  })
}
