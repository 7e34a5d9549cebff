// The reference interpreter: decides one concrete flow against one policy set by following the
// semantics of the IR literally. It is the second, stupid judge that everything cleverer is tested
// against, so it is written to be read, not to be fast.
import { contains } from '../algebra/address.ts'
import type { Endpoint, Flow, FlowEnd, FlowTraffic } from '../cluster/types.ts'
import { selects } from '../ir/selector.ts'
import {
  type Direction,
  icmpNumbers,
  type Peer,
  type PodMatch,
  type Policy,
  type PolicySet,
  type Ports,
  protocolNumbers,
  type Rule,
  type Section,
  type Tier,
  type Traffic,
  type Verdict,
} from '../ir/types.ts'

/** What the reading of a policy set rests on. */
export interface Assumptions {
  /**
   * Whose addresses CIDR peers mean: everybody's, or (assumption A1) only those outside of the
   * cluster, or beside those the pods' or the nodes' too.
   */
  readonly ipBlock: IpBlockReading
}

/** How CIDR peers are read. */
export type IpBlockReading = 'literal' | 'external' | 'pods' | 'hosts'

/** The kinds of endpoints that CIDR peers may hold. */
export const blockOwners: Readonly<Record<IpBlockReading, readonly Endpoint['kind'][]>> = {
  literal: ['external', 'pod', 'host'],
  external: ['external'],
  pods: ['external', 'pod'],
  hosts: ['external', 'host'],
}

const literal: Assumptions = { ipBlock: 'literal' }

/** Why one direction ended as it did. */
export type Decision =
  | {
      readonly verdict: Verdict
      readonly by: 'rule'
      readonly tier: Tier
      readonly policy: Policy
      readonly rule: Rule
    }
  | { readonly verdict: Verdict; readonly by: 'tier-default'; readonly tier: Tier }
  /** No tier decided, or the end is one that no policy governs. */
  | { readonly verdict: 'allow'; readonly by: 'no-policy' | 'ungoverned' | 'self' | 'own-node' }

/** The verdict of a flow and of each of its two ends. */
export interface FlowDecision {
  readonly verdict: Verdict
  readonly egress: Decision
  readonly ingress: Decision
}

/**
 * The verdict of a new connection: allowed when the egress side of its source and the ingress side
 * of its destination both allow it.
 */
export function verdict(set: PolicySet, flow: Flow, assume: Assumptions = literal): FlowDecision {
  const egress = decide(set, flow, 'egress', assume)
  const ingress = decide(set, flow, 'ingress', assume)
  const both = egress.verdict === 'allow' && ingress.verdict === 'allow'
  return { verdict: both ? 'allow' : 'deny', egress, ingress }
}

/** The verdict of one direction: what the endpoint at that end enforces. */
export function decide(
  set: PolicySet,
  flow: Flow,
  direction: Direction,
  assume: Assumptions = literal,
): Decision {
  const subject = direction === 'egress' ? flow.source : flow.destination
  const peer = direction === 'egress' ? flow.destination : flow.source
  if (subject.endpoint.kind !== 'pod') return { verdict: 'allow', by: 'ungoverned' }
  if (isSame(subject.endpoint, peer.endpoint)) return { verdict: 'allow', by: 'self' }
  const ownNode = isOwnNode(subject.endpoint, peer.endpoint)
  for (const tier of set.tiers) {
    if (ownNode && sparesOwnNode(tier, direction)) continue
    const decision = decideTier(tier, { subject, peer, flow, direction, assume })
    if (decision !== null) return decision
  }
  return { verdict: 'allow', by: ownNode ? 'own-node' : 'no-policy' }
}

/** Whether a tier leaves alone what goes between a pod and its own node in this direction. */
export function sparesOwnNode({ ownNode }: Tier, direction: Direction): boolean {
  return ownNode === 'always-allowed' || (ownNode === 'ingress-allowed' && direction === 'ingress')
}

/** One flow seen from the end that enforces. */
interface View {
  readonly subject: FlowEnd
  readonly peer: FlowEnd
  readonly flow: Flow
  readonly direction: Direction
  readonly assume: Assumptions
}

function decideTier(tier: Tier, view: View): Decision | null {
  const { subject, direction } = view
  const selecting = tier.policies
    .filter(
      (policy) => policy[direction] !== null && selectsEndpoint(policy.subject, subject.endpoint),
    )
    .sort(byOrder)
  const matching = selecting.flatMap((policy) =>
    sectionOf(policy, direction)
      .rules.filter((rule) => matches(rule, view))
      .map((rule) => ({ policy, rule })),
  )
  const deciding = tier.combining === 'first-match' ? firstMatch(matching) : denyOverrides(matching)
  if (deciding !== undefined) {
    const { policy, rule } = deciding
    if (rule.action === 'pass') return null
    return { verdict: rule.action === 'deny' ? 'deny' : 'allow', by: 'rule', tier, policy, rule }
  }
  const isolated = selecting.some((policy) => sectionOf(policy, direction).isolates)
  return isolated && tier.default === 'deny' ? { verdict: 'deny', by: 'tier-default', tier } : null
}

interface Match {
  readonly policy: Policy
  readonly rule: Rule
}

function firstMatch(matching: readonly Match[]): Match | undefined {
  return matching.find(({ rule }) => rule.action !== 'log')
}

