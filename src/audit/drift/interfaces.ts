// Which packets there are at all: those of a pod come in by its interface, and those to it go out there.

import type { Family } from '../../algebra/address.ts'
import { type Diagram, everything, nothing } from '../../algebra/diagram.ts'
import type { IntervalSet } from '../../algebra/interval.ts'
import type { Headers } from '../../ruleset/headers.ts'

/** Addresses behind interfaces; one that is behind several can come and go by each of them. */
export type AddressesByInterface = ReadonlyMap<string, Readonly<Record<Family, IntervalSet>>>

/** What stands for the interface of addresses whose packets are thrown away: there are none of them. */
export const nowhere = ''

/** The headers in which interfaces and addresses agree; all, where no interfaces are known. */
export function agreeing(known: AddressesByInterface, headers: Headers): Diagram {
  const { store } = headers.packets
  return store.and(
    agreeingAt('in', 'source', known, headers),
    agreeingAt('out', 'destination', known, headers),
  )
}

function agreeingAt(
  side: 'in' | 'out',
  end: 'source' | 'destination',
  known: AddressesByInterface,
  headers: Headers,
): Diagram {
  const { store } = headers.packets
  const pairs = [...known].flatMap(([name, addresses]) => {
    const own = addresses[headers.family]
    const isReal = name !== nowhere
    const behind = isReal ? headers.interfaces(side, [{ text: name, isPrefix: false }]) : nothing
    if (own.length === 0 || behind === null) return []
    return [{ behind, held: headers.addresses(end, own) }]
  })
  if (pairs.length === 0) return everything
  const elsewhere = store.not(
    store.or(
      store.some(pairs.map(({ behind }) => behind)),
      store.some(pairs.map(({ held }) => held)),
    ),
  )
  return store.or(elsewhere, store.some(pairs.map(({ behind, held }) => store.and(behind, held))))
}
