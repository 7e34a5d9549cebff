// Addresses and CIDR blocks as numbers. Parsing and printing are ipaddr.js's; the rest is arithmetic.
import ipaddr from 'ipaddr.js'
import { type Interval, type IntervalSet, subtract, union } from './interval.ts'

export type Family = 4 | 6
export const families: readonly Family[] = [4, 6]

/** An IP address: `value` is a 32 or 128 bit number. */
export interface Address {
  readonly family: Family
  readonly value: bigint
}

/** A block of addresses: `base` has no bits set beyond `prefix`. */
export interface Cidr {
  readonly family: Family
  readonly base: bigint
  /** 0 to 32 or 0 to 128. */
  readonly prefix: number
}

/** A block as written, which may have host bits set. */
export interface WrittenCidr {
  readonly cidr: Cidr
  readonly hostBits: boolean
}

/** Bits of an address of a family. */
export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128
}

/**
 * Reads an address in the forms Go's `netip.ParseAddr` takes: four plain decimal parts, or IPv6
 * without a zone. An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) stays IPv6. Undefined otherwise.
 */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { family: 4, value: toNumber(ipaddr.IPv4.parse(text).toByteArray()) }
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined
  return { family: 6, value: toNumber(ipaddr.IPv6.parse(text).toByteArray()) }
}

/** Reads `address/prefix`; a bare address is not a CIDR. Undefined where it is not one. */
export function parseCidr(text: string): WrittenCidr | undefined {
  const [, addressText = '', prefixText = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const address = parseAddress(addressText)
  const prefix = Number(prefixText)
  if (address === undefined || prefix > bitsOf(address.family)) return undefined
  const cidr = blockOf(address, prefix)
  return { cidr, hostBits: cidr.base !== address.value }
}

/** The block of `prefix` bits that holds an address. */
export function blockOf(address: Address, prefix: number): Cidr {
  const size = sizeOf({ family: address.family, base: 0n, prefix })
  return { family: address.family, base: address.value - (address.value % size), prefix }
}

/**
 * Whether packets through a network can have the address: not one of loopback, multicast or broadcast,
 * nor none at all, nor an IPv4 address in the form of an IPv6 one.
 */
export function isSeenInNetworks(address: Address): boolean {
  return !neverSeen.includes(parsedOf(address).range())
}

const neverSeen: readonly string[] = [
  'unspecified',
  'loopback',
  'multicast',
  'broadcast',
  'ipv4Mapped',
]

function parsedOf({ family, value }: Address): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = Array.from({ length: bitsOf(family) / 8 }, (_, at) =>
    Number((value >> BigInt(bitsOf(family) - 8 - 8 * at)) & 0xffn),
  )
  return ipaddr.fromByteArray(bytes)
}

/** `10.0.0.1` or the shortest RFC 5952 form. */
export function printAddress(address: Address): string {
  const parsed = parsedOf(address)
  return parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).toRFC5952String() : parsed.toString()
}

/** `10.0.0.0/8` */
export function printCidr({ family, base, prefix }: Cidr): string {
  return `${printAddress({ family, value: base })}/${prefix}`
}

/** Whether the block holds the address. */
export function contains(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false
  const { from, to } = intervalOf(cidr)
  return from <= address.value && address.value <= to
}

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Cidr, inner: Cidr): boolean {
  return (
    outer.prefix <= inner.prefix && contains(outer, { family: inner.family, value: inner.base })
  )
}

/** Whether two blocks have an address in common. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return covers(a, b) || covers(b, a)
}

/** By family, base, then prefix. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family
  if (a.base !== b.base) return a.base < b.base ? -1 : 1
  return a.prefix - b.prefix
}

/** The addresses of `cidr` outside of every `except`, all of one family, in normal form. */
export function addressesOf(cidr: Cidr, except: readonly Cidr[]): IntervalSet {
  return subtract([intervalOf(cidr)], union(except.map(intervalOf)))
}

/** First and last address of a block. */
export function intervalOf(cidr: Cidr): Interval {
  return { from: cidr.base, to: cidr.base + sizeOf(cidr) - 1n }
}

/** The fewest blocks that make up a set of addresses of a family, ascending and disjoint. */
export function toCidrs(family: Family, set: IntervalSet): Cidr[] {
  const blocks: Cidr[] = []
  for (const { from, to } of set) {
    for (let base = from; base <= to; ) {
      const block = largestBlock(family, base, to)
      blocks.push(block)
      base += sizeOf(block)
    }
  }
  return blocks
}

function largestBlock(family: Family, base: bigint, to: bigint): Cidr {
  let prefix = bitsOf(family)
  while (prefix > 0) {
    const size = 1n << BigInt(bitsOf(family) - prefix + 1)
    if (base % size !== 0n || base + size - 1n > to) break
    prefix -= 1
  }
  return { family, base, prefix }
}

function sizeOf({ family, prefix }: Cidr): bigint {
  return 1n << BigInt(bitsOf(family) - prefix)
}

function toNumber(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
