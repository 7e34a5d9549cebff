// What rules look at in a packet, and the types of the values that it is compared with: nft(8), "payload
// expressions", "meta expressions", "data types".
import type { Family } from '../../../src/algebra/address.ts'
import { icmpNumbers, protocolNumbers } from '../../../src/ir/types.ts'
import {
  addressTypeNames,
  familyNames,
  icmpCodeNames,
  icmpTypeNames,
  icmpv6CodeNames,
  icmpv6TypeNames,
  protocolNames,
  stateNames,
} from './names.ts'

/** A type of values. */
export type DataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'inet_proto'
  | 'inet_service'
  | 'icmp_type'
  | 'icmp_code'
  | 'icmpv6_type'
  | 'icmpv6_code'
  | 'nf_proto'
  | 'ct_state'
  | 'fib_addrtype'

/** How values of a type are written: as addresses, or as numbers and names. */
export type Notation =
  | { readonly kind: 'address'; readonly family: Family }
  /** `most`: null where only the names are read; then there are no ranges either. */
  | {
      readonly kind: 'number'
      readonly most: number | null
      readonly names: ReadonlyMap<string, number>
    }

/** Names of services are in a file of each machine. */
const noNames: ReadonlyMap<string, number> = new Map()

/** The types that are read. */
export const notations: Readonly<Record<DataType, Notation>> = {
  ipv4_addr: { kind: 'address', family: 4 },
  ipv6_addr: { kind: 'address', family: 6 },
  inet_proto: { kind: 'number', most: 255, names: protocolNames },
  inet_service: { kind: 'number', most: 65535, names: noNames },
  icmp_type: { kind: 'number', most: 255, names: icmpTypeNames },
  icmp_code: { kind: 'number', most: 255, names: icmpCodeNames },
  icmpv6_type: { kind: 'number', most: 255, names: icmpv6TypeNames },
  icmpv6_code: { kind: 'number', most: 255, names: icmpv6CodeNames },
  nf_proto: { kind: 'number', most: null, names: familyNames },
  ct_state: { kind: 'number', most: null, names: stateNames },
  fib_addrtype: { kind: 'number', most: null, names: addressTypeNames },
}

/** The part of a packet that a field is. */
export type Part =
  | 'source'
  | 'destination'
  | 'protocol'
  | 'port'
  | 'ICMP type'
  | 'ICMP code'
  | 'family'
  | 'state'
  | 'source type'
  | 'destination type'

/** Something that rules look at. Naming it asks by itself for its header to be there. */
export interface Field {
  readonly words: string
  readonly part: Part
  readonly type: DataType
  /** The IP version that the packet must have; null for any. */
  readonly family: Family | null
  /** The protocol that the packet must have; null for any. */
  readonly protocol: number | null
}

const { TCP, UDP, SCTP } = protocolNumbers

// `th dport` asks for no protocol: the kernel compares the third and fourth byte behind the IP header,
// whatever they are. The port of a packet without ports stands for these bytes.
const list: readonly Field[] = [
  field('ip saddr', 'source', 'ipv4_addr', 4),
  field('ip daddr', 'destination', 'ipv4_addr', 4),
  field('ip protocol', 'protocol', 'inet_proto', 4),
  field('ip6 saddr', 'source', 'ipv6_addr', 6),
  field('ip6 daddr', 'destination', 'ipv6_addr', 6),
  field('meta l4proto', 'protocol', 'inet_proto'),
  field('meta nfproto', 'family', 'nf_proto'),
  field('tcp dport', 'port', 'inet_service', null, TCP),
  field('udp dport', 'port', 'inet_service', null, UDP),
  field('sctp dport', 'port', 'inet_service', null, SCTP),
  field('th dport', 'port', 'inet_service'),
  field('icmp type', 'ICMP type', 'icmp_type', 4, icmpNumbers[4]),
  field('icmp code', 'ICMP code', 'icmp_code', 4, icmpNumbers[4]),
  field('icmpv6 type', 'ICMP type', 'icmpv6_type', 6, icmpNumbers[6]),
  field('icmpv6 code', 'ICMP code', 'icmpv6_code', 6, icmpNumbers[6]),
  field('ct state', 'state', 'ct_state'),
  field('fib saddr type', 'source type', 'fib_addrtype'),
  field('fib daddr type', 'destination type', 'fib_addrtype'),
]

/** The fields that are read, by their words. */
export const fields: ReadonlyMap<string, Field> = new Map(list.map((one) => [one.words, one]))

/** The words that fields begin with. */
export const fieldStarts: ReadonlySet<string> = new Set(
  list.map(({ words }) => words.split(' ')[0] ?? ''),
)

function field(
  words: string,
  part: Part,
  type: DataType,
  family: Family | null = null,
  protocol: number | null = null,
): Field {
  return { words, part, type, family, protocol }
}
