// Policies of equal priority: told where they contradict each other for some flow, and only there.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clusterPolicy, oldPolicy } from '../../support/adminTexts.ts'
import { diagnose } from '../../support/diagnose.ts'

const test = suite('admin ties')

const policy = (rule: string, name: string, more = '', priority = 10): string =>
  clusterPolicy(`${more}${rule}`, name, `tier: Admin\npriority: ${priority}`)
const ingress = (action: string, peer = '{ namespaces: {} }', more = ''): string =>
  `ingress:\n- { action: ${action}, from: [${peer}]${more} }`
const egress = (action: string, peer: string): string =>
  `egress:\n- { action: ${action}, to: [${peer}] }`
const tcp = (port: string): string => `, protocols: [{ tcp: { destinationPort: ${port} } }]`
const ofSubject = (key: string, operator: string, values = ''): string =>
  `subject: { namespaces: { matchExpressions: [{ key: ${key}, operator: ${operator}${values} }] } }\n`
const labels = (env: string): string => `{ namespaces: { matchLabels: { env: ${env} } } }`

const deny = ingress('Deny')
const accept = ingress('Accept')

const pairs: readonly (readonly [what: string, one: string, other: string, tied: boolean])[] = [
  ['deny and accept of one flow', policy(deny, 'a'), policy(accept, 'b'), true],
  ['deny and pass of one flow', policy(deny, 'a'), policy(ingress('Pass'), 'b'), true],
  ['the same action', policy(deny, 'a'), policy(deny, 'b'), false],
  ['other priorities', policy(deny, 'a'), policy(accept, 'b', '', 11), false],
  [
    'other directions',
    policy(deny, 'a'),
    policy(egress('Accept', '{ namespaces: {} }'), 'b'),
    false,
  ],
  [
    'other ports',
    policy(ingress('Deny', '{ namespaces: {} }', tcp('{ number: 80 }')), 'a'),
    policy(ingress('Accept', '{ namespaces: {} }', tcp('{ range: { start: 81, end: 90 } }')), 'b'),
    false,
  ],
  [
    'a port of a range',
    policy(ingress('Deny', '{ namespaces: {} }', tcp('{ number: 81 }')), 'a'),
    policy(ingress('Accept', '{ namespaces: {} }', tcp('{ range: { start: 81, end: 90 } }')), 'b'),
    true,
  ],
  [
    'other peers',
    policy(ingress('Deny', labels('a')), 'a'),
    policy(ingress('Accept', labels('b')), 'b'),
    false,
  ],
  [
    'other networks',
    policy(egress('Deny', '{ networks: [10.0.0.0/9] }'), 'a'),
    policy(egress('Accept', '{ networks: [10.128.0.0/9] }'), 'b'),
    false,
  ],
  [
    'nested networks',
    policy(egress('Deny', '{ networks: [10.0.0.0/8] }'), 'a'),
    policy(egress('Accept', '{ networks: [10.128.0.0/9] }'), 'b'),
    true,
  ],
  [
    'a network and pods',
    policy(egress('Deny', '{ networks: [10.0.0.0/8] }'), 'a'),
    policy(egress('Accept', '{ namespaces: {} }'), 'b'),
    true,
  ],
  [
    'nodes and pods',
    policy(egress('Deny', '{ nodes: {} }'), 'a'),
    policy(egress('Accept', '{ namespaces: {} }'), 'b'),
    false,
  ],
  [
    'subjects by two values',
    policy(deny, 'a', ofSubject('x', 'In', ', values: [a]')),
    policy(accept, 'b', ofSubject('x', 'In', ', values: [b, c]')),
    false,
  ],
  [
    'a value that is left out',
    policy(deny, 'a', ofSubject('x', 'In', ', values: [a]')),
    policy(accept, 'b', ofSubject('x', 'NotIn', ', values: [a, b]')),
    false,
  ],
  [
    'a value that is not',
    policy(deny, 'a', ofSubject('x', 'In', ', values: [c]')),
    policy(accept, 'b', ofSubject('x', 'NotIn', ', values: [a, b]')),
    true,
  ],
  [
    'a label that is there, and is not',
    policy(deny, 'a', ofSubject('x', 'Exists')),
    policy(accept, 'b', ofSubject('x', 'DoesNotExist')),
    false,
  ],
  [
    'a label that need not be there',
    policy(deny, 'a', ofSubject('x', 'NotIn', ', values: [a]')),
    policy(accept, 'b', ofSubject('x', 'DoesNotExist')),
    true,
  ],
  [
    'labels that are not the same',
    policy(deny, 'a', ofSubject('x', 'Exists')),
    policy(accept, 'b', ofSubject('z', 'DoesNotExist')),
    true,
  ],
  ['kinds of both versions', policy(deny, 'a'), oldPolicy(ingress('Allow')), true],
  [
    'a baseline policy without priority',
    clusterPolicy(accept, 'a', 'tier: Baseline\npriority: 3'),
    oldPolicy(deny, 'BaselineAdminNetworkPolicy'),
    true,
  ],
  [
    'tiers of their own',
    policy(deny, 'a'),
    oldPolicy(accept.replace('Accept', 'Allow'), 'BaselineAdminNetworkPolicy'),
    false,
  ],
]

for (const [what, one, other, tied] of pairs) {
  test(`${what}: ${tied ? 'told' : 'nothing told'}`, () => {
    const found = diagnose(`${one}---\n${other}`)
    assert.equal(
      found.map(({ code, labels: { length } }) => [code, length]),
      tied ? [['NP3009', 2]] : [],
    )
  })
}

test.run()
