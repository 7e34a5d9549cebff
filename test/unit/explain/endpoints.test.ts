// Words of the command line as flows, and what is said of words that are none.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Address,
  parseAddress,
  parseCidr,
  printAddress,
} from '../../../src/algebra/address.ts'
import type { Cluster, Flow, FlowEnd, Host, Pod } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { type FlowContext, readFlow } from '../../../src/explain/endpoints.ts'
import type { Block } from '../../../src/explain/freeAddress.ts'

const test = suite('flows in words')

const addresses = (...texts: readonly string[]): readonly Address[] =>
  texts.flatMap((text) => parseAddress(text) ?? [])
const block = (text: string, ...holes: readonly string[]): Block => {
  const [cidr, ...except] = [text, ...holes].flatMap((one) => parseCidr(one)?.cidr ?? [])
  if (cidr === undefined) throw new Error(text)
  return { kind: 'cidr', cidr, except }
}

const shop = { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', env: 'live' } }
const node: Host = {
  kind: 'host',
  name: 'n1',
  labels: { role: 'edge' },
  addresses: addresses('172.16.0.1'),
}
const pod = (name: string, ...texts: readonly string[]): Pod => ({
  kind: 'pod',
  namespace: shop,
  name,
  labels: { app: name },
  serviceAccount: { name: 'default', labels: { '@name': 'default' } },
  ports: [
    { name: 'http', protocol: 'TCP', port: 8080 },
    { name: 'dns', protocol: 'UDP', port: 53 },
  ],
  addresses: addresses(...texts),
  node: 'n1',
})
const cluster: Cluster = {
  namespaces: [shop],
  pods: [
    pod('web', '10.0.0.1', 'fd00::1'),
    pod('db', '10.0.0.2', 'fd00::2'),
    pod('six', 'fd00::3'),
  ],
  nodes: [node],
}

const inCluster = { cluster }
type More = Partial<Omit<FlowContext, 'reporter'>>

function read(from: string, to: string, port: string, more: More): [Flow | null, string] {
  const reporter = makeReporter()
  const context = { cluster: null, namespace: 'default', blocks: [], ...more, reporter }
  const flow = readFlow({ from, to, port }, context)
  const said = reporter.diagnostics.map(({ code, message, help }) => `${code} ${message} (${help})`)
  return [flow, said.join('\n')]
}

function flowOf(from: string, to: string, port = '80', more: More = {}): Flow {
  const [flow, said] = read(from, to, port, more)
  if (flow === null) throw new Error(said)
  assert.is(said, '')
  return flow
}

const toPod = (words: string, more: More = {}): Pod => {
  const { endpoint } = flowOf('192.0.2.1', words, '80', more).destination
  if (endpoint.kind !== 'pod') throw new Error(`${words} is no pod`)
  return endpoint
}
const at = ({ address }: FlowEnd): string => printAddress(address)

test('names are those of pods and nodes; -n is the namespace of pods that name none', () => {
  const { source, destination } = flowOf('shop/web', 'node/n1', '80', inCluster)
  assert.equal([source.endpoint, destination.endpoint], [cluster.pods[0], node])
  const own = flowOf('web', 'shop/db', '80', { cluster, namespace: 'shop' })
  assert.is(own.source.endpoint, cluster.pods[0])
})

test('an address is that of its pod or node, by that very address; else it is external', () => {
  const { source, destination } = flowOf('fd00::1', 'fd00::2', '80', inCluster)
  assert.equal([source.endpoint, at(source)], [cluster.pods[0], 'fd00::1'])
  assert.is(destination.endpoint, cluster.pods[1])
  assert.is(flowOf('172.16.0.1', '10.0.0.2', '80', inCluster).source.endpoint, node)
  assert.is(flowOf('10.0.0.9', '10.0.0.2', '80', inCluster).source.endpoint.kind, 'external')
  assert.is(flowOf('10.0.0.1', '10.0.0.2').source.endpoint.kind, 'external')
})

test('labels make up a pod: namespace, account, node, address, ports, and the rest its own', () => {
  const words =
    'ns=shop, app=web,ns:env=test,sa=bot,sa:role=ci,node=n2,ip=10.1.2.3,port:http=8080/tcp'
  assert.equal(toPod(words), {
    kind: 'pod',
    name: 'to',
    namespace: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', env: 'test' } },
    labels: { app: 'web' },
    serviceAccount: { name: 'bot', labels: { '@name': 'bot', role: 'ci' } },
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    addresses: addresses('10.1.2.3'),
    node: 'n2',
  })
  assert.is(toPod('app=web').namespace.name, 'default')
  assert.is(toPod('namespace=prod,app=web', { namespace: 'shop' }).namespace.name, 'prod')
  assert.is(toPod('ns=shop,app=new', inCluster).namespace.labels.env, 'live')
})

test("node=NAME alone is a node: the snapshot's, or one made up", () => {
  assert.is(flowOf('node=n1', 'shop/db', '80', inCluster).source.endpoint, node)
  const { endpoint } = flowOf('node=n9,node:role=edge', 'ns=shop').source
  assert.equal(
    [endpoint.kind, endpoint.kind === 'host' && endpoint.labels],
    ['host', { role: 'edge' }],
  )
})

test('IPv4 where both have it, else IPv6; made-up pods have both', () => {
  assert.is(at(flowOf('shop/web', 'shop/db', '80', inCluster).source), '10.0.0.1')
  assert.is(at(flowOf('shop/web', 'shop/six', '80', inCluster).source), 'fd00::1')
  assert.is(at(flowOf('ns=shop', 'fd00::9').source), '2001:db8::7')
  assert.is(at(flowOf('shop/web', 'shop/db', 'icmpv6/128', inCluster).source), 'fd00::1')
})

test('a made-up pod lies in no block that a policy mentions, where there is room', () => {
  const held = { blocks: [block('203.0.113.0/24')] }
  const { source, destination } = flowOf('app=a', 'app=b', '80', held)
  assert.equal([at(source), at(destination)], ['203.0.114.6', '203.0.114.7'])
  // Everywhere but inside of the network: that is where pods are.
  const internet = { blocks: [block('0.0.0.0/0', '10.0.0.0/8')] }
  assert.match(at(flowOf('app=a', 'app=b', '80', internet).source), /^10\.0\.0\.\d$/)
  const whole = { blocks: [block('0.0.0.0/0')] }
  assert.is(at(flowOf('app=a', 'app=b', '80', whole).source), '203.0.113.7')
})

test('ports, by number and by the name that the destination gives them', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['5432/tcp', 'TCP', 5432],
    ['53/UDP', 'UDP', 53],
    ['9/sctp', 'SCTP', 9],
    ['80', 'TCP', 80],
    ['http', 'TCP', 8080],
    ['dns', 'UDP', 53],
    ['dns/udp', 'UDP', 53],
  ]
  for (const [words, protocol, port] of cases) {
    const { traffic } = flowOf('shop/web', 'shop/db', words, inCluster)
    assert.equal(traffic, { kind: 'ports', protocol, port }, words)
  }
  assert.is(flowOf('10.0.0.1', 'app=a,port:web=81', 'web').traffic.kind, 'ports')
})

