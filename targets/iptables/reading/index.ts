// What the firewalls of nodes let on, read from the files that are loaded there. It knows the language
// of iptables-save and ipset save, and nothing of who wrote the files.
import { type Family, families } from '../../../src/algebra/address.ts'
import { groupBy } from '../../../src/algebra/order.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import type { NodeFirewall } from '../../../src/proof/firewall.ts'
import { makeSource } from '../../../src/source/source.ts'
import { acceptedPackets } from './program.ts'
import { readRules } from './rules.ts'
import { type IpSet, readSets } from './sets.ts'
import type { Tables } from './types.ts'

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
  const folderOf = ({ path }: OutputFile): string => path.split('/').slice(0, -1).join('/')
  return [...groupBy(files, folderOf)].map(([folder, own]) =>
    readNode(folder.split('/').at(-1) ?? '', own, reporter),
  )
}

function readNode(node: string, files: readonly OutputFile[], reporter: Reporter): NodeFirewall {
  const named = (name: string): readonly OutputFile[] =>
    files.filter(({ path }) => path.split('/').at(-1) === name)
  const sets = new Map<string, IpSet>(
    named(setFile).flatMap(({ path, text }) => [...readSets(makeSource(path, text), reporter)]),
  )
  const tables = new Map<Family, readonly Tables[]>(
    families.map((family) => [
      family,
      named(fileNames[family]).map(({ path, text }) =>
        readRules(makeSource(path, text), family, reporter),
      ),
    ]),
  )
  return {
    node,
    accepted: (hook, packets, facts) => {
      const chains = (tables.get(packets.family) ?? []).flatMap((one) => [...one.values()])
      return packets.store.all(
        chains.map((own) => acceptedPackets({ chains: own, sets, facts }, hook, packets, reporter)),
      )
    },
  }
}
