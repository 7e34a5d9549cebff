// Traffic as alternatives of boxes: conjunctions of one test each of the IP version, the protocol, its
// ports and its ICMP type. What `not` and `and` say of traffic is multiplied out into them.
import { type IntervalSet, subtract } from '../../src/algebra/interval.ts'
import { groupBy } from '../../src/algebra/order.ts'
import {
  icmpNumbers,
  type Ports,
  type Protocol,
  protocolNumbers,
  protocols,
  type Traffic,
} from '../../src/ir/types.ts'

/** Type and code of ICMP as the IR has them. */
export interface Icmp {
  readonly type: number | null
  readonly code: number | null
}

/** All tests hold. */
export interface Box {
  readonly family: 4 | 6 | null
  /** Numbers of IP protocols, never empty. */
  readonly protocols: IntervalSet
  /** Destination ports; null for any. Where it is not, there is one protocol, and it has ports. */
  readonly numbers: IntervalSet | null
  /** Names that all are names of the destination port, and those that none is of any protocol. */
  readonly named: readonly string[]
  readonly notNamed: readonly string[]
  /** null for any; where it is not, the protocol is that of ICMP. */
  readonly icmp: Icmp | null
  readonly notIcmp: readonly Icmp[]
}

/** Every number of an IP protocol, and every port. */
export const everyProtocol: IntervalSet = [{ from: 0n, to: 255n }]
const everyPort: IntervalSet = [{ from: 1n, to: 65535n }]

/** The box that holds everything. */
export const everything: Box = {
  family: null,
  protocols: everyProtocol,
  numbers: null,
  named: [],
  notNamed: [],
  icmp: null,
  notIcmp: [],
}

/** More boxes than this are not made. */
const maxBoxes = 256

/** The boxes that together hold the traffic; null where they would be too many. */
export function boxesOf(traffic: Traffic, negated = false): readonly Box[] | null {
  switch (traffic.kind) {
    case 'all':
      return negated ? [] : [everything]
    case 'ports':
      return negated ? withoutPorts(traffic) : [onPorts(traffic.protocol, traffic.ports)]
    case 'icmp':
      return negated ? withoutIcmp(traffic) : [ofIcmp(traffic)]
    case 'protocols':
      return ofProtocols(interval(traffic.from, traffic.to), negated)
    case 'family':
      return [{ ...everything, family: negated ? otherFamily[traffic.family] : traffic.family }]
    case 'not':
      return boxesOf(traffic.of, !negated)
    case 'and':
      return negated
        ? traffic.of.map((part) => boxesOf(part, true)).reduce(joined, [])
        : allOf(traffic.of)
  }
}

type Boxes = readonly Box[] | null

/** A name that no port of any protocol may have is one test; the other parts are multiplied out. */
function allOf(parts: readonly Traffic[]): Boxes {
  const names = parts.flatMap((part) => nameNot(part) ?? [])
  const counts = groupBy(names, ({ name }) => name)
  const isOfAll = (name: string): boolean =>
    new Set(counts.get(name)?.map(({ protocol }) => protocol)).size === protocols.length
  const notNamed = [...counts.keys()].filter(isOfAll)
  const rest = parts.filter((part) => !notNamed.includes(nameNot(part)?.name ?? ''))
  return rest.map((part) => boxesOf(part)).reduce(product, [{ ...everything, notNamed }])
}

/** The name that traffic is "no port of one protocol called so" of. */
function nameNot(part: Traffic): { name: string; protocol: Protocol } | undefined {
  if (part.kind !== 'not' || part.of.kind !== 'ports') return undefined
  const { ports, protocol } = part.of
  return ports.kind === 'named' ? { name: ports.name, protocol } : undefined
}

const otherFamily = { 4: 6, 6: 4 } as const

function interval(from: number, to: number): IntervalSet {
  return from > to ? [] : [{ from: BigInt(from), to: BigInt(to) }]
}

