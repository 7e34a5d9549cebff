// Traffic of one rule as what a Calico rule can hold: one protocol, with its ports or ICMP type.

import { type IntervalSet, subtract } from '../../src/algebra/interval.ts'
import { groupBy } from '../../src/algebra/order.ts'
import type { Complain } from '../../src/emit/complain.ts'
import { icmpNumbers, type Protocol, protocolNumbers, type Rule } from '../../src/ir/types.ts'
import { type Box, boxesOf, everyProtocol, everything, type Icmp } from './boxes.ts'
import type { CalicoIcmp, CalicoPort, CalicoProtocol } from './types.ts'

/** One protocol of a rule. Both port lists empty: all ports, or a protocol without ports. */
export interface TrafficMatch {
  /** The address family that it is confined to, or null for both. */
  readonly family: 4 | 6 | null
  /** null for every protocol. */
  readonly protocol: CalicoProtocol | null
  readonly notProtocol: CalicoProtocol | null
  readonly icmp: CalicoIcmp | null
  readonly notIcmp: CalicoIcmp | null
  readonly named: readonly CalicoPort[]
  readonly numbers: readonly CalicoPort[]
  readonly notPorts: readonly CalicoPort[]
}

/** In the order that Calico itself writes the protocols of a Kubernetes policy. */
const portProtocols: readonly Protocol[] = ['SCTP', 'TCP', 'UDP']

const protocolWords: ReadonlyMap<number, CalicoProtocol> = new Map<number, CalicoProtocol>([
  ...portProtocols.map((name): [number, CalicoProtocol] => [protocolNumbers[name], name]),
  [icmpNumbers[4], 'ICMP'],
  [icmpNumbers[6], 'ICMPv6'],
])

/** Calico's highest ICMP type: it keeps 255 for itself. */
const maxIcmpType = 254
/** More protocols than this are not written one by one. */
const maxProtocols = 64

/** The rules' worth of traffic that a rule comes to; none where the rule never matches. */
export function trafficMatches({ traffic }: Rule, complain: Complain): readonly TrafficMatch[] {
  if (traffic.some(({ kind }) => kind === 'all')) return [emptyMatch]
  const all = traffic.map((one) => boxesOf(one))
  if (all.includes(null))
    complain('NP5001', "the traffic has too many alternatives in Calico's form")
  const boxes = all.flatMap((some) => some ?? [])
  const joint = boxes.filter(isJoint)
  const single = boxes.filter((box) => !isJoint(box))
  const ports = portProtocols.flatMap((protocol) => {
    const own = joint.filter((box) => protocolOf(box) === protocol)
    return [
      ...groupBy(own, ({ family, notNamed }) => JSON.stringify([family, notNamed])).values(),
    ].map((group) => withPorts(protocol, group, complain))
  })
  return [...ports, ...single.flatMap((box) => matchesOf(box, complain))]
}

/** Whether a box is of one protocol and a test of its ports, which others like it share a rule with. */
function isJoint(box: Box): boolean {
  const { named, numbers } = box
  if (protocolOf(box) === null) return false
  return named.length === 0 || (named.length === 1 && numbers === null)
}

/** The one protocol of a box that has ports. */
function protocolOf({ protocols }: Box): Protocol | null {
  const [number, more] = numbersIn(protocols, 2)
  if (more !== undefined) return null
  return portProtocols.find((name) => protocolNumbers[name] === number) ?? null
}

/** Every port there is. */
const everyPort: IntervalSet = [{ from: 1n, to: 65535n }]

const emptyMatch: TrafficMatch = {
  family: null,
  protocol: null,
  notProtocol: null,
  icmp: null,
  notIcmp: null,
  named: [],
  numbers: [],
  notPorts: [],
}

/** Boxes of one protocol that differ in their ports alone. */
function withPorts(protocol: Protocol, boxes: readonly Box[], complain: Complain): TrafficMatch {
  const [{ family, notNamed } = everything] = boxes
  const match = { ...emptyMatch, protocol, family, notPorts: portNames(notNamed, complain) }
  if (boxes.some(({ numbers, named }) => numbers === null && named.length === 0)) return match
  const numbers = unique(boxes.flatMap((box) => portTexts(box.numbers ?? [])))
  const named = unique(boxes.flatMap((box) => portNames(box.named, complain)))
  return { ...match, numbers, named }
}

