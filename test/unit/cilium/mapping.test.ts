// What each construct of NetworkPolicy becomes in CiliumNetworkPolicy.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { egress, emission, ingress } from './emitting.ts'

const test = suite('cilium mapping')
const inShop = { 'k8s:io.kubernetes.pod.namespace': 'shop' }
const someNamespace = { key: 'k8s:io.kubernetes.pod.namespace', operator: 'Exists' }

test('an empty podSelector is an empty endpointSelector', () => {
  assert.equal(emission('  podSelector: {}').spec.endpointSelector, {})
})

test('labels of the subject say that they come from Kubernetes', () => {
  const { spec } = emission('  podSelector: {matchLabels: {app.kubernetes.io/name: web}}')
  assert.equal(spec.endpointSelector, { matchLabels: { 'k8s:app.kubernetes.io/name': 'web' } })
})

test('a policy of ingress without rules lets nobody in and leaves egress alone', () => {
  const { spec } = emission('  podSelector: {}\n  policyTypes: [Ingress]')
  assert.equal(spec.enableDefaultDeny, { ingress: true, egress: false })
  assert.equal(spec.ingress, [{ fromEntities: ['none'] }])
  assert.is(spec.egress, undefined)
})

test('a policy of both directions without rules cuts its pods off', () => {
  const { spec } = emission('  podSelector: {}\n  policyTypes: [Ingress, Egress]')
  assert.equal(spec.enableDefaultDeny, { ingress: true, egress: true })
  assert.equal(spec.ingress, [{ fromEntities: ['none'] }])
  assert.equal(spec.egress, [{ toEntities: ['none'] }])
})

test('an empty rule is the entity all, since an empty rule of Cilium allows nothing', () => {
  assert.equal(ingress('{}'), [{ fromEntities: ['all'] }])
  assert.equal(egress('{}'), [{ toEntities: ['all'] }])
})

test('a rule of ports alone allows them from everybody', () => {
  assert.equal(ingress('{ports: [{port: 80}]}'), [
    { fromEntities: ['all'], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }] },
  ])
})

test('pods of the own namespace are named with their namespace', () => {
  assert.equal(ingress('{from: [{podSelector: {matchLabels: {app: api}}}]}'), [
    { fromEndpoints: [{ matchLabels: { ...inShop, 'k8s:app': 'api' } }] },
  ])
  assert.equal(ingress('{from: [{podSelector: {}}]}'), [
    { fromEndpoints: [{ matchLabels: inShop }] },
  ])
})

test('labels of namespaces have the key under which Cilium gives them to pods', () => {
  assert.equal(ingress('{from: [{namespaceSelector: {matchLabels: {team: a}}}]}'), [
    {
      fromEndpoints: [
        {
          matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.team': 'a' },
          matchExpressions: [someNamespace],
        },
      ],
    },
  ])
})

test('the name label of a namespace is the namespace key', () => {
  const rule = '{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}}]}'
  assert.equal(ingress(rule), [
    { fromEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'db' } }] },
  ])
})

test('a namespace selector of negative tests asks for a namespace: the world has none', () => {
  const rule =
    '{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [a]}, {key: x, operator: DoesNotExist}]}}]}'
  assert.equal(ingress(rule), [
    {
      fromEndpoints: [
        {
          matchExpressions: [
            someNamespace,
            { key: 'k8s:io.cilium.k8s.namespace.labels.team', operator: 'NotIn', values: ['a'] },
            { key: 'k8s:io.cilium.k8s.namespace.labels.x', operator: 'DoesNotExist' },
          ],
        },
      ],
    },
  ])
})

test('"not in namespace" asks for a namespace, too', () => {
  const rule =
    '{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [db]}]}}]}'
  assert.equal(ingress(rule), [
    {
      fromEndpoints: [
        {
          matchExpressions: [
            someNamespace,
            { ...someNamespace, operator: 'NotIn', values: ['db'] },
          ],
        },
      ],
    },
  ])
})

