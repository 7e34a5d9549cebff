// The iptables target: for each node, address sets and the rules of both families. The layout, how to
// load it and what it leaves to the node are in README.md.

import { families } from '../../src/algebra/address.ts'
import type { Cluster, Host, Pod } from '../../src/cluster/types.ts'
import type { EmitContext, OutputFile, Target, TargetOption } from '../../src/emit/target.ts'
import { makeRender } from '../../src/emit/template.ts'
import type { Policy, PolicySet, Traffic } from '../../src/ir/types.ts'
import { essentialTypes, familyRules, type PoliciesOf } from './node.ts'
import { makePodFinder, type PodFinder } from './pods.ts'
import { isRuleFile, readFirewalls } from './reading/index.ts'
import { makeSetCollector, setView } from './sets.ts'
import { ipsetRules, iptablesRules } from './templates.gen.ts'
import { oneLine } from './text.ts'

const options: readonly TargetOption[] = [
  {
    name: 'icmp',
    argument: '<policy|essential>',
    help: 'whether ICMP errors and neighbour discovery pass whatever the policies say',
    default: 'policy',
    check: (word) =>
      word === 'policy' || word === 'essential' ? undefined : 'it is neither policy nor essential',
  },
]

/** Writes three files a node, in a folder with its name. */
export const iptables: Target = {
  name: 'iptables',
  title: 'iptables and ipset, for each node',
  capabilities: {
    actions: ['allow'],
    combining: ['first-match', 'deny-overrides'],
    tierDefaults: ['deny'],
    maxTiers: 1,
    ownNode: ['always-allowed'],
    traffic: ['all', 'ports', 'icmp'],
    peers: ['any', 'pods', 'cidr'],
    partTests: true,
    serviceAccounts: 'none',
    ruleSubjects: false,
    conditions: [],
    clusterPolicies: true,
    nonIsolating: false,
  },
  options,
  proof: { kind: 'firewall', isRuleFile, read: readFirewalls, exempt },
  needsCluster: true,
  emit,
}

/** What `--icmp essential` lets pass. */
function exempt({ options: values }: EmitContext): readonly Traffic[] {
  if (values.one('icmp') !== 'essential') return []
  return families.flatMap((family) =>
    essentialTypes[family].map((type): Traffic => ({ kind: 'icmp', family, type, code: null })),
  )
}

const renderSets = makeRender<object>(ipsetRules)
const renderRules = makeRender<object>(iptablesRules)

function emit({ tiers }: PolicySet, context: EmitContext): readonly OutputFile[] {
  const { cluster, node: wanted } = context
  if (cluster === null) return []
  const nodes = cluster.nodes.filter(({ name }) => wanted === null || name === wanted)
  if (nodes.length === 0) reportNoNode(wanted, cluster, context)
  noteEssential(context)
  const policies = tiers.flatMap((tier) => tier.policies)
  warnMissingNamespaces(policies, cluster, context)
  const finder = makePodFinder(cluster)
  const policiesOf = indexPolicies(policies, finder)
  return nodes.flatMap((node) => nodeFiles(node, cluster, policiesOf, finder, context))
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

/** What lets more through than the policies say must not go without saying. */
function noteEssential({ options: values, reporter }: EmitContext): void {
  if (values.one('icmp') !== 'essential') return
  reporter.report('NP5004', {
    message: 'ICMP errors and neighbour discovery pass whatever the policies say',
    help: 'leave --icmp out to have them decided by the policies',
  })
}

/** A snapshot of another cluster, or a misspelt namespace: nothing would be enforced. */
function warnMissingNamespaces(
  policies: readonly Policy[],
  { namespaces }: Cluster,
  { reporter }: EmitContext,
): void {
  const known = new Set(namespaces.map(({ name }) => name))
  for (const { namespace, name, origin } of policies) {
    if (namespace === null || known.has(namespace)) continue
    reporter.report('NP4003', {
      severity: 'warning',
      message: `policy "${namespace}/${name}" governs no pod: its namespace is not in the snapshot`,
      at: origin.span,
      help: 'check the namespace, or take the snapshot again',
    })
  }
}

/** Each pod's policies, in the order of the set. */
function indexPolicies(policies: readonly Policy[], finder: PodFinder): PoliciesOf {
  const byPod = new Map<Pod, Policy[]>()
  for (const policy of policies) {
    for (const pod of finder.find(policy.subject)) {
      const known = byPod.get(pod)
      if (known === undefined) byPod.set(pod, [policy])
      else known.push(policy)
    }
  }
  return (pod) => byPod.get(pod) ?? []
}

function nodeFiles(
  node: Host,
  cluster: Cluster,
  policiesOf: PoliciesOf,
  finder: PodFinder,
  { options: values }: EmitContext,
): readonly OutputFile[] {
  const icmp = values.one('icmp') === 'essential' ? 'essential' : 'policy'
  const sets = makeSetCollector()
  const [four, six] = ([4, 6] as const).map((family) =>
    familyRules(node, cluster, policiesOf, icmp, { family, finder, sets }),
  )
  const file = (name: string, text: string): OutputFile => ({ path: `${node.name}/${name}`, text })
  const title = oneLine(node.name)
  return [
    file('ipset.rules', renderSets({ node: title, sets: sets.sets.map(setView) })),
    file('iptables.rules', renderRules({ node: title, ...programs.four, ...four })),
    file('ip6tables.rules', renderRules({ node: title, ...programs.six, ...six })),
  ]
}

const programs = {
  four: { family: 'IPv4', program: 'iptables-restore', file: 'iptables.rules' },
  six: { family: 'IPv6', program: 'ip6tables-restore', file: 'ip6tables.rules' },
} as const
