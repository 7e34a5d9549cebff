// Do two policy sets decide every flow of a direction alike? Exactly, over all endpoints that could
// ever exist. The work is cut into cells, one for each namespace that policies are written for and one
// for all others; in a cell, what both sides have in common is set aside, and only flows that some
// difference can touch are decided.
import {
  type Diagram,
  DiagramStore,
  everything,
  LimitReached,
  nothing,
} from '../algebra/diagram.ts'
import { groupBy } from '../algebra/order.ts'
import { namespaceNameLabel, onlyNamespace } from '../ir/selector.ts'
import type { Direction, Policy, PolicySet } from '../ir/types.ts'
import type { Assumptions } from '../semantics/evaluate.ts'
import { allowedBy, type EncodedPolicy, type EncodedTier, encodeTiers } from './decide.ts'
import { Encoder } from './encode.ts'
import { names, type Space, spaceOf, subjectOf } from './space.ts'
import { type Facts, possibleFlows, sameNamespaceFlows } from './universe.ts'

/** What a comparison takes for granted. */
export interface Premises extends Assumptions {
  readonly facts: Facts
  /** Steps of computation after which it is given up. */
  readonly budget: number
}

/** Two sets encoded over one space. */
export interface Sides {
  readonly encoder: Encoder
  readonly space: Space
  readonly direction: Direction
  readonly before: readonly EncodedTier[]
  readonly after: readonly EncodedTier[]
}

/** The answer for one direction. */
export type Comparison =
  | { readonly kind: 'equal'; readonly sides: Sides; readonly ownNodeAssumed: boolean }
  | {
      readonly kind: 'different'
      readonly sides: Sides
      readonly ownNodeAssumed: boolean
      /** Flows that only `after` allows. */
      readonly opened: Diagram
      /** Flows that only `before` allows. */
      readonly closed: Diagram
    }
  /** The budget was used up; nothing is known. */
  | { readonly kind: 'undecided' }

/**
 * Compares what two sets decide in one direction. Where they differ in whether traffic between a pod
 * and its own node is theirs to decide, that traffic is left out (assumption A2).
 */
export function compareDirection(
  before: PolicySet,
  after: PolicySet,
  direction: Direction,
  premises: Premises,
): Comparison {
  try {
    return compareSides(encodeSides(before, after, direction, premises), premises.facts)
  } catch (error) {
    if (error instanceof LimitReached) return { kind: 'undecided' }
    throw error
  }
}

/** Both sets over one space; throws `LimitReached`. */
export function encodeSides(
  before: PolicySet,
  after: PolicySet,
  direction: Direction,
  { budget, ipBlock }: Premises,
): Sides {
  const space = spaceOf([before, after], direction)
  const store = new DiagramStore(space.variables, budget + allowanceFor([before, after]))
  const encoder = new Encoder(store, space, direction, { ipBlock })
  return {
    encoder,
    space,
    direction,
    before: encodeTiers(before, direction, encoder),
    after: encodeTiers(after, direction, encoder),
  }
}

/**
 * What looking at each rule once may cost, beside the budget for what is hard about them. Policies of the
 * whole cluster are looked at once in each cell.
 */
export function allowanceFor(sets: readonly PolicySet[]): number {
  const policies = sets.flatMap(({ tiers }) => tiers.flatMap((tier) => tier.policies))
  const cells = groupBy(policies, ({ subject }) => onlyNamespace(subject.namespaces))
  const general = sizeOf(cells.get(null) ?? [])
  const own = sizeOf(policies) - general
  return 200 * (own + general * Math.min(cells.size, mostCells))
}

/** More cells than this do not raise the allowance: it bounds the time, too. */
const mostCells = 100

/** Policies and their rules. */
function sizeOf(policies: readonly Policy[]): number {
  return policies.reduce(
    (sum, { ingress, egress }) =>
      sum + 1 + (ingress?.rules.length ?? 0) + (egress?.rules.length ?? 0),
    0,
  )
}

