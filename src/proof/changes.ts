// The flows that a change opens or closes, as few groups that a person can read: first whole items of
// the rules that say so, the widest first, then what is left, as products.
import { type Diagram, everything, LimitReached, nothing } from '../algebra/diagram.ts'
import type { Flow } from '../cluster/types.ts'
import { printPeer } from '../ir/print.ts'
import { everyone } from '../ir/selector.ts'
import type { Action, Direction, Peer, PolicySet, Rule, Traffic } from '../ir/types.ts'
import { type Assumptions, type Decision, decide } from '../semantics/evaluate.ts'
import { fileAndLine } from '../source/origin.ts'
import type { Sides } from './compare.ts'
import { cubesOf } from './cubes.ts'
import type { EncodedPolicy, EncodedTier } from './decide.ts'
import { otherEnd, subjectOf } from './space.ts'
import { witness } from './witness.ts'
import { cubeWords, flowWords, trafficWords } from './words.ts'

/** Which way flows changed. */
export type Change = 'opened' | 'closed'

/** A group of flows that changed alike. */
export interface ChangedFlows {
  readonly change: Change
  /** Who to whom with what, in words. */
  readonly flows: string
  /** Why they were decided as they were, and are now. */
  readonly before: Reason
  readonly after: Reason
  /** One of them. */
  readonly example: Flow
  /** All of them, over the space of the sides. */
  readonly set: Diagram
}

/** What decided. */
export interface Reason {
  readonly verdict: 'allow' | 'deny'
  /** Such as `by db.yaml:12`. */
  readonly words: string
}

/** Groups shown at most; more than that nobody reads. */
export const maxGroups = 200

/** How sets of flows are looked at. */
export interface Context {
  readonly assume: Assumptions
  /** The part of a set that can happen and is compared. */
  readonly normal: (set: Diagram) => Diagram
}

/** The groups of a set of flows that changed in one way, and whether all of it is in them. */
export function changedFlows(
  change: Change,
  flows: Diagram,
  views: readonly Sides[],
  sets: readonly [PolicySet, PolicySet],
  { assume, normal }: Context,
): { readonly groups: readonly ChangedFlows[]; readonly isAll: boolean } {
  const [sides] = views
  if (sides === undefined || flows === nothing) return { groups: [], isAll: true }
  const groups: ChangedFlows[] = []
  const add = (words: string | null, set: Diagram): void => {
    const example = witness(set, sides)
    const [before, after] = sets.map((one) => reasonFor(one, example, views, assume))
    if (before === undefined || after === undefined) return
    groups.push({ change, flows: words ?? flowWords(example), before, after, example, set })
  }
  try {
    return { groups, isAll: collect(flows, views, sides, normal, groups, add) }
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    // That the sets differ is known; only the words for how they do took too long to find.
    if (groups.length === 0) add(null, flows)
    return { groups, isAll: false }
  }
}

/** Adds one group after the other; whether all flows are in them. */
function collect(
  flows: Diagram,
  views: readonly Sides[],
  sides: Sides,
  normal: Context['normal'],
  groups: readonly ChangedFlows[],
  add: (words: string, set: Diagram) => void,
): boolean {
  const { store } = sides.encoder
  let left = flows
  const found = candidates(views, flows, normal)
  for (const candidate of found) {
    if (groups.length >= maxGroups) break
    if (store.and(candidate.set, left) === nothing) continue
    const group = withExceptions(candidate, found, flows, sides)
    if (group === null || store.and(group.set, left) === nothing) continue
    add(group.words, group.set)
    left = store.minus(left, group.set)
  }
  // What cannot happen, and what is said already, may be in a product or not: whichever is shorter.
  const care = store.minus(normal(everything), store.minus(flows, left))
  const { cubes, isAll } = cubesOf(store.simplify(left, care), sides, maxGroups - groups.length)
  for (const cube of cubes) {
    const set = store.and(cube.flows, flows)
    if (set !== nothing) add(cubeWords(cube), set)
  }
  return isAll
}

/** More exceptions than this make a sentence that nobody reads. */
const maxExceptions = 4

/**
 * A candidate whose flows changed, all but those of a few other candidates; null where more of it has
 * not changed.
 */
function withExceptions(
  { words, set }: Candidate,
  others: readonly Candidate[],
  flows: Diagram,
  { encoder: { store } }: Sides,
): { readonly words: string; readonly set: Diagram } | null {
  let unchanged = store.minus(set, flows)
  const exceptions: string[] = []
  for (const other of others) {
    if (unchanged === nothing) break
    if (store.and(other.set, flows) !== nothing || store.and(other.set, unchanged) === nothing) {
      continue
    }
    exceptions.push(other.words)
    unchanged = store.minus(unchanged, other.set)
  }
  if (unchanged !== nothing || exceptions.length > maxExceptions) return null
  const except = exceptions.length === 0 ? '' : `, except (${exceptions.join(') and (')})`
  return { words: `${words}${except}`, set: store.and(set, flows) }
}

