// `netpolc explain` as its users meet it.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Answer, netpolc } from '../support/run.ts'

const test = suite('explain')

const tiers = 'golden/dialects/calico-tiers/input.yaml'
const entities = 'golden/dialects/cilium-entities/input.yaml'
const db = 'golden/basics/web-to-db/input.yaml'
const cluster = ['--cluster', 'golden/clusters/shop.yaml']

function explain(from: string, to: string, port: string, ...words: string[]): Promise<Answer> {
  return netpolc(['explain', '--from', from, '--to', to, '--port', port, ...words])
}

const lastLines = ({ out }: Answer): string => out.trim().split('\n').slice(-2).join(' / ')

const flows: readonly (readonly [string, readonly string[], string])[] = [
  [
    'pods of a cluster, allowed',
    ['shop/web-0', 'shop/db-0', '5432/tcp', db, ...cluster],
    'verdict: allowed, ingress / [kubernetes] Allowed (shop/db)',
  ],
  [
    'pods of a cluster, denied by isolation',
    ['prod/api-0', 'shop/db-0', '5432', db, ...cluster],
    'verdict: denied, ingress / [kubernetes] Denied (shop/db)',
  ],
  [
    'the name of a port',
    ['shop/web-0', 'shop/db-0', 'postgres/tcp', db, ...cluster],
    'verdict: allowed, ingress / [kubernetes] Allowed (shop/db)',
  ],
  [
    'a pod to itself',
    ['shop/db-0', 'shop/db-0', '22', db, ...cluster],
    'verdict: allowed, ingress / Allowed (as a pod always reaches itself)',
  ],
  [
    'an address that is a pod',
    ['10.244.1.10', 'shop/db-0', '5432', db, ...cluster],
    'verdict: allowed, ingress / [kubernetes] Allowed (shop/db)',
  ],
  [
    'an address outside',
    ['192.0.2.1', 'ns=shop,app=db', 'icmp/8/0', db],
    'verdict: denied, ingress / [kubernetes] Denied (shop/db)',
  ],
  [
    'labels alone',
    ['ns=shop,app=web', 'ns=shop,app=db', '5432', db],
    'verdict: allowed, ingress / [kubernetes] Allowed (shop/db)',
  ],
  [
    'the own node',
    ['node/node-b', 'shop/db-0', '22', db, ...cluster],
    'verdict: allowed, ingress / Allowed (as a pod and its own node always reach each other)',
  ],
  [
    'an end that nothing governs',
    ['ns=shop,app=db', '192.0.2.1', '443', db],
    'verdict: allowed, ingress / Allowed (as policies govern pods only)',
  ],
  [
    'a tier that passes',
    ['ns=shop,app=web', 'ns=shop,app=db', '5432', tiers],
    'verdict: allowed, ingress / [platform] Pass (no-ssh) -> [default] Allowed (shop/db)',
  ],
  [
    'a tier that denies',
    ['ns=shop,app=web', 'ns=shop,app=db', '22', tiers],
    'verdict: denied, ingress / [platform] Denied (no-ssh)',
  ],
  [
    'a deny of Cilium',
    ['ns=shop,app=web', '192.0.2.7', '25', entities],
    'verdict: denied, egress / [cilium] Denied (no-mail)',
  ],
  [
    'another protocol',
    ['ns=shop,app=web', 'ns=shop,app=db', 'proto/47', db],
    'verdict: denied, ingress / [kubernetes] Denied (shop/db)',
  ],
]

for (const [what, [from = '', to = '', port = '', ...words], expected] of flows) {
  test(what, async () => {
    const answer = await explain(from, to, port, ...words)
    assert.is(answer.code, 0)
    // What explain has to say of its input stands beside the answer.
    assert.match(answer.err, words.includes(entities) ? /^\S+ warning NP3011: / : /^$/)
    assert.is(lastLines(answer), expected)
  })
}

test('every rule says why it does not match', async () => {
  const { out } = await explain('ns=shop,app=cache', 'ns=shop,app=db', '80', db)
  assert.match(
    out,
    /allow ingress\[0\] \(.*input\.yaml:14\) does not match: it is from pods app=web/,
  )
})

