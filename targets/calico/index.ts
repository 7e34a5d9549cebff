// The calico target: NetworkPolicy of projectcalico.org/v3. What it does with each construct, and why,
// is in README.md.
import { commented, type ManifestValue, printManifest } from '../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { options, readOptions } from './options.ts'
import { calicoPolicy } from './policies.ts'
import { calicoDialect } from './reading/index.ts'
import { reportTies } from './ties.ts'
import type { CalicoPolicy, TracedRule } from './types.ts'

/** Writes one NetworkPolicy a policy, in the tier and order that the options name. */
export const calico: Target = {
  name: 'calico',
  title: 'Calico v3 NetworkPolicy',
  capabilities: {
    actions: ['allow', 'deny', 'pass', 'log'],
    combining: ['first-match'],
    tierDefaults: ['deny'],
    maxTiers: 1,
    ownNode: ['always-allowed', 'ingress-allowed'],
    traffic: ['all', 'ports', 'icmp'],
    peers: ['any', 'pods', 'cidr'],
    partTests: true,
    serviceAccounts: 'none',
    ruleSubjects: false,
    conditions: false,
    clusterPolicies: false,
    nonIsolating: false,
  },
  options,
  proof: {
    kind: 'symbolic',
    dialect: calicoDialect,
    // Calico matches addresses whoever has them, as the source text says: nothing need be assumed.
    facts: () => ({ ipBlock: 'literal', podCidrs: [], nodeCidrs: [] }),
  },
  needsCluster: false,
  emit,
}

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  const chosen = readOptions(context.options, context.reporter)
  if (chosen === null) return []
  return tiers.flatMap((tier) => {
    reportTies(tier, chosen, context.reporter)
    return tier.policies.flatMap((policy, index) => {
      const made = calicoPolicy(policy, index, tier, chosen, context.reporter)
      return made === null ? [] : [printManifest(manifestOf(made), context.format)]
    })
  })
}

function manifestOf(policy: CalicoPolicy): Parameters<typeof printManifest>[0] {
  const { name, namespace, origin } = policy
  return {
    namespace,
    name,
    comment: `from ${describeOrigin(origin)}`,
    value: {
      apiVersion: 'projectcalico.org/v3',
      kind: 'NetworkPolicy',
      metadata: { name, namespace },
      spec: {
        tier: policy.tier ?? undefined,
        order: policy.order ?? undefined,
        selector: policy.selector,
        types: policy.types,
        ingress: policy.ingress?.map(ruleValue),
        egress: policy.egress?.map(ruleValue),
      },
    },
  }
}

function ruleValue({ rule, places }: TracedRule): ManifestValue {
  return commented(places, rule)
}
