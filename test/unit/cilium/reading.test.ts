// Cilium policies as they are read: what each construct means, and what is refused, and where.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rulesIn, warningsIn } from '../../support/readRules.ts'

const test = suite('cilium reading')

const policy = (spec: string, kind = 'CiliumNetworkPolicy'): string =>
  `apiVersion: cilium.io/v2
kind: ${kind}
metadata: { name: p${kind === 'CiliumNetworkPolicy' ? ', namespace: shop' : ''} }
spec:
  ${spec.replaceAll('\n', '\n  ')}
`

const rule = (text: string): string => policy(`endpointSelector: {}\ningress:\n- ${text}`)

const deny = (direction: string, text: string): string =>
  policy(`endpointSelector: {}\n${direction}Deny:\n- ${text}`)

const meanings: readonly (readonly [string, string, string])[] = [
  ['an empty rule allows nothing', rule('{}'), ''],
  [
    'ports alone are for everybody',
    rule('toPorts: [{ports: [{port: "80", protocol: TCP}]}]'),
    'allow from anyone on TCP 80',
  ],
  [
    'without protocol a port is of every protocol',
    rule('toPorts: [{ports: [{port: "80"}]}]'),
    'allow from anyone on TCP 80; UDP 80; SCTP 80',
  ],
  [
    'port 0 is all ports',
    rule('toPorts: [{ports: [{port: "0", protocol: UDP}]}]'),
    'allow from anyone on UDP all ports',
  ],
  [
    'an empty list is nobody, whatever the ports',
    rule('{fromEndpoints: [], toPorts: [{ports: [{port: "80"}]}]}'),
    '',
  ],
  [
    'an empty list beside another empties the rule',
    rule('{fromEndpoints: [], fromEntities: [all]}'),
    '',
  ],
  [
    'an empty selector is the own namespace',
    rule('fromEndpoints: [{}]'),
    'allow from all pods in namespace shop on all traffic',
  ],
  [
    'a namespace by its key',
    rule('fromEndpoints: [{matchLabels: {"k8s:io.kubernetes.pod.namespace": prod, app: a}}]'),
    'allow from pods app=a in namespace prod on all traffic',
  ],
  [
    'a namespace by its labels',
    rule('fromEndpoints: [{matchLabels: {io.cilium.k8s.namespace.labels.env: prod}}]'),
    'allow from all pods in namespaces env=prod on all traffic',
  ],
  [
    'what only excludes namespaces lets nodes and outsiders in',
    rule(
      'fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [prod]}]}]',
    ),
    'allow from (all pods in namespaces kubernetes.io/metadata.name notin (prod)) or (nodes) or (external addresses) on all traffic',
  ],
  [
    'a service account',
    rule('fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.serviceaccount: ci}}]'),
    'allow from all pods in namespace shop with service account "@name"=ci on all traffic',
  ],
  [
    'a reserved label is an entity',
    rule('fromEndpoints: [{matchLabels: {"reserved:host": ""}}]'),
    'allow from its own node on all traffic',
  ],
  [
    'what has no label of the own node is everybody else',
    rule('fromEndpoints: [{matchExpressions: [{key: "reserved:host", operator: DoesNotExist}]}]'),
    'allow from not (its own node) on all traffic',
  ],
  [
    'in a deny of ingress that is everybody, as the own node arrives anyway',
    deny(
      'ingress',
      'fromEndpoints: [{matchExpressions: [{key: "reserved:host", operator: DoesNotExist}]}]',
    ),
    'deny from anyone on all traffic',
  ],
  [
    'in a deny of egress the own node is left out',
    deny(
      'egress',
      'toEndpoints: [{matchExpressions: [{key: "reserved:host", operator: DoesNotExist}]}]',
    ),
    'deny to not (its own node) on all traffic',
  ],
  [
    'other nodes in a deny of ingress are all nodes',
    deny('ingress', 'fromEntities: [remote-node]'),
    'deny from nodes on all traffic',
  ],
  [
    'other nodes in an allow of ingress are other nodes',
    rule('fromEntities: [remote-node]'),
    'allow from other nodes on all traffic',
  ],
  [
    'other nodes in a deny of egress are other nodes',
    deny('egress', 'toEntities: [remote-node]'),
    'deny to other nodes on all traffic',
  ],
  [
    'nodes by their labels',
    rule('fromNodes: [{matchLabels: {"node:zone": a}}]'),
    'allow from other nodes zone=a on all traffic',
  ],
  [
    'a block is what is outside',
    rule('fromCIDR: [10.0.0.1]'),
    'allow from (external addresses) and (10.0.0.1/32) on all traffic',
  ],
  [
    'an entity that no address shows',
    rule('fromEntities: [kube-apiserver]'),
    'allow from anyone on all traffic if "peer is kube-apiserver"',
  ],
  [
    'ICMP by name',
    rule('icmps: [{fields: [{type: EchoRequest, family: IPv6}]}]'),
    'allow from anyone on ICMPv6 type 128 code any',
  ],
  [
    'rules of layer 7 are a condition',
    rule(
      'toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{path: /a, method: GET}]}}]',
    ),
    'allow from anyone on TCP 80 if "rules {\\"http\\":[{\\"method\\":\\"GET\\",\\"path\\":\\"/a\\"}]}"',
  ],
  [
    'a clusterwide policy means pods of all namespaces',
    policy(
      'endpointSelector: {}\ningress:\n- fromEndpoints: [{}]',
      'CiliumClusterwideNetworkPolicy',
    ),
    'allow from all pods in all namespaces on all traffic',
  ],
]

for (const [what, text, expected] of meanings) test(what, () => assert.is(rulesIn(text), expected))

