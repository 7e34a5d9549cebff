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

/** The set as blocks, with exceptions where that is shorter to read. */
export function asBlocks(set: AddressSet): readonly Block[] {
  return families.flatMap((family): readonly Block[] => {
    const plain = toCidrs(family, set[family])
    if (plain.length <= 2) return plain.map((cidr) => ({ cidr, except: [] }))
    const around = smallestBlock(family, set[family])
    const holes = toCidrs(family, subtract([intervalOf(around)], set[family]))
    if (holes.length + 1 >= plain.length) return plain.map((cidr) => ({ cidr, except: [] }))
    return [{ cidr: around, except: holes }]
  })
}

/** The smallest block that holds all of a set that is not empty. */
function smallestBlock(family: 4 | 6, set: IntervalSet): Cidr {
  const first = set[0]?.from ?? 0n
  const last = set.at(-1)?.to ?? 0n
  let prefix = bitsOf(family)
  let size = 1n
  while (first / size !== last / size) {
    prefix -= 1
    size <<= 1n
  }
  return { family, base: first - (first % size), prefix }
}
