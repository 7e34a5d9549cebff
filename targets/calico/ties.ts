// Policies of equal order: Calico sorts them by texts of its own, which need not agree with the source.
import { byCodeUnit, groupBy } from '../../src/algebra/order.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy } from '../../src/emit/complain.ts'
import { directions, type Policy, type Tier } from '../../src/ir/types.ts'
import { calicoName } from './names.ts'
import type { CalicoOptions } from './options.ts'

/**
 * Reports, in a first-match tier, policies of one namespace and order that Calico would sort
 * otherwise than by name. Where all rules allow, their order has no meaning, and nothing is reported.
 */
export function reportTies(tier: Tier, options: CalicoOptions, reporter: Reporter): void {
  if (tier.combining !== 'first-match') return
  const { version } = options
  for (const tied of tiesOf(tier.policies)) {
    if (tied.every(allowsOnly)) continue
    const keyOf = ({ name, namespace }: Policy): string =>
      version.tieKey(calicoName(name, options.tier, version), namespace ?? '')
    const sorted = sortedBy(tied, keyOf)
    const moved = sortedBy(tied, ({ name }) => name).find((policy, at) => policy !== sorted[at])
    if (moved === undefined) continue
    aboutPolicy(moved, reporter)(
      'NP5001',
      `Calico ${version.title} sorts policies of equal order differently`,
      { help: 'give the policies different orders' },
    )
  }
}

function tiesOf(policies: readonly Policy[]): readonly (readonly Policy[])[] {
  const groups = groupBy(policies, ({ namespace, order }) => `${namespace}/${order}`)
  return [...groups.values()].filter(({ length }) => length > 1)
}

function allowsOnly(policy: Policy): boolean {
  return directions.every(
    (direction) => policy[direction]?.rules.every(({ action }) => action === 'allow') ?? true,
  )
}

function sortedBy(
  policies: readonly Policy[],
  keyOf: (policy: Policy) => string,
): readonly Policy[] {
  return policies
    .map((policy) => ({ policy, key: keyOf(policy) }))
    .sort((a, b) => byCodeUnit(a.key, b.key))
    .map(({ policy }) => policy)
}
