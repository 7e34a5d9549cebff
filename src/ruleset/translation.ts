// Changed destinations: the headers that packets have behind a hook of NAT, from those in front of it.
import { type Diagram, everything, nothing } from '../algebra/diagram.ts'
import type { Headers } from './headers.ts'
import type { Translation } from './situation.ts'
import type { NatPlace } from './types.ts'

/**
 * The headers that packets can have when their destination has been changed. `isLocal`: whether those
 * are asked for that stay on the machine, or those that go on.
 */
export function translated(
  translation: Translation,
  packets: Diagram,
  isLocal: boolean,
  headers: Headers,
): Diagram {
  if (translation.kind === 'redirect') {
    if (!isLocal) return nothing
    const place = { family: headers.family, addresses: null, ports: translation.ports }
    return sentTo(place, headers.forgetFields(packets, ['destination']), headers)
  }
  if (translation.to === null) return headers.forgetFields(packets, ['destination', 'port'])
  const { store } = headers.packets
  return store.some(translation.to.map((place) => sentTo(place, packets, headers)))
}

/** Headers that a translation leaves as they are: to the kernel they are not translated. */
export function unchangedBy(translation: Translation, headers: Headers): Diagram {
  const [place, ...others] = translation.kind === 'dnat' ? (translation.to ?? []) : []
  if (place === undefined || others.length > 0 || place.family !== headers.family) return nothing
  const { addresses, ports } = place
  const isOne = ({ from, to }: { from: number | bigint; to: number | bigint }): boolean =>
    from === to
  if ((addresses !== null && !isOne(addresses)) || (ports !== null && !isOne(ports))) return nothing
  return sentTo(place, everything, headers)
}

function sentTo(
  { family, addresses, ports }: NatPlace,
  packets: Diagram,
  headers: Headers,
): Diagram {
  if (family !== headers.family) return nothing
  const { store } = headers.packets
  const left = headers.forgetFields(packets, [
    ...(addresses === null ? [] : (['destination'] as const)),
    ...(ports === null ? [] : (['port'] as const)),
  ])
  return store.all([
    left,
    addresses === null ? everything : headers.addresses('destination', [addresses]),
    ports === null ? everything : headers.field('port', [ports]),
  ])
}
