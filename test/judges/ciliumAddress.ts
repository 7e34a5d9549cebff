// Addresses for the judge of Cilium policies: read by a library, compared bit by bit.
import ipaddr from 'ipaddr.js'
import type { Address } from '../../src/algebra/address.ts'

/** Whether an address is in a block written `address/prefix`; a bare address is a block of one. */
export function inCidr({ family, value }: Address, text: string): boolean {
  const [base = '', prefix] = text.split('/')
  const block = ipaddr.parse(base)
  if ((block.kind() === 'ipv4') !== (family === 4)) return false
  const bits = family === 4 ? 32 : 128
  const wanted = binary(block.toByteArray()).slice(0, Number(prefix ?? bits))
  return value.toString(2).padStart(bits, '0').startsWith(wanted)
}

/** Whether the second block is a part of the first, which may be all of it. */
export function holdsBlock(outer: string, inner: string): boolean {
  const [first, second] = [ipaddr.parseCIDR(outer), ipaddr.parseCIDR(inner)]
  if (first[0].kind() !== second[0].kind() || first[1] > second[1]) return false
  const start = (length: number, bytes: number[]): string => binary(bytes).slice(0, length)
  return start(first[1], first[0].toByteArray()) === start(first[1], second[0].toByteArray())
}

function binary(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
}
