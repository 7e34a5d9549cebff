// A small Calico: reads NetworkPolicy manifests and decides flows as Felix does, per endpoint and
// direction, by order, first match, and the default of the tier. It knows Calico, not who wrote them.
import ipaddr from 'ipaddr.js'
import { parseAllDocuments } from 'yaml'
import type { Address } from '../../src/algebra/address.ts'
import type { Endpoint, Flow, FlowEnd, Pod } from '../../src/cluster/types.ts'
import type { Verdict } from '../../src/ir/types.ts'
import { type EndpointLabels, parseSelector, type Test } from './calicoSelector.ts'
import type { Judge } from './judge.ts'

interface Entity {
  readonly nets?: readonly string[]
  readonly notNets?: readonly string[]
  readonly selector?: string
  readonly namespaceSelector?: string
  readonly ports?: readonly (number | string)[]
}

interface RawRule {
  readonly action: string
  readonly protocol?: string | number
  readonly icmp?: { readonly type: number; readonly code?: number }
  readonly source?: Entity
  readonly destination?: Entity
}

interface RawPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly tier?: string
    readonly order?: number
    readonly selector?: string
    readonly types?: readonly string[]
    readonly ingress?: readonly RawRule[]
    readonly egress?: readonly RawRule[]
  }
}

type Direction = 'Ingress' | 'Egress'
type RuleTest = (flow: Flow) => boolean

interface Policy {
  readonly sortKey: readonly [number, string]
  readonly selects: (pod: Pod) => boolean
  readonly types: readonly string[]
  readonly rules: Readonly<Record<Direction, readonly (readonly [string, RuleTest])[]>>
}

/** Decides by the policies of all files; they are in one tier, which denies at its end. */
export const judgeCalico: Judge = (files) => {
  const policies = files
    .flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }))
    .map((document) => readPolicy(document.toJS() as RawPolicy))
    .sort(byOrder)
  return (flow) => {
    const egress = decide(policies, flow, 'Egress', flow.source, flow.destination)
    const ingress = decide(policies, flow, 'Ingress', flow.destination, flow.source)
    return {
      egress,
      ingress,
      verdict: egress === 'allow' && ingress === 'allow' ? 'allow' : 'deny',
    }
  }
}

function decide(
  policies: readonly Policy[],
  flow: Flow,
  direction: Direction,
  { endpoint }: FlowEnd,
  other: FlowEnd,
): Verdict {
  if (endpoint.kind !== 'pod' || isBeyond(endpoint, other.endpoint)) return 'allow'
  const applying = policies.filter(
    ({ selects, types }) => types.includes(direction) && selects(endpoint),
  )
  if (applying.length === 0) return 'allow'
  for (const { rules } of applying) {
    for (const [action, matches] of rules[direction]) {
      if (action === 'Log' || !matches(flow)) continue
      // After Pass in the last tier the namespace's profile decides, and it allows.
      return action === 'Deny' ? 'deny' : 'allow'
    }
  }
  return 'deny'
}

/** Traffic that the proof takes as let through in every engine: to itself, and with the own node. */
function isBeyond(pod: Pod, other: Endpoint): boolean {
  if (other.kind === 'host') return other.name === pod.node
  return (
    other.kind === 'pod' && other.name === pod.name && other.namespace.name === pod.namespace.name
  )
}

function readPolicy({ metadata, spec }: RawPolicy): Policy {
  const subject = parseSelector(spec.selector ?? '')
  const read = (rules: readonly RawRule[] = []): [string, RuleTest][] =>
    rules.map((rule) => [rule.action, readRule(rule, metadata.namespace)])
  return {
    sortKey: [
      spec.order ?? Number.POSITIVE_INFINITY,
      `${metadata.name}/${metadata.namespace}/NetworkPolicy`,
    ],
    selects: (pod) => pod.namespace.name === metadata.namespace && subject(labelsOf(pod) ?? {}),
    types: spec.types ?? defaultTypes(spec),
    rules: { Ingress: read(spec.ingress), Egress: read(spec.egress) },
  }
}

/** What Calico makes of absent types: unlike Kubernetes, egress rules alone leave ingress alone. */
function defaultTypes({ ingress = [], egress = [] }: RawPolicy['spec']): readonly Direction[] {
  if (egress.length === 0) return ['Ingress']
  return ingress.length === 0 ? ['Egress'] : ['Ingress', 'Egress']
}

function byOrder(a: Policy, b: Policy): number {
  return a.sortKey[0] - b.sortKey[0] || (a.sortKey[1] < b.sortKey[1] ? -1 : 1)
}

