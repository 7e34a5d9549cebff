// What targets that write firewalls have in common: a folder for each node that was asked for.
import type { Family } from '../algebra/address.ts'
import type { Cluster, Host } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { EmitContext, OutputFile } from '../emit/target.ts'
import type { Policy, PolicySet } from '../ir/types.ts'
import { makePodFinder, type PodFinder, selectsPod } from './pods.ts'
import { type Stage, stageMaker } from './stages.ts'

/** What a node's files are made from. */
export interface NodeContext extends EmitContext {
  readonly cluster: Cluster
  readonly finder: PodFinder
  readonly stagesOf: (node: Host, family: Family) => readonly Stage[]
}

/** The files of each node; NP4003, NP4005 and NP4006 where the snapshot does not fit. */
export function emitNodes(
  set: PolicySet,
  context: EmitContext,
  filesOf: (node: Host, context: NodeContext) => readonly OutputFile[],
): readonly OutputFile[] {
  const { cluster, node: wanted, options } = context
  if (cluster === null) return []
  const nodes = cluster.nodes.filter(({ name }) => wanted === null || name === wanted)
  if (nodes.length === 0) reportNoNode(wanted, cluster, context)
  warnMissingNamespaces(set, cluster, context)
  warnOnHosts(set, cluster, context)
  const finder = makePodFinder(cluster)
  const hostTraffic = options.one('host-traffic') === 'deny' ? 'deny' : 'policy'
  const stagesOf = stageMaker(set, { cluster, finder, hostTraffic })
  return nodes.flatMap((node) => filesOf(node, { ...context, cluster, finder, stagesOf }))
}

function reportNoNode(wanted: string | null, { nodes }: Cluster, { reporter }: EmitContext): void {
  if (wanted === null) {
    reporter.report('NP4005', { message: 'the snapshot holds no node to write rules for' })
    return
  }
  const known = nodes.map(({ name }) => name).join(', ')
  const message = `node "${wanted}" is not in the snapshot`
  reporter.report('NP4006', { message, help: `nodes of the snapshot: ${known}` })
}

/** Several targets find the same in one snapshot. */
function warnOnce(
  code: 'NP4003' | 'NP4007',
  finding: Parameters<Reporter['report']>[1],
  reporter: Reporter,
): void {
  const isSaid = reporter.diagnostics.some(
    (one) => one.code === code && one.message === finding.message,
  )
  if (!isSaid) reporter.report(code, finding)
}

/** Names of pods beyond these are only counted. */
const maxNames = 3

/** Their addresses are the node's: a rule about those would be about everything on the node. */
function warnOnHosts(
  { tiers }: PolicySet,
  { onHosts = [] }: Cluster,
  { reporter }: EmitContext,
): void {
  if (onHosts.length === 0) return
  for (const { subject, namespace, name, origin } of tiers.flatMap((tier) => tier.policies)) {
    const names = onHosts
      .filter((pod) => selectsPod(subject, pod))
      .map((pod) => `${pod.namespace.name}/${pod.name}`)
    if (names.length === 0) continue
    const rest = names.length > maxNames ? ` and ${names.length - maxNames} more` : ''
    const title = namespace === null ? name : `${namespace}/${name}`
    const message = `policy "${title}" selects pods that share their node's network, and are not governed: ${names.slice(0, maxNames).join(', ')}${rest}`
    warnOnce('NP4007', { message, at: origin.span }, reporter)
  }
}

/** A snapshot of another cluster, or a misspelt namespace: nothing would be enforced. */
function warnMissingNamespaces(
  { tiers }: PolicySet,
  { namespaces }: Cluster,
  { reporter }: EmitContext,
): void {
  const known = new Set(namespaces.map(({ name }) => name))
  const policies: readonly Policy[] = tiers.flatMap((tier) => tier.policies)
  for (const { namespace, name, origin } of policies) {
    if (namespace === null || known.has(namespace)) continue
    const message = `policy "${namespace}/${name}" governs no pod: its namespace is not in the snapshot`
    const help = 'check the namespace, or take the snapshot again'
    warnOnce('NP4003', { severity: 'warning', message, at: origin.span, help }, reporter)
  }
}
