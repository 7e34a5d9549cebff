// Admin policies as they are read: what each construct means, in the words of the IR.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clusterPolicy, from, oldPolicy, oldTo, to } from '../../support/adminTexts.ts'
import { diagnose, lift } from '../../support/diagnose.ts'
import { rulesIn } from '../../support/readRules.ts'

const test = suite('admin reading')
const port = (protocols: string): string =>
  from('{ namespaces: {} }', `, protocols: [${protocols}]`)
const oldPort = (ports: string): string => oldTo('{ namespaces: {} }', `, ports: [${ports}]`)

const meanings: readonly (readonly [string, string, string])[] = [
  [
    'namespaces are all their pods',
    from('{ namespaces: { matchLabels: { env: prod } } }'),
    'deny from all pods in namespaces env=prod on all traffic',
  ],
  [
    'pods are selected by both labels',
    from(
      '{ pods: { namespaceSelector: { matchLabels: { env: prod } }, podSelector: { matchLabels: { app: a } } } }',
    ),
    'deny from pods app=a in namespaces env=prod on all traffic',
  ],
  [
    'without namespaceSelector they are pods of all namespaces',
    from('{ pods: { podSelector: { matchLabels: { app: a } } } }'),
    'deny from pods app=a in all namespaces on all traffic',
  ],
  [
    'peers of one rule are one rule',
    from('{ namespaces: { matchLabels: { a: b } } }, { namespaces: { matchLabels: { c: d } } }'),
    'deny from all pods in namespaces a=b from all pods in namespaces c=d on all traffic',
  ],
  [
    'networks are addresses of whatever owner',
    to('{ networks: [10.0.0.0/8, "fd00::/8"] }'),
    'allow to 10.0.0.0/8 to fd00::/8 on all traffic',
  ],
  [
    'nodes are hosts by label',
    to('{ nodes: { matchLabels: { role: edge } } }, { nodes: {} }'),
    'allow to nodes role=edge to nodes on all traffic',
  ],
  [
    'each domain name is a condition, beside what needs none',
    to('{ domainNames: [Example.com., "*.example.org"] }, { namespaces: {} }'),
    'allow to all pods in all namespaces on all traffic allow to anyone on all traffic if "peer has the domain name example.com" allow to anyone on all traffic if "peer has the domain name *.example.org"',
  ],
  [
    'v1alpha1 has the same peers',
    oldTo('{ networks: [10.0.0.0/8] }, { nodes: {} }, { domainNames: [example.com] }'),
    'allow to 10.0.0.0/8 to nodes on all traffic allow to anyone on all traffic if "peer has the domain name example.com"',
  ],
  [
    'ports by number and range',
    port(
      '{ tcp: { destinationPort: { number: 80 } } }, { udp: { destinationPort: { range: { start: 1, end: 9 } } } }, { sctp: { destinationPort: { number: 7 } } }',
    ),
    'deny from all pods in all namespaces on TCP 80; UDP 1-9; SCTP 7',
  ],
  [
    'a port by name has no protocol of its own',
    port('{ destinationNamedPort: http }'),
    'deny from all pods in all namespaces on TCP "http"; UDP "http"; SCTP "http"',
  ],
  [
    'ports of v1alpha1, with TCP where no protocol is named',
    oldPort(
      '{ portNumber: { port: 80 } }, { portNumber: { protocol: UDP, port: 53 } }, { portRange: { protocol: SCTP, start: 1, end: 2 } }, { namedPort: http }',
    ),
    'allow to all pods in all namespaces on TCP 80, "http"; UDP 53, "http"; SCTP 1-2, "http"',
  ],
]

for (const [what, text, meaning] of meanings) {
  test(what, () => assert.is(rulesIn(text), meaning))
}

const rule = (action: string, key = 'ingress'): string =>
  `${key}:\n- { action: ${action}, ${key === 'ingress' ? 'from' : 'to'}: [{ namespaces: {} }] }`

for (const [text, meaning] of [
  [clusterPolicy(rule('Accept')), 'allow'],
  [clusterPolicy(rule('Deny')), 'deny'],
  [clusterPolicy(rule('Pass')), 'pass'],
  [oldPolicy(rule('Allow')), 'allow'],
  [oldPolicy(rule('Deny')), 'deny'],
  [oldPolicy(rule('Pass')), 'pass'],
  [oldPolicy(rule('Deny'), 'BaselineAdminNetworkPolicy'), 'deny'],
] as const) {
  test(`${/kind: \w+/.exec(text)?.[0]}: ${/action: \w+/.exec(text)?.[0]}`, () =>
    assert.is(rulesIn(text), `${meaning} from all pods in all namespaces on all traffic`))
}

test('a tier is first match, isolates nobody, and governs the own node', () => {
  const lines = lift(clusterPolicy(rule('Deny', 'egress'))).split('\n')
  assert.is(lines[0], 'tier admin: first-match, default pass, own node governed')
  assert.match(lines[2] ?? '', /^policy p, order 10 {2}#/)
  assert.is(lines[4], '  ingress: not governed')
  assert.is(lines[5], '  egress: does not isolate')
})

test('tiers come in their order, whatever the order of objects', () => {
  const texts = [
    oldPolicy(rule('Deny'), 'BaselineAdminNetworkPolicy'),
    clusterPolicy(rule('Deny'), 'b', 'tier: Baseline\npriority: 3').replace(
      '{}',
      '{ matchLabels: { env: prod } }',
    ),
    oldPolicy(rule('Pass'), 'AdminNetworkPolicy', 'a'),
  ]
  const heads = lift(texts.join('---\n'))
    .split('\n')
    .filter((line) => /^(tier|policy)/.test(line))
    .map((line) => line.replace(/[:,].*| {2}#.*/, ''))
  assert.equal(heads, ['tier admin', 'policy a', 'tier baseline', 'policy b', 'policy default'])
})

test('the subject is pods by their namespace, or by both', () => {
  const subjectOf = (subject: string): string =>
    lift(clusterPolicy(`subject: ${subject}\n${rule('Deny')}`)).split('\n')[3] ?? ''
  assert.is(subjectOf('{ namespaces: {} }'), '  subject: all pods in all namespaces')
  assert.is(
    subjectOf('{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { a: b } } } }'),
    '  subject: pods a=b in all namespaces',
  )
})

test('a policy without rules is warned about', () => {
  assert.equal(
    diagnose(clusterPolicy('ingress: []')).map(({ code, severity }) => `${code} ${severity}`),
    ['NP3005 warning'],
  )
})

test('bits beyond the prefix are dropped with a warning', () => {
  const found = diagnose(to('{ networks: [10.1.2.3/8] }'))
  assert.equal(
    found.map(({ code }) => code),
    ['NP3001'],
  )
})

test.run()
