// NP8116: hooks that let on what no rule decides.

import type { Family } from '../../algebra/address.ts'
import { countRules } from '../../ruleset/ruleNumbers.ts'
import type { HookName } from '../../ruleset/types.ts'
import { count, type FindingContext, firstLine, nameTable } from './context.ts'
import { chainsAt, type HookChain } from './hooks.ts'
import { policyGenerators } from './policyGenerators.ts'

/** One finding for each hook and IP version at whose every end packets are let on. */
export function openHooks(context: FindingContext): void {
  for (const hook of ['input', 'forward'] as const) {
    const open = ([4, 6] as const).flatMap((family) => {
      const chain = openChain(chainsAt(context, hook, family))
      return chain === null ? [] : [{ family, ...chain }]
    })
    const [first, second] = open
    if (first === undefined) continue
    report(context, hook, first, first.family)
    if (second !== undefined && second.chain !== first.chain) {
      report(context, hook, second, second.family)
    }
  }
}

/** The chain that filters most, where none of the hook drops at its end and none accepts by a rule. */
function openChain(chains: readonly HookChain[]): HookChain | null {
  if (chains.some(({ end }) => end !== 'accept')) return null
  const usual = chains.filter(({ table }) => table.engine === 'nftables' || table.name === 'filter')
  const byRules = [...usual].sort((a, b) => b.chain.rules.length - a.chain.rules.length)
  const [first] = byRules
  const hasOwnEnd = first?.chain.rules.some((rule) => !first.flow.endsOf(rule).goOn) ?? true
  return first === undefined || hasOwnEnd ? null : first
}

function report(
  context: FindingContext,
  hook: HookName,
  { chain, table }: HookChain,
  family: Family,
): void {
  const all = table.families.map((one) => `IPv${one}`).join(' and ')
  const families = table.families.includes(family) ? all : `IPv${family}`
  // Who filters pods only leaves the rest to the machine's own rules.
  const policies = policyGenerators(context)
  const known = policies.length > 0
  const rest = known ? `, beside what ${policies.join(' and ')} filters` : ''
  context.reporter.report('NP8116', {
    message: `${families} packets at ${hook} that no rule decides are accepted${rest}: the policy of chain ${chain.name} of ${nameTable(table)} is ACCEPT`,
    at: firstLine(chain.at),
    label: `${count(countRules(chain), 'rule')}, then accept`,
    ...(known ? { severity: 'note' as const } : {}),
  })
}
