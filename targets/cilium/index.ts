// The cilium target: CiliumNetworkPolicy of cilium.io/v2. What it does with each construct, and why, is
// in README.md.
import { groupBy } from '../../src/algebra/order.ts'
import { aboutPolicy } from '../../src/emit/complain.ts'
import { printManifest } from '../../src/emit/manifest.ts'
import { validName } from '../../src/emit/names.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import type { Policy, PolicySet } from '../../src/ir/types.ts'
import { lowerToUnordered } from '../../src/lowering/index.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { noteAssumptions, warnFeatures } from './notes.ts'
import { type CiliumOptions, facts, options, readOptions } from './options.ts'
import { policyRules } from './policy.ts'
import { ciliumDialect } from './reading/index.ts'

/** Writes one object a policy, with its name: in its namespace, or for the whole cluster. */
export const cilium: Target = {
  name: 'cilium',
  title: 'CiliumNetworkPolicy',
  capabilities: {
    actions: ['allow', 'deny'],
    combining: ['deny-overrides'],
    tierDefaults: ['deny'],
    maxTiers: 1,
    ownNode: ['always-allowed', 'ingress-allowed'],
    traffic: ['all', 'ports', 'icmp'],
    peers: ['any', 'pods', 'cidr', 'hosts'],
    partTests: false,
    serviceAccounts: 'names',
    ruleSubjects: false,
    conditions: [],
    clusterPolicies: true,
    nonIsolating: true,
  },
  options,
  proof: { kind: 'symbolic', dialect: ciliumDialect, facts },
  needsCluster: false,
  lower,
  emit,
}

/** Names of Calico v1 need not be names of Kubernetes. */
function withValidNames({ tiers }: PolicySet, { reporter }: EmitContext): PolicySet {
  const said = new Set<Policy['origin']>()
  const named = (policy: Policy): Policy => {
    const name = validName(policy.name)
    if (name === policy.name) return policy
    if (!said.has(policy.origin)) {
      aboutPolicy(policy, reporter)('NP5008', `it is named "${name}" in Cilium`)
    }
    said.add(policy.origin)
    return { ...policy, name }
  }
  return { tiers: tiers.map((one) => ({ ...one, policies: one.policies.map(named) })) }
}

/** Cilium has no order: denies win. */
function lower(set: PolicySet, context: EmitContext): PolicySet {
  const tier = {
    name: 'cilium',
    combining: 'deny-overrides',
    default: 'deny',
    ownNode: 'ingress-allowed',
  } as const
  const { name, proof, capabilities: can } = cilium
  const canDeny = { ingress: can, egress: can }
  const unordered = lowerToUnordered(
    set,
    { name, proof, can, canDeny, tier, alwaysIsolates: false },
    context,
  )
  return withValidNames(unordered, context)
}

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  const chosen = readOptions(context.options)
  const policies = tiers.flatMap((tier) => tier.policies)
  noteAssumptions(tiers, chosen, context.reporter)
  warnFeatures(policies, context.reporter)
  const objects = groupBy(policies, ({ namespace, name }) => `${namespace ?? ''}/${name}`)
  return [...objects.values()].flatMap((parts) => object(parts, chosen, context))
}

/** The parts of one policy that are for different subjects are rules of one object. */
function object(
  parts: readonly Policy[],
  options: CiliumOptions,
  context: EmitContext,
): readonly OutputFile[] {
  const [first] = parts
  const rules = parts.flatMap((policy) => policyRules(policy, options, context))
  if (first === undefined || rules.length === 0) return []
  const { namespace, name, origin } = first
  const value = {
    apiVersion: 'cilium.io/v2',
    kind: namespace === null ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy',
    metadata: { name, namespace: namespace ?? undefined },
    ...(rules.length === 1 ? { spec: rules[0] } : { specs: rules }),
  }
  const comment = `from ${describeOrigin(origin)}`
  return [printManifest({ namespace, name, comment, value, origin }, context.format)]
}
