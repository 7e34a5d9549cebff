// The cilium target: CiliumNetworkPolicy of cilium.io/v2. What it does with each construct, and why, is
// in README.md.
import { families } from '../../src/algebra/address.ts'
import { printManifest } from '../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import type { Peer, PolicySet } from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { noteAssumptions, warnFeatures } from './notes.ts'
import { facts, options, readOptions } from './options.ts'
import { policyRules } from './policy.ts'
import { ciliumDialect } from './reading/index.ts'

/** Writes one CiliumNetworkPolicy a policy, with its name and in its namespace. */
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
    peers: ['any', 'pods', 'cidr'],
    partTests: false,
    serviceAccounts: false,
    ruleSubjects: false,
    conditions: [],
    clusterPolicies: false,
    nonIsolating: true,
  },
  options,
  proof: { kind: 'symbolic', dialect: ciliumDialect, facts },
  needsCluster: false,
  lower,
  emit,
}

/** What is outside of the cluster is just what CIDR rules match. */
function lower(peer: Peer): readonly Peer[] {
  if (peer.kind === 'external') {
    return families.map((family) => ({
      kind: 'cidr',
      cidr: { family, base: 0n, prefix: 0 },
      except: [],
    }))
  }
  if (peer.kind !== 'and') return [peer]
  const [first, second, third] = peer.of
  const isBlock = first?.kind === 'external' && second?.kind === 'cidr' && third === undefined
  return isBlock ? [second] : [peer]
}

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  const chosen = readOptions(context.options)
  const policies = tiers.flatMap((tier) => tier.policies)
  noteAssumptions(policies, chosen, context.reporter)
  warnFeatures(policies, context.reporter)
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
