// Sets of traffic back in the words of rules.
import type { IntervalSet } from '../algebra/interval.ts'
import { subtract } from '../algebra/interval.ts'
import { type Ports, type Protocol, protocols, type Traffic } from '../ir/types.ts'
import { refuse } from './limit.ts'
import {
  allTraffic,
  type IcmpBox,
  isWithinTraffic,
  type Kinds,
  type PortBox,
  type TrafficSet,
} from './traffic.ts'

/** A set in words, and what of it has none. */
export interface SaidTraffic {
  readonly traffic: readonly Traffic[]
  /** Such as "ICMP"; the words leave it out. */
  readonly lost: readonly string[]
}

/**
 * The words for a set, of the kinds that a target has. `families` are the IP versions that the peers
 * beside it have at all: where there are two, ports and protocols must be the same in both.
 */
export function sayTraffic(
  set: TrafficSet,
  families: readonly (4 | 6)[],
  kinds: readonly Traffic['kind'][],
): SaidTraffic {
  if (families.every((family) => isAll(set[family], family))) {
    return { traffic: [{ kind: 'all' }], lost: [] }
  }
  const [first = 4, second = first] = families
  if (!isSameBesidesIcmp(set[first], set[second])) refuse('one IP version alone')
  const ports = protocols.flatMap((protocol) => sayPorts(protocol, set[first].ports[protocol]))
  const icmp = families.flatMap((family) => set[family].icmp.flatMap((box) => sayIcmp(family, box)))
  const others = set[first].others.map(
    ({ from, to }): Traffic => ({ kind: 'protocols', from: Number(from), to: Number(to) }),
  )
  const said: readonly Traffic[] = [...ports, ...icmp, ...others]
  const lost = said.filter(({ kind }) => !kinds.includes(kind)).map(({ kind }) => lostWords[kind])
  return { traffic: said.filter(({ kind }) => kinds.includes(kind)), lost: [...new Set(lost)] }
}

const lostWords: Readonly<Record<Traffic['kind'], string>> = {
  all: 'all traffic',
  ports: 'ports',
  icmp: 'ICMP',
  protocols: 'protocols other than TCP, UDP and SCTP',
  family: 'one IP version alone',
  not: 'traffic by what it is not',
  and: 'traffic by several tests',
}

function isAll(kinds: Kinds, family: 4 | 6): boolean {
  const own = { 4: allTraffic[4], 6: allTraffic[6] }
  const set: TrafficSet = { ...own, [family]: kinds }
  return isWithinTraffic(allTraffic, set)
}

/** Whether two IP versions say the same of ports and other protocols. */
export function isSameBesidesIcmp(a: Kinds, b: Kinds): boolean {
  const without = (kinds: Kinds): Kinds => ({ ...kinds, icmp: [] })
  const none = { ...a, ports: { TCP: [], UDP: [], SCTP: [] }, icmp: [], others: [] }
  const set = (kinds: Kinds): TrafficSet => ({ 4: without(kinds), 6: none })
  return isWithinTraffic(set(a), set(b)) && isWithinTraffic(set(b), set(a))
}

function sayPorts(protocol: Protocol, boxes: readonly PortBox[]): readonly Traffic[] {
  return boxes
    .flatMap(({ numbers, named, notNamed }): readonly Ports[] => {
      const [name] = named
      if (notNamed.length > 0) refuse(`ports that are not named "${notNamed.join('", "')}"`)
      if (name === undefined) return isEveryPort(numbers) ? [{ kind: 'all' }] : ranges(numbers)
      if (named.length > 1 || !isEveryPort(numbers)) refuse(`port "${name}" by name and by number`)
      return [{ kind: 'named', name }]
    })
    .map((ports) => ({ kind: 'ports', protocol, ports }))
}

function isEveryPort(numbers: IntervalSet): boolean {
  return subtract([{ from: 1n, to: 65535n }], numbers).length === 0
}

function ranges(numbers: IntervalSet): readonly Ports[] {
  return numbers.map(({ from, to }) => ({ kind: 'range', from: Number(from), to: Number(to) }))
}

/** More types and codes than this are not written out. */
const maxIcmp = 512

function sayIcmp(family: 4 | 6, { types, codes }: IcmpBox): readonly Traffic[] {
  const listed = (numbers: IntervalSet): readonly (number | null)[] =>
    subtract([{ from: 0n, to: 255n }], numbers).length === 0
      ? [null]
      : numbers.flatMap(({ from, to }) =>
          Array.from({ length: Number(to - from) + 1 }, (_, at) => Number(from) + at),
        )
  const [allTypes, allCodes] = [listed(types), listed(codes)]
  if (allTypes.length * allCodes.length > maxIcmp) refuse('that many types and codes of ICMP')
  return allTypes.flatMap((type) =>
    allCodes.map((code): Traffic => ({ kind: 'icmp', family, type, code })),
  )
}

/** The set with one IP version only. */
export function ofFamily(set: TrafficSet, family: 4 | 6): TrafficSet {
  const none: Kinds = { ports: { TCP: [], UDP: [], SCTP: [] }, icmp: [], others: [] }
  return family === 4 ? { 4: set[4], 6: none } : { 4: none, 6: set[6] }
}