const faults: readonly (readonly [string, string, string])[] = [
  ['two kinds of peers', rule('{fromEntities: [all], fromCIDR: [10.0.0.0/8]}'), 'NP2018 7:27'],
  ['an entity that is none', rule('fromEntities: [wrold]'), 'NP2018 7:20'],
  [
    'ports and ICMP in one rule',
    rule('{toPorts: [{ports: [{port: "80"}]}], icmps: [{fields: [{type: 8}]}]}'),
    'NP2018 7:42',
  ],
  ['an octal port', rule('toPorts: [{ports: [{port: "010"}]}]'), 'NP2012 7:31'],
  ['a port that is missing', rule('toPorts: [{ports: [{protocol: TCP}]}]'), 'NP2012 7:24'],
  [
    'a protocol in lower case',
    rule('toPorts: [{ports: [{port: "80", protocol: tcp}]}]'),
    'NP2014 7:47',
  ],
  ['a range from port 0', rule('toPorts: [{ports: [{port: "0", endPort: 9}]}]'), 'NP2012 7:31'],
  ['a range that goes down', rule('toPorts: [{ports: [{port: "9", endPort: 8}]}]'), 'NP2013 7:45'],
  [
    'labels of nodes in a selector of pods',
    rule('fromEndpoints: [{matchLabels: {"node:zone": a}}]'),
    'NP2021 7:49',
  ],
  [
    'labels of pods in a selector of nodes',
    rule('fromNodes: [{matchLabels: {"k8s:zone": a}}]'),
    'NP2021 7:44',
  ],
  [
    'a subject that is no pod',
    policy('endpointSelector: {matchLabels: {"reserved:health": ""}}\ningress: [{}]'),
    'NP2021 5:55',
  ],
  [
    'policies for nodes',
    policy('nodeSelector: {}\ningress: [{}]', 'CiliumClusterwideNetworkPolicy'),
    'NP2021 5:3',
  ],
  ['no subject', policy('ingress: [{}]'), 'NP2019 4:1'],
  ['no rule', policy('endpointSelector: {}\ningress: []'), 'NP2019 4:1'],
  ['an unknown key', rule('fromEndpoint: [{}]'), 'NP2001 7:5'],
  [
    'an exception outside',
    rule('fromCIDRSet: [{cidr: 10.0.0.0/8, except: [192.0.2.0/24]}]'),
    'NP2011 7:47',
  ],
  ['a group that is not there', rule('fromCIDRSet: [{cidrGroupRef: office}]'), 'NP2020 7:34'],
  [
    'a name of DNS that says nothing',
    policy('endpointSelector: {}\negress:\n- toFQDNs: [{}]'),
    'NP2018 7:15',
  ],
  [
    'a deny by DNS name',
    policy('endpointSelector: {}\negressDeny:\n- toFQDNs: [{matchName: a.b}]'),
    'NP2018 7:5',
  ],
  ['requirements, which Cilium has removed', rule('fromRequires: [{}]'), 'NP2021 7:5'],
  [
    'an operator that is none',
    rule('fromEndpoints: [{matchExpressions: [{key: a, operator: in, values: [b]}]}]'),
    'NP2007 7:41',
  ],
  [
    'two groups of one name',
    `${rule('{}')}${'---\napiVersion: cilium.io/v2\nkind: CiliumCIDRGroup\nmetadata: { name: g }\nspec: { externalCIDRs: [10.0.0.0/8] }\n'.repeat(2)}`,
    'NP2015 16:19',
  ],
]

for (const [what, text, expected] of faults)
  test(`refused: ${what}`, () => assert.is(rulesIn(text), expected))

test('an exception wider than a block of a group leaves nothing of it', () => {
  const group =
    '---\napiVersion: cilium.io/v2\nkind: CiliumCIDRGroup\nmetadata: { name: g }\nspec: { externalCIDRs: [10.1.0.0/16, 192.0.2.0/24] }\n'
  const text = rule('fromCIDRSet: [{cidrGroupRef: g, except: [10.0.0.0/8]}]')
  assert.is(
    rulesIn(`${text}${group}`),
    'allow from (external addresses) and (192.0.2.0/24) on all traffic',
  )
})

const denials: readonly (readonly [string, string, readonly string[]])[] = [
  ['everybody', deny('ingress', 'fromEntities: [all]'), ['NP3011 7:5']],
  ['the cluster', deny('ingress', 'fromEntities: [cluster]'), ['NP3011 7:5']],
  ['the own node', deny('ingress', 'fromEntities: [host]'), ['NP3011 7:5']],
  [
    'ports of nobody in particular',
    deny('ingress', 'toPorts: [{ports: [{port: "80"}]}]'),
    ['NP3011 7:5'],
  ],
  [
    'its reserved label',
    deny('ingress', 'fromEndpoints: [{matchLabels: {"reserved:host": ""}}]'),
    ['NP3011 7:5'],
  ],
  ['other nodes and the world', deny('ingress', 'fromEntities: [remote-node, world]'), []],
  ['the API server', deny('ingress', 'fromEntities: [kube-apiserver]'), []],
  ['pods', deny('ingress', 'fromEndpoints: [{}]'), []],
  ['addresses', deny('ingress', 'fromCIDR: [10.0.0.0/8]'), []],
  ['nobody', deny('ingress', 'fromEntities: [none]'), []],
  ['an allow of everybody', rule('fromEntities: [all]'), []],
  ['everybody in egress', deny('egress', 'toEntities: [all]'), []],
]

for (const [what, text, expected] of denials)
  test(`a deny that stops probes is warned of: ${what}`, () =>
    assert.equal(warningsIn(text), expected))

test.run()
