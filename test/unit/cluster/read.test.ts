// Snapshots as kubectl prints them, and snapshots that must not be compiled from.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printAddress } from '../../../src/algebra/address.ts'
import { readCluster } from '../../../src/cluster/read.ts'
import type { Cluster } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource } from '../../../src/source/source.ts'
import { summary } from '../../support/diagnose.ts'

const test = suite('cluster snapshot')

type Item = Readonly<Record<string, unknown>>

const shop: Item = { kind: 'Namespace', metadata: { name: 'shop', labels: { env: 'prod' } } }
const node: Item = {
  kind: 'Node',
  metadata: { name: 'n1' },
  status: {
    addresses: [
      { type: 'InternalIP', address: '172.16.0.1' },
      { type: 'ExternalIP', address: '203.0.113.1' },
      { type: 'Hostname', address: 'n1' },
    ],
  },
}
const pod = (name: string, status: Item, spec: Item = {}): Item => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: { nodeName: 'n1', ...spec },
  status,
})
const running = (ip: string): Item => ({ phase: 'Running', podIP: ip, podIPs: [{ ip }] })

function read(...items: readonly Item[]): { cluster: Cluster | null; found: readonly string[] } {
  const reporter = makeReporter()
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: items.map((item) => ({ apiVersion: 'v1', ...item })),
  }
  const cluster = readCluster(
    [makeSource('snapshot.json', JSON.stringify(list, null, 1))],
    reporter,
  )
  return { cluster, found: summary(reporter.diagnostics) }
}

function refused(expected: RegExp, ...items: readonly Item[]): void {
  const { cluster, found } = read(...items)
  assert.is(cluster, null)
  assert.match(found.join('\n'), expected)
}

test('namespaces carry their name as a label', () => {
  const { cluster } = read(shop)
  assert.equal(cluster?.namespaces[0]?.labels, {
    env: 'prod',
    'kubernetes.io/metadata.name': 'shop',
  })
})

test('nodes have their addresses, names left out', () => {
  assert.equal(read(node).cluster?.nodes[0]?.addresses.map(printAddress), [
    '172.16.0.1',
    '203.0.113.1',
  ])
})

test('pods have all their addresses once', () => {
  const status = {
    phase: 'Running',
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }, { ip: 'FD00::1' }],
  }
  const { cluster } = read(shop, node, pod('a', status))
  assert.equal(cluster?.pods[0]?.addresses.map(printAddress), ['10.0.0.1', 'fd00::1'])
})

test('finished pods and pods of the host network are left out, whatever their address', () => {
  const { cluster, found } = read(
    shop,
    node,
    pod('a', running('10.0.0.1')),
    pod('b', { ...running('10.0.0.1'), phase: 'Succeeded' }),
    pod('c', { ...running('10.0.0.1'), phase: 'Failed' }),
    pod('d', running('172.16.0.1'), { hostNetwork: true }),
  )
  assert.equal(
    cluster?.pods.map(({ name }) => name),
    ['a'],
  )
  assert.equal(found, [])
})

test('port names are those of containers and native sidecars, TCP where no protocol stands', () => {
  const port = (name: string, containerPort: number, rest: Item = {}): Item => ({
    ports: [{ name, containerPort, ...rest }],
  })
  const { cluster } = read(
    shop,
    node,
    pod('a', running('10.0.0.1'), {
      containers: [
        port('http', 80),
        port('dns', 53, { protocol: 'UDP' }),
        { ports: [{ containerPort: 81 }] },
      ],
      initContainers: [port('once', 82), { ...port('side', 83), restartPolicy: 'Always' }],
    }),
  )
  assert.equal(
    cluster?.pods[0]?.ports.map(
      ({ name, protocol, port: number }) => `${name} ${protocol} ${number}`,
    ),
    ['http TCP 80', 'dns UDP 53', 'side TCP 83'],
  )
})

test('a pod without address is left out with a warning', () => {
  const { cluster, found } = read(
    shop,
    node,
    pod('a', { phase: 'Pending' }),
    pod('b', running('10.0.0.2')),
  )
  assert.equal(
    cluster?.pods.map(({ name }) => name),
    ['b'],
  )
  assert.match(found.join(), /^NP4004 .*pod "shop\/a" has no address yet$/)
})

test('no pod with an address: rules would say nothing', () => {
  refused(
    /NP4005 .*no pod of the snapshot has an address/,
    shop,
    node,
    pod('a', { phase: 'Pending' }),
  )
})

test('two pods with one address', () => {
  refused(
    /^NP4002 .*pod "shop\/a" and pod "shop\/b" share the address 10\.0\.0\.1$/,
    shop,
    node,
    pod('a', running('10.0.0.1')),
    pod('b', running('10.0.0.1')),
  )
})

test('a namespace that is missing', () => {
  refused(/^NP4003 .*pod "shop\/a"/, node, pod('a', running('10.0.0.1')))
})

test('a node that is missing: its pods would go without rules', () => {
  refused(/^NP4005 .*node "n1"/, shop, pod('a', running('10.0.0.1')))
})

test('what is there twice', () => {
  refused(
    /two pods "shop\/a"/,
    shop,
    node,
    pod('a', running('10.0.0.1')),
    pod('a', running('10.0.0.2')),
  )
  refused(/two nodes "n1"/, shop, node, { ...node, status: {} })
})

test('a namespace label that lies', () => {
  refused(/NP4005/, {
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'bank' } },
  })
})

test('wrong types and addresses that are none', () => {
  refused(/NP2002/, shop, node, pod('a', { ...running('10.0.0.1'), podIPs: 'x' }))
  refused(/NP2002/, shop, { ...node, metadata: 'x' })
  refused(/NP4005 .*"10\.0\.0" is not an address/, shop, node, pod('a', running('10.0.0')))
  for (const address of ['127.0.0.1', '0.0.0.0', '224.0.0.1', '::ffff:10.0.0.1', '::', 'ff02::1']) {
    refused(/NP4005 .* cannot be the address of a pod/, shop, node, pod('a', running(address)))
  }
})

test('a snapshot of nothing', () => {
  refused(/NP4005 .*no namespace, pod or node/, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {},
  })
})

test.run()