function readRule({ protocol, icmp, source, destination }: RawRule, namespace: string): RuleTest {
  const from = readEntity(source, namespace)
  const to = readEntity(destination, namespace)
  const ports = readPorts(destination?.ports)
  if (source?.ports !== undefined) throw new Error('source ports are not expected')
  return (flow) =>
    from(flow.source) &&
    to(flow.destination) &&
    isProtocol(flow, protocol) &&
    isIcmp(flow, icmp) &&
    ports(flow)
}

function readEntity(entity: Entity | undefined, namespace: string): (end: FlowEnd) => boolean {
  if (entity === undefined) return () => true
  const { nets, notNets = [], selector, namespaceSelector } = entity
  const isEndpoint = readEndpointTest(selector, namespaceSelector, namespace)
  return ({ endpoint, address }) =>
    isEndpoint(endpoint) &&
    (nets === undefined || nets.some((net) => inBlock(address, net))) &&
    // Felix writes a rule with blocks of one IP version into the tables of that version alone.
    notNets.every((net) => net.includes(':') === (address.family === 6)) &&
    !notNets.some((net) => inBlock(address, net))
}

/** The effective selector: confined to the own namespace unless a namespaceSelector is there. */
function readEndpointTest(
  selector: string | undefined,
  namespaceSelector: string | undefined,
  namespace: string,
): (endpoint: Endpoint) => boolean {
  if (selector === undefined && namespaceSelector === undefined) return () => true
  const pods = parseSelector(selector ?? '')
  const namespaces = readNamespaceTest(namespaceSelector, namespace)
  return (endpoint) => {
    const labels = labelsOf(endpoint)
    return labels !== null && namespaces(labels) && pods(labels)
  }
}

function readNamespaceTest(namespaceSelector: string | undefined, namespace: string): Test {
  const inNamespace: Test = (labels) => Object.hasOwn(labels, namespaceLabel)
  if (namespaceSelector === 'all()') return inNamespace
  if (namespaceSelector === 'global()') return (labels) => !inNamespace(labels)
  if (namespaceSelector !== undefined) return parseSelector(namespaceSelector, 'pcns.')
  return (labels) => labels[namespaceLabel] === namespace
}

const namespaceLabel = 'projectcalico.org/namespace'
/** Calico gives a pod the label of its service account only when the name is shorter. */
const serviceAccountLimit = 63

/**
 * The labels by which selectors see an endpoint, null for what they never see. A node is taken for a
 * host endpoint without labels of its own: tests that hold where a label is absent can select it.
 */
function labelsOf(endpoint: Endpoint): EndpointLabels | null {
  if (endpoint.kind === 'external') return null
  if (endpoint.kind === 'host') return {}
  const { namespace, labels, serviceAccount } = endpoint
  const inherited = { ...namespace.labels, 'projectcalico.org/name': namespace.name }
  return {
    ...Object.fromEntries(Object.entries(inherited).map(([key, value]) => [`pcns.${key}`, value])),
    ...labels,
    [namespaceLabel]: namespace.name,
    'projectcalico.org/orchestrator': 'k8s',
    ...(serviceAccount.name.length < serviceAccountLimit
      ? { 'projectcalico.org/serviceaccount': serviceAccount.name }
      : {}),
  }
}

function isProtocol({ traffic, source }: Flow, protocol: string | number | undefined): boolean {
  if (protocol === undefined) return true
  if (traffic.kind === 'ports') return traffic.protocol === protocol
  if (traffic.kind === 'icmp') {
    return protocol === (source.address.family === 4 ? 'ICMP' : 'ICMPv6')
  }
  return traffic.protocolNumber === protocol
}

function isIcmp({ traffic }: Flow, icmp: RawRule['icmp']): boolean {
  if (icmp === undefined) return true
  if (traffic.kind !== 'icmp' || traffic.type !== icmp.type) return false
  return icmp.code === undefined || icmp.code === traffic.code
}

function readPorts(ports: Entity['ports']): RuleTest {
  if (ports === undefined) return () => true
  return ({ traffic, destination: { endpoint } }) =>
    traffic.kind === 'ports' &&
    ports.some((port) => {
      const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(String(port)) ?? []
      if (from !== undefined) {
        return Number(from) <= traffic.port && traffic.port <= Number(to ?? from)
      }
      return (
        endpoint.kind === 'pod' &&
        endpoint.ports.some(
          (one) =>
            one.name === port && one.protocol === traffic.protocol && one.port === traffic.port,
        )
      )
    })
}

function inBlock({ family, value }: Address, block: string): boolean {
  const [base, prefix] = ipaddr.parseCIDR(block)
  const bytes = base.toByteArray()
  if (bytes.length !== (family === 4 ? 4 : 16)) return false
  const number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const shift = BigInt(bytes.length * 8 - prefix)
  return number >> shift === value >> shift
}