test('-v names the policies that are not about the flow, and why', async () => {
  const quiet = await explain('ns=shop,app=web', 'ns=prod', '80', db)
  assert.match(quiet.out, /1 more policy not about it/)
  const { out } = await explain('ns=shop,app=web', 'ns=shop,app=cache', '80', db, '-v')
  assert.match(out, /policy shop\/db \(.*\) is for pods app=db, and this has app=cache/)
})

test('JSON has the verdict at its top, and the same story', async () => {
  const { out } = await explain(
    'ns=shop,app=web',
    'ns=shop,app=db',
    '22',
    tiers,
    '--format',
    'json',
  )
  const { verdict, ingress } = JSON.parse(out)
  assert.is(verdict, 'deny')
  assert.equal(
    ingress.tiers.map(({ tier, outcome }: { tier: string; outcome: string }) => [tier, outcome]),
    [
      ['platform', 'denied'],
      ['default', 'not reached'],
    ],
  )
})

test('JSON has both ends and what is sent as data', async () => {
  const { out } = await explain(
    '192.0.2.1',
    'shop/db-0',
    '5432',
    db,
    ...cluster,
    '--format',
    'json',
  )
  const { from, to, traffic } = JSON.parse(out)
  assert.equal(from, { kind: 'external', address: '192.0.2.1' })
  assert.equal([to.kind, to.namespace, to.name], ['pod', 'shop', 'db-0'])
  assert.equal(traffic, { kind: 'ports', protocol: 'TCP', port: 5432 })
})

test('--protocol says what --port leaves open', async () => {
  const { out } = await explain('192.0.2.1', 'ns=shop,app=db', '53', '--protocol', 'udp', db)
  assert.match(out, /53\/UDP/)
})

test('pods made up from labels are in no block of a policy, whichever it is', async () => {
  const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: {}
  ingress: [{ from: [{ ipBlock: { cidr: 203.0.113.0/24 } }] }]
`
  const ends = ['--from', 'ns=other', '--to', 'ns=shop', '--port', '80']
  const { out } = await netpolc(['explain', ...ends, '-'], policy)
  assert.match(out, /^ingress: denied as no rule .* and shop\/db \(<stdin>:2\) isolates the pod$/m)
})

const misuses: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no flow', [db], /--from, --to and --port are needed/],
  [
    'a pod that is not there',
    ['--from', 'shop/web-O', '--to', 'shop/db-0', '--port', '1', db, ...cluster],
    /did you mean "shop\/web-0"/,
  ],
  [
    'a name without a cluster',
    ['--from', 'shop/web-0', '--to', '10.0.0.1', '--port', '1', db],
    /there is no cluster/,
  ],
  [
    'two IP versions',
    ['--from', '10.0.0.1', '--to', 'fd00::1', '--port', '1', db],
    /no IP version in common/,
  ],
  [
    'a port that is none',
    ['--from', '10.0.0.1', '--to', '10.0.0.2', '--port', '70000', db],
    /from 1 to 65535/,
  ],
  [
    'a protocol that is none',
    ['--from', '10.0.0.1', '--to', '10.0.0.2', '--port', '80/tpc', db],
    /protocol is not known/,
  ],
  [
    'labels that are none',
    ['--from', 'a=b=c', '--to', '10.0.0.2', '--port', '80', db],
    /is not "key=value"/,
  ],
  [
    'the name of a flag that is missing',
    ['--from', '10.0.0.1', '--port', '1', db],
    /needed; missing: --to/,
  ],
  [
    'one standard input for two things',
    ['--from', '10.0.0.1', '--to', '10.0.0.2', '--port', '1', '-', '--cluster', '-'],
    /cannot be both/,
  ],
  ['no policies', ['--from', '10.0.0.1', '--to', '10.0.0.2', '--port', '80'], /no policies/],
]

for (const [what, words, message] of misuses) {
  test(`refused: ${what}`, async () => {
    const { code, out, err } = await netpolc(['explain', ...words])
    assert.equal([code, out], [2, ''])
    assert.match(err, message)
  })
}

test.run()
