// Decides flows by CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy text, as the Cilium agent does in its default mode: identities
// by labels with sources, entities, default deny by direction, deny before allow. Assumption A2: a
// pod always reaches itself, and it and its own node each other. Sources: the policy documentation
// of Cilium, and pkg/policy/api and pkg/k8s/apis/cilium.io/utils of cilium/cilium.
import { parseAllDocuments } from 'yaml'
import type { Cluster, Endpoint, Flow, FlowEnd, Pod } from '../../src/cluster/types.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import type { Verdict } from '../../src/ir/types.ts'
import { inCidr } from './ciliumAddress.ts'
import type { Judge } from './judge.ts'

/** Reads the policies of some files and decides flows by them. */
export const judgeCilium: Judge = (files, cluster) => {
  const rules = files.flatMap(({ text }) => rulesOfText(text))
  return (flow) => {
    const egress = decide(rules, flow, 'egress', cluster)
    const ingress = decide(rules, flow, 'ingress', cluster)
    return {
      egress,
      ingress,
      verdict: egress === 'allow' && ingress === 'allow' ? 'allow' : 'deny',
    }
  }
}

type Direction = 'ingress' | 'egress'
type Data = Readonly<Record<string, unknown>>

interface CiliumRule {
  /** Null for a clusterwide policy. */
  readonly namespace: string | null
  readonly body: Data
}

const kinds: readonly string[] = ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy']

function rulesOfText(text: string): readonly CiliumRule[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as Data | null
    if (object === null || !kinds.includes(String(object.kind))) return []
    const namespace =
      object.kind === 'CiliumNetworkPolicy'
        ? String((object.metadata as Data).namespace ?? 'default')
        : null
    const bodies = [...(object.spec ? [object.spec as Data] : []), ...listOf(object.specs)]
    return bodies.map((body) => ({ namespace, body }))
  })
}

function listOf(value: unknown): readonly Data[] {
  return (value ?? []) as readonly Data[]
}

function decide(
  rules: readonly CiliumRule[],
  flow: Flow,
  direction: Direction,
  cluster: Cluster,
): Verdict {
  const [own, peer] =
    direction === 'ingress' ? [flow.destination, flow.source] : [flow.source, flow.destination]
  const subject = own.endpoint
  if (subject.kind !== 'pod' || isSelf(subject, peer.endpoint)) return 'allow'
  if (peer.endpoint.kind === 'host' && peer.endpoint.name === subject.node) return 'allow'
  const view: View = { subject, peer, flow, direction, cluster }
  const selecting = rules.filter((rule) => selectsSubject(rule, subject))
  const matching = (key: string): boolean =>
    selecting.some(({ namespace, body }) =>
      listOf(body[key]).some((one) => matchesRule(one, namespace, view)),
    )
  if (matching(`${direction}Deny`)) return 'deny'
  if (matching(direction)) return 'allow'
  return selecting.some(({ body }) => deniesByDefault(body, direction)) ? 'deny' : 'allow'
}

function deniesByDefault(body: Data, direction: Direction): boolean {
  const said = (body.enableDefaultDeny as Data | undefined)?.[direction]
  if (typeof said === 'boolean') return said
  return listOf(body[direction]).length + listOf(body[`${direction}Deny`]).length > 0
}

function isSelf(pod: Pod, other: Endpoint): boolean {
  return (
    other.kind === 'pod' && other.name === pod.name && other.namespace.name === pod.namespace.name
  )
}

interface View {
  readonly subject: Pod
  readonly peer: FlowEnd
  readonly flow: Flow
  readonly direction: Direction
  readonly cluster: Cluster
}

const namespaceKey = 'io.kubernetes.pod.namespace'
const namespaceLabels = 'io.cilium.k8s.namespace.labels.'

/** Labels of an identity, each with its source in front. */
function identityOf(endpoint: Endpoint, subject: Pod): ReadonlyMap<string, string> {
  switch (endpoint.kind) {
    case 'external':
      return new Map([['reserved:world', '']])
    case 'host':
      return new Map([
        [endpoint.name === subject.node ? 'reserved:host' : 'reserved:remote-node', ''],
      ])
    case 'pod':
      return new Map([
        ...Object.entries(endpoint.labels).map(([key, value]) => [`k8s:${key}`, value] as const),
        ...Object.entries(endpoint.namespace.labels).map(
          ([key, value]) => [`k8s:${namespaceLabels}${key}`, value] as const,
        ),
        [`k8s:${namespaceKey}`, endpoint.namespace.name] as const,
        ['k8s:io.cilium.k8s.policy.serviceaccount', endpoint.serviceAccount.name] as const,
      ])
  }
}

function selectsSubject({ namespace, body }: CiliumRule, subject: Pod): boolean {
  if (namespace === null) {
    return holds(testsOf(body.endpointSelector as Data), identityOf(subject, subject))
  }
  if (subject.namespace.name !== namespace) return false
  // A namespace that the selector names itself is overridden by the policy's.
  const tests = testsOf(body.endpointSelector as Data).filter(
    ({ key }) => bare(key) !== namespaceKey,
  )
  return holds(tests, identityOf(subject, subject))
}

function matchesRule(rule: Data, namespace: string | null, view: View): boolean {
  return matchesPeer(rule, namespace, view) && matchesTraffic(rule, view)
}

/**
 * The rules that deny pods what their own node sends, its probes too: versions before 1.20 obey them,
 * which the judge, under A2, does not show. Addresses are taken for no node's.
 */
export function ownNodeDenials(files: readonly OutputFile[]): readonly string[] {
  const ownNode = new Map([['reserved:host', '']])
  return files
    .flatMap(({ text }) => rulesOfText(text))
    .flatMap(({ namespace, body }) =>
      listOf(body.ingressDeny).filter((one) =>
        namesPeer(one, 'from', namespace, ownNode, () => false),
      ),
    )
    .map((one) => `the own node is denied by ${JSON.stringify(one)}`)
}

