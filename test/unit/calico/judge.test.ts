// The judge itself: Calico's selector language, and what its rules match.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress } from '../../../src/algebra/address.ts'
import type { Cluster, Endpoint, External, Host, Pod } from '../../../src/cluster/types.ts'
import { judgeCalico } from '../../judges/calico.ts'
import { parseSelector } from '../../judges/calicoSelector.ts'

const test = suite('calico judge')
const labels = { a: 'one', not: 'in', has: 'x' }

for (const [text, expected] of [
  ['', true],
  [' \t', true],
  ['all()', true],
  ['all( )', true],
  ["a == 'one'", true],
  ['a == "one"', true],
  ["a != 'one'", false],
  ["b == ''", false],
  ["b != 'x'", true],
  ['has(a)', true],
  ['has( b )', false],
  ['!has(b)', true],
  ['!!has(b)', false],
  ["a in { 'one', 'two', }", true],
  ['a in {}', false],
  ['b not in {}', true],
  ["b not in { 'x' }", true],
  ["a notin{'one'}", false],
  ["a contains 'n'", true],
  ["a starts with 'on'", true],
  ["a startswith 'x'", false],
  ["a ends  with 'ne'", true],
  // Operators stand after a label only, so labels may have their names.
  ["not in { 'in' }", true],
  ["not not in { 'in' }", false],
  ["has == 'x'", true],
  // "!" binds closest, then "&&", then "||".
  ["!a == 'one' || has(a)", true],
  ['has(b) && has(a) || has(a)', true],
  ['has(a) || has(a) && has(b)', true],
  ['(has(a) || has(a)) && has(b)', false],
  ["! a == 'two'", true],
] as const) {
  test(`${JSON.stringify(text)} is ${expected}`, () => {
    assert.is(parseSelector(text)(labels), expected)
  })
}

for (const text of [
  "a = 'one'",
  'a == one',
  "a == 'one",
  "a == 'one' and has(b)",
  "a == 'one' &&",
  "a == 'one'\n",
  'has (a)',
  'HAS(a)',
  'all',
  '(all()',
  "a IN { 'x' }",
  "'a' == 'b'",
  'global()',
  'a',
]) {
  test(`${JSON.stringify(text)} is not a selector`, () => {
    assert.throws(() => parseSelector(text))
  })
}

const address = (text: string) => {
  const read = parseAddress(text)
  if (read === undefined) throw new Error(text)
  return read
}
const namespace = (name: string, env?: string) => ({
  name,
  labels: { 'kubernetes.io/metadata.name': name, ...(env === undefined ? {} : { env }) },
})
const pod = (name: string, home: Pod['namespace'], ip: string): Pod => ({
  kind: 'pod',
  name,
  namespace: home,
  labels: { app: name },
  serviceAccount: { name: 'default', labels: { '@name': 'default' } },
  ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
  addresses: [address(ip)],
  node: 'near',
})
const shop = namespace('shop')
const db = pod('db', shop, '10.0.0.1')
const web = pod('web', shop, '10.0.0.2')
const stranger = pod('stranger', namespace('prod', 'prod'), '10.0.0.3')
const far: Host = { kind: 'host', name: 'far', labels: {}, addresses: [address('172.16.0.1')] }
const near: Host = { kind: 'host', name: 'near', labels: {}, addresses: [address('172.16.0.2')] }
const outside: External = { kind: 'external', address: address('192.0.2.1') }
const none: Cluster = { namespaces: [], pods: [], nodes: [] }

const policy = (spec: string, name = 'p'): string =>
  `metadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`

/** Names of those who reach `db` on TCP port 80. */
function reaching(...texts: readonly string[]): string {
  const judge = judgeCalico(
    texts.map((text) => ({ path: 'p.yaml', text })),
    none,
  )
  const who: readonly [string, Endpoint][] = [
    ['web', web],
    ['stranger', stranger],
    ['far', far],
    ['outside', outside],
  ]
  const addressOf = (one: Endpoint) =>
    one.kind === 'external' ? one.address : (one.addresses[0] ?? outside.address)
  return who
    .filter(([, one]) => {
      const { verdict } = judge({
        source: { endpoint: one, address: addressOf(one) },
        destination: { endpoint: db, address: addressOf(db) },
        traffic: { kind: 'ports', protocol: 'TCP', port: 80 },
      })
      return verdict === 'allow'
    })
    .map(([name]) => name)
    .join(' ')
}
const from = (source: string): string =>
  reaching(
    policy(
      `{ selector: "app == 'db'", types: [Ingress], ingress: [{ action: Allow, source: ${source} }] }`,
    ),
  )

