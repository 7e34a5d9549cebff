// What firewalls of nodes can say of policies: everything that is about addresses, protocols and ports.
import type { Capabilities } from '../emit/target.ts'

/** The capabilities of targets that write firewalls. */
export const firewallCapabilities: Capabilities = {
  actions: ['allow', 'deny', 'pass', 'log'],
  combining: ['first-match', 'deny-overrides'],
  tierDefaults: ['deny', 'pass'],
  maxTiers: Number.POSITIVE_INFINITY,
  ownNode: ['always-allowed', 'ingress-allowed', 'governed'],
  traffic: ['all', 'ports', 'icmp', 'protocols', 'family', 'not', 'and'],
  peers: ['any', 'pods', 'hosts', 'external', 'cidr', 'not', 'and', 'or'],
  partTests: true,
  serviceAccounts: 'any',
  ruleSubjects: true,
  conditions: [],
  clusterPolicies: true,
  nonIsolating: true,
}
