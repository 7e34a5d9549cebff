// The cilium target: CiliumNetworkPolicy of cilium.io/v2. What it does with each construct, and why, is
// in README.md.
import { printManifest } from '../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import { directions, type Policy, type PolicySet, type Rule } from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { type CiliumOptions, options, readOptions } from './options.ts'
import { policyRules } from './policy.ts'

/** Writes one CiliumNetworkPolicy a policy, with its name and in its namespace. */
export const cilium: Target = {
  name: 'cilium',
  title: 'CiliumNetworkPolicy',
  capabilities: {
    actions: ['allow', 'deny'],
    combining: ['deny-overrides'],
    tierDefaults: ['deny'],
    maxTiers: 1,
    traffic: ['all', 'ports', 'icmp'],
    clusterPolicies: false,
    nonIsolating: true,
  },
  options,
  needsCluster: false,
  emit,
}

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  const chosen = readOptions(context.options)
  const policies = tiers.flatMap((tier) => tier.policies)
  noteAssumption(policies, chosen, context)
  warnFeatures(policies, context)
  return policies.flatMap((policy) => {
    const rules = policyRules(policy, chosen, context)
    const { namespace, name, origin } = policy
    if (rules.length === 0 || namespace === null) return []
    const value = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name, namespace },
      ...(rules.length === 1 ? { spec: rules[0] } : { specs: rules }),
    }
    const comment = `from ${describeOrigin(origin)}`
    return [printManifest({ namespace, name, comment, value }, context.format)]
  })
}

function rulesOf(policies: readonly Policy[]): readonly Rule[] {
  return policies.flatMap((policy) =>
    directions.flatMap((direction) => policy[direction]?.rules ?? []),
  )
}

function noteAssumption(
  policies: readonly Policy[],
  { ipBlock }: CiliumOptions,
  { reporter }: EmitContext,
): void {
  const isBlock = (rule: Rule): boolean => rule.peers.some(({ kind }) => kind === 'cidr')
  if (ipBlock !== 'external' || !rulesOf(policies).some(isBlock)) return
  reporter.report('NP5004', {
    message:
      'assumption A1: an ipBlock means addresses outside of the cluster; Cilium matches no pod and no node by it',
    help: 'name pods by selectors; --pod-cidr and --node-cidr find the blocks that hold some, --ipblock literal drops the assumption',
  })
}

function warnFeatures(policies: readonly Policy[], { reporter }: EmitContext): void {
  const usesSctp = rulesOf(policies).find((rule) =>
    rule.traffic.some((one) => one.kind === 'ports' && one.protocol === 'SCTP'),
  )
  if (usesSctp === undefined) return
  const { span, path } = usesSctp.origins[0]
  reporter.report('NP5005', {
    message: 'Cilium drops SCTP unless it is switched on',
    at: span,
    label: path,
    help: 'install Cilium with sctp.enabled=true',
  })
}
