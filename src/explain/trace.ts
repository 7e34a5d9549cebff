// Why a flow ends as it does: every tier, policy and rule that was considered, and what each said. It
// walks as the interpreter does, and the interpreter has the last word.
import type { Flow, FlowEnd } from '../cluster/types.ts'
import type { Action, Direction, Policy, PolicySet, Rule, Tier, Verdict } from '../ir/types.ts'
import {
  type Assumptions,
  byOrder,
  type Decision,
  decide,
  isOwnNode,
  selectsEndpoint,
  sparesOwnNode,
  verdict,
} from '../semantics/evaluate.ts'
import { fileAndLine, type Origin } from '../source/origin.ts'
import { mismatch, notSelected } from './reasons.ts'

/** The whole story of a flow. */
export interface Trace {
  readonly verdict: Verdict
  readonly egress: DirectionTrace
  readonly ingress: DirectionTrace
}

/** What one end did. */
export interface DirectionTrace {
  readonly verdict: Verdict
  /** What decided, in a sentence's end such as `by db.yaml:12`. */
  readonly by: string
  readonly tiers: readonly TierTrace[]
  /** `[default] Pass (dev) -> [kubernetes] Denied (shop/deny-all)` */
  readonly chain: string
}

export interface TierTrace {
  readonly tier: string
  readonly outcome: 'allowed' | 'denied' | 'passed' | 'nothing said' | 'not reached' | 'left alone'
  readonly policies: readonly PolicyTrace[]
}

export interface PolicyTrace {
  readonly policy: string
  readonly at: string
  readonly selected: boolean
  /** Why it does not select the endpoint, or govern the direction. */
  readonly why: string | null
  /** Whether it turns the tier's default on for the endpoint. */
  readonly isolates: boolean
  readonly rules: readonly RuleTrace[]
}

export interface RuleTrace {
  readonly rule: string
  readonly at: string
  readonly action: Action
  readonly matched: boolean
  /** The first reason why it does not match. */
  readonly why: string | null
  readonly decided: boolean
}

/** Explains a flow under a policy set; agrees with `verdict` of the interpreter. */
export function explain(set: PolicySet, flow: Flow, assume: Assumptions): Trace {
  const { verdict: whole } = verdict(set, flow, assume)
  return {
    verdict: whole,
    egress: explainDirection(set, flow, 'egress', assume),
    ingress: explainDirection(set, flow, 'ingress', assume),
  }
}

/** A flow seen from the end that enforces, and what it came to. */
export interface View {
  readonly flow: Flow
  readonly direction: Direction
  readonly subject: FlowEnd
  readonly peer: FlowEnd
  readonly assume: Assumptions
  readonly decision: Decision
}

function explainDirection(
  set: PolicySet,
  flow: Flow,
  direction: Direction,
  assume: Assumptions,
): DirectionTrace {
  const decision = decide(set, flow, direction, assume)
  const [subject, peer] =
    direction === 'egress' ? [flow.source, flow.destination] : [flow.destination, flow.source]
  const view: View = { flow, direction, subject, peer, assume, decision }
  const isGoverned = decision.by !== 'ungoverned' && decision.by !== 'self'
  const tiers: TierTrace[] = []
  let isDone = !isGoverned
  for (const tier of set.tiers) {
    const traced = traceTier(tier, view, isDone)
    tiers.push(traced)
    isDone = isDone || traced.outcome === 'allowed' || traced.outcome === 'denied'
  }
  return {
    verdict: decision.verdict,
    by: byWords(decision, tiers),
    tiers,
    chain: chainOf(tiers, decision),
  }
}

function traceTier(tier: Tier, view: View, isDone: boolean): TierTrace {
  const policies = [...tier.policies].sort(byOrder).map((policy) => tracePolicy(policy, view))
  const outcome = isDone ? 'not reached' : outcomeOf(tier, policies, view)
  return { tier: tier.name, outcome, policies }
}