function portTexts(ports: IntervalSet): readonly CalicoPort[] {
  return ports.map(({ from, to }) => (from === to ? Number(from) : `${from}:${to}`))
}

// Calico tells names from numbers by their look, so a name of digits would become a number.
function portNames(names: readonly string[], complain: Complain): readonly CalicoPort[] {
  return names.filter((name) => {
    const isName = /^[a-zA-Z0-9_.-]{1,128}$/.test(name) && !/^\d+$/.test(name)
    if (isName) return true
    complain('NP5007', `port name ${JSON.stringify(name)} is not a name that Calico takes`)
    return false
  })
}

function matchesOf(box: Box, complain: Complain): readonly TrafficMatch[] {
  const own = withProtocols(box, complain)
  const icmp = box.icmp === null ? null : icmpOf(box.icmp, box, complain)
  const [first, second] = box.notIcmp
  const notIcmp = first === undefined ? null : icmpOf(first, box, complain)
  const ports = portsOf(box, complain)
  if (second !== undefined) complain('NP5001', 'a Calico rule takes one "notICMP" only')
  if (icmp === undefined || notIcmp === undefined || ports === undefined) return []
  return own.map((match) => ({ ...match, ...(hasPorts(match) ? ports : {}), icmp, notIcmp }))
}

/** Calico takes no ports beside a protocol without them, which then are of no port that has a name. */
function hasPorts({ protocol }: TrafficMatch): boolean {
  return protocol === null || portProtocols.some((name) => name === protocol)
}

/** One match for each protocol, or one with `notProtocol`, or one for all. */
function withProtocols({ protocols, family }: Box, complain: Complain): readonly TrafficMatch[] {
  const match = { ...emptyMatch, family }
  const others = subtract(everyProtocol, protocols)
  if (others.length === 0) return [match]
  const [missing, more] = numbersIn(others, 2)
  if (missing !== undefined && missing > 0 && more === undefined) {
    return [{ ...match, notProtocol: protocolWord(missing) }]
  }
  const numbers = numbersIn(protocols, maxProtocols + 1)
  if (numbers.length > maxProtocols || numbers.includes(0)) {
    const what = numbers.includes(0) ? 'no word for protocol 0' : 'words for one protocol at a time'
    complain('NP5001', `Calico has ${what}, and the rule is for ${rangesText(protocols)}`)
    return []
  }
  return numbers.flatMap((number) => {
    const own = ([4, 6] as const).find((one) => icmpNumbers[one] === number) ?? family
    // ICMP does not occur over the other IP version.
    if (family !== null && own !== family) return []
    return [{ ...match, family: own, protocol: protocolWord(number) }]
  })
}

function protocolWord(number: number): CalicoProtocol {
  return protocolWords.get(number) ?? number
}

function numbersIn(set: IntervalSet, most: number): readonly number[] {
  const found: number[] = []
  for (const { from, to } of set) {
    for (let number = Number(from); number <= Number(to) && found.length < most; number += 1) {
      found.push(number)
    }
  }
  return found
}

function rangesText(protocols: IntervalSet): string {
  const ranges = protocols.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`))
  return `IP protocols ${ranges.join(', ')}`
}

/** Undefined after complaining. */
function icmpOf({ type, code }: Icmp, { family }: Box, complain: Complain): CalicoIcmp | undefined {
  const protocol = family === 6 ? 'ICMPv6' : 'ICMP'
  if (type === null) {
    complain('NP5001', `Calico takes an ${protocol} code (${code}) only together with a type`)
    return undefined
  }
  if (type > maxIcmpType) {
    complain('NP5001', `Calico takes ${protocol} types up to ${maxIcmpType}, not ${type}`)
    return undefined
  }
  return code === null ? { type } : { type, code }
}

/** Undefined after complaining. A name among numbers is written as that name without the others. */
function portsOf(
  { numbers, named, notNamed }: Box,
  complain: Complain,
): Pick<TrafficMatch, 'named' | 'numbers' | 'notPorts'> | undefined {
  if (named.length > 1) {
    complain(
      'NP5001',
      `a Calico rule cannot ask for one port that is called ${named.join(' and ')}`,
    )
    return undefined
  }
  const others = named.length === 0 ? [] : subtract(everyPort, numbers ?? everyPort)
  return {
    named: portNames(named, complain),
    numbers: named.length === 0 ? portTexts(numbers ?? []) : [],
    notPorts: [...portNames(notNamed, complain), ...portTexts(others)],
  }
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)]
}
