// Which flows a rule of Calico matches, as Felix has it: every field of a rule must hold, and what its
// selectors mean depends on the scope of the policy.
import ipaddr from 'ipaddr.js'
import type { Address } from '../../src/algebra/address.ts'
import type { Endpoint, Flow, FlowEnd } from '../../src/cluster/types.ts'
import { type EndpointLabels, parseSelector, type Test } from './calicoSelector.ts'

interface Entity {
  readonly nets?: readonly string[]
  readonly notNets?: readonly string[]
  readonly selector?: string
  readonly notSelector?: string
  readonly namespaceSelector?: string
  readonly serviceAccounts?: { readonly names?: readonly string[]; readonly selector?: string }
  readonly services?: unknown
  readonly ports?: readonly (number | string)[]
  readonly notPorts?: readonly (number | string)[]
}

interface Icmp {
  readonly type?: number
  readonly code?: number
}

/** A rule as written. */
export interface RawRule {
  readonly action: string
  readonly ipVersion?: number
  readonly protocol?: string | number
  readonly notProtocol?: string | number
  readonly icmp?: Icmp
  readonly notICMP?: Icmp
  readonly http?: unknown
  readonly source?: Entity
  readonly destination?: Entity
}

/** Whether a rule matches a flow. */
export type RuleTest = (flow: Flow) => boolean

/** The test of a rule; `namespace` is null in a GlobalNetworkPolicy. */
export function readRule(rule: RawRule, namespace: string | null): RuleTest {
  const { source = {}, destination = {} } = rule
  // No flow that is judged has a port of a client that is known, is of a service or speaks HTTP.
  const asksMore = [rule.http, source.ports, source.notPorts, source.services, destination.services]
  if (asksMore.some((field) => field !== undefined)) return () => false
  const from = readEntity(source, namespace)
  const to = readEntity(destination, namespace)
  const isOfVersion = readVersion(rule)
  const ports = readPorts(destination.ports ?? [])
  const notPorts = readPorts(destination.notPorts ?? [])
  return (flow) =>
    isOfVersion(flow.source.address.family) &&
    from(flow.source) &&
    to(flow.destination) &&
    (rule.protocol === undefined || isProtocol(flow, rule.protocol)) &&
    (rule.notProtocol === undefined || !isProtocol(flow, rule.notProtocol)) &&
    (rule.icmp === undefined || isIcmp(flow, rule.icmp)) &&
    (rule.notICMP === undefined || !isIcmp(flow, rule.notICMP)) &&
    (destination.ports === undefined || ports(flow)) &&
    !notPorts(flow)
}

/** A rule is left out of the tables of an IP version that empties one of its lists of blocks. */
function readVersion({ ipVersion, source, destination }: RawRule): (family: 4 | 6) => boolean {
  const lists = [source?.nets, source?.notNets, destination?.nets, destination?.notNets]
  const isOf = (net: string, family: 4 | 6): boolean => net.includes(':') === (family === 6)
  return (family) =>
    (ipVersion ?? family) === family &&
    lists.every((nets) => nets === undefined || nets.some((net) => isOf(net, family)))
}

function readEntity(entity: Entity, namespace: string | null): (end: FlowEnd) => boolean {
  const { nets, notNets = [] } = entity
  const isEndpoint = readEndpointTest(entity, namespace)
  return ({ endpoint, address }) =>
    isEndpoint(endpoint) &&
    (nets === undefined || nets.some((net) => inBlock(address, net))) &&
    !notNets.some((net) => inBlock(address, net))
}

const everything: Test = () => true

/** The effective selector: confined to the own namespace unless a namespaceSelector is there. */
function readEndpointTest(
  { selector, notSelector, namespaceSelector, serviceAccounts = {} }: Entity,
  namespace: string | null,
): (endpoint: Endpoint) => boolean {
  const { names = [], selector: accountSelector } = serviceAccounts
  const not: Test = notSelector === undefined ? () => false : parseSelector(notSelector)
  const isPositive =
    [selector, namespaceSelector, accountSelector].some((one) => one !== undefined) ||
    names.length > 0
  if (!isPositive && notSelector === undefined) return () => true
  if (!isPositive && namespace === null) {
    return (endpoint) => {
      const labels = labelsOf(endpoint)
      return labels === null || !not(labels)
    }
  }
  const tests: readonly Test[] = [
    selector === undefined ? everything : parseSelector(selector),
    readNamespaceTest(namespaceSelector, namespace),
    names.length === 0
      ? everything
      : (labels) => names.includes(labels['projectcalico.org/serviceaccount'] ?? ''),
    accountSelector === undefined ? everything : parseSelector(accountSelector, 'pcsa.'),
  ]
  return (endpoint) => {
    const labels = labelsOf(endpoint)
    return labels !== null && tests.every((test) => test(labels)) && !not(labels)
  }
}

function readNamespaceTest(namespaceSelector: string | undefined, namespace: string | null): Test {
  const inNamespace: Test = (labels) => Object.hasOwn(labels, namespaceLabel)
  if (namespaceSelector === 'all()') return inNamespace
  if (namespaceSelector === 'global()') return (labels) => !inNamespace(labels)
  if (namespaceSelector !== undefined) return parseSelector(namespaceSelector, 'pcns.')
  return namespace === null ? everything : (labels) => labels[namespaceLabel] === namespace
}

const namespaceLabel = 'projectcalico.org/namespace'
/** Calico gives a pod the label of its service account only when the name is shorter. */
const serviceAccountLimit = 63

/**
 * The labels by which selectors see an endpoint, null for what they never see. A node is taken for a
 * host endpoint without labels of its own: tests that hold where a label is absent can select it.
 */
export function labelsOf(endpoint: Endpoint): EndpointLabels | null {
  if (endpoint.kind === 'external') return null
  if (endpoint.kind === 'host') return {}
  const { namespace, labels, serviceAccount } = endpoint
  const { '@name': account = '', ...accountLabels } = serviceAccount.labels
  return {
    ...prefixed('pcns.', { ...namespace.labels, 'projectcalico.org/name': namespace.name }),
    ...prefixed('pcsa.', { ...accountLabels, 'projectcalico.org/name': account }),
    ...labels,
    [namespaceLabel]: namespace.name,
    'projectcalico.org/orchestrator': 'k8s',
    ...(serviceAccount.name.length < serviceAccountLimit
      ? { 'projectcalico.org/serviceaccount': serviceAccount.name }
      : {}),
  }
}

function prefixed(prefix: string, labels: EndpointLabels): EndpointLabels {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [`${prefix}${key}`, value]),
  )
}

const numbers: Readonly<Record<string, number>> = {
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  ICMPv6: 58,
  SCTP: 132,
  UDPLite: 136,
}

function isProtocol({ traffic, source }: Flow, protocol: string | number): boolean {
  const wanted = typeof protocol === 'number' ? protocol : numbers[protocol]
  if (traffic.kind === 'ports') return numbers[traffic.protocol] === wanted
  if (traffic.kind === 'icmp') return wanted === (source.address.family === 4 ? 1 : 58)
  return traffic.protocolNumber === wanted
}

function isIcmp({ traffic }: Flow, { type, code }: Icmp): boolean {
  if (traffic.kind !== 'icmp' || (type !== undefined && traffic.type !== type)) return false
  return code === undefined || code === traffic.code
}

function readPorts(ports: readonly (number | string)[]): RuleTest {
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
