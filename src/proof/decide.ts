// The interpreter's walk through tiers, policies and rules, done for a whole set of flows at once.
import { type Diagram, type DiagramStore, nothing } from '../algebra/diagram.ts'
import { onlyNamespace } from '../ir/selector.ts'
import type { Action, Direction, PodMatch, Policy, PolicySet, Rule, Tier } from '../ir/types.ts'
import { byOrder, sparesOwnNode } from '../semantics/evaluate.ts'

/** Where tests become sets of flows: over all endpoints there could be, or over those of a cluster. */
export interface FlowEncoder {
  readonly store: DiagramStore
  /** The flows whose governed end a policy selects. */
  readonly subject: (match: PodMatch) => Diagram
  /** The flows that a rule matches, its policy's subject left aside. */
  readonly rule: (rule: Rule) => Diagram
  /** The flows between the governed end and its own node. */
  readonly ownNode: () => Diagram
}

/** A policy, as far as it governs one direction, as sets of flows. */
export interface EncodedPolicy {
  readonly policy: Policy
  /** The one namespace that its subject is in; null where it may be in several. */
  readonly namespace: string | null
  readonly subject: Diagram
  readonly isolates: boolean
  /** In their order, without those that only log. */
  readonly rules: readonly EncodedRule[]
}

/** What a rule does to which flows, its policy's subject left aside. */
export interface EncodedRule {
  readonly rule: Rule
  readonly action: Exclude<Action, 'log'>
  readonly match: Diagram
}

/** A tier in one direction. */
export interface EncodedTier {
  readonly tier: Tier
  /** In the order in which they are decided. */
  readonly policies: readonly EncodedPolicy[]
  readonly sparesOwnNode: boolean
  /** Whether the order of policies and rules means nothing: nothing denies or passes, or denying wins. */
  readonly isUnordered: boolean
}

/** The tiers of a set that govern a direction; those without policies never decide anything. */
export function encodeTiers(
  { tiers }: PolicySet,
  direction: Direction,
  encoder: FlowEncoder,
): readonly EncodedTier[] {
  return tiers.flatMap((tier) => {
    const policies = [...tier.policies]
      .sort(byOrder)
      .flatMap((policy) => encodePolicy(policy, direction, encoder))
    if (policies.length === 0) return []
    const isUnordered =
      tier.combining === 'deny-overrides' ||
      policies.every(({ rules }) => rules.every(({ action }) => action === 'allow'))
    return [{ tier, policies, sparesOwnNode: sparesOwnNode(tier, direction), isUnordered }]
  })
}

function encodePolicy(
  policy: Policy,
  direction: Direction,
  encoder: FlowEncoder,
): readonly EncodedPolicy[] {
  const section = policy[direction]
  const subject = section === null ? nothing : encoder.subject(policy.subject)
  if (section === null || subject === nothing) return []
  const rules = section.rules.flatMap((rule): EncodedRule[] => {
    const { action } = rule
    return action === 'log' ? [] : [{ rule, action, match: encoder.rule(rule) }]
  })
  return [
    {
      policy,
      namespace: onlyNamespace(policy.subject.namespaces),
      subject,
      isolates: section.isolates,
      rules,
    },
  ]
}

/** The flows among `open` that the tiers allow. */
export function allowedBy(
  tiers: readonly EncodedTier[],
  open: Diagram,
  encoder: FlowEncoder,
): Diagram {
  const { store } = encoder
  let undecided = open
  const allowed: Diagram[] = []
  for (const tier of tiers) {
    const outcome = decideTier(tier, undecided, encoder)
    allowed.push(outcome.allowed)
    undecided = outcome.undecided
  }
  return store.some([...allowed, undecided])
}

interface Outcome {
  readonly allowed: Diagram
  /** What the next tier decides. */
  readonly undecided: Diagram
}

function decideTier(tier: EncodedTier, open: Diagram, encoder: FlowEncoder): Outcome {
  const { store } = encoder
  const spared = tier.sparesOwnNode ? store.and(open, encoder.ownNode()) : nothing
  const governed = store.minus(open, spared)
  const policies = tier.policies.flatMap((policy) => {
    const subject = store.and(policy.subject, governed)
    return subject === nothing ? [] : [{ ...policy, subject }]
  })
  const { allowed, passed, rest } = tier.isUnordered
    ? decideUnordered(policies, governed, encoder)
    : decideInOrder(policies, governed, encoder)
  const isolated =
    tier.tier.default === 'deny'
      ? store.some(policies.flatMap((one) => (one.isolates ? [one.subject] : [])))
      : nothing
  return { allowed, undecided: store.some([spared, passed, store.minus(rest, isolated)]) }
}

interface Matched {
  readonly allowed: Diagram
  readonly passed: Diagram
  /** What no rule matched. */
  readonly rest: Diagram
}

function decideUnordered(
  policies: readonly EncodedPolicy[],
  governed: Diagram,
  { store }: FlowEncoder,
): Matched {
  const ofAction = (wanted: Action): Diagram =>
    store.some(
      policies.flatMap(({ subject, rules }) =>
        rules.flatMap(({ action, match }) =>
          action === wanted ? [store.and(subject, match)] : [],
        ),
      ),
    )
  const denied = ofAction('deny')
  const allowed = store.minus(ofAction('allow'), denied)
  return { allowed, passed: nothing, rest: store.minus(store.minus(governed, denied), allowed) }
}

function decideInOrder(
  policies: readonly EncodedPolicy[],
  governed: Diagram,
  { store }: FlowEncoder,
): Matched {
  let rest = governed
  const decided: Record<Exclude<Action, 'log'>, Diagram> = {
    allow: nothing,
    deny: nothing,
    pass: nothing,
  }
  for (const { subject, rules } of policies) {
    for (const { action, match } of rules) {
      const hit = store.all([subject, match, rest])
      if (hit === nothing) continue
      decided[action] = store.or(decided[action], hit)
      rest = store.minus(rest, hit)
    }
  }
  return { allowed: decided.allow, passed: decided.pass, rest }
}
