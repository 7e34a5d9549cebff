// The iptables target: for each node, address sets and the rules of both families. The layout, how to
// load it and what it leaves to the node are in README.md.
import type { Family } from '../../src/algebra/address.ts'
import type { Host } from '../../src/cluster/types.ts'
import type { EmitContext, OutputFile, Target, TargetOption } from '../../src/emit/target.ts'
import { makeRender } from '../../src/emit/template.ts'
import { firewallCapabilities } from '../../src/firewall/capabilities.ts'
import { emitNodes, type NodeContext } from '../../src/firewall/emitNodes.ts'
import { firewallPremises, hostTrafficOption, icmpOption } from '../../src/firewall/essential.ts'
import { oneLine } from '../../src/firewall/text.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { changeNode } from './change.ts'
import { iptablesKit } from './kit/index.ts'
import { type FamilyRules, familyRules } from './node.ts'
import { isRuleFile, readFirewalls } from './reading/index.ts'
import { makeSetCollector, setView } from './sets.ts'
import { ipsetRules, iptablesRules } from './templates.gen.ts'
import { chainName } from './text.ts'

const options: readonly TargetOption[] = [
  icmpOption,
  hostTrafficOption,
  {
    name: 'table',
    argument: '<security|filter>',
    help: 'the table that the rules stand in; filter where the kernel lacks the other',
    default: 'security',
    check: (word) =>
      word === 'security' || word === 'filter' ? undefined : 'it is neither security nor filter',
  },
]

/** Writes three files a node, in a folder with its name. */
export const iptables: Target = {
  name: 'iptables',
  title: 'iptables and ipset, for each node',
  capabilities: firewallCapabilities,
  options,
  proof: { kind: 'firewall', isRuleFile, read: readFirewalls, premises: firewallPremises },
  needsCluster: true,
  change: changeNode,
  emit,
}

const renderSets = makeRender<object>(ipsetRules)
const renderRules = makeRender<object>(iptablesRules)

function emit(set: PolicySet, context: EmitContext): readonly OutputFile[] {
  return emitNodes(set, context, nodeFiles)
}

function nodeFiles(node: Host, given: NodeContext): readonly OutputFile[] {
  const { stagesOf, cluster, finder, reporter, options: values } = given
  const sets = makeSetCollector()
  const icmp = values.one('icmp') === 'policy' ? 'policy' : 'essential'
  const [four, six] = ([4, 6] as const).map((family) =>
    familyRules(stagesOf(node, family), icmp, {
      family,
      node,
      cluster,
      finder,
      sets,
      reporter,
    }),
  )
  const file = (name: string, text: string): OutputFile => ({ path: `${node.name}/${name}`, text })
  const view = { node: oneLine(node.name), table: values.one('table') }
  const version = chainName('V', [JSON.stringify([view.table, four, six, sets.sets])])
  const rules = (family: Family, own: FamilyRules | undefined): OutputFile =>
    file(programs[family].file, renderRules({ ...view, ...programs[family], ...own, version }))
  return [
    file('ipset.rules', renderSets({ ...view, sets: sets.sets.map(setView) })),
    rules(4, four),
    rules(6, six),
    ...iptablesKit().map(
      (script): OutputFile => ({ ...file(script.path, script.text), isScript: true }),
    ),
  ]
}

const programs = {
  4: { family: 'IPv4', program: 'iptables-restore', file: 'iptables.rules' },
  6: { family: 'IPv6', program: 'ip6tables-restore', file: 'ip6tables.rules' },
} as const
