// The options of this target, and what they say of the cluster.
import { parseCidr } from '../../../src/algebra/address.ts'
import type { GivenInput, OptionValues, TargetOption } from '../../../src/emit/target.ts'
import { listedValues, perNamespace } from '../../../src/lowering/snapshot.ts'
import type { GivenFacts } from '../../../src/proof/premises.ts'

/** Options as the command line shows them. */
export const options: readonly TargetOption[] = [
  {
    name: 'admin-tiers',
    argument: '<no|yes>',
    help: 'whether the cluster has ClusterNetworkPolicy, whose denies come before every NetworkPolicy',
    default: 'no',
    check: (word) => (word === 'yes' || word === 'no' ? undefined : 'it is neither yes nor no'),
  },
  {
    name: 'ipblock',
    argument: '<literal|external>',
    help: 'whether the engine matches pods by ipBlock too, or only what is no pod',
    default: 'literal',
    check: (word) =>
      word === 'external' || word === 'literal' ? undefined : 'it is neither external nor literal',
  },
  {
    name: 'pod-cidr',
    argument: '<cidr,...>',
    help: 'addresses of pods',
    list: true,
    check: cidrFault,
  },
  {
    name: 'node-cidr',
    argument: '<cidr,...>',
    help: 'addresses of nodes',
    list: true,
    check: cidrFault,
  },
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
  return {
    ipBlock: values.one('ipblock') === 'literal' ? 'literal' : 'external',
    podCidrs: values.many('pod-cidr'),
    nodeCidrs: values.many('node-cidr'),
    cidrMatch: ['host'],
    labels: {
      namespaces: isClusterWide ? (cluster?.namespaces.map(({ labels }) => labels) ?? null) : null,
      values: listedValues(set, cluster),
    },
  }
}

function cidrFault(word: string): string | undefined {
  const written = parseCidr(word)
  if (written === undefined) return 'it is not a CIDR'
  return written.hostBits ? 'it has bits set beyond its prefix' : undefined
}
