// What only the experimental channel of the API has: a cluster with the standard one drops these fields.
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutRule } from '../../src/emit/complain.ts'
import { directions, type Policy, type Rule } from '../../src/ir/types.ts'

const features: readonly { readonly name: string; readonly isIn: (rule: Rule) => boolean }[] = [
  { name: '"nodes"', isIn: ({ peers }) => peers.some(({ kind }) => kind === 'hosts') },
  { name: '"domainNames"', isIn: ({ conditions }) => conditions.length > 0 },
  {
    name: '"destinationNamedPort"',
    isIn: ({ traffic }) =>
      traffic.some((one) => one.kind === 'ports' && one.ports.kind === 'named'),
  },
]

/** Reports (NP5005) each experimental field that a policy needs, at the first rule that needs it. */
export function warnExperimental(policy: Policy, reporter: Reporter): void {
  const rules = directions.flatMap((direction) => policy[direction]?.rules ?? [])
  for (const { name, isIn } of features) {
    const rule = rules.find(isIn)
    if (rule === undefined) continue
    aboutRule(policy, rule, reporter)(
      'NP5005',
      `${name} is in the experimental channel of ClusterNetworkPolicy only`,
      { help: 'install the experimental CRD, and an implementation that knows the field' },
    )
  }
}