function denyOverrides(matching: readonly Match[]): Match | undefined {
  return (
    matching.find(({ rule }) => rule.action === 'deny') ??
    matching.find(({ rule }) => rule.action === 'allow')
  )
}

/** The order of the policies of a `first-match` tier; ties by name and namespace as one text, as in Calico. */
export function byOrder(a: Policy, b: Policy): number {
  const [first, second] = [a.order ?? Number.POSITIVE_INFINITY, b.order ?? Number.POSITIVE_INFINITY]
  if (first !== second) return first < second ? -1 : 1
  return compareText(tieText(a), tieText(b))
}

function tieText({ name, namespace }: Policy): string {
  return `${name}/${namespace ?? ''}`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sectionOf(policy: Policy, direction: Direction): Section {
  return policy[direction] ?? { isolates: false, rules: [] }
}

function matches(rule: Rule, { subject, peer, flow, assume }: View): boolean {
  return (
    rule.subjects.some((one) => matchesPeer(one, subject, peer, assume)) &&
    rule.peers.some((one) => matchesPeer(one, peer, subject, assume)) &&
    rule.traffic.some((one) => matchesTraffic(one, flow)) &&
    rule.conditions.every((one) => flow.conditions?.includes(one))
  )
}

/** Whether one end of a flow passes a test; `other` is the flow's other end. */
export function matchesPeer(
  peer: Peer,
  end: FlowEnd,
  other: FlowEnd,
  assume: Assumptions,
): boolean {
  switch (peer.kind) {
    case 'any':
      return true
    case 'pods':
      return selectsEndpoint(peer, end.endpoint)
    case 'cidr':
      if (!blockOwners[assume.ipBlock].includes(end.endpoint.kind)) return false
      return (
        contains(peer.cidr, end.address) && !peer.except.some((cidr) => contains(cidr, end.address))
      )
    case 'hosts':
      return isHost(peer, end.endpoint, other.endpoint)
    case 'external':
      return end.endpoint.kind === 'external'
    case 'not':
      return !matchesPeer(peer.of, end, other, assume)
    case 'and':
      return peer.of.every((one) => matchesPeer(one, end, other, assume))
    case 'or':
      return peer.of.some((one) => matchesPeer(one, end, other, assume))
  }
}

function isHost(
  { nodes, which }: Extract<Peer, { kind: 'hosts' }>,
  endpoint: Endpoint,
  other: Endpoint,
): boolean {
  if (endpoint.kind !== 'host' || !selects(nodes, endpoint.labels)) return false
  return which === 'any' || isOwnNode(other, endpoint) === (which === 'own')
}

/** Whether a pod match selects an endpoint; hosts and external addresses are never selected. */
export function selectsEndpoint(match: PodMatch, endpoint: Endpoint): boolean {
  return (
    endpoint.kind === 'pod' &&
    selects(match.namespaces, endpoint.namespace.labels) &&
    selects(match.pods, endpoint.labels) &&
    selects(match.serviceAccounts, endpoint.serviceAccount.labels)
  )
}

/** Whether a flow is of a kind of traffic. */
export function matchesTraffic(traffic: Traffic, flow: Flow): boolean {
  const sent = flow.traffic
  const { family } = flow.destination.address
  switch (traffic.kind) {
    case 'all':
      return true
    case 'ports':
      return (
        sent.kind === 'ports' &&
        sent.protocol === traffic.protocol &&
        matchesPort(traffic.ports, sent, flow.destination.endpoint)
      )
    case 'icmp':
      return (
        sent.kind === 'icmp' &&
        traffic.family === family &&
        (traffic.type ?? sent.type) === sent.type &&
        (traffic.code ?? sent.code) === sent.code
      )
    case 'protocols': {
      const number = protocolNumber(sent, family)
      return traffic.from <= number && number <= traffic.to
    }
    case 'family':
      return traffic.family === family
    case 'not':
      return !matchesTraffic(traffic.of, flow)
    case 'and':
      return traffic.of.every((one) => matchesTraffic(one, flow))
  }
}

/** The number that IANA gives the protocol of what is sent. */
export function protocolNumber(sent: FlowTraffic, family: 4 | 6): number {
  if (sent.kind === 'other') return sent.protocolNumber
  if (sent.kind === 'icmp') return icmpNumbers[family]
  return protocolNumbers[sent.protocol]
}

function matchesPort(
  ports: Ports,
  sent: FlowTraffic & { kind: 'ports' },
  destination: Endpoint,
): boolean {
  switch (ports.kind) {
    case 'all':
      return true
    case 'range':
      return ports.from <= sent.port && sent.port <= ports.to
    case 'named':
      return (
        destination.kind === 'pod' &&
        destination.ports.some(
          (one) =>
            one.name === ports.name && one.protocol === sent.protocol && one.port === sent.port,
        )
      )
  }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return (
    a.kind === 'pod' &&
    b.kind === 'pod' &&
    a.name === b.name &&
    a.namespace.name === b.namespace.name
  )
}

/** Whether a flow is between a pod and its own node, whichever of them begins it. */
export function isBetweenOwn({ source, destination }: Flow): boolean {
  const [a, b] = [source.endpoint, destination.endpoint]
  return isOwnNode(a, b) || isOwnNode(b, a)
}

/** Whether a pod runs on a node. */
export function isOwnNode(a: Endpoint, b: Endpoint): boolean {
  return a.kind === 'pod' && b.kind === 'host' && a.node === b.name
}
