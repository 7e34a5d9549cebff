// Everything that the API server rejects is rejected, at its place (networking/v1 validation).
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { diagnose, expectError, summary } from '../../support/diagnose.ts'

const test = suite('kubernetes: rejections')

const policy = (spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
spec:
${spec.replace(/^/gm, '  ')}
`
const ingress = (rule: string): string =>
  policy(`podSelector: {}\ningress:\n- ${rule.replace(/\n/g, '\n  ')}`)

/** What the rule is, the text with `¦` where the error stands, its code, the words underlined. */
type Case = readonly [rule: string, text: string, code: string, underlined: string]

const head = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n'
const named = (metadata: string): string =>
  `${head}metadata: ${metadata}\nspec: { podSelector: {} }\n`

const cases: readonly Case[] = [
  // metadata
  [
    'a policy has a name',
    `${head}¦metadata: {}\nspec: { podSelector: {} }\n`,
    'NP2016',
    'metadata',
  ],
  ['a generated name is no name', named('{ ¦generateName: db- }'), 'NP2016', 'generateName'],
  ['a name is lower case', named('{ name: ¦Db }'), 'NP2005', 'Db'],
  [
    'a name has at most 253 characters',
    named(`{ name: ¦${'a'.repeat(254)} }`),
    'NP2005',
    'a'.repeat(254),
  ],
  ['a name ends in a letter or digit', named('{ name: ¦db- }'), 'NP2005', 'db-'],
  ['a namespace has no dot', named('{ name: db, namespace: ¦a.b }'), 'NP2005', 'a.b'],
  ['labels of the policy are valid', named('{ name: db, labels: { ¦a b: c } }'), 'NP2006', 'a b'],
  ['metadata is there', `¦${head}spec: { podSelector: {} }\n`, 'NP2003', 'apiVersion'],

  // keys
  ['keys are case-sensitive', policy('podSelector: {}\n¦Ingress: []'), 'NP2001', 'Ingress'],
  ['keys are case-sensitive below too', policy('¦podselector: {}'), 'NP2001', 'podselector'],
  [
    'from stands in ingress, to in egress',
    policy('podSelector: {}\negress:\n- ¦from: []'),
    'NP2004',
    'from',
  ],
  [
    'ports stand beside from, not in a peer',
    ingress('from:\n- podSelector: {}\n  ¦ports: []'),
    'NP2004',
    'ports',
  ],
  [
    'except stands in ipBlock',
    ingress('from:\n- ipBlock: { cidr: 10.0.0.0/8 }\n  ¦except: []'),
    'NP2004',
    'except',
  ],
  [
    'matchExpressions stand in a selector',
    ingress('from:\n- podSelector: {}\n  ¦matchExpressions: []'),
    'NP2004',
    'matchExpressions',
  ],

  // types of values
  ['ports is a list', ingress('ports: ¦80'), 'NP2002', '80'],
  ['from is a list', ingress('¦from: {}'), 'NP2002', 'from'],
  ['ingress is a list', policy('podSelector: {}\n¦ingress: {}'), 'NP2002', 'ingress'],
  ['a rule is a mapping', policy('podSelector: {}\ningress:\n- ¦x'), 'NP2002', 'x'],
  [
    'a label value is text: a boolean',
    policy('podSelector: { matchLabels: { a: ¦true } }'),
    'NP2002',
    'true',
  ],
  [
    'a label value is text: YAML 1.1 has more booleans',
    policy('podSelector: { matchLabels: { a: ¦yes } }'),
    'NP2002',
    'yes',
  ],
  [
    'a label value is text: a number',
    policy('podSelector: { matchLabels: { a: ¦1 } }'),
    'NP2002',
    '1',
  ],
  ['a port is whole', ingress('ports: [{ port: ¦80.5 }]'), 'NP2002', '80.5'],
  ['spec is a mapping', `${head}metadata: { name: db }\n¦spec: []\n`, 'NP2002', 'spec'],

  // selectors
  ['label keys have a form', policy('podSelector: { matchLabels: { ¦-a: b } }'), 'NP2006', '-a'],
  [
    'label key prefixes are DNS names',
    policy('podSelector: { matchLabels: { ¦A_b/c: d } }'),
    'NP2006',
    'A_b/c',
  ],
  [
    'label values have at most 63 characters',
    policy(`podSelector: { matchLabels: { a: ¦${'v'.repeat(64)} } }`),
    'NP2006',
    'v'.repeat(64),
  ],
  [
    'a label value cannot break out of quotes',
    policy(`podSelector: { matchLabels: { a: ¦"x' || all()" } }`),
    'NP2006',
    `"x' || all()"`,
  ],
  [
    'a label value cannot hold a line end',
    policy('podSelector: { matchLabels: { a: ¦"x\\n-A INPUT -j ACCEPT" } }'),
    'NP2006',
    '"x\\n-A INPUT -j ACCEPT"',
  ],
  [
    'operators are case-sensitive',
    policy('podSelector: { matchExpressions: [{ key: a, operator: ¦in, values: [b] }] }'),
    'NP2007',
    'in',
  ],
  [
    'operators are not members of objects',
    policy('podSelector: { matchExpressions: [{ key: a, operator: ¦constructor }] }'),
    'NP2007',
    'constructor',
  ],
  [
    'In needs values',
    policy('podSelector: { matchExpressions: [{ key: a, operator: ¦In }] }'),
    'NP2007',
    'In',
  ],
  [
    'NotIn needs values',
    policy('podSelector: { matchExpressions: [{ key: a, operator: ¦NotIn, values: [] }] }'),
    'NP2007',
    'NotIn',
  ],
  [
    'Exists takes none',
    policy('podSelector: { matchExpressions: [{ key: a, operator: Exists, ¦values: [b] }] }'),
    'NP2007',
    'values',
  ],
  [
    'DoesNotExist takes none',
    policy('podSelector: { matchExpressions: [{ key: a, operator: DoesNotExist, ¦values: [b] }] }'),
    'NP2007',
    'values',
  ],
  [
    'an expression has an operator',
    policy('podSelector: { matchExpressions: [¦{ key: a }] }'),
    'NP2003',
    '{',
  ],

  // policyTypes
  [
    'policy types are Ingress and Egress',
    policy('podSelector: {}\npolicyTypes: [¦ingress]'),
    'NP2008',
    'ingress',
  ],
  [
    'there are at most two',
    policy('podSelector: {}\n¦policyTypes: [Ingress, Egress, Ingress]'),
    'NP2008',
    'policyTypes',
  ],

  // peers
  ['a peer says something', ingress('from:\n- ¦{}'), 'NP2009', '{}'],
  [
    'ipBlock stands alone',
    ingress('from:\n- podSelector: {}\n  ¦ipBlock: { cidr: 10.0.0.0/8 }'),
    'NP2009',
    'ipBlock',
  ],
  ['cidr is needed', ingress('from:\n- ¦ipBlock: {}'), 'NP2003', 'ipBlock'],
  [
    'an address is no block',
    ingress('from:\n- ipBlock: { cidr: ¦10.0.0.1 }'),
    'NP2010',
    '10.0.0.1',
  ],
  [
    'prefixes end at 32',
    ingress('from:\n- ipBlock: { cidr: ¦10.0.0.0/33 }'),
    'NP2010',
    '10.0.0.0/33',
  ],
  [
    'prefixes end at 128',
    ingress('from:\n- ipBlock: { cidr: ¦"fd00::/129" }'),
    'NP2010',
    '"fd00::/129"',
  ],
  [
    'parts of an address have no leading zeros',
    ingress('from:\n- ipBlock: { cidr: ¦010.0.0.0/8 }'),
    'NP2010',
    '010.0.0.0/8',
  ],
  [
    'except lies inside',
    ingress('from:\n- ipBlock: { cidr: 10.0.0.0/8, except: [¦11.0.0.0/16] }'),
    'NP2011',
    '11.0.0.0/16',
  ],
  [
    'except is not the whole',
    ingress('from:\n- ipBlock: { cidr: 10.0.0.0/8, except: [¦10.0.0.0/8] }'),
    'NP2011',
    '10.0.0.0/8',
  ],
  [
    'except is not wider',
    ingress('from:\n- ipBlock: { cidr: 10.0.0.0/8, except: [¦0.0.0.0/0] }'),
    'NP2011',
    '0.0.0.0/0',
  ],
  [
    'except is of the same family',
    ingress('from:\n- ipBlock: { cidr: 10.0.0.0/8, except: [¦"fd00::/8"] }'),
    'NP2011',
    '"fd00::/8"',
  ],

  // ports
  ['ports begin at 1', ingress('ports: [{ port: ¦0 }]'), 'NP2012', '0'],
  ['ports end at 65535', ingress('ports: [{ port: ¦65536 }]'), 'NP2012', '65536'],
  [
    'a quoted number is a name without a letter',
    ingress('ports: [{ port: ¦"80" }]'),
    'NP2012',
    '"80"',
  ],
  ['port names are lower case', ingress('ports: [{ port: ¦HTTP }]'), 'NP2012', 'HTTP'],
  [
    'port names have at most 15 characters',
    ingress(`ports: [{ port: ¦${'p'.repeat(16)} }]`),
    'NP2012',
    'p'.repeat(16),
  ],
  ['port names have no two dashes in a row', ingress('ports: [{ port: ¦a--b }]'), 'NP2012', 'a--b'],
  ['endPort is not below port', ingress('ports: [{ port: 80, endPort: ¦79 }]'), 'NP2013', '79'],
  ['endPort ends at 65535', ingress('ports: [{ port: 80, endPort: ¦65536 }]'), 'NP2013', '65536'],
  ['endPort needs a port', ingress('ports: [{ ¦endPort: 80 }]'), 'NP2013', 'endPort'],
  [
    'endPort cannot follow a name',
    ingress('ports: [{ port: http, ¦endPort: 80 }]'),
    'NP2013',
    'endPort',
  ],
  ['protocols are upper case', ingress('ports: [{ protocol: ¦tcp, port: 80 }]'), 'NP2014', 'tcp'],
  ['protocols are three', ingress('ports: [{ protocol: ¦ICMP }]'), 'NP2014', 'ICMP'],

  // versions and kinds
  [
    'API versions are known',
    '¦apiVersion: networking.k8s.io/v2\nkind: NetworkPolicy\n'.replace(
      '¦apiVersion: ',
      'apiVersion: ¦',
    ),
    'NP1013',
    'networking.k8s.io/v2',
  ],
  [
    'kinds are case-sensitive',
    'apiVersion: networking.k8s.io/v1\nkind: ¦Networkpolicy\n',
    'NP1013',
    'Networkpolicy',
  ],
  [
    'policies of the admin tiers in another version are not passed over',
    'apiVersion: ¦policy.networking.k8s.io/v1beta1\nkind: ClusterNetworkPolicy\n',
    'NP1013',
    'policy.networking.k8s.io/v1beta1',
  ],
]

for (const [rule, text, code, underlined] of cases) {
  test(rule, () => expectError(text, code, underlined))
}

test('two policies of one name in one namespace are pointed at both', () => {
  const found = diagnose(`${policy('podSelector: {}')}---\n${policy('podSelector: {}')}`)
  assert.equal(
    found.map(({ code, labels }) => [code, labels.length]),
    [['NP2015', 2]],
  )
})

test('the namespace of the command line counts for that', () => {
  const second = policy('podSelector: {}').replace('name: db', 'name: db\n  namespace: shop')
  const text = `${policy('podSelector: {}')}---\n${second}`
  assert.equal(summary(diagnose(text)), [])
  assert.is(diagnose(text, 'shop')[0]?.code, 'NP2015')
})

test('all faults of a policy are told at once', () => {
  const text = ingress('ports: [{ port: 0 }, { port: 80, endPort: 1 }, { protocol: x }]')
  assert.equal(
    diagnose(text).map(({ code }) => code),
    ['NP2012', 'NP2013', 'NP2014'],
  )
})

test('wrong words near to right ones are answered with these', () => {
  const helpOf = (text: string): string | undefined => diagnose(text)[0]?.help
  assert.is(helpOf(policy('podSelector: {}\ningres: []')), 'did you mean "ingress"?')
  assert.is(helpOf(ingress('ports: [{ protocol: tcp }]')), 'did you mean "TCP"?')
  assert.is(helpOf(policy('podSelector: {}\npolicyTypes: [Ingres]')), 'did you mean "Ingress"?')
  assert.match(helpOf(ingress('ports: [{ port: "80" }]')) ?? '', /without quotes: 80/)
})

test('more than a hundred errors are counted, not shown', () => {
  const ports = Array.from({ length: 150 }, () => '{ port: 0 }').join(', ')
  const found = diagnose(ingress(`ports: [${ports}]`))
  assert.is(found.length, 101)
  assert.match(found.at(-1)?.message ?? '', /50 are not shown/)
})

test.run()
