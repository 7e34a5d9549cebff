// The judge that other tests trust must itself read policies as Cilium does.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Address, parseAddress } from '../../../src/algebra/address.ts'
import type { Cluster, Endpoint, Flow, FlowTraffic, Host, Pod } from '../../../src/cluster/types.ts'
import { judgeCilium, ownNodeDenials } from '../../judges/cilium.ts'

const test = suite('cilium judge')

function address(text: string): Address {
  const found = parseAddress(text)
  if (found === undefined) throw new Error(text)
  return found
}

function pod(
  namespace: string,
  name: string,
  ip: string,
  labels: Record<string, string> = {},
): Pod {
  return {
    kind: 'pod',
    namespace: {
      name: namespace,
      labels: { 'kubernetes.io/metadata.name': namespace, team: namespace },
    },
    name,
    labels,
    serviceAccount: { name: 'default', labels: { '@name': 'default' } },
    ports: name === 'web' ? [{ name: 'http', protocol: 'TCP', port: 8080 }] : [],
    addresses: [address(ip)],
    node: 'near',
  }
}

const web = pod('shop', 'web', '10.0.0.1', { app: 'web' })
const api = pod('shop', 'api', '10.0.0.2', { app: 'api' })
const far = pod('other', 'api', '10.0.0.3', { app: 'api' })
const near: Host = { kind: 'host', name: 'near', labels: {}, addresses: [address('10.9.0.1')] }
const remote: Host = { kind: 'host', name: 'remote', labels: {}, addresses: [address('10.9.0.2')] }
const world: Endpoint = { kind: 'external', address: address('10.0.0.99') }
const cluster: Cluster = { namespaces: [], pods: [web, api, far], nodes: [near, remote] }

function flow(source: Endpoint, destination: Endpoint, traffic: FlowTraffic): Flow {
  const end = (endpoint: Endpoint) => {
    const own = endpoint.kind === 'external' ? endpoint.address : endpoint.addresses[0]
    return { endpoint, address: own ?? address('0.0.0.0') }
  }
  return { source: end(source), destination: end(destination), traffic }
}

const tcp = (port: number): FlowTraffic => ({ kind: 'ports', protocol: 'TCP', port })
const names = new Map<string, Endpoint>(Object.entries({ api, far, near, remote, world }))

/** Which of the peers reach `web` under a spec. */
function admitted(spec: string, traffic: FlowTraffic = tcp(80)): string {
  const text = `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {endpointSelector: {matchLabels: {"k8s:app": web}}, ${spec}}\n`
  const judge = judgeCilium([{ path: 'p.yaml', text }], cluster)
  return [...names]
    .filter(([, peer]) => judge(flow(peer, web, traffic)).verdict === 'allow')
    .map(([name]) => name)
    .join(' ')
}