test('ICMP by type and code, an echo request where none is said; other protocols by number', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['icmp', { kind: 'icmp', type: 8, code: 0 }],
    ['icmp/3', { kind: 'icmp', type: 3, code: 0 }],
    ['ICMP/3/1', { kind: 'icmp', type: 3, code: 1 }],
    ['icmpv6', { kind: 'icmp', type: 128, code: 0 }],
    ['icmpv6/135/0', { kind: 'icmp', type: 135, code: 0 }],
    ['proto/47', { kind: 'other', protocolNumber: 47 }],
  ]
  for (const [words, traffic] of cases) {
    assert.equal(flowOf('app=a', 'app=b', words).traffic, traffic, words)
  }
})

const refusals: readonly (readonly [string, string, string, RegExp, More?])[] = [
  ['shop/wep', 'shop/db', '80', /no such pod \(did you mean "shop\/web"\?\)/, inCluster],
  ['node/n2', 'shop/db', '80', /no such node \(did you mean "node\/n1"\?\)/, inCluster],
  ['somewhere/else', 'shop/db', '80', /write namespace\/pod, node\/name/, inCluster],
  ['shop/web', '10.0.0.1', '80', /there is no cluster/],
  ['', '10.0.0.1', '80', /there is no cluster/],
  ['a=b=c', '10.0.0.1', '80', /"a=b=c" is not "key=value"/],
  ['app=a,', '10.0.0.1', '80', /"" is not "key=value"/],
  ['app=a,app=b', '10.0.0.1', '80', /"app" is said twice/],
  ['ns=a,namespace=b', '10.0.0.1', '80', /namespace is said twice/],
  ['ns=Shop', '10.0.0.1', '80', /"Shop" is not the name of a namespace/],
  ['ip=10.0.0', '10.0.0.1', '80', /"10\.0\.0" is no address/],
  ['port:http=0', '10.0.0.1', '80', /is not as "port:http=8080\/tcp"/],
  ['10.0.0.1', 'fd00::1', '80', /no IP version in common/],
  ['10.0.0.1', '10.0.0.2', 'icmpv6', /goes over IPv6.*\(for IPv4 write icmp\/8\)/],
  ['fd00::1', 'fd00::2', 'icmp/8', /goes over IPv4.*\(for IPv6 write icmpv6\/128\)/],
  ['10.0.0.1', '10.0.0.2', '0', /from 1 to 65535/],
  ['10.0.0.1', '10.0.0.2', '65536/udp', /from 1 to 65535/],
  ['10.0.0.1', '10.0.0.2', '80/tpc', /protocol is not known/],
  ['10.0.0.1', '10.0.0.2', '80/tcp/1', /protocol is not known/],
  ['10.0.0.1', '10.0.0.2', 'http', /gives no port the name "http"/],
  ['shop/web', 'shop/db', 'http/udp', /name "http"; it has http\/tcp, dns\/udp/, inCluster],
  ['10.0.0.1', '10.0.0.2', 'icmp/', /types and codes are numbers/],
  ['10.0.0.1', '10.0.0.2', 'icmp/0x8', /types and codes are numbers/],
  ['10.0.0.1', '10.0.0.2', 'icmp/8/0/1', /types and codes are numbers/],
  ['10.0.0.1', '10.0.0.2', 'proto/', /a protocol is a number from 0 to 255/],
  ['10.0.0.1', '10.0.0.2', 'proto/6', /protocol 6 has ports: write 80\/tcp/],
  ['10.0.0.1', '10.0.0.2', 'proto/58', /write icmpv6\/128/],
]

for (const [from, to, port, message, more = {}] of refusals) {
  test(`refused: ${from} to ${to} on ${port}`, () => {
    const [flow, said] = read(from, to, port, more)
    assert.is(flow, null)
    assert.match(said, /^NP6008 /)
    assert.match(said, message)
  })
}

test.run()
