// firewalld, with iptables (`IN_public_allow`) and nftables (table `firewalld`, `filter_IN_public_allow`).
// What a zone or a policy says for a direction is a chain that leads to five: before, log, deny, allow,
// after. Zones are named as they are, policies have `policy_` in front with nftables.
import type { Table } from '../../ruleset/types.ts'
import { byName, type Known, type NameTable, recogniseBy } from './naming.ts'
import type { Generator } from './types.ts'

/** Recognises what firewalld writes. */
export const firewalld: Generator = {
  name: 'firewalld',
  recognise: () =>
    recogniseBy({
      name: 'firewalld',
      chain: (table, { name }) => {
        if (isOwnTable(table)) {
          return chainRole(name.replace(/^(?:filter|nat|mangle|raw)_/, '')) ?? hook
        }
        return marks.some((mark) => table.chains.has(mark)) ? chainRole(name) : null
      },
      set: () => null,
    }),
}

/** With iptables its chains are among others; these are there whenever it runs. */
const marks = [
  'INPUT_direct',
  'INPUT_ZONES',
  'INPUT_dispatch',
  'PREROUTING_ZONES',
  'PREROUTING_direct',
]

const hook: Known = { purpose: "entry from the kernel's hook", subject: null }

function isOwnTable({ engine, name }: Table): boolean {
  return engine === 'nftables' && (name === 'firewalld' || name === 'firewalld_policy_drop')
}

const dispatchNames: NameTable = [
  [/^[A-Z]+_direct$/, 'direct rules of the administrator'],
  [/^[A-Z]+_ZONES(?:_SOURCE|_IFACES)?$/, 'choice of a zone'],
  [/^[A-Z]+_(?:POLICIES(?:_pre|_post)?)$/, 'choice of policies'],
  [/^[A-Z]+_(?:OUT|IN)_ZONES(?:_SOURCE|_IFACES)?$/, 'choice of a zone'],
  [/^[A-Z]+_dispatch$/, 'choice of a zone'],
  [
    /^(?:IN|OUT|FWD|FWDI|FWDO|PRE|POST)_(.+)_dispatch_stage2$/,
    'choice of the other zone',
    'zone $1',
  ],
  [/^(?:IN|OUT|FWD|PRE|POST)_(.+)_to_(.+)$/, 'choice of policies between zones', 'zones $1 to $2'],
]

const directions: Readonly<Record<string, string>> = {
  IN: 'incoming traffic',
  OUT: 'outgoing traffic',
  FWD: 'forwarded traffic',
  FWDI: 'traffic that is forwarded in',
  FWDO: 'traffic that is forwarded out',
  PRE: 'traffic before routing',
  POST: 'traffic after routing',
}
const parts: Readonly<Record<string, string>> = {
  pre: ', before all else',
  log: ', logging',
  deny: ', what is denied',
  allow: ', what is allowed',
  post: ', after all else',
}

function chainRole(name: string): Known | null {
  const dispatch = byName(name, dispatchNames)
  if (dispatch !== null) return dispatch
  const [, way = '', owner = '', part = ''] =
    /^(IN|OUT|FWDI|FWDO|FWD|PRE|POST)_(.+?)(?:_(pre|log|deny|allow|post))?$/.exec(name) ?? []
  const direction = directions[way]
  if (direction === undefined) return null
  const policy = owner.startsWith('policy_') ? owner.slice('policy_'.length) : null
  return {
    purpose: `${direction}${parts[part] ?? ''}`,
    subject: policy === null ? `zone ${owner}` : `policy ${policy}`,
  }
}
