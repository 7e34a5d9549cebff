// The kubernetes target: NetworkPolicy of networking.k8s.io/v1, the way out of any engine. What it does
// with each construct, and why, is in the README beside the reader.
import { printManifest } from '../../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../../src/emit/target.ts'
import type { PolicySet } from '../../../src/ir/types.ts'
import { describeOrigin } from '../../../src/source/origin.ts'
import { kubernetes } from '../index.ts'
import { lower } from './lower.ts'
import { facts, options } from './options.ts'
import { policyManifest } from './policy.ts'

/** Writes NetworkPolicies, one for each subject that the policies speak of. */
export const kubernetesTarget: Target = {
  name: 'kubernetes',
  title: 'Kubernetes NetworkPolicy',
  capabilities: {
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
  },
  options,
  proof: { kind: 'symbolic', dialect: kubernetes, facts },
  needsCluster: false,
  lower: (set, context) => lower(set, kubernetesTarget, context),
  emit,
}

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  return tiers
    .flatMap(({ policies }) => policies)
    .flatMap((policy) => {
      const value = policyManifest(policy, context.reporter)
      if (value === null) return []
      const { namespace, name, origin } = policy
      const comment = `from ${describeOrigin(origin)}`
      return [printManifest({ namespace, name, comment, value, origin }, context.format)]
    })
}
