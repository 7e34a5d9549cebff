// Sets of addresses of both IP versions.
import { bitsOf, type Cidr, families, intervalOf, toCidrs } from '../algebra/address.ts'
import { type Interval, type IntervalSet, subtract, union } from '../algebra/interval.ts'

/** The addresses of each IP version that are in. */
export type AddressSet = Readonly<Record<4 | 6, IntervalSet>>

const whole = (family: 4 | 6): Interval => ({ from: 0n, to: (1n << BigInt(bitsOf(family))) - 1n })

/** Every address. */
export const allAddresses: AddressSet = { 4: [whole(4)], 6: [whole(6)] }
/** No address. */
export const noAddress: AddressSet = { 4: [], 6: [] }

/** The addresses of some blocks. */
export function inBlocks(cidrs: readonly Cidr[]): AddressSet {
  const of = (family: 4 | 6): IntervalSet =>
    union(cidrs.filter((one) => one.family === family).map(intervalOf))
  return { 4: of(4), 6: of(6) }
}

/** What is in the first and not in the second. */
export function minusAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { 4: subtract(a[4], b[4]), 6: subtract(a[6], b[6]) }
}

/** What is in both. */
export function meetAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return minusAddresses(a, minusAddresses(allAddresses, b))
}

/** What is in either. */
export function joinAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { 4: union([...a[4], ...b[4]]), 6: union([...a[6], ...b[6]]) }
}

/** Whether it holds no address. */
export function isNoAddress(set: AddressSet): boolean {
  return set[4].length === 0 && set[6].length === 0
}

/** Whether the second holds all of the first. */
export function isCovered(a: AddressSet, by: AddressSet): boolean {
  return isNoAddress(minusAddresses(a, by))
}

/** A block and the exceptions that are taken out of it. */
export interface Block {
  readonly cidr: Cidr
  readonly except: readonly Cidr[]
}

/** The set as blocks, with exceptions where that is fewer words. */
export function asBlocks(set: AddressSet): readonly Block[] {
  return families.flatMap((family) => blocksIn({ family, base: 0n, prefix: 0 }, set[family]).blocks)
}

interface Covering {
  readonly blocks: readonly Block[]
  /** Blocks and exceptions. */
  readonly words: number
}

/** The addresses of a set within one block, as blocks of which none is larger. */
function blocksIn(cidr: Cidr, set: IntervalSet): Covering {
  const whole = intervalOf(cidr)
  const missing = subtract([whole], set)
  const [gap] = missing
  if (gap === undefined) return { blocks: [{ cidr, except: [] }], words: 1 }
  if (gap.from === whole.from && gap.to === whole.to) return { blocks: [], words: 0 }
  const inside = subtract([whole], missing)
  const halves = halvesOf(cidr).map((half) => blocksIn(half, inside))
  const apart = {
    blocks: halves.flatMap(({ blocks }) => blocks),
    words: halves.reduce((sum, { words }) => sum + words, 0),
  }
  const except = toCidrs(cidr.family, missing)
  return except.length + 1 < apart.words
    ? { blocks: [{ cidr, except }], words: except.length + 1 }
    : apart
}

function halvesOf({ family, base, prefix }: Cidr): readonly Cidr[] {
  const half = 1n << BigInt(bitsOf(family) - prefix - 1)
  return [base, base + half].map((start) => ({ family, base: start, prefix: prefix + 1 }))
}