const everyone = 'web stranger far outside'

for (const [source, expected] of [
  ['{}', everyone],
  ["{ selector: 'all()' }", 'web'],
  ['{ selector: "app == \'stranger\'" }', ''],
  ["{ namespaceSelector: 'all()' }", 'web stranger'],
  ["{ namespaceSelector: 'global()' }", 'far'],
  ['{ namespaceSelector: "env == \'prod\'" }', 'stranger'],
  ['{ namespaceSelector: "projectcalico.org/name == \'shop\'" }', 'web'],
  // A host endpoint has no labels of a namespace, so that what is negative alone selects it.
  ['{ namespaceSelector: "env != \'prod\'" }', 'web far'],
  [
    '{ namespaceSelector: "env != \'prod\'", selector: "projectcalico.org/orchestrator == \'k8s\'" }',
    'web',
  ],
  ['{ nets: [10.0.0.0/8] }', 'web stranger'],
  ['{ nets: [0.0.0.0/0], notNets: [10.0.0.0/8] }', 'far outside'],
  ["{ nets: [10.0.0.0/8], selector: 'all()' }", 'web'],
  ["{ nets: ['::/0'] }", ''],
] as const) {
  test(`source ${source} is ${expected === '' ? 'nobody' : expected}`, () => {
    assert.is(from(source), expected)
  })
}

const bare = (action: string): string => `ingress: [{ action: ${action} }]`

for (const [rule, spec, expected] of [
  [
    'no policy of the direction: allowed',
    '{ selector: "app == \'db\'", types: [Egress] }',
    everyone,
  ],
  ['a type without rules denies', '{ types: [Ingress] }', ''],
  ['types left out, egress rules alone: Egress', '{ egress: [{ action: Allow }] }', everyone],
  ['types left out, no rules: Ingress', '{}', ''],
  ['Log alone denies at the end of the tier', `{ types: [Ingress], ${bare('Log')} }`, ''],
  [
    'Pass leaves the tier, and the profile allows',
    `{ types: [Ingress], ${bare('Pass')} }`,
    everyone,
  ],
  ['a subject that is not selected is free', `{ selector: has(x), types: [Ingress] }`, everyone],
  [
    'a name of a port is looked up at the destination',
    '{ types: [Ingress], ingress: [{ action: Allow, protocol: TCP, destination: { ports: [http] } }] }',
    everyone,
  ],
  [
    'the name of another protocol is not meant',
    '{ types: [Ingress], ingress: [{ action: Allow, protocol: UDP, destination: { ports: [http] } }] }',
    '',
  ],
] as const) {
  test(rule, () => {
    assert.is(reaching(policy(spec)), expected)
  })
}

test('lower order decides first; equal orders go by name/namespace, and no order is last', () => {
  const allow = (name: string, order: string) =>
    policy(`{ ${order} types: [Ingress], ${bare('Allow')} }`, name)
  const deny = (name: string, order: string) =>
    policy(`{ ${order} types: [Ingress], ${bare('Deny')} }`, name)
  assert.is(reaching(deny('a', 'order: 2,'), allow('b', 'order: 1,')), everyone)
  assert.is(reaching(deny('a', ''), allow('b', 'order: 9,')), everyone)
  assert.is(reaching(allow('foo', 'order: 1,'), deny('foo-bar', 'order: 1,')), '')
})

test('a node reaches its own pods whatever the policies say', () => {
  const judge = judgeCalico([{ path: 'p', text: policy('{ types: [Ingress] }') }], none)
  const flow = (host: Host) => ({
    source: { endpoint: host, address: host.addresses[0] ?? outside.address },
    destination: { endpoint: db, address: address('10.0.0.1') },
    traffic: { kind: 'other', protocolNumber: 47 } as const,
  })
  assert.is(judge(flow(near)).verdict, 'allow')
  assert.is(judge(flow(far)).verdict, 'deny')
})

test.run()
