// A policy set as one list of decisions for a direction: whichever matches first decides, and the last
// one allows everything. Tiers, Pass and the ends of tiers are gone.
import type {
  Direction,
  Peer,
  Policy,
  PolicySet,
  Rule,
  Section,
  Tier,
  Verdict,
} from '../ir/types.ts'
import { byOrder } from '../semantics/evaluate.ts'
import { isCovered } from './addresses.ts'
import { type LabelBox, podBoxes } from './labels.ts'
import { Refusal, refuse } from './limit.ts'
import { meetPeers, type PeerSet, peerSetOf, type World } from './peers.ts'
import { isSomething, minusMatch, overlap, type Product } from './products.ts'
import { allTraffic, type TrafficSet, trafficSetOf } from './traffic.ts'

/** Whom and what a decision is about, before anything is taken from it. */
export interface Match {
  readonly subjects: readonly LabelBox[]
  readonly peers: PeerSet
  readonly traffic: TrafficSet
  readonly conditions: readonly string[]
  /** Everybody and everything, without conditions: what comes later is not asked for these subjects. */
  readonly isFinal: boolean
}

/** One decision of the list. */
export interface Decision {
  readonly verdict: Verdict
  readonly match: Match
  /** What is left of the match where rules that pass come first in its tier; null for all of it. */
  readonly left: readonly Product[] | null
  readonly policy: Policy
  /** Null for the end of a tier, which denies to whom the policy selects. */
  readonly rule: Rule | null
}

/** What could not be made a decision, and the rule that it is about. */
export interface Unsaid {
  readonly policy: Policy
  readonly rule: Rule | null
  readonly reason: string
}

/** The decisions of a direction, in order; what is refused is handed to `unsaid`. */
export function decisionsOf(
  { tiers }: PolicySet,
  direction: Direction,
  world: World,
  unsaid: (one: Unsaid) => void,
): readonly Decision[] {
  return tiers.flatMap((tier) => ofTier(tier, direction, world, unsaid))
}

interface Step {
  readonly action: Rule['action'] | 'end'
  readonly policy: Policy
  readonly rule: Rule | null
}

function ofTier(
  tier: Tier,
  direction: Direction,
  world: World,
  unsaid: (one: Unsaid) => void,
): readonly Decision[] {
  const passed: Match[] = []
  const decisions: Decision[] = []
  for (const { action, policy, rule } of stepsOf(tier, direction)) {
    try {
      const match = matchOf(policy, rule, world)
      if (!isSomething(productOf(match))) continue
      if (action === 'pass') passed.push(match)
      else {
        const verdict = action === 'allow' ? 'allow' : 'deny'
        decisions.push({ verdict, match, left: withoutPassed(match, passed), policy, rule })
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      unsaid({ policy, rule, reason: error.message })
    }
  }
  return decisions
}

/** What rules that pass leave of a match; null for all of it. */
function withoutPassed(match: Match, passed: readonly Match[]): readonly Product[] | null {
  const whole = productOf(match)
  const touching = passed.filter((one) => overlap(one, whole))
  return touching.length === 0 ? null : touching.reduce<readonly Product[]>(minusMatch, [whole])
}

/** All of a match, as one product. */
export function productOf({ subjects, peers, traffic, conditions }: Match): Product {
  return { subjects, peers, traffic, conditions }
}

/** Rules in the order in which they are asked, and then the end of the tier for whom it isolates. */
function stepsOf(tier: Tier, direction: Direction): readonly Step[] {
  const policies = [...tier.policies].sort(byOrder)
  const rules = policies.flatMap((policy) =>
    (policy[direction]?.rules ?? [])
      .filter(({ action }) => action !== 'log')
      .map((rule) => ({ action: rule.action, policy, rule })),
  )
  const isolating = (section: Section | null): boolean => section?.isolates ?? false
  const ends = policies
    .filter((policy) => tier.default === 'deny' && isolating(policy[direction]))
    .map((policy): Step => ({ action: 'end', policy, rule: null }))
  if (tier.combining === 'first-match') return [...rules, ...ends]
  const of = (action: Rule['action']): readonly Step[] =>
    rules.filter((one) => one.action === action)
  return [...of('deny'), ...of('allow'), ...ends]
}

/** Whom and what a rule is about, or the end of its tier where there is none; may refuse. */
export function matchOf(policy: Policy, rule: Rule | null, world: World): Match {
  const own: Peer = { kind: 'pods', ...policy.subject }
  if (rule === null) {
    const subjects = podBoxes(policy.subject)
    return { subjects, peers: world.all, traffic: allTraffic, conditions: [], isFinal: true }
  }
  const isWhole = rule.subjects.some(({ kind }) => kind === 'any')
  const subjects = isWhole
    ? podBoxes(policy.subject)
    : subjectBoxes(meetPeers(peerSetOf([own], world), peerSetOf(rule.subjects, world)), world)
  const isAll = (kinds: readonly { readonly kind: string }[], word: string): boolean =>
    kinds.some(({ kind }) => kind === word)
  return {
    subjects,
    peers: peerSetOf(rule.peers, world),
    traffic: trafficSetOf(rule.traffic),
    conditions: rule.conditions,
    isFinal: isAll(rule.peers, 'any') && isAll(rule.traffic, 'all') && rule.conditions.length === 0,
  }
}

/** Pods are subjects by their labels only. */
function subjectBoxes({ pods }: PeerSet, { all }: World): readonly LabelBox[] {
  return pods.map(({ labels, addresses }) => {
    const isWhole = all.pods.every((whole) => isCovered(whole.addresses, addresses))
    return isWhole ? labels : refuse('a subject by addresses')
  })
}

/** The decision behind all others: what nothing denied is allowed. */
export function finalMatch(subjects: readonly LabelBox[], world: World): Match {
  return { subjects, peers: world.all, traffic: allTraffic, conditions: [], isFinal: true }
}
