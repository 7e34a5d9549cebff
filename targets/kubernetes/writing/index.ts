// The kubernetes target: NetworkPolicy of networking.k8s.io/v1, the way out of any engine, and where the
// cluster has it, ClusterNetworkPolicy for what is denied whatever else allows it. What it does with each
// construct, and why, is in the README beside the reader.
import type { Dialect } from '../../../src/dialect.ts'
import { printManifest } from '../../../src/emit/manifest.ts'
import type { EmitContext, OutputFile, Target } from '../../../src/emit/target.ts'
import type { PolicySet, Tier } from '../../../src/ir/types.ts'
import { describeOrigin } from '../../../src/source/origin.ts'
import { admin } from '../../admin/index.ts'
import { adminDialect } from '../../admin/reading/index.ts'
import { kubernetes } from '../index.ts'
import { adminTier, lower } from './lower.ts'
import { facts, options } from './options.ts'
import { policyManifest } from './policy.ts'

/** What this target writes, read back: the admin tiers before the policies of namespaces. */
const readBack: Dialect = {
  ...kubernetes,
  kinds: [...kubernetes.kinds, ...adminDialect.kinds],
  read: (resources, context) => {
    const isAdmin = ({ apiVersion }: { readonly apiVersion: string }): boolean =>
      adminDialect.kinds.some((kind) => kind.apiVersion === apiVersion)
    return [
      ...adminDialect.read(resources.filter(isAdmin), context),
      ...kubernetes.read(
        resources.filter((one) => !isAdmin(one)),
        context,
      ),
    ]
  },
}

/** Writes NetworkPolicies, one for each subject that the policies speak of. */
export const kubernetesTarget: Target = {
  name: 'kubernetes',
  title: 'Kubernetes NetworkPolicy',
  // What no policy of either kind has words for; the lowering knows each by itself.
  capabilities: {
    actions: ['allow', 'deny'],
    combining: ['deny-overrides', 'first-match'],
    tierDefaults: ['deny', 'pass'],
    maxTiers: 2,
    ownNode: ['always-allowed', 'ingress-allowed', 'governed'],
    traffic: ['all', 'ports'],
    peers: ['any', 'pods', 'cidr'],
    partTests: false,
    serviceAccounts: 'none',
    ruleSubjects: false,
    conditions: [],
    clusterPolicies: true,
    nonIsolating: true,
  },
  options,
  proof: { kind: 'symbolic', dialect: readBack, facts },
  needsCluster: false,
  lower: (set, context) => lower(set, kubernetesTarget, context),
  emit,
}

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  return tiers.flatMap((tier) =>
    tier.name === adminTier.name
      ? admin.emit({ tiers: [tier] }, context).map(inFront)
      : policiesOf(tier, context),
  )
}

/** Apart from the files of namespaces, whose names begin with a namespace. */
function inFront(file: OutputFile): OutputFile {
  return { ...file, path: `0_cluster.${file.path}` }
}

function policiesOf({ policies }: Tier, context: EmitContext): readonly OutputFile[] {
  return policies.flatMap((policy) => {
    const value = policyManifest(policy, context.reporter)
    if (value === null) return []
    const { namespace, name, origin } = policy
    const comment = `from ${describeOrigin(origin)}`
    return [printManifest({ namespace, name, comment, value, origin }, context.format)]
  })
}
