// What the firewalls of nodes let on, read from the files that are loaded there. It knows the language of
// nft, and nothing of who wrote the files.
import { groupBy } from '../../../src/algebra/order.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import type { NodeFirewall } from '../../../src/proof/firewall.ts'
import { makeSource } from '../../../src/source/source.ts'
import { acceptedPackets } from './program.ts'
import { readNft } from './read.ts'

export { readNft } from './read.ts'
export type * from './types.ts'

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
  const own = files.filter(({ path }) => isRuleFile(path))
  const folderOf = ({ path }: OutputFile): string => path.split('/').slice(0, -1).join('/')
  return [...groupBy(own, folderOf)].map(([folder, found]) => {
    const tables = found.flatMap(({ path, text }) => readNft(makeSource(path, text), reporter))
    return {
      node: folder.split('/').at(-1) ?? '',
      accepted: (hook, packets, facts) => acceptedPackets(tables, hook, packets, facts),
    }
  })
}