const onlyProtocol = (number: number): IntervalSet => interval(number, number)

function ofProtocols(numbers: IntervalSet, negated: boolean): readonly Box[] {
  const left = negated ? subtract(everyProtocol, numbers) : numbers
  return left.length === 0 ? [] : [{ ...everything, protocols: left }]
}

function onPorts(protocol: keyof typeof protocolNumbers, ports: Ports): Box {
  const box = { ...everything, protocols: onlyProtocol(protocolNumbers[protocol]) }
  switch (ports.kind) {
    case 'all':
      return box
    case 'range':
      return { ...box, numbers: interval(ports.from, ports.to) }
    case 'named':
      return { ...box, named: [ports.name] }
  }
}

/** Any other protocol, or another port of this one. */
function withoutPorts({ protocol, ports }: Extract<Traffic, { kind: 'ports' }>): readonly Box[] {
  const protocols = onlyProtocol(protocolNumbers[protocol])
  const others = ofProtocols(protocols, true)
  switch (ports.kind) {
    case 'all':
      return others
    case 'range': {
      const numbers = subtract(everyPort, interval(ports.from, ports.to))
      return numbers.length === 0 ? others : [...others, { ...everything, protocols, numbers }]
    }
    case 'named':
      return [...others, { ...everything, protocols, notNamed: [ports.name] }]
  }
}

function ofIcmp({ family, type, code }: Extract<Traffic, { kind: 'icmp' }>): Box {
  const icmp = type === null && code === null ? null : { type, code }
  return { ...everything, family, protocols: onlyProtocol(icmpNumbers[family]), icmp }
}

/** The other IP version, any other protocol, or another type. */
function withoutIcmp({ family, type, code }: Extract<Traffic, { kind: 'icmp' }>): readonly Box[] {
  const protocols = onlyProtocol(icmpNumbers[family])
  const others = [
    { ...everything, family: otherFamily[family] },
    { ...everything, family, protocols: subtract(everyProtocol, protocols) },
  ]
  if (type === null && code === null) return others
  return [...others, { ...everything, family, protocols, notIcmp: [{ type, code }] }]
}

function joined(left: Boxes, right: Boxes): Boxes {
  return left === null || right === null ? null : atMost([...left, ...right])
}

function product(left: Boxes, right: Boxes): Boxes {
  if (left === null || right === null) return null
  return atMost(left.flatMap((a) => right.flatMap((b) => meet(a, b) ?? [])))
}

function atMost(boxes: readonly Box[]): Boxes {
  return boxes.length > maxBoxes ? null : boxes
}

function meet(a: Box, b: Box): Box | null {
  if (a.family !== null && b.family !== null && a.family !== b.family) return null
  const protocols = inBoth(a.protocols, b.protocols)
  const numbers = a.numbers && b.numbers ? inBoth(a.numbers, b.numbers) : (a.numbers ?? b.numbers)
  const icmp = a.icmp && b.icmp ? sameIcmp(a.icmp, b.icmp) : (a.icmp ?? b.icmp)
  if (protocols.length === 0 || numbers?.length === 0 || icmp === undefined) return null
  return {
    family: a.family ?? b.family,
    protocols,
    numbers,
    named: unique([...a.named, ...b.named]),
    notNamed: unique([...a.notNamed, ...b.notNamed]),
    icmp,
    notIcmp: [...a.notIcmp, ...b.notIcmp],
  }
}

function inBoth(a: IntervalSet, b: IntervalSet): IntervalSet {
  return subtract(a, subtract(a, b))
}

/** Undefined where no message is both. */
function sameIcmp(a: Icmp, b: Icmp): Icmp | undefined {
  const differs = (key: keyof Icmp): boolean =>
    a[key] !== null && b[key] !== null && a[key] !== b[key]
  if (differs('type') || differs('code')) return undefined
  return { type: a.type ?? b.type, code: a.code ?? b.code }
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}