test('an empty namespaceSelector is every pod, and nothing but pods', () => {
  assert.equal(ingress('{from: [{namespaceSelector: {}}]}'), [
    { fromEndpoints: [{ matchExpressions: [someNamespace] }] },
  ])
})

test('both selectors of one peer are one selector', () => {
  const rule =
    '{from: [{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchExpressions: [{key: app, operator: In, values: [b, a]}]}}]}'
  assert.equal(ingress(rule), [
    {
      fromEndpoints: [
        {
          matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.team': 'a' },
          matchExpressions: [someNamespace, { key: 'k8s:app', operator: 'In', values: ['a', 'b'] }],
        },
      ],
    },
  ])
})

test('a block is a CIDR set with its exceptions, and IPv4 brings no IPv6 with it', () => {
  assert.equal(ingress('{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}'), [
    { fromCIDRSet: [{ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }] },
  ])
  assert.equal(egress('{to: [{ipBlock: {cidr: "fd00::/8"}}]}'), [
    { toCIDRSet: [{ cidr: 'fd00::/8' }] },
  ])
})

test('pods and blocks are two rules, since Cilium refuses them in one', () => {
  const rule = '{from: [{ipBlock: {cidr: 1.2.3.4/32}}, {podSelector: {}}], ports: [{port: 80}]}'
  const toPorts = [{ ports: [{ port: '80', protocol: 'TCP' }] }]
  assert.equal(ingress(rule), [
    { fromEndpoints: [{ matchLabels: inShop }], toPorts },
    { fromCIDRSet: [{ cidr: '1.2.3.4/32' }], toPorts },
  ])
})

test('ports say their protocol; ranges, names and whole protocols have their forms', () => {
  const rule =
    '{ports: [{port: 80, endPort: 90}, {port: dns, protocol: UDP}, {protocol: SCTP}, {port: 443}]}'
  assert.equal(ingress(rule), [
    {
      fromEntities: ['all'],
      toPorts: [
        {
          ports: [
            { port: '80', endPort: 90, protocol: 'TCP' },
            { port: '443', protocol: 'TCP' },
            { port: 'dns', protocol: 'UDP' },
            { port: '0', protocol: 'SCTP' },
          ],
        },
      ],
    },
  ])
})

test('more than 40 ports are several lists', () => {
  const ports = Array.from({ length: 41 }, (_, at) => `{port: ${2 * at + 1}}`).join(', ')
  const [rule] = ingress(`{ports: [${ports}]}`) as [{ toPorts: { ports: unknown[] }[] }]
  assert.equal(
    rule.toPorts.map((one) => one.ports.length),
    [40, 1],
  )
})

test('a port name towards everybody is for pods alone: no other destination names ports', () => {
  assert.equal(egress('{ports: [{port: http}, {port: 80}]}'), [
    { toEntities: ['all'], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }] },
    {
      toEndpoints: [{ matchExpressions: [someNamespace] }],
      toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }],
    },
  ])
})

test('a port name towards a block is left out, the numbers beside it stay', () => {
  assert.equal(egress('{to: [{ipBlock: {cidr: 1.2.3.0/24}}], ports: [{port: http}, {port: 80}]}'), [
    {
      toCIDRSet: [{ cidr: '1.2.3.0/24' }],
      toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }],
    },
  ])
})

test('every rule shows where it comes from, in comments that JSON leaves out', () => {
  const spec = '  podSelector: {}\n  ingress:\n  - {}'
  const { text } = emission(spec)
  assert.match(text, /^# from p\.yaml:\d+\n/)
  assert.match(text, /description: .*p\.yaml:\d+/)
  assert.match(text, /# p\.yaml:7 ingress\[0\]\n {2}- fromEntities:/)
  assert.not.match(emission(spec, { format: 'json' }).text, /#/)
})

test('label values that YAML takes for something else are quoted', () => {
  const { text, spec } = emission('  podSelector: {matchLabels: {a: "yes", b: "1e3", c: ""}}')
  assert.equal(spec.endpointSelector?.matchLabels, { 'k8s:a': 'yes', 'k8s:b': '1e3', 'k8s:c': '' })
  assert.match(text, /k8s:a: "yes"/)
})

test.run()
