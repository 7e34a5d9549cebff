// Dumps of iptables and ipset as rule sets; and what the firewalls of nodes let on, read from the files
// that are loaded there. It knows the languages of the tools, and nothing of who wrote the files.
import { type Family, families } from '../../../src/algebra/address.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import type { NodeFirewall } from '../../../src/proof/firewall.ts'
import { firewallsIn } from '../../../src/proof/rulesetFirewall.ts'
import type { Ruleset } from '../../../src/ruleset/types.ts'
import { makeSource } from '../../../src/source/source.ts'
import { readIptablesDump } from './dump.ts'
import { readIpsets } from './ipsets.ts'
import { linkSets } from './link.ts'

export { looksLikeIpsetDump, looksLikeIptablesDump } from './detect.ts'
export { type DumpOptions, type IptablesDump, readIptablesDump } from './dump.ts'
export { type IpsetDump, readIpsets } from './ipsets.ts'
export { fieldsFor, type Linked, linkSets } from './link.ts'

const fileNames: Readonly<Record<Family, string>> = { 4: 'iptables.rules', 6: 'ip6tables.rules' }

const setFile = 'ipset.rules'

/** Whether a file has one of the names that rules are read from. */
export function isRuleFile(path: string): boolean {
  return [setFile, ...Object.values(fileNames)].includes(path.split('/').at(-1) ?? '')
}

/** The firewalls of all nodes; the folder that a node's files are in has its name. */
export function readFirewalls(
  files: readonly OutputFile[],
  reporter: Reporter,
): readonly NodeFirewall[] {
  return firewallsIn(files, (own) => readNode(own, reporter), reporter)
}

/** All that is loaded on one node. */
function readNode(files: readonly OutputFile[], reporter: Reporter): Ruleset {
  const named = (name: string): readonly OutputFile[] =>
    files.filter(({ path }) => path.split('/').at(-1) === name)
  const dumps = families.flatMap((family) =>
    named(fileNames[family]).map(({ path, text }) =>
      readIptablesDump(makeSource(path, text), reporter, { family }),
    ),
  )
  const sets = named(setFile).map(({ path, text }) => readIpsets(makeSource(path, text), reporter))
  const linked = linkSets(
    dumps.flatMap(({ tables }) => tables),
    new Map(sets.flatMap((one) => [...one.sets])),
  )
  return {
    tables: linked.tables,
    ipsets: linked.sets,
    knowsIpsets: true,
    isPartial: [...dumps, ...sets].some(({ isPartial }) => isPartial),
  }
}
