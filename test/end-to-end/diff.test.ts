// `netpolc diff` as its users meet it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder, netpolc } from '../support/run.ts'

const test = suite('diff')

const policy = (port: number): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels: { app: db }
  ingress:
  - from:
    - podSelector: { matchLabels: { app: web } }
    ports:
    - port: ${port}
`

/** Writes two files and gives their names. */
function withFiles(
  before: string,
  after: string,
  use: (a: string, b: string, folder: string) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const [a, b] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
    writeFileSync(a, before)
    writeFileSync(b, after)
    await use(a, b, folder)
  })
}

test('the same policies in other words are equal: exit code 0', () =>
  withFiles(policy(80), policy(80).replace('{ app: web }', '{ app: "web" }'), async (a, b) => {
    const { code, out } = await netpolc(['diff', a, b])
    assert.is(code, 0)
    assert.match(out, /^end to end: what gets through: equal$/m)
  }))

test('a changed port is one group opened and one closed: exit code 1', () =>
  withFiles(policy(80), policy(81), async (a, b) => {
    const { code, out, err } = await netpolc(['diff', a, b])
    assert.equal([code, err], [1, ''])
    assert.match(
      out,
      /^ {2}\+ pods app=web in namespace shop → pods app=db in namespace shop, 81\/TCP: was denied as no rule allows it, now allowed by .*b\.yaml:10$/m,
    )
    assert.match(
      out,
      /^ {2}- pods .*, 80\/TCP: was allowed by .*a\.yaml:10, now denied as no rule allows it$/m,
    )
    assert.match(out, /^egress: what sources let out: equal$/m)
    assert.match(out, /^assuming A1: /m)
  }))

test('a policy that is new closes everything but what it allows', () =>
  withFiles('', policy(80), async (a, b) => {
    const { code, out } = await netpolc(['diff', a, b])
    assert.is(code, 1)
    assert.not.match(out, /^ {2}\+/m)
    assert.match(
      out,
      /^ {2}- anyone → pods app=db in namespace shop, any traffic, except .*\(pods app=web in namespace shop → pods app=db in namespace shop, 80\/TCP\): was allowed as no policy governs it/m,
    )
  }))

test('two engines are compared with each other', () =>
  inFolder(async (folder) => {
    const source = join(folder, 'k8s.yaml')
    writeFileSync(source, policy(80))
    for (const target of ['calico', 'cilium']) {
      await netpolc(['compile', '-t', target, '-o', join(folder, target), source])
    }
    const [calico, cilium] = [join(folder, 'calico'), join(folder, 'cilium')]
    assert.is((await netpolc(['diff', calico, cilium])).code, 0)
    assert.is((await netpolc(['diff', source, cilium])).code, 0)
    assert.is((await netpolc(['diff', `${calico}..${source}`])).code, 0)
  }))

test('every form says the same', () =>
  withFiles(policy(80), policy(81), async (a, b) => {
    const of = async (format: string): Promise<string> =>
      (await netpolc(['diff', a, b, '--format', format])).out
    const json = JSON.parse(await of('json'))
    assert.equal([json.equal, json.scopes.length], [false, 3])
    assert.is(json.scopes[0].changes[0].after.verdict, 'allow')
    const csv = (await of('csv')).trim().split('\n')
    assert.equal(
      [csv.length, csv[0]],
      [5, 'scope,change,flows,before,after,example,sources,destinations'],
    )
    assert.match(await of('markdown'), /^\| ingress \| opened \| pods app=web/m)
  }))

test('a cluster names the pods', () =>
  withFiles(policy(80), policy(81), async (a, b) => {
    const { out } = await netpolc(['diff', a, b, '--cluster', 'golden/clusters/shop.yaml'])
    assert.match(out, /^ {6}in the cluster: from shop\/web-0, shop\/web-1 to shop\/db-0$/m)
  }))

test('what an end enforces and what gets through are told apart', () =>
  inFolder(async (folder) => {
    const rule = (direction: string, word: string, subject: string, peer: string): string =>
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${subject}, namespace: shop }
spec:
  podSelector: { matchLabels: { app: ${subject} } }
  policyTypes: [${direction}]
  ${direction.toLowerCase()}:
  - ${word}: [{ podSelector: { matchLabels: { app: ${peer} } } }]
`
    // The egress of pods that reach nobody's ingress: closing it changes what sources enforce alone.
    const closed = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: nobody, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress] }
