// `netpolc compile --diff-against` as its user sees it: what changes on nodes that run an earlier version.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Answer, inFolder, netpolc } from '../support/run.ts'

const test = suite('compile --diff-against')

const policy = (port: number): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: {}, ingress: [{ ports: [{ port: ${port} }] }] }
`
const object = (kind: string, name: string, more: object): object => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(kind === 'Pod' ? { namespace: 'shop' } : {}) },
  ...more,
})
/** A cluster with one pod on each node. */
const snapshot = (...nodes: readonly string[]): string => {
  const of = (name: string, at: number): readonly object[] => [
    object('Node', name, {
      status: { addresses: [{ type: 'InternalIP', address: `172.16.0.${at + 1}` }] },
    }),
    object('Pod', `pod-${name}`, {
      spec: { nodeName: name, containers: [{ name: 'c' }] },
      status: { phase: 'Running', podIPs: [{ ip: `10.0.0.${at + 1}` }] },
    }),
  ]
  const items = [object('Namespace', 'shop', {}), ...nodes.flatMap(of)]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** A folder with files of an earlier run in it, and the words that compile again. */
interface Place {
  readonly folder: string
  readonly old: string
  readonly compile: (
    target: string,
    port: number,
    nodes: readonly string[],
    ...more: readonly string[]
  ) => Promise<Answer>
}

const inPlace = (target: string, use: (place: Place) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const compile: Place['compile'] = (name, port, nodes, ...more) => {
      writeFileSync(join(folder, 'web.yaml'), policy(port))
      writeFileSync(join(folder, 'cluster.json'), snapshot(...nodes))
      const cluster = ['--cluster', join(folder, 'cluster.json')]
      return netpolc(['compile', join(folder, 'web.yaml'), '-t', name, ...cluster, ...more])
    }
    const old = join(folder, 'old')
    const { code, err } = await compile(target, 80, ['n1'], '-o', old)
    assert.is(code, 0, err)
    await use({ folder, old, compile })
  })

const lines = (out: string): readonly string[] =>
  out
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line
        .replace(/(NP-V|NP-I|version|ingress4)-\w{16}/, '$1')
        .replace(/ (-m comment --)?comment "[^"]*"/, ''),
    )

for (const target of ['iptables', 'nftables', 'iptables,nftables']) {
  test(`${target}: where nothing changes, there is nothing to load`, () =>
    inPlace(target, async ({ old, compile }) => {
      const { code, out, err } = await compile(target, 80, ['n1'], '--diff-against', old)
      assert.equal([code, out], [0, ''])
      assert.match(err, /^nothing changes$/m)
    }))
}

test('iptables: one port is one chain', () =>
  inPlace('iptables', async ({ old, compile }) => {
    const { code, out } = await compile('iptables', 81, ['n1'], '--diff-against', old)
    assert.is(code, 0)
    assert.equal(lines(out), [
      '*security',
      ':NP-V - [0:0]',
      ':NP-I - [0:0]',
      '-X NP-V',
      '-A NP-I -p tcp -m tcp --dport 81 -j RETURN',
      '-A NP-I -j DROP',
      'COMMIT',
      // A node runs one version.
      '*security',
      ':NP-V - [0:0]',
      '-X NP-V',
      'COMMIT',
    ])
  }))

test('nftables: one port is one element', () =>
  inPlace('nftables', async ({ old, compile }) => {
    const { code, out } = await compile('nftables', 81, ['n1'], '--diff-against', old)
    assert.is(code, 0)
    assert.equal(lines(out), [
      'delete chain inet netpolc version',
      'add chain inet netpolc version',
      'delete element inet netpolc ingress4-ports {',
      '\t0.0.0.0/0 . tcp . 80,',
      '}',
      'add element inet netpolc ingress4-ports {',
      '\t0.0.0.0/0 . tcp . 81,',
      '}',
    ])
  }))

test('a node that is new gets whole files, and one that stays the same none', () =>
  inPlace('iptables', async ({ folder, old, compile }) => {
    const [to, nodes] = [join(folder, 'change'), ['n1', 'n2']]
    assert.is((await compile('iptables', 80, nodes, '--diff-against', old, '-o', to)).code, 0)
    assert.equal(readdirSync(to), ['n2'])
    assert.equal(readdirSync(join(to, 'n2')).sort(), [
      'apply.sh',
      'check.sh',
      'ip6tables.rules',
      'ipset.rules',
      'iptables.rules',
      'remove.sh',
    ])
  }))

test('several targets have their files side by side, as they had before', () =>
  inPlace('iptables,nftables', async ({ folder, old, compile }) => {
    const to = join(folder, 'change')
    const words = ['--diff-against', old, '-o', to]
    assert.is((await compile('iptables,nftables', 81, ['n1'], ...words)).code, 0)
    assert.equal(readdirSync(join(to, 'iptables/n1')).sort(), [
      'change.ip6tables.rules',
      'change.iptables.rules',
    ])
    assert.equal(readdirSync(join(to, 'nftables/n1')), ['change.nft'])
  }))

test('a directory that is missing is an error', () =>
  inPlace('iptables', async ({ old, compile }) => {
    const { code, out, err } = await compile('iptables', 81, ['n1'], '--diff-against', `${old}er`)
    assert.equal([code, out], [2, ''])
    assert.match(err, /NP6001: ".*older" is no directory/)
  }))

for (const [target, file] of [
  ['iptables', 'ip6tables.rules'],
  ['nftables', 'netpolc.nft'],
] as const) {
  for (const [what, damage] of [
    [
      'that is not ours',
      (path: string) => writeFileSync(path, '# Generated by somebody else\nx\n'),
    ],
    ['that is cut short', (path: string) => writeFileSync(path, halfOf(path))],
  ] as const) {
    test(`${target}: a file ${what} is refused, and nothing printed`, () =>
      inPlace(target, async ({ old, compile }) => {
        damage(join(old, 'n1', file))
        const { code, out, err } = await compile(target, 81, ['n1'], '--diff-against', old)
        assert.equal([code, out], [2, ''])
        assert.ok(err.includes('NP6010') && err.includes(file), err)
      }))
  }
}

test('iptables: a file that is missing beside others is refused', () =>
  inPlace('iptables', async ({ old, compile }) => {
    rmSync(join(old, 'n1/iptables.rules'))
    const { code, err } = await compile('iptables', 81, ['n1'], '--diff-against', old)
    assert.is(code, 2)
    assert.match(err, /NP6010: ".*iptables\.rules"/)
  }))

test('iptables: rules that move to another table are refused', () =>
  inPlace('iptables', async ({ old, compile }) => {
    const words = ['--table', 'filter', '--diff-against', old]
    const { code, err } = await compile('iptables', 81, ['n1'], ...words)
    assert.is(code, 2)
    assert.match(err, /NP6010: .*move from the table security to filter/)
  }))

test('a target whose output nodes do not load has no such flag', () =>
  inPlace('iptables', async ({ old, compile }) => {
    const { code, err } = await compile('calico', 81, ['n1'], '--diff-against', old)
    assert.is(code, 2)
    assert.match(err, /NP6004: target calico has no --diff-against/)
  }))

test.run()

function halfOf(path: string): string {
  const text = readFileSync(path, 'utf8')
  return text.slice(0, text.length / 2)
}
