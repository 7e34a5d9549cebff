// Address sets of ipset. A set is named after what it holds: new contents are a new set, and rules
// move over to it in one step.
import type { Family } from '../../src/algebra/address.ts'
import { byName } from '../../src/algebra/order.ts'
import { setName } from './text.ts'

/** One set, before it is printed. */
export interface AddressSet {
  readonly name: string
  readonly type: 'hash:net' | 'hash:ip,port'
  readonly family: 'inet' | 'inet6'
  readonly elements: readonly string[]
}

/** Collects the sets of one node; a set that several rules need is made once. */
export interface SetCollector {
  /** The name of the set with these elements. */
  add(family: Family, type: AddressSet['type'], elements: readonly string[]): string
  /** All sets, by name. */
  readonly sets: readonly AddressSet[]
}

/** Makes an empty collector. */
export function makeSetCollector(): SetCollector {
  const known = new Map<string, AddressSet>()
  return {
    add(family, type, elements) {
      const sorted = [...new Set(elements)].sort()
      const name = setName(family, [type, ...sorted])
      if (!known.has(name)) {
        known.set(name, { name, type, family: family === 4 ? 'inet' : 'inet6', elements: sorted })
      }
      return name
    },
    get sets() {
      return [...known.values()].sort(byName)
    },
  }
}

/**
 * What a set's line shows; sizes leave the kernel no reason to grow or to refuse an element. The kit takes
 * the number of elements from it, to find a file that was cut off.
 */
export function setView({ elements, ...set }: AddressSet): object {
  const maxElements = Math.max(elements.length, 1)
  const hashSize = 2 ** Math.max(6, Math.ceil(Math.log2(maxElements)))
  return { ...set, elements, hashSize, maxElements }
}
