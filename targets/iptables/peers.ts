// Addresses as the words that match them.
import { type Family, printCidr, toCidrs } from '../../src/algebra/address.ts'
import type { IntervalSet } from '../../src/algebra/interval.ts'
import type { SetCollector } from './sets.ts'

/** An end of a packet. */
export type End = 'source' | 'destination'

const plainFlags = { source: '-s', destination: '-d' } as const
const setFlags = { source: 'src', destination: 'dst' } as const

/**
 * The words that match an address in the set: none where every address is in it, a plain block where
 * it is one, else a set of disjoint blocks. Null for no address: nothing can match.
 */
export function addressWords(
  addresses: IntervalSet,
  end: End,
  family: Family,
  sets: SetCollector,
): readonly string[] | null {
  if (addresses.length === 0) return null
  const blocks = toCidrs(family, addresses)
  const [first] = blocks
  if (blocks.length === 1 && first !== undefined) {
    return first.prefix === 0 ? [] : [plainFlags[end], printCidr(first)]
  }
  const name = sets.add(family, 'hash:net', blocks.map(printCidr))
  return ['-m set --match-set', name, setFlags[end]]
}