function compareSides(sides: Sides, facts: Facts): Comparison {
  const { store } = sides.encoder
  const ownNodeAssumed = assumesOwnNode(sides)
  const { flows: touched, closed } = differences(sides)
  const flows = happening(touched, sides, ownNodeAssumed, facts)
  if (flows === nothing) return { kind: 'equal', sides, ownNodeAssumed }
  const onlyBefore = store.and(flows, closed)
  return {
    kind: 'different',
    sides,
    ownNodeAssumed,
    closed: onlyBefore,
    opened: store.minus(flows, onlyBefore),
  }
}

/** Whether assumption A2 is needed: the sides differ in who decides about a pod's own node. */
export function assumesOwnNode({ before, after }: Sides): boolean {
  const [first, second] = [spares(before), spares(after)]
  return first !== '' && second !== '' && first !== second
}

/** The flows of a set that can happen and that are compared. */
export function happening(
  flows: Diagram,
  sides: Sides,
  ownNodeAssumed: boolean,
  facts: Facts,
): Diagram {
  const { encoder } = sides
  const { store } = encoder
  const ownNode = ownNodeAssumed ? store.not(encoder.ownNode()) : everything
  return sameNamespaceFlows(store.all([flows, ownNode, possibleFlows(sides, facts)]), sides)
}

/** All points at which the sides differ, those that cannot happen included. */
export function differences(sides: Sides): Difference {
  const { store } = sides.encoder
  const parts = cellsOf(sides).map((cell) => differenceIn(cell, sides))
  return {
    flows: store.some(parts.map(({ flows }) => flows)),
    closed: store.some(parts.map(({ closed }) => closed)),
  }
}

function spares(tiers: readonly EncodedTier[]): string {
  return [...new Set(tiers.map(({ sparesOwnNode }) => sparesOwnNode))].join()
}

/** Flows with a governed end in some namespaces, and the policies that may select it. */
interface Cell {
  readonly flows: Diagram
  readonly before: readonly EncodedTier[]
  readonly after: readonly EncodedTier[]
}

/** One cell for each namespace that some policy is for alone, and one for the rest. */
function cellsOf({ encoder, space, direction, before, after }: Sides): readonly Cell[] {
  const { store } = encoder
  const subject = subjectOf[direction]
  const pods = encoder.kind(subject, 'pod')
  const [first, second] = [byNamespace(before), byNamespace(after)]
  const namespaces = [...new Set([...first.keys(), ...second.keys()])].flatMap((one) => one ?? [])
  if (namespaces.length === 0) return [{ flows: pods, before, after }]
  const name = space.at(names.label(subject, 'namespace', namespaceNameLabel))
  const rest = store.and(pods, store.not(store.isOneOf(name, namespaces)))
  return [
    { flows: rest, before: tiersIn(null, before, first), after: tiersIn(null, after, second) },
    ...namespaces.map((namespace) => ({
      flows: store.and(pods, store.isOneOf(name, [namespace])),
      before: tiersIn(namespace, before, first),
      after: tiersIn(namespace, after, second),
    })),
  ]
}

type ByNamespace = ReadonlyMap<string | null, readonly Placed[]>

/** A policy, its tier and its place in it. */
interface Placed {
  readonly tier: EncodedTier
  readonly place: number
  readonly policy: EncodedPolicy
}

function byNamespace(tiers: readonly EncodedTier[]): ByNamespace {
  const placed = tiers.flatMap((tier) =>
    tier.policies.map((policy, place) => ({ tier, place, policy })),
  )
  return groupBy(placed, ({ policy }) => policy.namespace)
}

function tiersIn(
  namespace: string | null,
  tiers: readonly EncodedTier[],
  policies: ByNamespace,
): readonly EncodedTier[] {
  const general = policies.get(null) ?? []
  const own = namespace === null ? [] : (policies.get(namespace) ?? [])
  const chosen = groupBy([...general, ...own], ({ tier }) => tier)
  return tiers.flatMap((tier) => {
    const placed = chosen.get(tier)
    if (placed === undefined) return []
    const sorted = [...placed].sort((a, b) => a.place - b.place).map(({ policy }) => policy)
    return [{ ...tier, policies: sorted }]
  })
}

