// The `ir` target: the intermediate representation itself, to be read by people and compared by diff.
import type { Target } from '../../src/emit/target.ts'
import { printPolicySet } from '../../src/ir/print.ts'

/** Writes everything that the IR can hold, in its printed form. */
export const ir: Target = {
  name: 'ir',
  title: 'intermediate representation, as text',
  capabilities: {
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
    conditions: [/^/],
    clusterPolicies: true,
    nonIsolating: true,
  },
  options: [],
  proof: { kind: 'identity' },
  needsCluster: false,
  emit: (set) => [{ path: 'ir.txt', text: printPolicySet(set) }],
}
