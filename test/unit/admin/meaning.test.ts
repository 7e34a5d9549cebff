// What becomes of flows in a small cluster: tiers before and after NetworkPolicies, priorities, Pass, the own
// node; and where the tiers stand beside those of an engine.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress } from '../../../src/algebra/address.ts'
import type { Endpoint, Flow, FlowEnd, Host, Pod } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import type { PolicySet } from '../../../src/ir/types.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { verdict } from '../../../src/semantics/evaluate.ts'
import { makeSource } from '../../../src/source/source.ts'
import { clusterPolicy, oldPolicy } from '../../support/adminTexts.ts'

const test = suite('admin meaning')

function end(endpoint: Endpoint, text: string): FlowEnd {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(text)
  return { endpoint, address }
}

const pod = (name: string): Pod => ({
  kind: 'pod',
  namespace: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', env: 'prod' } },
  name,
  labels: { app: name },
  serviceAccount: { name: 'default', labels: { '@name': 'default' } },
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  addresses: [],
  node: 'n1',
})
const host = (name: string): Host => ({
  kind: 'host',
  name,
  labels: { role: name === 'n1' ? 'edge' : 'core' },
  addresses: [],
})
const web = end(pod('web'), '10.0.0.1')
const db = end(pod('db'), '10.0.0.2')
const ownNode = end(host('n1'), '172.16.0.1')
const otherNode = end(host('n2'), '172.16.0.2')
const outside = end({ kind: 'external', address: web.address }, '192.0.2.7')

const send = (source: FlowEnd, destination: FlowEnd, port = 80): Flow => ({
  source,
  destination,
  traffic: { kind: 'ports', protocol: 'TCP', port },
})

function read(...texts: readonly string[]): { set: PolicySet; codes: readonly string[] } {
  const reporter = makeReporter()
  const { set } = readPolicies([makeSource('in.yaml', texts.join('---\n'))], undefined, reporter)
  return { set, codes: reporter.diagnostics.map(({ code }) => code) }
}

function decided(texts: readonly string[], flow: Flow): string {
  const { set, codes } = read(...texts)
  assert.equal(
    codes.filter((code) => code.startsWith('NP2')),
    [],
  )
  return verdict(set, flow).verdict
}

const ingress = (action: string): string =>
  `ingress:\n- { action: ${action}, from: [{ namespaces: {} }] }`
const egress = (action: string, peer: string): string =>
  `egress:\n- { action: ${action}, to: [${peer}] }`
const admin = (rules: string, priority = 10, name = `a${priority}`): string =>
  clusterPolicy(rules, name, `tier: Admin\npriority: ${priority}`)
const baseline = (rules: string): string => clusterPolicy(rules, 'b', 'tier: Baseline\npriority: 0')

