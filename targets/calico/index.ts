// The calico target: policies and tiers of projectcalico.org/v3. What it does with each construct, and why,
// is in README.md.
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { commented, type ManifestValue, printManifest } from '../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { joinAlternatives } from './alternatives.ts'
import { piecesOf } from './bands.ts'
import { conditionForms } from './conditions.ts'
import { calicoNames } from './names.ts'
import { type CalicoOptions, options, readOptions } from './options.ts'
import { calicoPolicy } from './policies.ts'
import { calicoDialect } from './reading/index.ts'
import { planTiers, type TierPlan } from './tiers.ts'
import { withoutTies } from './ties.ts'
import type { CalicoPolicy, TracedRule } from './types.ts'

/** Writes policies with their tiers, or in the tier and order that the options name. */
export const calico: Target = {
  name: 'calico',
  title: 'Calico v3 NetworkPolicy',
  capabilities: {
    actions: ['allow', 'deny', 'pass', 'log'],
    combining: ['first-match', 'deny-overrides'],
    tierDefaults: ['deny', 'pass'],
    maxTiers: Number.POSITIVE_INFINITY,
    ownNode: ['always-allowed', 'ingress-allowed'],
    traffic: ['all', 'ports', 'icmp', 'protocols', 'family', 'not', 'and'],
    // Nodes and outsiders have no word of their own; inside of these, the emitter says so.
    peers: ['any', 'pods', 'cidr', 'not', 'and', 'or'],
    partTests: true,
    serviceAccounts: 'any',
    ruleSubjects: true,
    conditions: conditionForms,
    clusterPolicies: true,
    nonIsolating: true,
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

function emit(set: PolicySet, context: EmitContext): readonly OutputFile[] {
  const { format, options: values, reporter } = context
  const chosen = readOptions(values, reporter)
  const plans = chosen === null ? null : planTiers(set, chosen, reporter)
  if (chosen === null || plans === null) return []
  return [
    ...plans.filter(({ isWritten }) => isWritten).map((plan) => printTier(plan, format)),
    ...policiesOf(plans, chosen, reporter).map((one) => printManifest(manifestOf(one), format)),
  ]
}

/** All policies of all tiers; names are given to all at once, as no two may share one. */
function policiesOf(
  plans: readonly TierPlan[],
  chosen: CalicoOptions,
  reporter: Reporter,
): readonly CalicoPolicy[] {
  const joined = plans.flatMap((plan) =>
    joinAlternatives(piecesOf(plan.tier, plan.end, chosen)).map((one) => ({ ...one, plan })),
  )
  const names = calicoNames(
    joined.map(({ piece: { policy, band }, plan }) => ({
      name: policy.name,
      namespace: policy.namespace,
      tier: plan.name,
      suffix: band === 'whole' ? '' : band,
    })),
    chosen.version,
  )
  const named = joined.map((one, at) => ({
    ...one,
    piece: { ...one.piece, name: names[at] ?? one.piece.policy.name },
  }))
  return plans.flatMap((plan) => {
    const own = named.filter((one) => one.plan === plan)
    const pieces = own.map(({ piece }) => piece)
    const apart =
      plan.tier.combining === 'first-match' ? withoutTies(pieces, chosen.version, reporter) : pieces
    return own.flatMap(({ piece, subjects }, at) => {
      return calicoPolicy(apart[at] ?? piece, subjects, plan.name, chosen, reporter) ?? []
    })
  })
}

/** In names of Kubernetes no "_" occurs, so no policy's file has this name; it sorts before them. */
function printTier({ name, order, end }: TierPlan, format: 'yaml' | 'json'): OutputFile {
  const file = printManifest(
    {
      namespace: null,
      name,
      comment: `tier ${name} of the policies`,
      value: {
        apiVersion: 'projectcalico.org/v3',
        kind: 'Tier',
        metadata: { name },
        spec: { order: order ?? undefined, defaultAction: end === 'pass' ? 'Pass' : 'Deny' },
      },
    },
    format,
  )
  return { ...file, path: `0_tier.${file.path}` }
}

function manifestOf(policy: CalicoPolicy): Parameters<typeof printManifest>[0] {
  const { name, namespace, comment, origin } = policy
  return {
    namespace,
    name,
    comment,
    origin,
    value: {
      apiVersion: 'projectcalico.org/v3',
      kind: namespace === null ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
      metadata: namespace === null ? { name } : { name, namespace },
      spec: {
        tier: policy.tier ?? undefined,
        order: policy.order ?? undefined,
        ...policy.subject,
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