const cases: Readonly<Record<string, readonly [string, string]>> = {
  'an empty rule allows nobody but the own node': ['ingress: [{}]', 'near'],
  'the entity all is everybody': ['ingress: [{fromEntities: [all]}]', 'api far near remote world'],
  'the entity none is nobody': ['ingress: [{fromEntities: [none]}]', 'near'],
  'the entity world is what is outside': ['ingress: [{fromEntities: [world]}]', 'near world'],
  'other nodes are remote nodes': ['ingress: [{fromEntities: [remote-node]}]', 'near remote'],
  'an empty selector is the own namespace': ['ingress: [{fromEndpoints: [{}]}]', 'api near'],
  'a namespace key lifts that': [
    'ingress: [{fromEndpoints: [{matchExpressions: [{key: "k8s:io.kubernetes.pod.namespace", operator: Exists}]}]}]',
    'api far near',
  ],
  'a negative test of a namespace label alone matches nodes and world': [
    'ingress: [{fromEndpoints: [{matchExpressions: [{key: "k8s:io.cilium.k8s.namespace.labels.team", operator: NotIn, values: [other]}]}]}]',
    'api near remote world',
  ],
  'a block is about the outside alone': ['ingress: [{fromCIDR: [10.0.0.0/8]}]', 'near world'],
  'exceptions are outside of a block': [
    'ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.96/27]}]}]',
    'near',
  ],
  'ports without peers are for everybody': [
    'ingress: [{toPorts: [{ports: [{port: "80"}]}]}]',
    'api far near remote world',
  ],
  'an empty list of peers is nobody, ports or not': [
    'ingress: [{fromEndpoints: [], toPorts: [{ports: [{port: "80"}]}]}]',
    'near',
  ],
  'the end of a range is inside': [
    'ingress: [{fromEntities: [world], toPorts: [{ports: [{port: "79", endPort: 80, protocol: TCP}]}]}]',
    'near world',
  ],
  'another protocol is not meant': [
    'ingress: [{fromEntities: [world], toPorts: [{ports: [{port: "80", protocol: UDP}]}]}]',
    'near',
  ],
  'what is denied stays denied': [
    'ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [world]}]',
    'api far near remote',
  ],
  'a policy that only denies isolates': ['ingressDeny: [{fromEntities: [none]}]', 'near'],
  'unless it says that it does not': [
    'ingressDeny: [{fromEntities: [world]}], enableDefaultDeny: {ingress: false}',
    'api far near remote',
  ],
  'egress rules leave ingress alone': [
    'egress: [{toEntities: [none]}]',
    'api far near remote world',
  ],
}

for (const [rule, [spec, expected]] of Object.entries(cases)) {
  test(rule, () => {
    assert.is(admitted(spec), expected)
  })
}

test('what has no label of the own node is everybody else, in any namespace', () => {
  const selector = '{matchExpressions: [{key: "reserved:host", operator: DoesNotExist}]}'
  assert.is(admitted(`ingressDeny: [{fromEndpoints: [${selector}]}]`), 'near')
  assert.is(admitted(`ingress: [{fromEndpoints: [${selector}]}]`), 'api far near remote world')
})

const ownNodeCases: readonly (readonly [string, boolean])[] = [
  ['fromEntities: [all]', true],
  ['fromEntities: [cluster]', true],
  ['fromEntities: [remote-node, host]', true],
  ['fromEndpoints: [{matchLabels: {"reserved:host": ""}}]', true],
  ['toPorts: [{ports: [{port: "80"}]}]', true],
  ['fromEntities: [remote-node, world]', false],
  ['fromEndpoints: [{}]', false],
  [
    'fromEndpoints: [{matchExpressions: [{key: "k8s:io.kubernetes.pod.namespace", operator: NotIn, values: [a]}]}]',
    true,
  ],
  ['fromEndpoints: [{matchExpressions: [{key: "reserved:host", operator: DoesNotExist}]}]', false],
  ['fromCIDR: [10.0.0.0/8]', false],
  ['fromEntities: []', false],
]

for (const [member, isDenied] of ownNodeCases) {
  test(`${isDenied ? 'the own node is denied by' : 'the own node is spared by'} ${member}`, () => {
    const denials = (list: string): number => {
      const text = `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {endpointSelector: {}, ${list}: [{${member}}]}\n`
      return ownNodeDenials([{ path: 'p.yaml', text }]).length
    }
    assert.is(denials('ingressDeny'), isDenied ? 1 : 0)
    assert.is(denials('ingress'), 0)
  })
}

test('a port name is what the destination makes of it', () => {
  const spec =
    'ingress: [{fromEntities: [world], toPorts: [{ports: [{port: http, protocol: TCP}]}]}]'
  assert.is(admitted(spec, tcp(8080)), 'near world')
  assert.is(admitted(spec, tcp(80)), 'near')
})

test('a rule without ports allows ICMP, a rule with ports does not', () => {
  const ping: FlowTraffic = { kind: 'icmp', type: 8, code: 0 }
  assert.is(admitted('ingress: [{fromEntities: [world]}]', ping), 'near world')
  const ports = 'ingress: [{fromEntities: [world], toPorts: [{ports: [{port: "0"}]}]}]'
  assert.is(admitted(ports, ping), 'near')
})

test.run()
