// The admin target: ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2. What it does with each
// construct, and why, is in README.md.
import { byName } from '../../src/algebra/order.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy } from '../../src/emit/complain.ts'
import { printManifest } from '../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import type { PolicySet, Tier } from '../../src/ir/types.ts'
import { byOrder } from '../../src/semantics/evaluate.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { domainForm } from './domains.ts'
import { warnExperimental } from './experimental.ts'
import { maxPriority } from './limits.ts'
import { type Piece, piecesOf } from './policies.ts'
import { adminDialect } from './reading/index.ts'
import { namesOf, prioritiesOf } from './sequence.ts'

/** Writes one ClusterNetworkPolicy a policy, or several where one does not hold it. */
export const admin: Target = {
  name: 'admin',
  title: 'ClusterNetworkPolicy',
  capabilities: {
    actions: ['allow', 'deny', 'pass'],
    combining: ['first-match'],
    tierDefaults: ['pass'],
    maxTiers: 2,
    // Ingress rules know pods only, so that what a node sends to its pods is let in anyway.
    ownNode: ['ingress-allowed', 'governed'],
    traffic: ['all', 'ports'],
    peers: ['any', 'pods', 'hosts', 'cidr'],
    partTests: false,
    serviceAccounts: 'none',
    ruleSubjects: false,
    // Domain names alone; the emitter refuses the others.
    conditions: [domainForm],
    clusterPolicies: true,
    nonIsolating: true,
  },
  options: [],
  proof: {
    kind: 'symbolic',
    dialect: adminDialect,
    // Networks match addresses whoever has them, as the source text says: nothing need be assumed.
    facts: () => ({ ipBlock: 'literal', podCidrs: [], nodeCidrs: [] }),
  },
  needsCluster: false,
  emit,
}

type TierWord = 'Admin' | 'Baseline'

/** A piece, and all that its manifest needs beside it. */
interface Placed {
  readonly piece: Piece
  readonly tier: TierWord
  readonly priority: number
}

function emit({ tiers }: PolicySet, { format, reporter }: EmitContext): readonly OutputFile[] {
  const used = tiers.filter(({ policies }) => policies.length > 0)
  const placed = used.flatMap((tier, at) =>
    placedIn(tier, wordFor(tier, at, used, reporter), reporter),
  )
  const names = namesOf(placed.map(({ piece }) => piece))
  return placed
    .map((one) => ({ ...one, name: names.get(one.piece) ?? '' }))
    .sort(byName)
    .map(({ piece, tier, priority, name }) => {
      const { policy, subject, ingress, egress } = piece
      if (name !== policy.name) {
        aboutPolicy(policy, reporter)(
          'NP5008',
          `it is named "${name}" among ClusterNetworkPolicies`,
        )
      }
      const value = {
        apiVersion: 'policy.networking.k8s.io/v1alpha2',
        kind: 'ClusterNetworkPolicy',
        metadata: { name },
        spec: {
          tier,
          priority,
          subject,
          ingress: ingress.length === 0 ? undefined : ingress,
          egress: egress.length === 0 ? undefined : egress,
        },
      }
      const comment = `from ${describeOrigin(policy.origin)}`
      return printManifest({ namespace: null, name, comment, value, origin: policy.origin }, format)
    })
}

/** The tier named baseline is the last; NetworkPolicies of the cluster stand between it and the other. */
function wordFor(tier: Tier, at: number, used: readonly Tier[], reporter: Reporter): TierWord {
  const isLast = at === used.length - 1
  if (isLast && tier.name === 'baseline') return 'Baseline'
  const [first] = tier.policies
  if (at > 0 && first !== undefined) {
    aboutPolicy(first, reporter)(
      'NP5001',
      `the tier "${tier.name}" is neither the first nor "baseline": ClusterNetworkPolicy has no tier for it`,
    )
  }
  return 'Admin'
}

function placedIn(tier: Tier, word: TierWord, reporter: Reporter): readonly Placed[] {
  const sorted = [...tier.policies].sort(byOrder)
  for (const policy of sorted) warnExperimental(policy, reporter)
  const pieces = sorted.flatMap((policy) => piecesOf(policy, reporter))
  const priorities = prioritiesOf(pieces)
  if (priorities === null) {
    const [first] = sorted
    const fact = `its tier comes to ${pieces.length} ClusterNetworkPolicies, and there are ${maxPriority + 1} priorities`
    if (first !== undefined) aboutPolicy(first, reporter)('NP5001', fact)
    return []
  }
  return pieces.map((piece, at) => ({ piece, tier: word, priority: priorities[at] ?? 0 }))
}
