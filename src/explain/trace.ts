// Why a flow ends as it does: every tier, policy and rule that was considered, and what each said. It
// walks as the interpreter does, and the interpreter has the last word.
import type { Flow, FlowEnd } from '../cluster/types.ts'
import { printPeer, printSelector } from '../ir/print.ts'
import { selects } from '../ir/selector.ts'
import type {
  Action,
  Direction,
  Peer,
  Policy,
  PolicySet,
  Rule,
  Tier,
  Verdict,
} from '../ir/types.ts'
import { trafficWords } from '../proof/words.ts'
import {
  type Assumptions,
  byOrder,
  type Decision,
  decide,
  matchesPeer,
  matchesTraffic,
  selectsEndpoint,
  sparesOwnNode,
  verdict,
} from '../semantics/evaluate.ts'
import { fileAndLine, type Origin } from '../source/origin.ts'

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

interface View {
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
    by: byWords(decision),
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
  const ends = [subject.endpoint, peer.endpoint]
  const ownNode =
    ends[0]?.kind === 'pod' && ends[1]?.kind === 'host' && ends[0].node === ends[1].name
  if (ownNode && sparesOwnNode(tier, direction)) return 'left alone'
  const isHere =
    (decision.by === 'rule' || decision.by === 'tier-default') && decision.tier === tier
  if (isHere) return decision.verdict === 'allow' ? 'allowed' : 'denied'
  const passed = policies.some(({ rules }) =>
    rules.some(({ matched, action }) => matched && action === 'pass'),
  )
  return passed ? 'passed' : 'nothing said'
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
        : notSelected(policy, subject)
  return {
    policy: policy.namespace === null ? policy.name : `${policy.namespace}/${policy.name}`,
    at: fileAndLine(policy.origin),
    selected: why === null,
    why,
    rules: why === null ? (section?.rules ?? []).map((rule) => traceRule(rule, view)) : [],
  }
}

/** The first of the subject's tests that fails. */
function notSelected(
  { subject: { namespaces, pods, serviceAccounts } }: Policy,
  end: FlowEnd,
): string {
  const { endpoint } = end
  if (endpoint.kind !== 'pod') return 'is for pods'
  if (!selects(namespaces, endpoint.namespace.labels)) {
    return `is for namespaces ${printSelector(namespaces)}, and this is ${endpoint.namespace.name}`
  }
  if (!selects(pods, endpoint.labels)) {
    return `is for pods ${printSelector(pods)}, and this has ${labelWords(endpoint.labels)}`
  }
  return `is for service accounts ${printSelector(serviceAccounts)}, and this is ${endpoint.serviceAccount.name}`
}

function labelWords(labels: Readonly<Record<string, string>>): string {
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return words.length === 0 ? 'no labels' : words.sort().join(',')
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

function mismatch(rule: Rule, { flow, subject, peer, direction, assume }: View): string | null {
  const whoseList = (peers: readonly Peer[]): string =>
    peers.length === 0 ? 'nobody' : peers.map(printPeer).join(' or ')
  if (!rule.subjects.some((one) => matchesPeer(one, subject, peer, assume))) {
    return `is for ${whoseList(rule.subjects)}`
  }
  if (!rule.peers.some((one) => matchesPeer(one, peer, subject, assume))) {
    return `is ${direction === 'ingress' ? 'from' : 'to'} ${whoseList(rule.peers)}`
  }
  if (!rule.traffic.some((one) => matchesTraffic(one, flow))) {
    return `is on ${rule.traffic.map(trafficWords).join(', ')}`
  }
  const missing = rule.conditions.find((one) => !flow.conditions?.includes(one))
  return missing === undefined ? null : `holds only if ${missing}`
}

function byWords(decision: Decision): string {
  switch (decision.by) {
    case 'rule':
      return `by ${originWords(decision.rule.origins[0])} (${titleOf(decision.policy)})`
    case 'tier-default':
      return `as no rule of tier ${decision.tier.name} allows it`
    case 'no-policy':
      return 'as no policy governs it'
    case 'ungoverned':
      return 'as policies govern pods only'
    case 'self':
      return 'as a pod always reaches itself'
    case 'own-node':
      return 'as a pod and its own node always reach each other'
  }
}

function originWords(origin: Origin): string {
  return `${fileAndLine(origin)}${origin.path === '' ? '' : ` ${origin.path}`}`
}

function titleOf({ namespace, name }: Policy): string {
  return namespace === null ? name : `${namespace}/${name}`
}

function chainOf(tiers: readonly TierTrace[], decision: Decision): string {
  const steps = tiers.flatMap(({ tier, outcome, policies }) => {
    const passing = policies.find(({ rules }) =>
      rules.some(({ matched, action }) => matched && action === 'pass'),
    )
    if (outcome === 'passed') return [`[${tier}] Pass (${passing?.policy ?? ''})`]
    if (outcome !== 'allowed' && outcome !== 'denied') return []
    const word = outcome === 'allowed' ? 'Allowed' : 'Denied'
    return [`[${tier}] ${word} (${decider(decision, policies)})`]
  })
  const isDecided = decision.by === 'rule' || decision.by === 'tier-default'
  const end = isDecided ? [] : [`Allowed (${byWords(decision)})`]
  return [...steps, ...end].join(' -> ')
}

/** The policy of the rule that decided, or those that isolate and say nothing. */
function decider(decision: Decision, policies: readonly PolicyTrace[]): string {
  if (decision.by === 'rule') return titleOf(decision.policy)
  return policies.flatMap(({ selected, policy }) => (selected ? [policy] : [])).join(', ')
}
