// What rules can say: those of a NetworkPolicy, which allow, and those of a ClusterNetworkPolicy, which deny.
import type { Capabilities } from '../../../src/emit/target.ts'
import type { Direction } from '../../../src/ir/types.ts'

/** A rule of a NetworkPolicy. */
export const allowWords: Capabilities = {
  actions: ['allow'],
  combining: ['deny-overrides', 'first-match'],
  tierDefaults: ['deny'],
  maxTiers: 1,
  ownNode: ['always-allowed', 'ingress-allowed', 'governed'],
  traffic: ['all', 'ports'],
  peers: ['any', 'pods', 'cidr'],
  partTests: false,
  serviceAccounts: 'none',
  ruleSubjects: false,
  conditions: [],
  clusterPolicies: false,
  nonIsolating: false,
}

/** A Deny of a ClusterNetworkPolicy: in ingress it is about pods alone. */
export const denyWords: Readonly<Record<Direction, Capabilities>> = {
  ingress: { ...allowWords, actions: ['deny'], peers: ['pods'] },
  egress: { ...allowWords, actions: ['deny'], peers: ['any', 'pods', 'cidr'] },
}