/** Where the sides differ, and the part of it that only `before` allows. */
export interface Difference {
  readonly flows: Diagram
  readonly closed: Diagram
}

function differenceIn({ flows, before, after }: Cell, { encoder }: Sides): Difference {
  const { store } = encoder
  const touched = store.and(flows, touchedFlows(before, after, encoder))
  if (touched === nothing) return { flows: nothing, closed: nothing }
  const [first, second] = [before, after].map((tiers) => allowedBy(tiers, touched, encoder))
  const [allowedBefore, allowedAfter] = [first ?? nothing, second ?? nothing]
  return {
    flows: store.xor(allowedBefore, allowedAfter),
    closed: store.minus(allowedBefore, allowedAfter),
  }
}

/**
 * Flows outside of which both sides decide alike, because the same policies say the same of them:
 * tier by tier where the tiers are of one kind, else all flows.
 */
function touchedFlows(
  before: readonly EncodedTier[],
  after: readonly EncodedTier[],
  encoder: Encoder,
): Diagram {
  if (before.length !== after.length) return everything
  const parts = before.map((first, at) => {
    const second = after[at]
    if (second === undefined || first.tier.default !== second.tier.default) return everything
    return first.isUnordered && second.isUnordered
      ? touchedUnordered(first, second, encoder)
      : touchedInOrder(first, second, encoder)
  })
  const ownNode = encoder.ownNode()
  const spared = before.some((first, at) => first.sparesOwnNode !== after[at]?.sparesOwnNode)
  return encoder.store.some(spared ? [...parts, ownNode] : parts)
}

/** What the policies of one subject say together. */
interface Said {
  readonly isolates: boolean
  readonly allowed: Diagram
  readonly denied: Diagram
}

const silent: Said = { isolates: false, allowed: nothing, denied: nothing }

function touchedUnordered(first: EncodedTier, second: EncodedTier, encoder: Encoder): Diagram {
  const { store } = encoder
  const [before, after] = [saidBySubject(first, encoder), saidBySubject(second, encoder)]
  const subjects = new Set([...before.keys(), ...after.keys()])
  return store.some(
    [...subjects].map((subject) => {
      const [own, its] = [before.get(subject) ?? silent, after.get(subject) ?? silent]
      if (own.isolates !== its.isolates) return subject
      const allowed = store.xor(own.allowed, its.allowed)
      const denied = store.xor(own.denied, its.denied)
      return store.and(subject, store.or(allowed, denied))
    }),
  )
}

function saidBySubject({ policies }: EncodedTier, { store }: Encoder): Map<Diagram, Said> {
  const said = new Map<Diagram, Said>()
  for (const [subject, group] of groupBy(policies, (one) => one.subject)) {
    const matches = (wanted: string): Diagram =>
      store.some(
        group.flatMap(({ rules }) =>
          rules.flatMap(({ action, match }) => (action === wanted ? [match] : [])),
        ),
      )
    said.set(subject, {
      isolates: group.some(({ isolates }) => isolates),
      allowed: matches('allow'),
      denied: matches('deny'),
    })
  }
  return said
}

/** All that stands between the first and the last policy that differ, counted from both ends. */
function touchedInOrder(first: EncodedTier, second: EncodedTier, { store }: Encoder): Diagram {
  const [own, its] = [first.policies, second.policies]
  const shorter = Math.min(own.length, its.length)
  let head = 0
  while (head < shorter && saySame(own[head], its[head])) head += 1
  let tail = 0
  while (tail < shorter - head && saySame(own.at(-1 - tail), its.at(-1 - tail))) tail += 1
  const between = [own, its].flatMap((policies) => policies.slice(head, policies.length - tail))
  return store.some(between.map(({ subject }) => subject))
}

function saySame(a: EncodedPolicy | undefined, b: EncodedPolicy | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return (
    a.subject === b.subject &&
    a.isolates === b.isolates &&
    a.rules.length === b.rules.length &&
    a.rules.every(({ action, match }, at) => {
      const other = b.rules[at]
      return other?.action === action && other.match === match
    })
  )
}