function outcomeOf(
  tier: Tier,
  policies: readonly PolicyTrace[],
  { decision, direction, subject, peer }: View,
): TierTrace['outcome'] {
  const ownNode = isOwnNode(subject.endpoint, peer.endpoint)
  if (ownNode && sparesOwnNode(tier, direction)) return 'left alone'
  const isHere =
    (decision.by === 'rule' || decision.by === 'tier-default') && decision.tier === tier
  if (isHere) return decision.verdict === 'allow' ? 'allowed' : 'denied'
  return tier.combining === 'first-match' && passing(policies) !== undefined
    ? 'passed'
    : 'nothing said'
}

/** The first policy with a rule that passes the flow on; to be asked where no rule decided before it. */
function passing(policies: readonly PolicyTrace[]): PolicyTrace | undefined {
  return policies.find(({ rules }) =>
    rules.some(({ matched, action }) => matched && action === 'pass'),
  )
}

function tracePolicy(policy: Policy, view: View): PolicyTrace {
  const { direction, subject } = view
  const section = policy[direction]
  const isSelected = selectsEndpoint(policy.subject, subject.endpoint)
  const why =
    section === null
      ? `does not govern ${direction}`
      : isSelected
        ? null
        : notSelected(policy.subject, subject)
  return {
    policy: policy.namespace === null ? policy.name : `${policy.namespace}/${policy.name}`,
    at: fileAndLine(policy.origin),
    selected: why === null,
    why,
    isolates: why === null && section?.isolates === true,
    rules: why === null ? (section?.rules ?? []).map((rule) => traceRule(rule, view)) : [],
  }
}

function traceRule(rule: Rule, view: View): RuleTrace {
  const { decision } = view
  const why = mismatch(rule, view)
  return {
    rule: rule.origins[0].path,
    at: fileAndLine(rule.origins[0]),
    action: rule.action,
    matched: why === null,
    why,
    decided: decision.by === 'rule' && decision.rule === rule,
  }
}

function byWords(decision: Decision, tiers: readonly TierTrace[]): string {
  switch (decision.by) {
    case 'rule':
      return `by ${originWords(decision.rule.origins[0])} (${titleOf(decision.policy)})`
    case 'tier-default':
      return `as no rule of tier ${decision.tier.name} allows it, and ${isolators(tiers)}`
    case 'no-policy':
      return tiers.some(({ policies }) => policies.some(({ selected }) => selected))
        ? 'as no tier decides it'
        : 'as no policy governs it'
    case 'ungoverned':
      return 'as policies govern pods only'
    case 'self':
      return 'as a pod always reaches itself'
    case 'own-node':
      return 'as a pod and its own node always reach each other'
  }
}

/** Where the policies stand that turned the default on in the tier that denied. */
function isolators(tiers: readonly TierTrace[]): string {
  const all = tiers.find(({ outcome }) => outcome === 'denied')?.policies ?? []
  const own = all.filter(({ isolates }) => isolates).map(({ policy, at }) => `${policy} (${at})`)
  return `${own.join(', ')} ${own.length === 1 ? 'isolates' : 'isolate'} the pod`
}

function originWords(origin: Origin): string {
  return `${fileAndLine(origin)}${origin.path === '' ? '' : ` ${origin.path}`}`
}

function titleOf({ namespace, name }: Policy): string {
  return namespace === null ? name : `${namespace}/${name}`
}

function chainOf(tiers: readonly TierTrace[], decision: Decision): string {
  const steps = tiers.flatMap(({ tier, outcome, policies }) => {
    if (outcome === 'passed') return [`[${tier}] Pass (${passing(policies)?.policy ?? ''})`]
    if (outcome !== 'allowed' && outcome !== 'denied') return []
    const word = outcome === 'allowed' ? 'Allowed' : 'Denied'
    return [`[${tier}] ${word} (${decider(decision, policies)})`]
  })
  const isDecided = decision.by === 'rule' || decision.by === 'tier-default'
  const end = isDecided ? [] : [`Allowed (${byWords(decision, tiers)})`]
  return [...steps, ...end].join(' -> ')
}

/** The policy of the rule that decided, or those that isolate. */
function decider(decision: Decision, policies: readonly PolicyTrace[]): string {
  if (decision.by === 'rule') return titleOf(decision.policy)
  return policies.flatMap(({ isolates, policy }) => (isolates ? [policy] : [])).join(', ')
}
