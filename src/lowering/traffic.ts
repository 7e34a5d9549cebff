// Sets of traffic, for each IP version, that can be cut and subtracted.
import { type IntervalSet, meet, subtract, union } from '../algebra/interval.ts'
import {
  icmpNumbers,
  type Protocol,
  protocolNumbers,
  protocols,
  type Traffic,
} from '../ir/types.ts'

/** Ports by number, that do or do not go by names at the destination. */
export interface PortBox {
  /** 1 to 65535. */
  readonly numbers: IntervalSet
  /** Names that the port has, sorted. */
  readonly named: readonly string[]
  /** Names that it does not have, sorted. */
  readonly notNamed: readonly string[]
}

/** Messages of ICMP: some types with some codes, both 0 to 255. */
export interface IcmpBox {
  readonly types: IntervalSet
  readonly codes: IntervalSet
}

/** What is sent over one IP version. */
export interface Kinds {
  readonly ports: Readonly<Record<Protocol, readonly PortBox[]>>
  readonly icmp: readonly IcmpBox[]
  /** Protocols, by number, that have neither ports nor ICMP's types. */
  readonly others: IntervalSet
}

/** A set of traffic. */
export type TrafficSet = Readonly<Record<4 | 6, Kinds>>

const allPorts: IntervalSet = [{ from: 1n, to: 65535n }]
const allBytes: IntervalSet = [{ from: 0n, to: 255n }]
const special = [...Object.values(protocolNumbers), ...Object.values(icmpNumbers)].map(BigInt)
const allOthers: IntervalSet = subtract(
  allBytes,
  union(special.map((one) => ({ from: one, to: one }))),
)

const anyPort: PortBox = { numbers: allPorts, named: [], notNamed: [] }
const anyIcmp: IcmpBox = { types: allBytes, codes: allBytes }

const kinds = (port: readonly PortBox[], icmp: readonly IcmpBox[], others: IntervalSet): Kinds => ({
  ports: { TCP: port, UDP: port, SCTP: port },
  icmp,
  others,
})
const allKinds: Kinds = kinds([anyPort], [anyIcmp], allOthers)
const noKinds: Kinds = kinds([], [], [])

/** Everything that can be sent. */
export const allTraffic: TrafficSet = { 4: allKinds, 6: allKinds }
const noTraffic: TrafficSet = { 4: noKinds, 6: noKinds }

/** What one of the kinds of traffic matches. */
export function trafficSetOf(traffic: readonly Traffic[]): TrafficSet {
  return traffic.map(setOf).reduce(join, noTraffic)
}

function setOf(traffic: Traffic): TrafficSet {
  switch (traffic.kind) {
    case 'all':
      return allTraffic
    case 'ports': {
      const { protocol, ports } = traffic
      const made = { ...noKinds, ports: { ...noKinds.ports, [protocol]: [portBox(ports)] } }
      return { 4: made, 6: made }
    }
    case 'icmp': {
      const { family, type, code } = traffic
      const icmp = [{ types: bytes(type), codes: bytes(code) }]
      return { ...noTraffic, [family]: { ...noKinds, icmp } }
    }
    case 'protocols': {
      const span = [{ from: BigInt(traffic.from), to: BigInt(traffic.to) }]
      return { 4: byNumber(span, 4), 6: byNumber(span, 6) }
    }
    case 'family':
      return { ...noTraffic, [traffic.family]: allKinds }
    case 'not':
      return minusTraffic(allTraffic, setOf(traffic.of))
    case 'and':
      return traffic.of.map(setOf).reduce(meetTraffic, allTraffic)
  }
}

type Ports = Extract<Traffic, { kind: 'ports' }>['ports']

function portBox(ports: Ports): PortBox {
  switch (ports.kind) {
    case 'all':
      return anyPort
    case 'range':
      return { ...anyPort, numbers: [{ from: BigInt(ports.from), to: BigInt(ports.to) }] }
    case 'named':
      return { ...anyPort, named: [ports.name] }
  }
}

function bytes(value: number | null): IntervalSet {
  return value === null ? allBytes : [{ from: BigInt(value), to: BigInt(value) }]
}

function byNumber(numbers: IntervalSet, family: 4 | 6): Kinds {
  const holds = (number: number): boolean =>
    numbers.some(({ from, to }) => from <= BigInt(number) && BigInt(number) <= to)
  const of = (protocol: Protocol): readonly PortBox[] =>
    holds(protocolNumbers[protocol]) ? [anyPort] : []
  return {
    ports: { TCP: of('TCP'), UDP: of('UDP'), SCTP: of('SCTP') },
    icmp: holds(icmpNumbers[family]) ? [anyIcmp] : [],
    others: meet(allOthers, numbers),
  }
}

