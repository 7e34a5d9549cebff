// What the walker of packets sees of a packet, and the values that rules name: addresses, blocks, ports,
// marks.
import ipaddr from 'ipaddr.js'

/** What connection tracking says of a packet. */
export type TrackedState = 'new' | 'established' | 'related' | 'invalid' | 'untracked'

/** Where a connection goes from and to; ports are 0 where there are none. */
export interface Ends {
  readonly source: bigint
  readonly destination: bigint
  readonly sourcePort: number
  readonly destinationPort: number
}

/** A connection in the kernel's table. */
export interface Connection {
  mark: number
  /** Ends as its first packet had them. */
  readonly original: Ends
  isSourceTranslated: boolean
  isDestinationTranslated: boolean
}

/** The packet as it is at the moment. Rules change some of it. */
export interface View {
  readonly family: 4 | 6
  readonly protocol: number
  readonly icmp: readonly [type: number, code: number] | null
  readonly tcpFlags: number
  readonly isReply: boolean
  source: bigint
  destination: bigint
  sourcePort: number
  destinationPort: number
  /** Interfaces; empty where there is none. */
  in: string
  out: string
  mark: number
  state: TrackedState
  connection: Connection | null
}

/** Which hooks the packet crosses, and between which interfaces; empty where there is none. */
export interface Way {
  readonly hook: 'FORWARD' | 'INPUT' | 'OUTPUT'
  readonly in: string
  readonly out: string
}

/** Numbers of protocols by the names that dumps use. */
export const protocolNames: Readonly<Record<string, number>> = {
  all: 0,
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  sctp: 132,
  udplite: 136,
}

/** A number of a protocol, or its name. */
export function protocolOf(text: string): number {
  return protocolNames[text.toLowerCase()] ?? numberOf(text)
}

/** Whether a packet has ports. */
export function hasPorts({ protocol }: View): boolean {
  return [6, 17, 33, 132, 136].includes(protocol)
}

/** The value of an address of either family. */
export function addressOf(text: string): bigint {
  const bytes = ipaddr.parse(text).toByteArray()
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)
}

/** Addresses of a block: those that have its value under the mask. */
export interface Block {
  readonly family: 4 | 6
  readonly value: bigint
  readonly mask: bigint
  /** How many bits the mask has. */
  readonly length: number
}

/** Reads `address`, `address/length` or `address/mask`. */
export function blockOf(text: string): Block {
  const [address = '', behind] = text.split('/')
  const family = address.includes(':') ? 6 : 4
  const width = family === 6 ? 128 : 32
  const isMask = behind !== undefined && /[.:]/.test(behind)
  const length = behind === undefined ? width : isMask ? 0 : numberOf(behind)
  const mask = isMask ? addressOf(behind) : maskOf(length, width)
  const ones = isMask ? mask.toString(2).replaceAll('0', '').length : length
  return { family, value: addressOf(address) & mask, mask, length: ones }
}

/** A mask of so many ones at its front. */
export function maskOf(length: number, width: number): bigint {
  return ((1n << BigInt(length)) - 1n) << BigInt(width - length)
}

/** Whether an address is in a block. */
export function isIn({ value, mask }: Block, address: bigint): boolean {
  return (address & mask) === value
}

/** First and last of `a`, `a-b` or `a:b`, ports, where an end may be left out. */
export function portsOf(text: string): readonly [number, number] {
  const [from = '', to] = text.split(/[:-]/)
  const first = from === '' ? 0 : numberOf(from)
  return [first, to === undefined ? first : to === '' ? 65535 : numberOf(to)]
}

/** Value and mask of `0x10/0xf0`; without a mask all bits count. */
export function markOf(text: string): readonly [value: number, mask: number] {
  const [value = '', mask = '0xffffffff'] = text.split('/')
  return [numberOf(value), numberOf(mask)]
}

/** A number as the tools write them: decimal or hexadecimal. Throws at what is none. */
export function numberOf(text: string): number {
  const value = Number(text)
  if (text === '' || !Number.isInteger(value)) throw new Error(`not a number: ${text}`)
  return value
}
