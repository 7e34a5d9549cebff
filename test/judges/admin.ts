// The admin tiers by themselves: reads the text of ClusterNetworkPolicies, of the v1alpha1 kinds, and of the
// NetworkPolicies between them, and decides flows as the API's documentation words it. Only what is said of
// NetworkPolicy and of label selectors comes from the judge beside it.
import { parseAllDocuments } from 'yaml'
import type { Endpoint, Flow, FlowEnd } from '../../src/cluster/types.ts'
import type { Verdict } from '../../src/ir/types.ts'
import type { Judge } from './judge.ts'
import {
  inBlock,
  isItself,
  type Policy as NetworkPolicy,
  type Selector,
  selects,
  sideAllows,
} from './kubernetes.ts'

interface Members {
  readonly namespaces?: Selector
  readonly pods?: { readonly namespaceSelector?: Selector; readonly podSelector: Selector }
}

interface Peer extends Members {
  readonly networks?: readonly string[]
  readonly nodes?: Selector
  readonly domainNames?: readonly string[]
}

interface Range {
  readonly start: number
  readonly end: number
}

interface PortHolder {
  readonly destinationPort: { readonly number?: number; readonly range?: Range }
}

interface ProtocolItem {
  readonly tcp?: PortHolder
  readonly udp?: PortHolder
  readonly sctp?: PortHolder
  readonly destinationNamedPort?: string
}

interface PortItem {
  readonly portNumber?: { readonly protocol?: string; readonly port: number }
  readonly portRange?: Range & { readonly protocol?: string }
  readonly namedPort?: string
}

interface Rule {
  readonly action: string
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly protocols?: readonly ProtocolItem[]
  readonly ports?: readonly PortItem[]
}

interface AdminPolicy {
  readonly kind: string
  readonly spec: {
    readonly tier?: string
    readonly priority?: number
    readonly subject: Members
    readonly ingress?: readonly Rule[]
    readonly egress?: readonly Rule[]
  }
}

type Direction = 'Ingress' | 'Egress'

/** Decides by all policies of the files; priorities of a tier must differ. */
export const judgeAdmin: Judge = (files) => {
  const objects = files
    .flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }))
    .map((document) => document.toJS() as AdminPolicy & NetworkPolicy)
  const networkPolicies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
  const tiers = {
    admin: inOrder(objects.filter((one) => tierOf(one) === 'Admin')),
    baseline: inOrder(objects.filter((one) => tierOf(one) === 'Baseline')),
  }
  const side = (flow: Flow, direction: Direction): Verdict => {
    const [subject, peer] =
      direction === 'Egress' ? [flow.source, flow.destination] : [flow.destination, flow.source]
    if (subject.endpoint.kind !== 'pod' || isItself(subject.endpoint, peer.endpoint)) return 'allow'
    const allowed =
      decide(tiers.admin, flow, direction) ??
      sideAllows(networkPolicies, flow, direction) ??
      decide(tiers.baseline, flow, direction) ??
      true
    return allowed ? 'allow' : 'deny'
  }
  return (flow) => {
    const [egress, ingress] = [side(flow, 'Egress'), side(flow, 'Ingress')]
    const verdict = egress === 'allow' && ingress === 'allow' ? 'allow' : 'deny'
    return { egress, ingress, verdict }
  }
}

function tierOf({ kind, spec }: AdminPolicy): string | undefined {
  if (kind === 'AdminNetworkPolicy') return 'Admin'
  return kind === 'BaselineAdminNetworkPolicy' ? 'Baseline' : spec.tier
}

function inOrder(policies: readonly AdminPolicy[]): readonly AdminPolicy[] {
  return [...policies].sort((a, b) => (a.spec.priority ?? 0) - (b.spec.priority ?? 0))
}

/** What the first matching rule of a tier says; null where none matches, or it passes. */
function decide(
  policies: readonly AdminPolicy[],
  flow: Flow,
  direction: Direction,
): boolean | null {
  const [subject, peer] =
    direction === 'Egress' ? [flow.source, flow.destination] : [flow.destination, flow.source]
  for (const { spec } of policies) {
    if (!isMember(spec.subject, subject.endpoint)) continue
    const rules = direction === 'Egress' ? spec.egress : spec.ingress
    for (const rule of rules ?? []) {
      const peers = direction === 'Egress' ? rule.to : rule.from
      if (!(peers ?? []).some((one) => isPeer(one, peer)) || !isSent(rule, flow)) continue
      return rule.action === 'Pass' ? null : rule.action !== 'Deny'
    }
  }
  return null
}

function isMember({ namespaces, pods }: Members, endpoint: Endpoint): boolean {
  if (endpoint.kind !== 'pod') return false
  if (namespaces !== undefined) return selects(namespaces, endpoint.namespace.labels)
  return (
    pods !== undefined &&
    selects(pods.namespaceSelector, endpoint.namespace.labels) &&
    selects(pods.podSelector, endpoint.labels)
  )
}

/** Who has a domain name cannot be told from addresses: nobody has one here. */
function isPeer(peer: Peer, { endpoint, address }: FlowEnd): boolean {
  if (peer.networks !== undefined) return peer.networks.some((block) => inBlock(address, block))
  if (peer.nodes !== undefined) {
    return endpoint.kind === 'host' && selects(peer.nodes, endpoint.labels)
  }
  return isMember(peer, endpoint)
}

function isSent({ protocols, ports }: Rule, flow: Flow): boolean {
  if (protocols === undefined && ports === undefined) return true
  return (
    (protocols ?? []).some((one) => isProtocolItem(one, flow)) ||
    (ports ?? []).some((one) => isPortItem(one, flow))
  )
}

function isProtocolItem(item: ProtocolItem, flow: Flow): boolean {
  if (item.destinationNamedPort !== undefined) return hasName(item.destinationNamedPort, flow)
  const { traffic } = flow
  if (traffic.kind !== 'ports') return false
  const holder = { TCP: item.tcp, UDP: item.udp, SCTP: item.sctp }[traffic.protocol]
  if (holder === undefined) return false
  const { number, range } = holder.destinationPort
  return number === traffic.port || (range !== undefined && isWithin(traffic.port, range))
}

function isPortItem({ portNumber, portRange, namedPort }: PortItem, flow: Flow): boolean {
  if (namedPort !== undefined) return hasName(namedPort, flow)
  const { traffic } = flow
  if (traffic.kind !== 'ports') return false
  if (((portNumber ?? portRange)?.protocol ?? 'TCP') !== traffic.protocol) return false
  if (portRange !== undefined) return isWithin(traffic.port, portRange)
  return portNumber?.port === traffic.port
}

function isWithin(port: number, { start, end }: Range): boolean {
  return start <= port && port <= end
}

/** The destination gives the name to this port with this protocol. */
function hasName(name: string, { traffic, destination: { endpoint } }: Flow): boolean {
  return (
    traffic.kind === 'ports' &&
    endpoint.kind === 'pod' &&
    endpoint.ports.some(
      (one) => one.name === name && one.protocol === traffic.protocol && one.port === traffic.port,
    )
  )
}
