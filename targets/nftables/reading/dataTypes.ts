// Types of values, and what the values of each stand for: nft(8), "data types".
import { type Family, parseAddress } from '../../../src/algebra/address.ts'
import type { Interval } from '../../../src/algebra/interval.ts'
import {
  addressTypeNames,
  etherTypeNames,
  familyNames,
  icmpCodeNames,
  icmpTypeNames,
  icmpv6CodeNames,
  icmpv6TypeNames,
  protocolNames,
  serviceNames,
  stateNames,
  statusNames,
  tcpFlagNames,
} from './names.ts'
import type { Expression } from './syntax.ts'

/** The types that are modelled. */
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
  | 'ether_type'
  | 'fib_addrtype'
  | 'mark'
  | 'ct_state'
  | 'ct_status'
  | 'tcp_flag'
  | 'ifname'
  | 'iface_index'

type Notation =
  | { readonly kind: 'address'; readonly family: Family }
  | {
      readonly kind: 'number'
      readonly most: bigint
      readonly names: ReadonlyMap<string, number>
      /** Whether several names stand for one value with all their bits. */
      readonly hasBits: boolean
    }
  | { readonly kind: 'interface' }

const notations: Readonly<Record<DataType, Notation>> = {
  ipv4_addr: { kind: 'address', family: 4 },
  ipv6_addr: { kind: 'address', family: 6 },
  inet_proto: numbers(0xff, protocolNames),
  inet_service: numbers(0xffff, serviceNames),
  icmp_type: numbers(0xff, icmpTypeNames),
  icmp_code: numbers(0xff, icmpCodeNames),
  icmpv6_type: numbers(0xff, icmpv6TypeNames),
  icmpv6_code: numbers(0xff, icmpv6CodeNames),
  nf_proto: numbers(0xff, familyNames),
  ether_type: numbers(0xffff, etherTypeNames),
  fib_addrtype: numbers(0xff, addressTypeNames),
  mark: numbers(0xffffffff, new Map()),
  ct_state: numbers(0xffffffff, stateNames, true),
  ct_status: numbers(0xffffffff, statusNames, true),
  tcp_flag: numbers(0xff, tcpFlagNames, true),
  ifname: { kind: 'interface' },
  iface_index: { kind: 'interface' },
}

function numbers(
  most: number,
  names: ReadonlyMap<string, number>,
  hasBits = false,
): Notation & { readonly kind: 'number' } {
  return { kind: 'number', most: BigInt(most), names, hasBits }
}

/** The type of a name; undefined for those that are not modelled. */
export function typeNamed(name: string): DataType | undefined {
  return name in notations ? (name as DataType) : undefined
}

export function notationOf(type: DataType): Notation {
  return notations[type]
}

/** Whether values of the type are bits, and a test without an operator asks for some of them. */
export function hasBits(type: DataType): boolean {
  const notation = notationOf(type)
  return notation.kind === 'number' && notation.hasBits
}

/** The numbers that a value, range or block stands for; null for what is none of the type. */
export function intervalOf(expression: Expression, type: DataType): Interval | null {
  const notation = notationOf(type)
  if (notation.kind === 'interface') return null
  const most =
    notation.kind === 'number' ? notation.most : (1n << (notation.family === 4 ? 32n : 128n)) - 1n
  switch (expression.kind) {
    case 'any':
      return { from: 0n, to: most }
    case 'range': {
      const from = numberOf(expression.from, type)
      const to = numberOf(expression.to, type)
      return from === null || to === null || from > to ? null : { from, to }
    }
    case 'prefix': {
      const from = numberOf(expression.of, type)
      if (from === null || notation.kind !== 'address') return null
      const bits = (notation.family === 4 ? 32 : 128) - expression.length
      if (bits < 0) return null
      const base = (from >> BigInt(bits)) << BigInt(bits)
      return { from: base, to: base + (1n << BigInt(bits)) - 1n }
    }
  }
  const value = numberOf(expression, type)
  return value === null ? null : { from: value, to: value }
}

/** The number that a value stands for, or several bits together; null for what is none of the type. */
export function numberOf(expression: Expression, type: DataType): bigint | null {
  const notation = notationOf(type)
  switch (expression.kind) {
    case 'value':
      return literalOf(expression.text, notation)
    case 'list':
    case 'binary': {
      if (expression.kind === 'binary') return combine(expression, type)
      let all = 0n
      for (const item of expression.items) {
        const one = numberOf(item, type)
        if (one === null) return null
        all |= one
      }
      return all
    }
  }
  return null
}

function combine(
  { operator, left, right }: Expression & { readonly kind: 'binary' },
  type: DataType,
): bigint | null {
  const [a, b] = [numberOf(left, type), numberOf(right, type)]
  if (a === null || b === null) return null
  switch (operator) {
    case '|':
      return a | b
    case '&':
      return a & b
    case '^':
      return a ^ b
  }
  if (b > 64n) return null
  return operator === '<<' ? a << b : a >> b
}

function literalOf(text: string, notation: Notation): bigint | null {
  if (notation.kind === 'interface') return null
  if (notation.kind === 'address') return addressOf(text, notation.family)
  const named = notation.names.get(text)
  if (named !== undefined) return BigInt(named)
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return null
  const value = BigInt(text)
  return value <= notation.most ? value : null
}

const fourParts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** Most are of IPv4, and there may be millions. */
function addressOf(text: string, family: Family): bigint | null {
  if (family === 4) {
    const parts = fourParts.exec(text)
    if (parts === null) return null
    const [a, b, c, d] = parts.slice(1).map(Number) as [number, number, number, number]
    return Math.max(a, b, c, d) > 255 ? null : BigInt(((a * 256 + b) * 256 + c) * 256 + d)
  }
  const address = parseAddress(text)
  return address?.family === 6 ? address.value : null
}
