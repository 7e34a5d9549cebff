// What rules look at in a packet: nft(8), "payload expressions", "meta expressions". To name a field of a
// header is to ask for that header.
import type { Family } from '../../../src/algebra/address.ts'
import type { PacketField } from '../../../src/ruleset/types.ts'
import type { DataType } from './dataTypes.ts'
import { protocolNames } from './names.ts'

/** Fields that cannot be part of a key. */
export type SpecialField =
  | { readonly kind: 'address type'; readonly end: 'source' | 'destination' }
  | { readonly kind: 'tcp flags' | 'status' | 'fragment offset' }

export interface Field {
  readonly words: string
  readonly field: PacketField | SpecialField
  /** Null where values of the field are not modelled. */
  readonly type: DataType | null
  /** The IP version that the packet must have; null for any. */
  readonly family: Family | null
  /** The protocol that the packet must have; null for any. */
  readonly protocol: number | null
}

/** The field of some words; of kind `unknown` where it is not modelled. */
export function fieldOf(words: string): Field {
  const known = fields.get(words)
  if (known !== undefined) return known
  return { words, field: { kind: 'unknown', text: words }, type: null, ...headerOf(words) }
}

/** Whether a field can be part of a key. */
export function isKeyField(field: Field['field']): field is PacketField {
  return !['address type', 'tcp flags', 'status', 'fragment offset'].includes(field.kind)
}

/** What naming a field of a header asks of the packet. */
function headerOf(words: string): Pick<Field, 'family' | 'protocol'> {
  const first = words.slice(0, words.indexOf(' '))
  const family =
    first === 'ip' || first === 'icmp' ? 4 : first === 'ip6' || first === 'icmpv6' ? 6 : null
  const isTransport = transports.includes(first)
  return { family, protocol: isTransport ? (protocolNames.get(first) ?? null) : null }
}

const transports: readonly string[] = [
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'ah', 'esp'],
]

const source = { kind: 'address', end: 'source' } as const
const destination = { kind: 'address', end: 'destination' } as const
const protocol = { kind: 'protocol' } as const

const list: readonly (readonly [string, Field['field'], DataType])[] = [
  ['ip saddr', source, 'ipv4_addr'],
  ['ip daddr', destination, 'ipv4_addr'],
  ['ip protocol', protocol, 'inet_proto'],
  ['ip frag-off', { kind: 'fragment offset' }, 'inet_service'],
  ['ip6 saddr', source, 'ipv6_addr'],
  ['ip6 daddr', destination, 'ipv6_addr'],
  ['ip6 nexthdr', protocol, 'inet_proto'],
  ['meta l4proto', protocol, 'inet_proto'],
  ['meta nfproto', { kind: 'family' }, 'nf_proto'],
  ['meta protocol', { kind: 'family' }, 'ether_type'],
  ['meta iifname', { kind: 'interface', end: 'in' }, 'ifname'],
  ['meta oifname', { kind: 'interface', end: 'out' }, 'ifname'],
  ['meta iif', { kind: 'interface', end: 'in' }, 'iface_index'],
  ['meta oif', { kind: 'interface', end: 'out' }, 'iface_index'],
  ['meta mark', { kind: 'mark', of: 'packet' }, 'mark'],
  ['ct mark', { kind: 'mark', of: 'connection' }, 'mark'],
  ['ct state', { kind: 'state' }, 'ct_state'],
  ['ct status', { kind: 'status' }, 'ct_status'],
  ['tcp flags', { kind: 'tcp flags' }, 'tcp_flag'],
  ['icmp type', { kind: 'icmp type' }, 'icmp_type'],
  ['icmp code', { kind: 'icmp code' }, 'icmp_code'],
  ['icmpv6 type', { kind: 'icmp type' }, 'icmpv6_type'],
  ['icmpv6 code', { kind: 'icmp code' }, 'icmpv6_code'],
  ['fib saddr type', { kind: 'address type', end: 'source' }, 'fib_addrtype'],
  ['fib daddr type', { kind: 'address type', end: 'destination' }, 'fib_addrtype'],
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th'].flatMap(
    (header) =>
      [
        [`${header} sport`, { kind: 'port', end: 'source' }, 'inet_service'],
        [`${header} dport`, { kind: 'port', end: 'destination' }, 'inet_service'],
      ] as const,
  ),
]

const fields: ReadonlyMap<string, Field> = new Map(
  list.map(([words, field, type]) => [words, { words, field, type, ...headerOf(words) }]),
)
