// Packets of the little world of generated dumps, with the ways that they take, and what the machine there
// knows beside its rules.
import { addressOf, type Packet, type Surroundings, type Way } from '../judges/packetWalk.ts'
import {
  type Chance,
  type DumpTraffic,
  type IpVersion,
  interfaceTo,
  nodeAddresses,
  placesOf,
  trafficOf,
  worldEnds,
} from './ruleDumpWorld.ts'

/** A packet with the way that it takes where nothing is translated. */
export interface Trip {
  readonly packet: Packet
  readonly way: Way
  readonly traffic: DumpTraffic
}

/** What the node of the lab knows; nothing in a dump for kernels is unknown. */
export const dumpSurroundings: Surroundings = {
  addressTypes: (address, family) => {
    if (address !== addressOf(nodeAddresses[family])) return ['UNICAST']
    return family === 4 ? ['LOCAL'] : ['LOCAL', 'UNICAST']
  },
  route: ({ destination, family }) => wayTo(destination, family),
  ownAddress: () => null,
  oracle: {
    match: ({ text }) => unknown(text),
    target: ({ text }) => unknown(text),
  },
}

function unknown(text: string): never {
  throw new Error(`not known: ${text}`)
}

/** What packets are to be like. */
export interface TripOptions {
  readonly nat: boolean
  /** Source ports to choose from; labs choose their own, high ones. */
  readonly sourcePorts?: readonly number[]
  /** Whether there are packets of connections that are there already. */
  readonly later?: boolean
}

/**
 * Packets from everywhere to everywhere, some of them with addresses of others. With `nat` none of protocols
 * that have nothing but addresses to tell their connections apart.
 */
export function tripsOf(
  chance: Chance,
  count: number,
  { nat, sourcePorts = [40000], later = false }: TripOptions,
): readonly Trip[] {
  const seen = new Set<string>()
  return Array.from({ length: count }, () => {
    const trip = makeTrip(chance, sourcePorts)
    return later && trip.traffic.state === 'new' && chance.once(4) ? laterTrip(chance, trip) : trip
  }).filter(({ packet, way, traffic }) => {
    if (traffic.protocol !== 47) return true
    const key = `${packet.source} ${packet.destination}`
    const isFirst =
      !seen.has(key) && [interfaceTo(packet.source, packet.family), ''].includes(way.in)
    seen.add(key)
    return isFirst && !nat
  })
}

function makeTrip(chance: Chance, sourcePorts: readonly number[]): Trip {
  const family: IpVersion = chance.pick([4, 4, 6])
  const places = placesOf(family)
  const own = nodeAddresses[family]
  const hook = chance.pick(['FORWARD', 'FORWARD', 'FORWARD', 'INPUT', 'OUTPUT'] as const)
  const from = chance.pick(places)
  const to = chance.pick(places.filter(({ device }) => device !== from.device))
  const traffic = chance.pick(trafficOf(family))
  const isSpoofed = chance.once(8)
  const packet: Packet = {
    family,
    source: hook === 'OUTPUT' ? own : isSpoofed ? chance.pick(places).address : from.address,
    destination: hook === 'INPUT' ? own : to.address,
    protocol: traffic.protocol,
    sourcePort: traffic.port === 0 ? 0 : chance.pick(sourcePorts),
    destinationPort: traffic.port,
    icmp: traffic.icmp,
    tcpFlags: traffic.protocol === 6 ? 2 : 0,
    state: traffic.state,
  }
  const way = {
    hook,
    in: hook === 'OUTPUT' ? '' : from.device,
    out: hook === 'INPUT' ? '' : to.device,
  }
  return { packet, way, traffic }
}

/** A packet of a connection that is there already, or of one beside it. */
function laterTrip(chance: Chance, { packet, ...trip }: Trip): Trip {
  const { source, destination, sourcePort, destinationPort } = packet
  const isReply = chance.once(2)
  const [from, to] = isReply ? [destination, source] : [source, destination]
  const [fromPort, toPort] = isReply ? [destinationPort, sourcePort] : [sourcePort, destinationPort]
  const connection = {
    mark: chance.pick([0, 1, 2, 3, 0x10000]),
    original: {
      source: addressOf(from),
      destination: addressOf(to),
      sourcePort: fromPort,
      destinationPort: toPort,
    },
    isSourceTranslated: chance.once(4),
    isDestinationTranslated: false,
  }
  const tcpFlags = packet.protocol === 6 ? chance.pick([16, 18, 24, 17]) : 0
  const state = chance.pick(['established', 'established', 'related'] as const)
  return { ...trip, packet: { ...packet, state, tcpFlags, connection, isReply } }
}

function wayTo(destination: bigint, family: IpVersion): Pick<Way, 'hook' | 'out'> {
  if (destination === addressOf(nodeAddresses[family])) return { hook: 'INPUT', out: '' }
  const place = placesOf(family).find(({ address }) => addressOf(address) === destination)
  return { hook: 'FORWARD', out: place?.device ?? `veth${worldEnds.length - 1}` }
}