function matchesPeer(rule: Data, namespace: string | null, view: View): boolean {
  const word = view.direction === 'ingress' ? 'from' : 'to'
  const { endpoint } = view.peer
  const isIn = ({ cidr, except }: Data): boolean =>
    endpoint.kind === 'external' && inCidrSet(view.peer, { cidr, except })
  return namesPeer(rule, word, namespace, identityOf(endpoint, view.subject), isIn)
}

function namesPeer(
  rule: Data,
  word: 'from' | 'to',
  namespace: string | null,
  identity: ReadonlyMap<string, string>,
  isIn: (block: Data) => boolean,
): boolean {
  const part = (kind: string): readonly unknown[] | undefined =>
    rule[`${word}${kind}`] as readonly unknown[] | undefined
  const kinds = ['Endpoints', 'Entities', 'CIDR', 'CIDRSet'].filter((kind) => part(kind))
  // Without any peer a rule that names traffic is about everybody, and one that does not, nobody.
  if (kinds.length === 0) return rule.toPorts !== undefined || rule.icmps !== undefined
  return (
    (part('Endpoints') ?? []).some((one) => matchesEndpoints(one as Data, namespace, identity)) ||
    (part('Entities') ?? []).some((one) => matchesEntity(String(one), identity)) ||
    (part('CIDR') ?? []).some((cidr) => isIn({ cidr })) ||
    (part('CIDRSet') ?? []).some((one) => isIn(one as Data))
  )
}

function inCidrSet({ address }: FlowEnd, { cidr, except }: Data): boolean {
  const holes = (except ?? []) as readonly string[]
  return inCidr(address, String(cidr)) && !holes.some((hole) => inCidr(address, hole))
}

function matchesEntity(entity: string, identity: ReadonlyMap<string, string>): boolean {
  if (entity === 'all') return true
  if (entity === 'none') return false
  if (entity === 'cluster') return !identity.has('reserved:world')
  return identity.has(`reserved:${entity}`)
}

interface Test {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

function testsOf(selector: Data): readonly Test[] {
  const labels = Object.entries((selector.matchLabels ?? {}) as Readonly<Record<string, string>>)
  return [
    ...labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...listOf(selector.matchExpressions).map(({ key, operator, values }) => ({
      key: String(key),
      operator: String(operator),
      values: (values ?? []) as readonly string[],
    })),
  ]
}

/** The key without the two sources under which Kubernetes labels are found. */
function bare(key: string): string {
  return key.replace(/^(k8s|any):/, '')
}

function matchesEndpoints(
  selector: Data,
  namespace: string | null,
  identity: ReadonlyMap<string, string>,
): boolean {
  const tests = testsOf(selector)
  const isPlaced = tests.some(
    ({ key }) =>
      bare(key) === namespaceKey ||
      bare(key).startsWith(namespaceLabels) ||
      key.startsWith('reserved:'),
  )
  const key = `k8s:${namespaceKey}`
  const place: Test =
    namespace === null
      ? { key, operator: 'Exists', values: [] }
      : { key, operator: 'In', values: [namespace] }
  return holds(isPlaced ? tests : [...tests, place], identity)
}

function holds(tests: readonly Test[], identity: ReadonlyMap<string, string>): boolean {
  return tests.every(({ key, operator, values }) => {
    const value = lookUp(key, identity)
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value)
      case 'NotIn':
        return value === undefined || !values.includes(value)
      case 'Exists':
        return value !== undefined
      case 'DoesNotExist':
        return value === undefined
      default:
        throw new Error(`operator ${operator}`)
    }
  })
}

function lookUp(key: string, identity: ReadonlyMap<string, string>): string | undefined {
  if (/^(k8s|reserved):/.test(key)) return identity.get(key)
  const name = bare(key)
  return identity.get(`k8s:${name}`) ?? identity.get(`reserved:${name}`)
}

function matchesTraffic(rule: Data, view: View): boolean {
  const { traffic, destination } = view.flow
  if (rule.toPorts === undefined && rule.icmps === undefined) return true
  if (traffic.kind === 'icmp') {
    const family = `IPv${destination.address.family}`
    return listOf(rule.icmps).some(({ fields }) =>
      listOf(fields).some(
        (one) => (one.family ?? 'IPv4') === family && Number(one.type) === traffic.type,
      ),
    )
  }
  return listOf(rule.toPorts).some(({ ports }) =>
    listOf(ports).some((one) => matchesPort(one, view)),
  )
}

function matchesPort({ port, endPort, protocol = 'ANY' }: Data, view: View): boolean {
  const { traffic } = view.flow
  if (traffic.kind !== 'ports') return false
  if (protocol !== 'ANY' && protocol !== traffic.protocol) return false
  if (!/^\d+$/.test(String(port))) return namedNumbers(String(port), view).has(traffic.port)
  const from = Number(port)
  return from === 0 || (from <= traffic.port && traffic.port <= Number(endPort ?? from))
}

/** A pod's own numbers; towards what is no pod, the numbers that any pod of the cluster has. */
function namedNumbers(name: string, { flow, cluster }: View): ReadonlySet<number> {
  const { endpoint } = flow.destination
  const protocol = flow.traffic.kind === 'ports' ? flow.traffic.protocol : null
  const pods = endpoint.kind === 'pod' ? [endpoint] : cluster.pods
  const ports = pods.flatMap((pod) => pod.ports)
  const found = ports.filter((one) => one.name === name && one.protocol === protocol)
  return new Set(found.map(({ port }) => port))
}
