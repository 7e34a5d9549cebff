// The forms of dumps that can be read, in the order in which a text is tried.
import { looksLikeIpsetDump, looksLikeIptablesDump } from '../../targets/iptables/reading/detect.ts'
import { readIptablesDump } from '../../targets/iptables/reading/dump.ts'
import { readIpsets } from '../../targets/iptables/reading/ipsets.ts'
import {
  looksLikeNftJson,
  looksLikeNftText,
  readNftDump,
  readNftJson,
} from '../../targets/nftables/reading/dump.ts'
import type { DumpForm } from './dumps.ts'

export const dumpForms: readonly DumpForm[] = [
  {
    name: 'nft JSON',
    looksLike: looksLikeNftJson,
    read: (source, reporter) => ({ ...readNftJson(source, reporter), ipsets: new Map() }),
  },
  {
    name: 'iptables-save',
    looksLike: looksLikeIptablesDump,
    read: (source, reporter) => ({ ...readIptablesDump(source, reporter), ipsets: new Map() }),
  },
  {
    name: 'ipset save',
    looksLike: looksLikeIpsetDump,
    read: (source, reporter) => {
      const { sets, isPartial } = readIpsets(source, reporter)
      return { tables: [], ipsets: sets, isPartial }
    },
  },
  {
    name: 'nft text',
    looksLike: looksLikeNftText,
    read: (source, reporter) => ({ ...readNftDump(source, reporter), ipsets: new Map() }),
  },
]
