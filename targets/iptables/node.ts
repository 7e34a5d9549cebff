// The rules of one node: everything about the pods that run on it, for one address family.
import { type Family, printAddress } from '../../src/algebra/address.ts'
import type { Cluster, Host, Pod } from '../../src/cluster/types.ts'
import { type Direction, directions, type Policy } from '../../src/ir/types.ts'
import { makeDispatch } from './dispatch.ts'
import type { FamilyContext } from './peers.ts'
import { type Chain, profileChain } from './profiles.ts'
import { quoteComment } from './text.ts'

/** Which policies select a pod. */
export type PoliciesOf = (pod: Pod) => readonly Policy[]

/** The chains of one family, and the rules of the hook FORWARD. */
export interface FamilyRules {
  readonly forward: readonly string[]
  readonly chains: readonly Chain[]
}

/** ICMP that a network cannot do without, by family: unreachable, too big, time exceeded, discovery. */
export const essentialTypes: Readonly<Record<Family, readonly number[]>> = {
  4: [3, 11, 12],
  6: [1, 2, 3, 4, 133, 134, 135, 136, 137],
}

/** The end of a packet that the pod is at, and the end that its own node would be at. */
const flags = {
  egress: { own: '-s', other: '-d', root: 'NP-EGRESS' },
  ingress: { own: '-d', other: '-s', root: 'NP-INGRESS' },
} as const

/** The rules about a node's pods; without governed pods there are none. */
export function familyRules(
  node: Host,
  cluster: Cluster,
  policiesOf: PoliciesOf,
  icmp: 'policy' | 'essential',
  context: FamilyContext,
): FamilyRules {
  const local = cluster.pods.filter((pod) => pod.node === node.name)
  const stages = directions
    .toReversed()
    .map((direction) => stageChains(direction, node, local, cluster, policiesOf, context))
    .filter((chains) => chains.length > 0)
  if (stages.length === 0) return { forward: [], chains: [] }
  return {
    forward: [
      `-m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment ${quoteComment('replies')} -j ACCEPT`,
      ...(icmp === 'essential' ? essentialRules(context.family) : []),
      ...stages.flatMap(([root]) => (root === undefined ? [] : [`-j ${root.name}`])),
    ],
    chains: uniqueChains(stages.flat()),
  }
}

/** The chains of one direction, the one that the hook jumps to first; none where nobody is governed. */
function stageChains(
  direction: Direction,
  node: Host,
  local: readonly Pod[],
  { pods }: Cluster,
  policiesOf: PoliciesOf,
  context: FamilyContext,
): readonly Chain[] {
  const { family } = context
  const profiles = new Map<string, Chain>()
  const leaves = local.flatMap((pod) => {
    const policies = policiesOf(pod).filter((policy) => policy[direction] !== null)
    const addresses = pod.addresses.filter((address) => address.family === family)
    if (policies.length === 0 || addresses.length === 0) return []
    const key = JSON.stringify(policies.map(({ namespace, name }) => [namespace, name]))
    const chain = profiles.get(key) ?? profileChain(policies, { ...context, direction, pods })
    profiles.set(key, chain)
    const title = `${pod.namespace.name}/${pod.name}`
    return addresses.map((address) => ({ address, chain: chain.name, title }))
  })
  if (leaves.length === 0) return []
  const { own, root } = flags[direction]
  const dispatch = makeDispatch(leaves, own, family)
  const rules = [...ownNodeRules(direction, node, family), ...dispatch.rules]
  return [{ name: root, rules }, ...dispatch.chains, ...profiles.values()]
}

function ownNodeRules(direction: Direction, node: Host, family: Family): readonly string[] {
  return node.addresses
    .filter((address) => address.family === family)
    .map(
      (address) =>
        `${flags[direction].other} ${printAddress(address)} -m comment --comment ${quoteComment(`own node ${node.name}`)} -j RETURN`,
    )
}

function essentialRules(family: Family): readonly string[] {
  const [protocol, match, flag] =
    family === 4 ? ['icmp', 'icmp', '--icmp-type'] : ['ipv6-icmp', 'icmp6', '--icmpv6-type']
  return essentialTypes[family].map(
    (type) =>
      `-p ${protocol} -m ${match} ${flag} ${type} -m comment --comment ${quoteComment('essential ICMP')} -j ACCEPT`,
  )
}

/** Chains named after their contents are one where they hold the same. */
function uniqueChains(chains: readonly Chain[]): readonly Chain[] {
  return [...new Map(chains.map((chain) => [chain.name, chain])).values()]
}
