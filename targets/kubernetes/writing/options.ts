// The options of this target, and what they say of the cluster.
import { addressesGiven, addressOptions } from '../../../src/emit/addressOptions.ts'
import type { GivenInput, OptionValues, TargetOption } from '../../../src/emit/target.ts'
import { listedValues, perNamespace } from '../../../src/lowering/snapshot.ts'
import type { GivenFacts } from '../../../src/proof/premises.ts'

const isYesOrNo = (word: string): string | undefined =>
  word === 'yes' || word === 'no' ? undefined : 'it is neither yes nor no'

/** Options as the command line shows them. */
export const options: readonly TargetOption[] = [
  {
    name: 'admin-tiers',
    argument: '<no|yes>',
    help: 'whether the cluster has ClusterNetworkPolicy, whose denies come before every NetworkPolicy',
    default: 'no',
    check: isYesOrNo,
  },
  {
    name: 'ipblock-pods',
    argument: '<yes|no>',
    help: 'whether the engine matches pods by ipBlock too, as the API has it',
    default: 'yes',
    check: isYesOrNo,
  },
  ...addressOptions,
]

/** Whether denies may become ClusterNetworkPolicies. */
export function hasAdminTiers(values: OptionValues): boolean {
  return values.one('admin-tiers') === 'yes'
}

/**
 * NetworkPolicy has no other word for what is no pod, so blocks mean nodes too. Most engines match pods
 * by them as well; that they do not is assumption A1, which the user has to know of.
 */
export function facts(values: OptionValues, { set, cluster }: GivenInput): GivenFacts {
  const isClusterWide = set.tiers.some(({ policies }) =>
    policies.some((policy) => perNamespace(policy, null) === null),
  )
  const namespaces = cluster?.namespaces ?? []
  const isKnown = isClusterWide && namespaces.length > 0
  return {
    ipBlock: values.one('ipblock-pods') === 'no' ? 'external' : 'literal',
    ...addressesGiven(values),
    cidrMatch: ['host'],
    labels: {
      namespaces: isKnown ? namespaces.map(({ labels }) => labels) : null,
      values: listedValues(set, cluster),
    },
  }
}
