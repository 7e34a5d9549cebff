// Which addresses are behind which interfaces: names of interfaces first, then routes, the longest first.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printCidr, toCidrs } from '../../../src/algebra/address.ts'
import { nowhere } from '../../../src/audit/drift/interfaces.ts'
import { nobodyKnown } from '../../../src/audit/findings/index.ts'
import { podInterfaces } from '../../../src/audit/podInterfaces.ts'
import { readRoutes } from '../../../src/audit/routes.ts'
import { readCluster } from '../../../src/cluster/read.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('interfaces of a machine')

const cluster = readCluster(
  [
    makeSource(
      'c.yaml',
      `{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop}, spec: {nodeName: a}, status: {podIP: 10.1.0.5}}
`,
    ),
  ],
  makeReporter(),
)
const facts = { cluster, node: cluster?.nodes[0] ?? null }
const named = {
  ...nobodyKnown,
  interfaces: new Map([['cali1', { namespace: 'shop', pod: 'db' }]]),
}

function blocks(routes: string | null, recognition = nobodyKnown): Record<string, string[]> {
  const read = routes === null ? null : readRoutes(makeSource('r', routes), makeReporter())
  const found = [...podInterfaces(recognition, facts, read)]
  return Object.fromEntries(found.map(([name, sets]) => [name, toCidrs(4, sets[4]).map(printCidr)]))
}

test('without names and routes nothing is known', () => {
  assert.equal(blocks(null), {})
})

test('a pod is behind the interface that is named after it', () => {
  assert.equal(blocks(null, named), { cali1: ['10.1.0.5/32'] })
})

test('the longest route decides, and those that throw packets away lead nowhere', () => {
  const routes = '10.0.0.0/8 dev eth0\n10.1.0.0/16 dev eth1\nblackhole 10.1.0.0/17\n'
  const found = blocks(routes)
  assert.equal(found.eth1, ['10.1.128.0/17'])
  assert.equal(found[nowhere], ['10.1.0.0/17'])
  assert.not.ok(found.eth0?.includes('10.1.0.0/16'))
})

test('the name of an interface is more than a route', () => {
  const found = blocks('10.1.0.0/29 dev eth0\n', named)
  assert.equal(found.cali1, ['10.1.0.5/32'])
  assert.equal(found.eth0, ['10.1.0.0/30', '10.1.0.4/32', '10.1.0.6/31'])
})

test('an address with two ways is behind both interfaces', () => {
  const found = blocks(
    '10.3.0.0/16 nexthop via 192.0.2.7 dev eth0 nexthop via 192.0.2.8 dev eth1\n',
  )
  assert.equal([found.eth0, found.eth1], [['10.3.0.0/16'], ['10.3.0.0/16']])
})

test('what is the machine itself is behind no interface', () => {
  const found = blocks('default via 192.0.2.254 dev eth0\n')
  const own = ['127.0.0.0/8', '192.0.2.1/32']
  assert.ok((found.eth0 ?? []).length > 10)
  assert.equal(
    (found.eth0 ?? []).filter((block) => own.includes(block)),
    [],
  )
})

test.run()