/** What is in both. */
export function meetTraffic(a: TrafficSet, b: TrafficSet): TrafficSet {
  return zip(a, b, {
    ports: (left, right) => left.flatMap((one) => right.flatMap((other) => meetPorts(one, other))),
    icmp: (left, right) => left.flatMap((one) => right.flatMap((other) => meetIcmp(one, other))),
    others: meet,
  })
}

/** What is in the first and not in the second. */
export function minusTraffic(a: TrafficSet, b: TrafficSet): TrafficSet {
  return zip(a, b, {
    ports: (left, right) => right.reduce((rest, hole) => minusPorts(rest, hole), left),
    icmp: (left, right) => right.reduce((rest, hole) => minusIcmp(rest, hole), left),
    others: subtract,
  })
}

function join(a: TrafficSet, b: TrafficSet): TrafficSet {
  return zip(a, b, {
    ports: (left, right) => [...left, ...right],
    icmp: (left, right) => [...left, ...right],
    others: (left, right) => union([...left, ...right]),
  })
}

interface Operation {
  readonly ports: (a: readonly PortBox[], b: readonly PortBox[]) => readonly PortBox[]
  readonly icmp: (a: readonly IcmpBox[], b: readonly IcmpBox[]) => readonly IcmpBox[]
  readonly others: (a: IntervalSet, b: IntervalSet) => IntervalSet
}

function zip(a: TrafficSet, b: TrafficSet, by: Operation): TrafficSet {
  const of = (family: 4 | 6): Kinds => {
    const [left, right] = [a[family], b[family]]
    const ports = (protocol: Protocol): readonly PortBox[] =>
      by.ports(left.ports[protocol], right.ports[protocol])
    return {
      ports: { TCP: ports('TCP'), UDP: ports('UDP'), SCTP: ports('SCTP') },
      icmp: by.icmp(left.icmp, right.icmp),
      others: by.others(left.others, right.others),
    }
  }
  return { 4: of(4), 6: of(6) }
}

function meetPorts(a: PortBox, b: PortBox): readonly PortBox[] {
  return possible({
    numbers: meet(a.numbers, b.numbers),
    named: both(a.named, b.named),
    notNamed: both(a.notNamed, b.notNamed),
  })
}

function possible(box: PortBox): readonly PortBox[] {
  const isPossible =
    box.numbers.length > 0 && !box.named.some((name) => box.notNamed.includes(name))
  return isPossible ? [box] : []
}

function minusPorts(boxes: readonly PortBox[], hole: PortBox): readonly PortBox[] {
  return boxes.flatMap((box) => {
    if (meetPorts(box, hole).length === 0) return [box]
    const outside = possible({ ...box, numbers: subtract(box.numbers, hole.numbers) })
    const rest = { ...box, numbers: meet(box.numbers, hole.numbers) }
    const byName = [
      ...hole.named.map((name) => ({ ...rest, notNamed: both(rest.notNamed, [name]) })),
      ...hole.notNamed.map((name) => ({ ...rest, named: both(rest.named, [name]) })),
    ]
    return [...outside, ...byName.flatMap(possible)]
  })
}

function both(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort()
}

function meetIcmp(a: IcmpBox, b: IcmpBox): readonly IcmpBox[] {
  const box = { types: meet(a.types, b.types), codes: meet(a.codes, b.codes) }
  return box.types.length === 0 || box.codes.length === 0 ? [] : [box]
}

function minusIcmp(boxes: readonly IcmpBox[], hole: IcmpBox): readonly IcmpBox[] {
  return boxes.flatMap((box) => {
    if (meetIcmp(box, hole).length === 0) return [box]
    const outside = { types: subtract(box.types, hole.types), codes: box.codes }
    const inside = {
      types: meet(box.types, hole.types),
      codes: subtract(box.codes, hole.codes),
    }
    return [outside, inside].filter(({ types, codes }) => types.length > 0 && codes.length > 0)
  })
}

/** Whether nothing of an IP version is in the set. */
export function isNoKind({ ports, icmp, others }: Kinds): boolean {
  return (
    protocols.every((protocol) => ports[protocol].length === 0) &&
    icmp.length === 0 &&
    others.length === 0
  )
}

/** The IP versions of which something is in the set. */
export function familiesOf(set: TrafficSet): readonly (4 | 6)[] {
  return ([4, 6] as const).filter((family) => !isNoKind(set[family]))
}

/** Whether the second holds all of the first. */
export function isWithinTraffic(a: TrafficSet, b: TrafficSet): boolean {
  return familiesOf(minusTraffic(a, b)).length === 0
}
