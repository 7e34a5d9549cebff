// What a rule matches, in numbers: names of ports are looked up at the pods that may be the destination.
import type { Family } from '../algebra/address.ts'
import { type IntervalSet, meet, subtract, union } from '../algebra/interval.ts'
import { groupBy } from '../algebra/order.ts'
import type { Pod } from '../cluster/types.ts'
import { icmpNumbers, type Protocol, protocols, type Traffic } from '../ir/types.ts'
import { type IcmpBox, type Kinds, type PortBox, trafficSetOf } from '../lowering/traffic.ts'
import { ownAddresses } from './peers.ts'

/** Traffic of one IP version without names. */
export interface Numbers {
  readonly ports: Readonly<Record<Protocol, IntervalSet>>
  readonly icmp: readonly IcmpBox[]
  /** Protocols, by number, that have neither ports nor ICMP's types. */
  readonly others: IntervalSet
}

/** Traffic to some destinations. */
export interface Region {
  /** Null: to any. */
  readonly destinations: IntervalSet | null
  readonly numbers: Numbers
}

/** What kinds of traffic match over one IP version; the other version's ICMP is a protocol like any other. */
export function kindsOf(traffic: readonly Traffic[], family: Family): Kinds {
  const kinds = trafficSetOf(traffic)[family]
  const foreign = icmpNumbers[family === 4 ? 6 : 4]
  if (!traffic.some((one) => isOf(one, foreign, family))) return kinds
  const number = { from: BigInt(foreign), to: BigInt(foreign) }
  return { ...kinds, others: union([...kinds.others, number]) }
}

/** Whether a kind of traffic matches a protocol without ports or types. */
function isOf(traffic: Traffic, number: number, family: Family): boolean {
  switch (traffic.kind) {
    case 'all':
      return true
    case 'ports':
    case 'icmp':
      return false
    case 'protocols':
      return traffic.from <= number && number <= traffic.to
    case 'family':
      return traffic.family === family
    case 'not':
      return !isOf(traffic.of, number, family)
    case 'and':
      return traffic.of.every((one) => isOf(one, number, family))
  }
}

/** Every port that can be a destination. */
export const allPorts: IntervalSet = [{ from: 1n, to: 65535n }]

/** The names of ports that a kind of traffic rests on, by protocol: `TCP http`. */
export function namesIn(kinds: Kinds): readonly PortName[] {
  const names = protocols.flatMap((protocol) =>
    kinds.ports[protocol].flatMap(({ named, notNamed }) =>
      [...named, ...notNamed].map((name) => ({ protocol, name })),
    ),
  )
  return [...new Map(names.map((one) => [`${one.protocol} ${one.name}`, one])).values()]
}

/** The name of a port of one protocol. */
export interface PortName {
  readonly protocol: Protocol
  readonly name: string
}

/**
 * The traffic as regions, disjoint, that do without names. `destinations`: the pods that the
 * destination may be; every other destination gives no port a name.
 */
export function regionsOf(
  kinds: Kinds,
  destinations: readonly Pod[],
  family: Family,
): readonly Region[] {
  const names = namesIn(kinds)
  if (names.length === 0) return keep([{ destinations: null, numbers: numbersOf(kinds, noNames) }])
  const naming = destinations.filter(({ ports }) => ports.some((port) => isOneOf(port, names)))
  const classes = [...groupBy(naming, (pod) => portsKey(pod, names)).values()]
  const named = classes.map((pods) => ({
    destinations: ownAddresses(pods, family),
    numbers: numbersOf(kinds, (one) => portsOf(pods[0], one)),
  }))
  const bounds = union([{ from: 0n, to: (1n << (family === 4 ? 32n : 128n)) - 1n }])
  const rest = subtract(bounds, union(named.flatMap((one) => one.destinations)))
  return keep([...named, { destinations: rest, numbers: numbersOf(kinds, noNames) }])
}

function keep(regions: readonly Region[]): readonly Region[] {
  return regions.filter(
    ({ destinations, numbers }) => destinations?.length !== 0 && !isNothing(numbers),
  )
}

/** Whether no traffic has these numbers. */
export function isNothing({ ports, icmp, others }: Numbers): boolean {
  return (
    protocols.every((protocol) => ports[protocol].length === 0) &&
    icmp.length === 0 &&
    others.length === 0
  )
}

/** What tells a pod's ports of these names from other pods'. */
export function portsKey(pod: Pod, names: readonly PortName[]): string {
  return JSON.stringify(
    names.map((one) => portsOf(pod, one).map(({ from, to }) => [`${from}`, `${to}`])),
  )
}

function isOneOf(port: PortName, names: readonly PortName[]): boolean {
  return names.some((one) => one.name === port.name && one.protocol === port.protocol)
}

/** The numbers that a pod gives a name. */
export function portsOf(pod: Pod | undefined, { protocol, name }: PortName): IntervalSet {
  const ports = (pod?.ports ?? []).filter(
    (port) => port.name === name && port.protocol === protocol,
  )
  return union(ports.map(({ port }) => ({ from: BigInt(port), to: BigInt(port) })))
}

type Lookup = (name: PortName) => IntervalSet

const noNames: Lookup = () => []

function numbersOf({ ports, icmp, others }: Kinds, lookup: Lookup): Numbers {
  const of = (protocol: Protocol): IntervalSet =>
    union(ports[protocol].flatMap((box) => numbersOfBox(box, protocol, lookup)))
  return { ports: { TCP: of('TCP'), UDP: of('UDP'), SCTP: of('SCTP') }, icmp, others }
}

function numbersOfBox(
  { numbers, named, notNamed }: PortBox,
  protocol: Protocol,
  lookup: Lookup,
): IntervalSet {
  const having = named.reduce((left, name) => meet(left, lookup({ protocol, name })), numbers)
  return notNamed.reduce((left, name) => subtract(left, lookup({ protocol, name })), having)
}