const networkPolicy = (rules: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } }, ingress: [${rules}] }
`
const closed = networkPolicy('')
const open = networkPolicy('{}')

for (const [what, texts, expected] of [
  [
    'nothing said is allowed',
    [admin(egress('Deny', '{ namespaces: {} }').replace('{}', '{ matchLabels: { env: test } }'))],
    'allow',
  ],
  ['a deny wins over a NetworkPolicy', [admin(ingress('Deny')), open], 'deny'],
  ['an accept wins over isolation', [admin(ingress('Accept')), closed], 'allow'],
  ['what is passed is for the NetworkPolicy', [admin(ingress('Pass')), closed], 'deny'],
  [
    'and where there is none, for the baseline',
    [admin(ingress('Pass')), baseline(ingress('Deny'))],
    'deny',
  ],
  [
    'the baseline does not see whom a NetworkPolicy isolates',
    [open, baseline(ingress('Deny'))],
    'allow',
  ],
  ['nor can it open what that closes', [closed, baseline(ingress('Accept'))], 'deny'],
  ['lower priority first', [admin(ingress('Deny'), 5), admin(ingress('Accept'), 4)], 'allow'],
  ['not by name', [admin(ingress('Deny'), 5, 'a'), admin(ingress('Accept'), 4, 'z')], 'allow'],
  [
    'a pass skips the rest of the tier',
    [admin(ingress('Pass'), 4), admin(ingress('Deny'), 5)],
    'allow',
  ],
  [
    'both kinds are of one tier',
    [oldPolicy(ingress('Deny')), admin(ingress('Accept'), 9)],
    'allow',
  ],
  [
    'v1alpha1 has a baseline too',
    [oldPolicy(ingress('Deny'), 'BaselineAdminNetworkPolicy')],
    'deny',
  ],
] as const) {
  test(what, () => assert.is(decided(texts, send(web, db)), expected))
}

test('networks are nodes, the own one too, pods, and what is outside', () => {
  const texts = [admin(egress('Deny', '{ networks: [0.0.0.0/0] }')), closed]
  for (const destination of [ownNode, otherNode, db, outside]) {
    assert.is(decided(texts, send(web, destination)), 'deny')
  }
  assert.is(decided(texts, send(ownNode, web)), 'allow')
})

test('nodes are those with the labels, and no pods', () => {
  const texts = [admin(egress('Deny', '{ nodes: { matchLabels: { role: edge } } }'))]
  assert.is(decided(texts, send(web, ownNode)), 'deny')
  assert.is(decided(texts, send(web, otherNode)), 'allow')
  assert.is(decided(texts, send(web, db)), 'allow')
})

test('namespaces are pods only, and pods reach themselves', () => {
  const texts = [admin(egress('Deny', '{ namespaces: {} }')), admin(ingress('Deny'), 11)]
  assert.is(decided(texts, send(web, db)), 'deny')
  assert.is(decided(texts, send(web, web)), 'allow')
  assert.is(decided(texts, send(web, outside)), 'allow')
  assert.is(decided(texts, send(ownNode, web)), 'allow')
})

test('a port by name is that of the destination', () => {
  const named = '[{ destinationNamedPort: http }]'
  const texts = [
    admin(`egress:\n- { action: Deny, to: [{ namespaces: {} }], protocols: ${named} }`),
  ]
  assert.is(decided(texts, send(web, db, 8080)), 'deny')
  assert.is(decided(texts, send(web, db, 80)), 'allow')
})

test('a domain name lets through only where it is known to hold', () => {
  const texts = [
    admin(egress('Accept', '{ domainNames: [a.org] }')),
    admin(egress('Deny', '{ networks: [0.0.0.0/0] }'), 11),
  ]
  const flow = send(web, outside)
  assert.is(decided(texts, flow), 'deny')
  assert.is(decided(texts, { ...flow, conditions: ['peer has the domain name a.org'] }), 'allow')
})

const tier = (name: string, order: number | null): string => `apiVersion: projectcalico.org/v3
kind: Tier
metadata: { name: ${name} }
spec: { ${order === null ? '' : `order: ${order}`} }
`
const calico = (inTier: string): string => `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: c, namespace: shop }
spec: { tier: ${inTier}, ingress: [{ action: Pass }] }
`
const cilium = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: c, namespace: shop }
spec: { endpointSelector: {}, ingress: [{}] }
`

const tiersOf = (...texts: readonly string[]): readonly string[] =>
  read(...texts).set.tiers.map(({ name }) => name)
const both = [baseline(ingress('Deny')), admin(ingress('Deny'))]

test('they stand around the tiers of every engine', () => {
  assert.equal(tiersOf(...both, open), ['admin', 'kubernetes', 'baseline'])
  assert.equal(tiersOf(...both, cilium, open).at(0), 'admin')
  assert.equal(tiersOf(...both, cilium, open).at(-1), 'baseline')
  assert.equal(tiersOf(...both, calico('default'), open), ['admin', 'default', 'baseline'])
  assert.equal(tiersOf(...both, tier('own', 2000), calico('own'), open), [
    'admin',
    'own',
    'default',
    'baseline',
  ])
})

for (const [what, order, texts, codes] of [
  ['before that of Calico for them', 100, both, ['NP2021']],
  ['of its very order', 1000, both, ['NP2021']],
  ['after that of the baseline', 10_000_001, both, ['NP2021']],
  ['without order', null, both, ['NP2021']],
  ['between the two', 1001, both, []],
  ['before, and only a baseline', 100, both.slice(0, 1), []],
  ['last, and no baseline', null, both.slice(1), []],
] as const) {
  test(`a Calico tier ${what}: ${codes.join() || 'nothing told'}`, () => {
    assert.equal(read(...texts, tier('own', order), calico('own')).codes, codes)
  })
}

test.run()
