// What the CRDs of the admin tiers refuse is refused, at its place.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clusterPolicy, from, oldPolicy, oldTo, times, to } from '../../support/adminTexts.ts'
import { diagnose, expectError, summary } from '../../support/diagnose.ts'

const test = suite('admin rejections')
const everybody = '{ namespaces: {} }'
const port = (protocols: string): string => to(everybody, `, protocols: [${protocols}]`)
const oldPort = (ports: string): string => oldTo(everybody, `, ports: [${ports}]`)
const baseline = (rule: string): string => oldPolicy(rule, 'BaselineAdminNetworkPolicy')
const rules = (count: number): string =>
  clusterPolicy(`¦ingress: [${times(count, () => `{ action: Deny, from: [${everybody}] }`)}]`)

/** What the rule is, the text with `¦` where the error stands, its code, the words underlined. */
type Case = readonly [rule: string, text: string, code: string, underlined: string]

const cases: readonly Case[] = [
  // metadata and head
  [
    'they have no namespace',
    clusterPolicy('ingress: []').replace('{ name: p }', '{ name: p, ¦namespace: a }'),
    'NP2019',
    'namespace',
  ],
  ['names are lower case', clusterPolicy('ingress: []', '¦P'), 'NP2005', 'P'],
  [
    'the baseline policy of v1alpha1 is named default',
    oldPolicy('ingress: []', 'BaselineAdminNetworkPolicy', '¦own'),
    'NP2019',
    'own',
  ],
  [
    'a tier is Admin or Baseline',
    clusterPolicy('ingress: []', 'p', 'tier: ¦baseline\npriority: 1'),
    'NP2019',
    'baseline',
  ],
  [
    'there is a tier',
    clusterPolicy('ingress: []', 'p', 'priority: 1').replace('spec:', '¦spec:'),
    'NP2003',
    'spec',
  ],
  [
    'there is a priority',
    clusterPolicy('ingress: []', 'p', 'tier: Admin').replace('spec:', '¦spec:'),
    'NP2003',
    'spec',
  ],
  [
    'priority is 1000 at most',
    clusterPolicy('ingress: []', 'p', 'tier: Admin\npriority: ¦1001'),
    'NP2002',
    '1001',
  ],
  [
    'priority is 0 at least',
    clusterPolicy('ingress: []', 'p', 'tier: Admin\npriority: ¦-1'),
    'NP2002',
    '-1',
  ],
  ['v1alpha1 has no tier', oldPolicy('¦tier: Admin\ningress: []'), 'NP2004', 'tier'],
  [
    'a baseline policy of v1alpha1 has no priority',
    baseline('¦priority: 1\ningress: []'),
    'NP2004',
    'priority',
  ],
  ['unknown keys are refused', clusterPolicy('¦policyTypes: [Ingress]'), 'NP2004', 'policyTypes'],

  // subject
  ['the subject is one of two', clusterPolicy('subject: ¦{}'), 'NP2019', '{}'],
  [
    'and not both',
    clusterPolicy('subject: { namespaces: {}, ¦pods: { podSelector: {} } }'),
    'NP2019',
    'pods',
  ],
  ['pods need a podSelector', clusterPolicy('subject: { ¦pods: {} }'), 'NP2003', 'pods'],
  [
    'in v1alpha1 a namespaceSelector too',
    oldTo('{ ¦pods: { podSelector: {} } }'),
    'NP2003',
    'pods',
  ],
  ['selectors are checked', from('{ namespaces: { matchLabels: { ¦a b: c } } }'), 'NP2006', 'a b'],

  // rules
  ['at most 25 rules', rules(26), 'NP2019', 'ingress'],
  [
    'Allow is a word of v1alpha1',
    clusterPolicy(`ingress:\n- { action: ¦Allow, from: [${everybody}] }`),
    'NP2018',
    'Allow',
  ],
  [
    'Accept is one of v1alpha2',
    oldPolicy(`ingress:\n- { action: ¦Accept, from: [${everybody}] }`),
    'NP2018',
    'Accept',
  ],
  [
    'a baseline policy of v1alpha1 does not pass',
    baseline(`ingress:\n- { action: ¦Pass, from: [${everybody}] }`),
    'NP2018',
    'Pass',
  ],
  [
    'a name has at most 100 characters',
    clusterPolicy(`ingress:\n- { action: Deny, name: ¦${'n'.repeat(101)}, from: [${everybody}] }`),
    'NP2018',
    'n'.repeat(101),
  ],
  ['protocols are a word of v1alpha2', oldTo(everybody, ', ¦protocols: []'), 'NP2004', 'protocols'],
  ['ports of v1alpha1', to(everybody, ', ¦ports: []'), 'NP2004', 'ports'],

  // peers
  ['peers are there', clusterPolicy('ingress:\n- ¦{ action: Deny }'), 'NP2003', '{'],
  ['there is a peer', clusterPolicy('ingress:\n- { action: Deny, ¦from: [] }'), 'NP2009', 'from'],
  [
    'at most 25 peers',
    clusterPolicy(`ingress:\n- { action: Deny, ¦from: [${times(26, () => everybody)}] }`),
    'NP2009',
    'from',
  ],
  ['a peer is not empty', from('¦{}'), 'NP2009', '{}'],
  ['a peer is one thing', to('{ namespaces: {}, ¦networks: [10.0.0.0/8] }'), 'NP2009', 'networks'],
  ['ingress knows no networks', from('{ ¦networks: [10.0.0.0/8] }'), 'NP2004', 'networks'],
  ['ingress knows no nodes', from('{ ¦nodes: {} }'), 'NP2004', 'nodes'],
  ['a network is a CIDR', to('{ networks: [¦10.0.0.1] }'), 'NP2010', '10.0.0.1'],
  ['networks are not empty', to('{ ¦networks: [] }'), 'NP2009', 'networks'],
  ['networks are a set', to('{ networks: [10.0.0.0/8, ¦10.0.0.0/8] }'), 'NP2009', '10.0.0.0/8'],
  [
    'at most 25 networks',
    to(`{ ¦networks: [${times(26, (at) => `10.${at}.0.0/16`)}] }`),
    'NP2009',
    'networks',
  ],
  [
    'at most 25 domain names',
    to(`{ ¦domainNames: [${times(26, (at) => `a${at}.org`)}] }`),
    'NP2009',
    'domainNames',
  ],
  ['a domain name has two parts', to('{ domainNames: [¦localhost] }'), 'NP2009', 'localhost'],
  [
    'a wildcard stands in front',
    to('{ domainNames: ["a.¦*.org"] }').replace('"a.¦', '¦"a.'),
    'NP2009',
    '"a.*.org"',
  ],
  [
    'domain names are let through only',
    to('{ ¦domainNames: [a.org] }').replace('Accept', 'Deny'),
    'NP2018',
    'domainNames',
  ],
  [
    'in v1alpha1 too',
    oldTo('{ ¦domainNames: [a.org] }').replace('Allow', 'Pass'),
    'NP2018',
    'domainNames',
  ],
  [
    'a baseline policy of v1alpha1 has none',
    baseline('egress:\n- { action: Allow, to: [{ ¦domainNames: [a.org] }] }'),
    'NP2004',
    'domainNames',
  ],

  // traffic
  ['there is a protocol in the list', to(everybody, ', ¦protocols: []'), 'NP2018', 'protocols'],
  [
    'at most 25 protocols',
    to(
      everybody,
      `, ¦protocols: [${times(26, (at) => `{ tcp: { destinationPort: { number: ${at + 1} } } }`)}]`,
    ),
    'NP2018',
    'protocols',
  ],
  [
    'an item is one protocol',
    port('{ tcp: { destinationPort: { number: 1 } }, ¦udp: { destinationPort: { number: 1 } } }'),
    'NP2018',
    'udp',
  ],
  ['an item is not empty', port('¦{}'), 'NP2018', '{}'],
  ['a protocol has a port', port('{ ¦tcp: {} }'), 'NP2018', 'tcp'],
  ['a port is a number or a range', port('{ tcp: { destinationPort: ¦{} } }'), 'NP2018', '{}'],
  ['a port is 1 at least', port('{ tcp: { destinationPort: { number: ¦0 } } }'), 'NP2002', '0'],
  [
    'a range ascends',
    port('{ tcp: { destinationPort: { range: { start: 5, end: ¦5 } } } }'),
    'NP2012',
    '5',
  ],
  [
    'a name of a port has a letter',
    port('{ destinationNamedPort: "¦80" }').replace('"¦', '¦"'),
    'NP2012',
    '"80"',
  ],
  [
    'names of ports are not for networks',
    to('{ networks: [10.0.0.0/8] }', ', protocols: [{ ¦destinationNamedPort: http }]'),
    'NP2018',
    'destinationNamedPort',
  ],
  [
    'nor for nodes, in v1alpha1',
    oldTo('{ nodes: {} }', ', ports: [{ ¦namedPort: http }]'),
    'NP2018',
    'namedPort',
  ],
  [
    'nor for domain names',
    to('{ domainNames: [a.org] }', ', protocols: [{ ¦destinationNamedPort: http }]'),
    'NP2018',
    'destinationNamedPort',
  ],
  [
    'a port of v1alpha1 is one thing',
    oldPort('{ portNumber: { port: 1 }, ¦namedPort: a }'),
    'NP2018',
    'namedPort',
  ],
  [
    'a protocol of v1alpha1 is upper case',
    oldPort('{ portNumber: { port: 1, protocol: ¦tcp } }'),
    'NP2014',
    'tcp',
  ],
  [
    'at most 100 ports in v1alpha1',
    oldTo(everybody, `, ¦ports: [${times(101, (at) => `{ portNumber: { port: ${at + 1} } }`)}]`),
    'NP2018',
    'ports',
  ],
]

for (const [rule, text, code, underlined] of cases) {
  test(rule, () => expectError(text, code, underlined))
}

test('25 rules, and 100 in v1alpha1, are taken', () => {
  assert.equal(summary(diagnose(rules(25).replace('¦', ''))), [])
  const many = times(100, () => `{ action: Deny, from: [${everybody}] }`)
  assert.equal(summary(diagnose(oldPolicy(`ingress: [${many}]`))), [])
  assert.is(
    diagnose(oldPolicy(`ingress: [${many}, { action: Deny, from: [${everybody}] }]`)).length,
    1,
  )
})

test('one name is taken once a kind, in whatever tier', () => {
  const deny = `ingress:\n- { action: Deny, from: [${everybody}] }`
  const twins = `${clusterPolicy(deny)}---\n${clusterPolicy(deny, 'p', 'tier: Baseline\npriority: 1')}`
  assert.equal(
    diagnose(twins).map(({ code, labels }) => [code, labels.length]),
    [['NP2015', 2]],
  )
  const kinds = `${clusterPolicy(deny, 'default')}---\n${oldPolicy(deny)}`
  assert.equal(summary(diagnose(kinds)), [])
})

test.run()
