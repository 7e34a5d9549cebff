// What the firewalls of nodes let on, read from the files that are loaded there. It knows the language of
// nft, and nothing of who wrote the files.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import type { NodeFirewall } from '../../../src/proof/firewall.ts'
import { firewallsIn } from '../../../src/proof/rulesetFirewall.ts'
import type { Ruleset } from '../../../src/ruleset/types.ts'
import { makeSource } from '../../../src/source/source.ts'
import { readNftDump } from './dump.ts'

export {
  looksLikeNftJson,
  looksLikeNftText,
  type NftDump,
  readNftDump,
  readNftJson,
} from './dump.ts'

const fileName = 'netpolc.nft'

/** Whether a file has the name that rules are read from. */
export function isRuleFile(path: string): boolean {
  return path.split('/').at(-1) === fileName
}

/** The firewalls of all nodes; the folder that a node's file is in has its name. */
export function readFirewalls(
  files: readonly OutputFile[],
  reporter: Reporter,
): readonly NodeFirewall[] {
  return firewallsIn(files, (own) => readNode(own, reporter), reporter)
}

/** All that is loaded on one node. */
function readNode(files: readonly OutputFile[], reporter: Reporter): Ruleset {
  const dumps = files.map(({ path, text }) => readNftDump(makeSource(path, text), reporter))
  return {
    tables: dumps.flatMap(({ tables }) => tables),
    ipsets: new Map(),
    knowsIpsets: true,
    isPartial: dumps.some(({ isPartial }) => isPartial),
  }
}
