// Values of options: numbers, masks, ports, protocols, addresses. Each reader gives undefined for what is
// not valid.
import { bitsOf, type Family, parseAddress } from '../../../src/algebra/address.ts'
import { type IntervalSet, union } from '../../../src/algebra/interval.ts'
import type { NumberRange } from '../../../src/ruleset/types.ts'
import { protocolNumbers, servicePorts } from './names.ts'

/** All 32 bits of a mark. */
export const allBits = 0xffffffff

/** A whole number as C reads it: decimal, `0x` hexadecimal, or octal after a zero; at most 32 bits. */
export function readNumber(text: string): number | undefined {
  const isOctal = /^0[0-7]+$/.test(text)
  if (!isOctal && !/^(?:0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(text)) return undefined
  const number = isOctal ? Number.parseInt(text, 8) : Number(text)
  return number <= allBits ? number : undefined
}

export interface ValueAndMask {
  readonly value: number
  readonly mask: number
  readonly isMasked: boolean
}

/** `value[/mask]`; without a mask all bits count. */
export function readMasked(text: string): ValueAndMask | undefined {
  const [first = '', second, more] = text.split('/')
  const value = readNumber(first)
  const mask = second === undefined ? allBits : readNumber(second)
  if (value === undefined || mask === undefined || more !== undefined) return undefined
  return { value, mask, isMasked: second !== undefined }
}

/** A port by number or by the name of its service. */
export function readPort(text: string): number | undefined {
  const number = servicePorts.get(text) ?? (/^\d{1,5}$/.test(text) ? Number(text) : undefined)
  return number !== undefined && number <= 65535 ? number : undefined
}

/**
 * `80`, `80:90`, `:90`, `80:`; with `-` for the colon where `separator` says so. The ends may stand in
 * the wrong order: the kernel takes such a range, and no port is in it.
 */
export function readPortRange(text: string, separator = ':'): NumberRange | undefined {
  const cut = text.indexOf(separator)
  const isName = separator === '-' && servicePorts.has(text)
  if (cut < 0 || isName) {
    const port = readPort(text)
    return port === undefined ? undefined : { from: port, to: port }
  }
  const from = cut === 0 ? 0 : readPort(text.slice(0, cut))
  const to = cut === text.length - 1 ? 65535 : readPort(text.slice(cut + 1))
  return from === undefined || to === undefined ? undefined : { from, to }
}

/** Ranges of ports with commas between them. */
export function readPorts(text: string): readonly NumberRange[] | undefined {
  return all(text.split(',').map((part) => readPortRange(part)))
}

/** A protocol by name or number; 0 and `all` are every protocol. */
export function readProtocol(text: string): number | undefined {
  const name = text.toLowerCase()
  const number = name === 'all' || name === 'ip' ? 0 : protocolNumbers.get(name)
  const found = number ?? readNumber(text)
  return found !== undefined && found <= 255 ? found : undefined
}

/** More blocks than this are not made of a mask with gaps. */
const maxBlocks = 4096

const known = new Map<string, IntervalSet | undefined>()
const maxKnown = 100_000

/** `address`, `address/prefix` or `address/mask`, where the mask may have gaps (up to 4096 blocks). */
export function readAddresses(text: string, family: Family): IntervalSet | undefined {
  const key = family === 4 ? text : `6${text}`
  if (known.has(key)) return known.get(key)
  if (known.size >= maxKnown) known.clear()
  const set = addressesIn(text, family)
  known.set(key, set)
  return set
}

function addressesIn(text: string, family: Family): IntervalSet | undefined {
  const block = blockIn(text, family)
  return block && blocksOf(block.value, block.mask, family)
}

/** Whether a text is a block, perhaps one by a mask with more gaps than are taken apart. */
export function isBlock(text: string, family: Family): boolean {
  return blockIn(text, family) !== undefined
}

interface MaskedBlock {
  readonly value: bigint
  readonly mask: bigint
}

function blockIn(text: string, family: Family): MaskedBlock | undefined {
  const slash = text.indexOf('/')
  const value = readAddress(slash < 0 ? text : text.slice(0, slash), family, slash >= 0)
  const mask = slash < 0 ? maskOf(bitsOf(family), family) : readMask(text.slice(slash + 1), family)
  return value === undefined || mask === undefined ? undefined : { value, mask }
}

function readMask(text: string, family: Family): bigint | undefined {
  if (!/^\d+$/.test(text)) return readAddress(text, family, false)
  return Number(text) > bitsOf(family) ? undefined : maskOf(Number(text), family)
}

function maskOf(prefix: number, family: Family): bigint {
  const host = BigInt(bitsOf(family) - prefix)
  return ((1n << BigInt(prefix)) - 1n) << host
}

/** Addresses that agree with `value` in the bits of `mask`. */
function blocksOf(value: bigint, mask: bigint, family: Family): IntervalSet | undefined {
  const free = maskOf(bitsOf(family), family) ^ mask
  let size = 1n
  while ((free & size) !== 0n) size <<= 1n
  const gaps: bigint[] = []
  for (let bit = size; bit <= free; bit <<= 1n) if ((free & bit) !== 0n) gaps.push(bit)
  if (1 << gaps.length > maxBlocks || gaps.length > 12) return undefined
  let bases = [value & mask]
  for (const gap of gaps) bases = bases.flatMap((base) => [base, base | gap])
  return union(bases.map((base) => ({ from: base, to: base + size - 1n })))
}

/** One address of the family; with `mayBeShort`, zeros are put behind `10.1`, as iptables does. */
export function readAddress(text: string, family: Family, mayBeShort = false): bigint | undefined {
  if (family === 6) {
    const address = parseAddress(text)
    return address?.family === 6 ? address.value : undefined
  }
  const parts = text.split('.')
  if (parts.length > 4 || (parts.length < 4 && !mayBeShort)) return undefined
  let value = 0
  for (let at = 0; at < 4; at += 1) {
    const part = parts[at] ?? '0'
    const number = Number(part)
    if (part.length > 3 || part === '' || !(number <= 255) || !/^\d+$/.test(part)) return undefined
    value = value * 256 + number
  }
  return BigInt(value)
}

/** `from-to`, or a single address. */
export function readAddressRange(
  text: string,
  family: Family,
): { readonly from: bigint; readonly to: bigint } | undefined {
  const [first = '', second, more] = text.split('-')
  const from = readAddress(first, family)
  const to = second === undefined ? from : readAddress(second, family)
  if (from === undefined || to === undefined || from > to || more !== undefined) return undefined
  return { from, to }
}

/** The values, where all of them are there. */
export function all<Value>(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  const found = values.filter((value) => value !== undefined)
  return found.length === values.length ? found : undefined
}
