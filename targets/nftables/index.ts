// The nftables target: for each node, one table in one file. The layout, how to load it and what it leaves
// to the node are in README.md.
import { digestName } from '../../src/algebra/sha256.ts'
import type { Host } from '../../src/cluster/types.ts'
import type { EmitContext, OutputFile, Target } from '../../src/emit/target.ts'
import { makeRender } from '../../src/emit/template.ts'
import { firewallCapabilities } from '../../src/firewall/capabilities.ts'
import { emitNodes, type NodeContext } from '../../src/firewall/emitNodes.ts'
import { firewallPremises, hostTrafficOption, icmpOption } from '../../src/firewall/essential.ts'
import { oneLine } from '../../src/firewall/text.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { changeNode } from './change.ts'
import { nftablesKit } from './kit/index.ts'
import { nodeTable } from './node.ts'
import { isRuleFile, readFirewalls } from './reading/index.ts'
import { netpolcNft } from './templates.gen.ts'

/** Writes one file a node, in a folder with its name. */
export const nftables: Target = {
  name: 'nftables',
  title: 'nftables, for each node',
  capabilities: firewallCapabilities,
  options: [icmpOption, hostTrafficOption],
  proof: { kind: 'firewall', isRuleFile, read: readFirewalls, premises: firewallPremises },
  needsCluster: true,
  change: changeNode,
  emit,
}

const render = makeRender<object>(netpolcNft)

function emit(set: PolicySet, context: EmitContext): readonly OutputFile[] {
  return emitNodes(set, context, nodeFiles)
}

function nodeFiles(node: Host, context: NodeContext): readonly OutputFile[] {
  const table = nodeTable(node, context)
  const version = `version-${digestName([JSON.stringify(table)], 16)}`
  const sets = [...table.own, ...table.sets]
  const text = render({ ...table, sets, version, node: oneLine(node.name) })
  const kit = nftablesKit().map(
    (script): OutputFile => ({ ...script, path: `${node.name}/${script.path}`, isScript: true }),
  )
  return [{ path: `${node.name}/netpolc.nft`, text }, ...kit]
}