`
    mkdirSync(join(folder, 'a'))
    mkdirSync(join(folder, 'b'))
    writeFileSync(join(folder, 'a/p.yaml'), `${closed}---\n${rule('Egress', 'to', 'web', 'api')}`)
    writeFileSync(
      join(folder, 'b/p.yaml'),
      `${closed}---\n${rule('Egress', 'to', 'web', 'api').replace(/\n$/, '')}\n  - to: [{ podSelector: { matchLabels: { app: db } } }]\n`,
    )
    const { code, out } = await netpolc(['diff', join(folder, 'a'), join(folder, 'b')])
    assert.is(code, 1)
    assert.match(out, /^egress: what sources let out: 1 opened$/m)
    assert.match(out, /^end to end: what gets through: equal$/m)
  }))

test('a setting of Cilium decides whether its blocks mean nodes', () =>
  inFolder(async (folder) => {
    const cilium = join(folder, 'cilium.yaml')
    writeFileSync(
      cilium,
      `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  endpointSelector: {}
  ingress:
  - fromCIDR: [10.0.0.0/8]
`,
    )
    const source = join(folder, 'k8s.yaml')
    writeFileSync(
      source,
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: {}
  ingress:
  - from: [{ ipBlock: { cidr: 10.0.0.0/8 } }]
`,
    )
    const facts = ['--node-cidr', '10.1.0.0/16', '--pod-cidr', '10.2.0.0/16']
    const codes = async (...words: string[]): Promise<number> =>
      (await netpolc(['diff', source, cilium, ...words])).code
    assert.is(await codes(), 0)
    assert.is(await codes(...facts), 1)
    assert.is(await codes(...facts, '--cilium-cidr-match-mode', 'nodes'), 1)
    assert.is(await codes(...facts, '--cilium-cidr-match-mode', 'nodes,pods'), 0)
  }))

test('rules of a firewall are compared with policies, in a cluster', () =>
  inFolder(async (folder) => {
    const input = 'golden/basics/web-to-db/input.yaml'
    const cluster = ['--cluster', 'golden/clusters/shop.yaml']
    const rules = join(folder, 'rules')
    await netpolc(['compile', '-t', 'iptables', ...cluster, '-o', rules, input])
    const same = await netpolc(['diff', '-R', ...cluster, input, rules])
    assert.equal([same.code, same.err], [0, ''])
    const file = join(rules, 'node-b/iptables.rules')
    writeFileSync(file, readFileSync(file, 'utf8').replace('--dport 5432', '--dport 5433'))
    const { code, out } = await netpolc(['diff', '-R', ...cluster, input, rules])
    assert.is(code, 1)
    assert.match(
      out,
      /^ {2}- shop\/web-0, shop\/web-1 → shop\/db-0, 5432\/TCP: was allowed by .*input\.yaml:14, now denied by the rules of the node$/m,
    )
    assert.match(out, /^assuming A3: /m)
    const bare = await netpolc(['diff', '-R', input, rules])
    assert.equal([bare.code, bare.out], [2, ''])
    assert.match(bare.err, /error NP4001: rules of firewalls are compared in a cluster only/)
  }))

const misuses: readonly (readonly [string, readonly string[], string])[] = [
  ['one side', ['A'], 'NP6006'],
  ['a side that is not there', ['golden/nowhere', 'golden/basics/web-to-db/input.yaml'], 'NP6001'],
  [
    'facts that contradict each other',
    [
      '--pod-cidr',
      '10.0.0.0/8',
      '--node-cidr',
      '10.1.0.0/16',
      'golden/basics/web-to-db/input.yaml',
      'golden/basics/web-to-db/input.yaml',
    ],
    'NP6004',
  ],
  [
    'a fact that is no CIDR',
    ['--pod-cidr', 'x', 'golden/basics/web-to-db/input.yaml', 'golden/basics/web-to-db/input.yaml'],
    'NP6004',
  ],
  ['standard input twice', ['-', '-'], 'NP6004'],
]

for (const [what, words, code] of misuses) {
  test(`refused: ${what}`, async () => {
    const answer = await netpolc(['diff', ...words])
    assert.equal([answer.code, answer.out], [2, ''])
    assert.match(answer.err, new RegExp(`error ${code}:`))
  })
}

test.run()
