// A profile as a function: all traffic is cut into cells in which every rule is a set of addresses, and in
// each cell it is worked out which addresses are allowed and which are denied. Tiers, order and passing are
// gone from the answer; which rule decided is kept.
import type { Family } from '../algebra/address.ts'
import {
  holds,
  type Interval,
  type IntervalSet,
  meet,
  subtract,
  union,
} from '../algebra/interval.ts'
import type { Pod } from '../cluster/types.ts'
import {
  icmpNumbers,
  type Policy,
  type Protocol,
  protocolNumbers,
  protocols,
  type Rule,
} from '../ir/types.ts'
import { allAddresses, type PeerContext, peerAddresses } from './peers.ts'
import { kindsOf, type Numbers, regionsOf } from './regions.ts'
import { type Profile, type StageKind, stageFacts } from './stages.ts'

/** Traffic that no rule of a profile tells apart. */
export type Cell =
  | { readonly kind: 'ports'; readonly protocol: Protocol; readonly range: Interval }
  | { readonly kind: 'icmp'; readonly types: Interval; readonly codes: Interval }
  /** Protocols, by number, without ports and ICMP's types. */
  | { readonly kind: 'others'; readonly range: Interval }

/** A rule and its policy. */
export interface RuleOf {
  readonly policy: Policy
  readonly rule: Rule
}

/** Addresses of peers that one rule decided about; null where tiers came to their end. */
export interface Share {
  readonly addresses: IntervalSet
  readonly by: RuleOf | null
}

/** What becomes of a cell's packets, by the other end's address. */
export interface CellDecision {
  readonly cell: Cell
  readonly allowed: readonly Share[]
  readonly denied: readonly Share[]
}

/** A profile worked out. */
export interface Decisions {
  readonly cells: readonly CellDecision[]
  /** What the rules that log match, where no earlier rule has decided; in the order of the rules. */
  readonly logs: readonly { readonly by: RuleOf; readonly cells: readonly LogCell[] }[]
}

/** A part of what a rule logs. */
export interface LogCell {
  readonly cell: Cell
  readonly addresses: IntervalSet
}

interface Resolved {
  readonly of: RuleOf
  readonly regions: readonly { readonly addresses: IntervalSet; readonly numbers: Numbers }[]
}

/** A tier with its rules in addresses and numbers. */
interface ResolvedTier {
  readonly end: 'deny' | 'next'
  readonly rules: readonly Resolved[]
}

/**
 * Works a profile out. For ingress, all its subjects must give the same numbers to the names of ports
 * that its rules use.
 */
export function decisionsOf(kind: StageKind, profile: Profile, context: PeerContext): Decisions {
  const tiers = profile.tiers.map(
    ({ end, rules }): ResolvedTier => ({
      end,
      rules: rules.map((one) => resolve(kind, one, profile, context)),
    }),
  )
  const regions = tiers.flatMap(({ rules }) => rules.flatMap((one) => one.regions))
  const logs = new Map<Resolved, LogCell[]>()
  const numbers = regions.map((one) => one.numbers)
  const cells = cellsOf(numbers, context.family).map((cell) =>
    decideCell(cell, tiers, context.family, (rule, addresses) => {
      const known = logs.get(rule)
      if (known === undefined) logs.set(rule, [{ cell, addresses }])
      else known.push({ cell, addresses })
    }),
  )
  const inOrder = tiers.flatMap(({ rules }) => rules)
  return {
    cells,
    logs: inOrder.flatMap((rule) => {
      const own = logs.get(rule)
      return own === undefined ? [] : [{ by: rule.of, cells: own }]
    }),
  }
}

function resolve(
  kind: StageKind,
  of: RuleOf,
  { subjects }: Profile,
  context: PeerContext,
): Resolved {
  const { direction, view } = stageFacts[kind]
  const peers = peerAddresses(of.rule.peers, view, context)
  const kinds = kindsOf(of.rule.traffic, context.family)
  const destinations: readonly Pod[] =
    kind === 'egress'
      ? context.cluster.pods
      : kind === 'to-host'
        ? []
        : subjects.map(({ pod }) => pod)
  const regions = regionsOf(kinds, destinations, context.family).flatMap(
    ({ destinations: at, numbers }) => {
      // The subjects are the destinations, and all of one kind: those elsewhere are not asked about.
      const isHere = at === null || subjects.some(({ address }) => holds(at, address.value))
      if (direction === 'ingress') return isHere ? [{ addresses: peers, numbers }] : []
      return [{ addresses: at === null ? peers : meet(peers, at), numbers }]
    },
  )
  return { of, regions: regions.filter(({ addresses }) => addresses.length > 0) }
}

