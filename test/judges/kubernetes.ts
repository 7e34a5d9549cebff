// The NetworkPolicy API by itself: reads the source text of policies and decides flows as the API's
// documentation words it. It stands against our reader and interpreter, and shares nothing with them.
import ipaddr from 'ipaddr.js'
import { parseAllDocuments } from 'yaml'
import type { Address } from '../../src/algebra/address.ts'
import type { Endpoint, Flow, FlowEnd, Labels, Pod } from '../../src/cluster/types.ts'
import type { Verdict } from '../../src/ir/types.ts'
import type { Judge } from './judge.ts'

export interface Selector {
  readonly matchLabels?: Labels | null
  readonly matchExpressions?:
    | readonly { key: string; operator: string; values?: readonly string[] | null }[]
    | null
}

interface Peer {
  readonly podSelector?: Selector | null
  readonly namespaceSelector?: Selector | null
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null } | null
}

interface Port {
  readonly protocol?: string | null
  readonly port?: number | string | null
  readonly endPort?: number | null
}

interface Rule {
  readonly from?: readonly Peer[] | null
  readonly to?: readonly Peer[] | null
  readonly ports?: readonly Port[] | null
}

export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace?: string | null }
  readonly spec?: {
    readonly podSelector?: Selector | null
    readonly policyTypes?: readonly string[] | null
    readonly ingress?: readonly Rule[] | null
    readonly egress?: readonly Rule[] | null
  } | null
}

/** Decides by the policies of the files; one without namespace is in `default`. */
export const judgeKubernetes: Judge = (files) => {
  const policies = files
    .flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }))
    .map((document) => document.toJS() as Policy)
  return (flow) => {
    const egress = sideAllows(policies, flow, 'Egress') ?? true
    const ingress = sideAllows(policies, flow, 'Ingress') ?? true
    const word = (allowed: boolean): Verdict => (allowed ? 'allow' : 'deny')
    return { egress: word(egress), ingress: word(ingress), verdict: word(egress && ingress) }
  }
}

/** What NetworkPolicies decide at one end of a flow; null where none of them has a say. */
export function sideAllows(
  policies: readonly Policy[],
  flow: Flow,
  direction: 'Ingress' | 'Egress',
): boolean | null {
  const [subject, peer] =
    direction === 'Egress' ? [flow.source, flow.destination] : [flow.destination, flow.source]
  const pod = subject.endpoint
  if (pod.kind !== 'pod' || isItself(pod, peer.endpoint) || isItsNode(pod, peer.endpoint))
    return null
  const applying = policies.filter(
    (policy) =>
      namespaceOf(policy) === pod.namespace.name &&
      selects(policy.spec?.podSelector, pod.labels) &&
      typesOf(policy).includes(direction),
  )
  if (applying.length === 0) return null
  return applying.some((policy) => {
    const rules = direction === 'Ingress' ? policy.spec?.ingress : policy.spec?.egress
    return (rules ?? []).some(
      ({ from, to, ports }) =>
        isPeer(direction === 'Ingress' ? from : to, peer, namespaceOf(policy)) &&
        isPort(ports, flow),
    )
  })
}

function namespaceOf({ metadata }: Policy): string {
  return metadata.namespace || 'default'
}

function typesOf({ spec }: Policy): readonly string[] {
  const types = spec?.policyTypes ?? []
  if (types.length > 0) return types
  return (spec?.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function isPeer(
  peers: readonly Peer[] | null | undefined,
  { endpoint, address }: FlowEnd,
  namespace: string,
): boolean {
  if (peers == null || peers.length === 0) return true
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock != null) {
      const holes = ipBlock.except ?? []
      return inBlock(address, ipBlock.cidr) && !holes.some((hole) => inBlock(address, hole))
    }
    if (endpoint.kind !== 'pod') return false
    const inNamespace =
      namespaceSelector == null
        ? endpoint.namespace.name === namespace
        : selects(namespaceSelector, endpoint.namespace.labels)
    return inNamespace && selects(podSelector, endpoint.labels)
  })
}

function isPort(
  ports: readonly Port[] | null | undefined,
  { traffic, destination: { endpoint } }: Flow,
): boolean {
  if (ports == null || ports.length === 0) return true
  if (traffic.kind !== 'ports') return false
  return ports.some(({ protocol, port, endPort }) => {
    if ((protocol ?? 'TCP') !== traffic.protocol) return false
    if (port == null) return true
    if (typeof port === 'number') return traffic.port >= port && traffic.port <= (endPort ?? port)
    return (
      endpoint.kind === 'pod' &&
      endpoint.ports.some(
        (own) =>
          own.name === port && own.protocol === traffic.protocol && own.port === traffic.port,
      )
    )
  })
}

export function selects(selector: Selector | null | undefined, labels: Labels): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {})
  const expressions = selector?.matchExpressions ?? []
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values }) => {
      const value = labels[key]
      const isListed = value !== undefined && (values ?? []).includes(value)
      if (operator === 'In') return isListed
      if (operator === 'NotIn') return !isListed
      return (value !== undefined) === (operator === 'Exists')
    })
  )
}

export function isItself(pod: Pod, other: Endpoint): boolean {
  return (
    other.kind === 'pod' && other.name === pod.name && other.namespace.name === pod.namespace.name
  )
}

function isItsNode(pod: Pod, other: Endpoint): boolean {
  return other.kind === 'host' && other.name === pod.node
}

export function inBlock({ family, value }: Address, block: string): boolean {
  const [base, prefix] = ipaddr.parseCIDR(block)
  if ((base.kind() === 'ipv4' ? 4 : 6) !== family) return false
  const hex = value.toString(16).padStart(family === 4 ? 8 : 32, '0')
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  return ipaddr.fromByteArray(bytes).match(base, prefix)
}
