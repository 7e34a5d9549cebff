// What each construct of NetworkPolicy means, as the printed IR shows it.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { diagnose, lift, summary } from '../../support/diagnose.ts'

const test = suite('kubernetes: meaning')

const policy = (spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
${spec.replace(/^/gm, '  ')}
`

/** The lines of the IR below the policy's head, without provenance and indentation. */
function meaning(spec: string): readonly string[] {
  return lift(policy(spec))
    .split('\n')
    .slice(3)
    .map((line) => line.replace(/ {2}#.*/, '').trim())
    .filter((line) => line !== '')
}

const everyone = 'subject: all pods in namespace shop'
const ingress = (...lines: readonly string[]): readonly string[] => [
  everyone,
  'ingress: isolates',
  'allow',
  ...lines,
  'egress: not governed',
]
const rule = (text: string): readonly string[] => meaning(`podSelector: {}\ningress:\n- ${text}`)

for (const [what, selector, printed] of [
  ['null', '', 'all pods'],
  ['{}', '{}', 'all pods'],
  ['matchLabels', '{ matchLabels: { app: db, "a/b": "" } }', 'pods a/b="",app=db'],
  ['In', '{ matchExpressions: [{ key: a, operator: In, values: [c, b, c] }] }', 'pods a in (b,c)'],
  ['NotIn', '{ matchExpressions: [{ key: a, operator: NotIn, values: [b] }] }', 'pods a notin (b)'],
  ['Exists', '{ matchExpressions: [{ key: a, operator: Exists }] }', 'pods a'],
  [
    'DoesNotExist',
    '{ matchExpressions: [{ key: a, operator: DoesNotExist, values: [] }] }',
    'pods !a',
  ],
  [
    'labels and expressions together',
    '{ matchLabels: { a: b }, matchExpressions: [{ key: a, operator: Exists }] }',
    'pods a,a=b',
  ],
] as const) {
  test(`podSelector: ${what}`, () => {
    assert.is(meaning(`podSelector: ${selector}`)[0], `subject: ${printed} in namespace shop`)
  })
}

for (const [types, egress, governed] of [
  ['', '', 'Ingress'],
  ['policyTypes: []', '', 'Ingress'],
  ['policyTypes:', 'egress: []', 'Ingress'],
  ['', 'egress: [{}]', 'Ingress Egress'],
  ['policyTypes: []', 'egress: [{}]', 'Ingress Egress'],
  ['policyTypes: [Egress]', '', 'Egress'],
  ['policyTypes: [Ingress]', 'egress: [{}]', 'Ingress'],
  ['policyTypes: [Egress, Ingress]', '', 'Ingress Egress'],
] as const) {
  test(`"${types}" with "${egress}" governs ${governed}`, () => {
    const lines = meaning(`podSelector: {}\n${types}\n${egress}`).join('\n')
    assert.is(/ingress: isolates/.test(lines), governed.includes('Ingress'))
    assert.is(/egress: isolates/.test(lines), governed.includes('Egress'))
  })
}

test('a direction without rules isolates and allows nothing', () => {
  for (const written of ['', 'ingress:', 'ingress: []']) {
    assert.is(meaning(`podSelector: {}\n${written}`)[1], 'ingress: isolates, no rules')
  }
})

test('an empty rule, and absent, null and empty lists, are about everyone and everything', () => {
  for (const written of ['{}', 'from: []\n  ports: []', 'from:\n  ports:', '{ from: [] }']) {
    assert.equal(rule(written), ingress('from anyone', 'on all traffic'), written)
  }
})

test("a podSelector alone is about the policy's own namespace", () => {
  assert.equal(
    rule('from: [{ podSelector: { matchLabels: { app: web } } }]'),
    ingress('from pods app=web in namespace shop', 'on all traffic'),
  )
})

test('a namespaceSelector alone is about all pods of its namespaces', () => {
  assert.equal(
    rule('from: [{ namespaceSelector: { matchLabels: { env: prod } } }]'),
    ingress('from all pods in namespaces env=prod', 'on all traffic'),
  )
  assert.equal(
    rule('from: [{ namespaceSelector: {} }]'),
    ingress('from all pods in all namespaces', 'on all traffic'),
  )
})

test('one dash is AND, two dashes are OR', () => {
  assert.equal(
    rule('from:\n  - namespaceSelector: {}\n    podSelector: { matchLabels: { app: web } }'),
    ingress('from pods app=web in all namespaces', 'on all traffic'),
  )
  assert.equal(
    rule('from:\n  - namespaceSelector: {}\n  - podSelector: { matchLabels: { app: web } }'),
    ingress(
      'from all pods in all namespaces',
      'from pods app=web in namespace shop',
      'on all traffic',
    ),
  )
})

test('an ipBlock keeps its exceptions, the covered ones dropped', () => {
  assert.equal(
    rule(
      'from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.2.0.0/16, 10.1.0.0/16, 10.1.1.0/24] } }]',
    ),
    ingress('from 10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16', 'on all traffic'),
  )
  assert.equal(
    rule('from: [{ ipBlock: { cidr: "FD00:0::/8", except: ["fd00:1::/32"] } }]'),
    ingress('from fd00::/8 except fd00:1::/32', 'on all traffic'),
  )
})

for (const [what, ports, printed] of [
  ['TCP is the default', '{ port: 80 }', 'TCP 80'],
  ['UDP', '{ port: 53, protocol: UDP }', 'UDP 53'],
  ['SCTP', '{ port: 36412, protocol: SCTP }', 'SCTP 36412'],
  ['a name', '{ port: http }', 'TCP "http"'],
  ['a range', '{ port: 80, endPort: 90 }', 'TCP 80-90'],
  ['a range of one', '{ port: 80, endPort: 80 }', 'TCP 80'],
  ['no number: all ports of the protocol', '{ protocol: UDP }', 'UDP all ports'],
  ['nothing: all ports of TCP', '{}', 'TCP all ports'],
  [
    'ranges that meet are joined',
    '{ port: 81 }, { port: 80 }, { port: 82, endPort: 90 }',
    'TCP 80-90',
  ],
  ['all ports cover the rest', '{ port: 80 }, { port: http }, { protocol: TCP }', 'TCP all ports'],
  ['protocols are kept apart', '{ port: 53, protocol: UDP }, { port: 53 }', 'TCP 53; UDP 53'],
] as const) {
  test(`ports: ${what}`, () => {
    assert.equal(rule(`ports: [${ports}]`), ingress('from anyone', `on ${printed}`))
  })
}

test('blocks whose exceptions leave nothing match nothing, and are pointed out', () => {
  const text = policy(
    'podSelector: {}\ningress:\n- from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9] } }]',
  )
  assert.match(lift(text), /ingress: isolates, no rules/)
  assert.equal(
    diagnose(text).map(({ code }) => code),
    ['NP3004'],
  )
})

for (const [what, text, code] of [
  [
    'host bits',
    policy('podSelector: {}\ningress: [{ from: [{ ipBlock: { cidr: 10.0.0.1/8 } }] }]'),
    'NP3001',
  ],
  [
    'rules of a direction that is not governed',
    policy('podSelector: {}\npolicyTypes: [Ingress]\negress: [{}]'),
    'NP3002',
  ],
  ['an absent podSelector', policy('ingress: []'), 'NP3003'],
  [
    'a removed API version',
    policy('podSelector: {}').replace('networking.k8s.io/v1', 'extensions/v1beta1'),
    'NP1014',
  ],
] as const) {
  test(`accepted with a warning: ${what}`, () => {
    const found = diagnose(text)
    assert.equal(
      found.map((one) => [one.code, one.severity]),
      [[code, 'warning']],
      summary(found).join('\n'),
    )
  })
}

test('what kubectl prints is read, its bookkeeping passed by', () => {
  const printed = `apiVersion: v1
items:
- apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"networking.k8s.io/v1"}
    creationTimestamp: "2026-01-01T00:00:00Z"
    generation: 1
    managedFields:
    - { manager: kubectl, operation: Update, fieldsV1: { 'f:spec': {} } }
    name: db
    namespace: shop
    resourceVersion: "1"
    uid: 00000000-0000-0000-0000-000000000000
  spec: { podSelector: {} }
  status: {}
kind: List
metadata: { resourceVersion: "" }
`
  assert.match(lift(printed), /policy shop\/db/)
  const { items } = { items: [{ metadata: { name: 'db' }, spec: { podSelector: {} } }] }
  const typed = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicyList',
    metadata: {},
    items,
  }
  assert.match(lift(JSON.stringify(typed)), /policy default\/db/)
})

test.run()