const portRange: Interval = { from: 1n, to: 65535n }
const byteRange: Interval = { from: 0n, to: 255n }

/** The cells that the numbers cut all traffic into. */
function cellsOf(numbers: readonly Numbers[], family: Family): readonly Cell[] {
  const special = [...Object.values(protocolNumbers), icmpNumbers[family]].map(
    (one): Interval => ({ from: BigInt(one), to: BigInt(one) }),
  )
  const others = cut(byteRange, [...special, ...numbers.flatMap((one) => one.others)]).filter(
    ({ from }) => special.every((one) => one.from !== from),
  )
  const icmp = numbers.flatMap((one) => one.icmp)
  const types = cut(
    byteRange,
    icmp.flatMap((box) => box.types),
  )
  const codes = cut(
    byteRange,
    icmp.flatMap((box) => box.codes),
  )
  return [
    ...others.map((range): Cell => ({ kind: 'others', range })),
    ...protocols.flatMap((protocol) =>
      cut(
        portRange,
        numbers.flatMap(({ ports }) => ports[protocol]),
      ).map((range): Cell => ({ kind: 'ports', protocol, range })),
    ),
    ...types.flatMap((type) =>
      codes.map((code): Cell => ({ kind: 'icmp', types: type, codes: code })),
    ),
  ]
}

/** The pieces of a range between the bounds of intervals. */
function cut({ from, to }: Interval, by: readonly Interval[]): readonly Interval[] {
  const starts = new Set([from, ...by.flatMap((one) => [one.from, one.to + 1n])])
  const sorted = [...starts]
    .filter((one) => from <= one && one <= to)
    .sort((a, b) => (a < b ? -1 : 1))
  return sorted.map((start, index) => ({ from: start, to: (sorted[index + 1] ?? to + 1n) - 1n }))
}

function isIn({ ports, icmp, others }: Numbers, cell: Cell): boolean {
  switch (cell.kind) {
    case 'ports':
      return holds(ports[cell.protocol], cell.range.from)
    case 'icmp':
      return icmp.some(
        ({ types, codes }) => holds(types, cell.types.from) && holds(codes, cell.codes.from),
      )
    case 'others':
      return holds(others, cell.range.from)
  }
}

function decideCell(
  cell: Cell,
  tiers: readonly ResolvedTier[],
  family: Family,
  log: (rule: Resolved, addresses: IntervalSet) => void,
): CellDecision {
  const allowed: Share[] = []
  const denied: Share[] = []
  let open = allAddresses(family)
  for (const { end, rules } of tiers) {
    const passed: Interval[] = []
    for (const rule of rules) {
      if (open.length === 0) break
      const hit = meet(open, addressesIn(rule, cell))
      if (hit.length === 0) continue
      if (rule.of.rule.action === 'log') {
        log(rule, hit)
        continue
      }
      open = subtract(open, hit)
      if (rule.of.rule.action === 'pass') passed.push(...hit)
      else
        (rule.of.rule.action === 'allow' ? allowed : denied).push({ addresses: hit, by: rule.of })
    }
    if (end === 'deny') denied.push({ addresses: open, by: null })
    open = end === 'deny' ? union(passed) : union([...passed, ...open])
  }
  allowed.push({ addresses: open, by: null })
  return { cell, allowed: allowed.filter(holdsAny), denied: denied.filter(holdsAny) }
}

function holdsAny({ addresses }: Share): boolean {
  return addresses.length > 0
}

function addressesIn({ regions }: Resolved, cell: Cell): IntervalSet {
  const own = regions.filter(({ numbers }) => isIn(numbers, cell))
  const [first] = own
  return own.length === 1 && first !== undefined
    ? first.addresses
    : union(own.flatMap(({ addresses }) => addresses))
}