interface Candidate {
  readonly words: string
  readonly set: Diagram
  /** The fewer tests, the wider. */
  readonly tests: number
}

/** Items of the rules of policies that have flows in common with the set, and those policies whole. */
function candidates(
  views: readonly Sides[],
  flows: Diagram,
  normal: Context['normal'],
): readonly Candidate[] {
  const found = views.flatMap((sides) =>
    [...sides.before, ...sides.after].flatMap((tier) => candidatesOfTier(tier, sides, flows)),
  )
  const ownNode = views.map(({ encoder }) => ({
    words: 'what goes between a pod and its own node',
    set: encoder.ownNode(),
    tests: 0,
  }))
  return [...ownNode, ...found.sort((a, b) => a.tests - b.tests)].map((one) => ({
    ...one,
    set: normal(one.set),
  }))
}

function candidatesOfTier(tier: EncodedTier, sides: Sides, flows: Diagram): readonly Candidate[] {
  const { store } = sides.encoder
  return tier.policies.flatMap((policy) => {
    const subject = store.and(policy.subject, flows)
    return subject === nothing ? [] : candidatesOfPolicy(policy, sides)
  })
}

function candidatesOfPolicy(
  { policy, subject }: EncodedPolicy,
  sides: Sides,
): readonly Candidate[] {
  const rules = policy[sides.direction]?.rules ?? []
  const items = rules.filter(decides).flatMap((rule) => itemsOf(rule))
  const all: readonly Item[] = [...items, { subjects: everyone, peer: anyone, traffic: anything }]
  return all.flatMap((item) => {
    const set = itemSet(item, subject, sides)
    const own: Peer = { kind: 'pods', ...policy.subject }
    const words = itemWords(item, own, sides.direction)
    return [{ words, set, tests: words.length }]
  })
}

const anyone: Peer = { kind: 'any' }
const anything: Traffic = { kind: 'all' }
const decides = ({ action }: { readonly action: Action }): boolean => action !== 'log'

/** One peer and one kind of traffic of a rule. */
interface Item {
  readonly subjects: readonly Peer[]
  readonly peer: Peer
  readonly traffic: Traffic
}

function itemsOf({ subjects, peers, traffic, conditions }: Rule): readonly Item[] {
  if (conditions.length > 0) return []
  return peers.flatMap((peer) => traffic.map((one) => ({ subjects, peer, traffic: one })))
}

function itemSet({ subjects, peer, traffic }: Item, subject: Diagram, sides: Sides): Diagram {
  const { encoder, direction } = sides
  const end = subjectOf[direction]
  return encoder.store.all([
    encoder.peer(peer, otherEnd[end]),
    encoder.traffics([traffic]),
    encoder.store.some(subjects.map((one) => encoder.peer(one, end))),
    subject,
  ])
}

function itemWords({ subjects, peer, traffic }: Item, own: Peer, direction: Direction): string {
  const isWhole = subjects.every(({ kind }) => kind === 'any')
  const subject = isWhole
    ? printPeer(own)
    : `${printPeer(own)} (${subjects.map(printPeer).join(' or ')})`
  const [from, to] =
    direction === 'ingress' ? [printPeer(peer), subject] : [subject, printPeer(peer)]
  return `${from} → ${to}, ${trafficWords(traffic)}`
}

/** Where a flow is looked at from both ends, the end that denies is the reason, or else a rule. */
function reasonFor(
  set: PolicySet,
  flow: Flow,
  views: readonly Sides[],
  assume: Assumptions,
): Reason {
  const decisions = views.map(({ direction }) => decide(set, flow, direction, assume))
  const decision =
    decisions.find(({ verdict }) => verdict === 'deny') ??
    decisions.find(({ by }) => by === 'rule') ??
    decisions[0]
  if (decision === undefined) return { verdict: 'allow', words: 'as no policy is about it' }
  return { verdict: decision.verdict, words: decisionWords(decision) }
}

/** What decided, in words that follow "allowed" or "denied". */
export function decisionWords(decision: Decision): string {
  switch (decision.by) {
    case 'rule':
      return `by ${fileAndLine(decision.rule.origins[0])}`
    case 'tier-default':
      return 'as no rule allows it'
    case 'no-policy':
      return 'as no policy governs it'
    case 'ungoverned':
      return 'as no policy can govern that end'
    case 'self':
      return 'as a pod always reaches itself'
    case 'own-node':
      return 'as a pod and its node always reach each other'
  }
}
