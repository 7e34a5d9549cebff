// nft files as they are read: what each construct does to packets.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Family } from '../../../src/algebra/address.ts'
import { type Diagram, everything, nothing } from '../../../src/algebra/diagram.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { Packets } from '../../../src/proof/packets.ts'
import type { AddressFacts } from '../../../src/proof/paths.ts'
import { isRuleFile, readFirewalls } from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables reading')

const base = 'type filter hook forward priority -5; policy accept;'

/** A table with a chain on the hook for forwarded packets, and other parts before it. */
const table = (rules: string, parts = '', head = base): string =>
  `table inet t {\n${parts}\nchain forward {\n${head}\n${rules}\n}\n}\n`

/** The packets that a way lets on. */
function accepted(
  text: string,
  packets: Packets,
  way: 'INPUT' | 'FORWARD' | 'OUTPUT' = 'FORWARD',
  facts: AddressFacts = { source: 'foreign', destination: 'foreign' },
): Diagram {
  const reporter = makeReporter()
  const [firewall] = readFirewalls([{ path: 'node-a/netpolc.nft', text }], reporter)
  const found = reporter.diagnostics.map(({ message }) => message)
  assert.equal(found, [], text)
  assert.is(firewall?.node, 'node-a')
  return firewall?.accepted(way, packets, facts) ?? nothing
}

const families: readonly Family[] = [4, 6]

/** Two files let on the same packets, of both IP versions. */
function same(a: string, b: string): void {
  for (const family of families) {
    const packets = new Packets(family, 1_000_000)
    assert.is(accepted(a, packets), accepted(b, packets), `IPv${family}`)
  }
}

/** Rules of the one chain mean the same. */
const sameRules = (a: string, b: string, parts = ''): void => same(table(a, parts), table(b, parts))

/** What rules drop, in the words of the algebra. */
function drops(rules: string, wanted: (packets: Packets) => Diagram, parts = ''): void {
  for (const family of families) {
    const packets = new Packets(family, 1_000_000)
    const dropped = packets.store.not(accepted(table(rules, parts), packets))
    assert.is(dropped, wanted(packets), `IPv${family}: ${rules}`)
  }
}

const only =
  (own: Family, make: (packets: Packets) => Diagram) =>
  (packets: Packets): Diagram =>
    packets.family === own ? make(packets) : nothing

const tens = [{ from: 0x0a000000n, to: 0x0affffffn }]

test('a chain without rules follows its policy, which is to accept if none is written', () => {
  drops('', () => nothing)
  same(table('', '', 'type filter hook forward priority filter - 5'), table(''))
  const packets = new Packets(4, 1000)
  assert.is(accepted(table('', '', base.replace('accept', 'drop')), packets), nothing)
})

test('addresses: the IP version is asked for too, also where the test is turned around', () => {
  drops(
    'ip saddr 10.0.0.0/8 drop',
    only(4, (packets) => packets.addresses('source', tens)),
  )
  drops(
    'ip saddr != 10.0.0.0/8 drop',
    only(4, (packets) => packets.store.not(packets.addresses('source', tens))),
  )
  drops(
    'ip6 daddr fd00::/127 drop',
    only(6, (packets) =>
      packets.addresses('destination', [{ from: 0xfdn << 120n, to: (0xfdn << 120n) + 1n }]),
    ),
  )
  sameRules('ip saddr == 10.0.0.0-10.255.255.255 drop', 'ip saddr eq 10.1.2.3/8 drop')
  sameRules('ip saddr 0.0.0.0/0 drop', 'meta nfproto ipv4 drop')
})

test('protocols, by name and number, of one IP version and of both', () => {
  drops('meta l4proto tcp drop', (packets) => packets.protocols(6, 6))
  drops(
    'ip protocol 6 drop',
    only(4, (packets) => packets.protocols(6, 6)),
  )
  sameRules('meta l4proto { icmp, 6-17, ipv6-icmp } drop', 'meta l4proto { 1, 6-17, 58 } drop')
})

const port80 = (packets: Packets): Diagram => packets.ports(80, 80)
const tcp80 = (packets: Packets): Diagram =>
  packets.store.and(packets.protocols(6, 6), port80(packets))

test('ports: those of one protocol, or of those that a test before it names', () => {
  drops('tcp dport 80 drop', tcp80)
  drops('meta l4proto { tcp, udp } th dport 80 drop', (packets) => {
    const { store } = packets
    const either = store.or(packets.protocols(6, 6), packets.protocols(17, 17))
    return store.and(either, port80(packets))
  })
  sameRules('ip protocol { tcp, udp } th dport 80 drop', 'ip protocol { 17, 6 } th dport 80 drop')
  sameRules('meta l4proto tcp th dport 80 drop', 'tcp dport 80 drop')
  sameRules('tcp dport != 80 drop', 'tcp dport { 0-79, 81-65535 } drop')
  sameRules('tcp dport 0 drop', '')
  sameRules('udp dport 0x35 drop', 'meta l4proto 17 th dport 53 drop')
  sameRules('sctp dport 7 drop', 'meta l4proto sctp th dport 7 drop')
})

test('ICMP: types and codes by name and number, each of its IP version', () => {
  drops(
    'icmp type echo-request drop',
    only(4, (packets) => packets.icmp(8, null)),
  )
  drops(
    'icmpv6 type destination-unreachable icmpv6 code port-unreachable drop',
    only(6, (packets) => packets.icmp(1, 4)),
  )
  sameRules('icmp type 3 icmp code 1-3 drop', 'icmp type 3 icmp code { 1, 2, 3 } drop')
  sameRules('icmp type != 0-254 drop', 'icmp type 255 drop')
  sameRules(
    'icmp type . icmp code { 3 . 4, redirect . host-unreachable } drop',
    'icmp type 3 icmp code frag-needed drop\nicmp type 5 icmp code 1 drop',
  )
  sameRules('ip protocol icmp icmp type 8 drop', 'icmp type 8 drop')
})

test('the state is that of a new connection; operators mean what the kernel makes of them', () => {
  const holding = ['new', 'new,untracked', '(established|new)', '== new', '!= established']
  const failing = ['established,related', '!= new', '! established,new', '== new,established']
  const odd = ['!= new,established', '! established', '{ new, related }', '!= { established }']
  for (const state of [...holding, ...odd]) sameRules(`ct state ${state} drop`, 'drop')
  for (const state of [...failing, '{ new | established }']) sameRules(`ct state ${state} drop`, '')
  sameRules('ct state vmap { established : accept, new : drop }', 'drop')
})

test('one rule may have many tests, and what follows them may decide nothing', () => {
  sameRules(
    'ip saddr 10.0.0.0/8 tcp dport 80 counter packets 3 bytes 180 log prefix "a; drop" level info drop comment "} accept"',
    'tcp dport 80 ip saddr 10.0.0.0/8 drop',
  )
  sameRules('counter\nlog group 5 prefix "x" snaplen 9\nlog flags tcp sequence,options', '')
  sameRules('tcp dport 80 continue\ndrop', 'drop')
  sameRules(
    'tcp dport 80 accept; drop # not this: accept',
    'tcp dport != 80 drop\nudp dport 80 \\\n  meta l4proto != tcp drop\nmeta l4proto != tcp drop',
  )
})

test('reject drops, and asks for the packets that it can answer', () => {
  sameRules('reject', 'drop')
  sameRules('reject with icmpx type admin-prohibited', 'drop')
  sameRules('reject with icmp port-unreachable', 'meta nfproto ipv4 drop')
  sameRules('reject with icmpv6 type no-route', 'meta nfproto ipv6 drop')
  sameRules('reject with tcp reset', 'meta l4proto tcp drop')
})

const chains = (rules: string): string => `chain own {\n comment "own"\n${rules}\n}`

test('jump comes back behind the rule; goto to the caller of the caller; return as well', () => {
  const own = chains('udp dport 53 return\ntcp dport 80 drop')
  sameRules('jump own\nmeta l4proto udp drop', 'tcp dport 80 drop\nmeta l4proto udp drop', own)
  sameRules('goto own\ndrop', 'tcp dport 80 drop', own)
  sameRules('tcp dport 80 return\nmeta l4proto tcp drop', 'tcp dport != 80 drop')
  const outer = `${own}\nchain outer { goto own; drop; }`
  sameRules('jump outer\nudp dport 53 drop', 'udp dport 53 drop\ntcp dport 80 drop', outer)
})

test('a return in a base chain is its policy', () => {
  const drop = base.replace('accept', 'drop')
  same(
    table('tcp dport 80 return\nmeta l4proto tcp accept', '', drop),
    table('tcp dport != 80 accept', '', drop),
  )
})

const addresses = `set a { type ipv4_addr; flags interval; auto-merge; size 100; comment "a { b"
  elements = { 10.0.0.0/8 comment "x: y", 10.1.0.0/16,
    192.0.2.1-192.0.2.3,
    192.0.2.9 } }
set none { type ipv6_addr; }`

test('sets hold addresses, blocks and ranges', () => {
  sameRules(
    'ip saddr @a drop',
    'ip saddr { 10.0.0.0/8, 192.0.2.1-192.0.2.3, 192.0.2.9 } drop',
    addresses,
  )
  sameRules('ip saddr != @a drop', 'ip saddr @a accept\nmeta nfproto ipv4 drop', addresses)
  sameRules('ip6 saddr @none drop', '', addresses)
  sameRules('ip6 saddr != @none drop', 'meta nfproto ipv6 drop', addresses)
})

const boxes = `set b { type ipv4_addr . inet_proto . inet_service; flags interval,constant
  elements = { 10.0.0.0/8 . tcp . 80-90, 10.0.0.1 . udp . 53 comment "dns",
    11.0.0.0-11.0.0.9 . tcp . 80-90 } }
set c { typeof ip daddr . th dport; elements = { 10.0.0.1 . 53 } }`

test('concatenations look at all parts', () => {
  const rule = 'ip daddr . meta l4proto . th dport'
  const single = [
    'ip daddr { 10.0.0.0/8, 11.0.0.0-11.0.0.9 } tcp dport 80-90 drop',
    'ip daddr 10.0.0.1 udp dport 53 drop',
  ].join('\n')
  sameRules(`${rule} @b drop`, single, boxes)
  sameRules(`${rule} != @b drop`, `${rule} @b accept\nmeta nfproto ipv4 drop`, boxes)
  sameRules(
    `${rule} { 10.0.0.1 . 6 . 80, 10.0.0.1 . 6 . 81 } drop`,
    'ip daddr 10.0.0.1 tcp dport 80-81 drop',
  )
  sameRules('ip daddr . udp dport @c drop', 'ip daddr 10.0.0.1 udp dport 53 drop', boxes)
})

const maps = `${chains('tcp dport 80 return\ndrop')}
chain other { accept; }
map m { type ipv4_addr : verdict; flags interval; comment "pods"
  elements = { 10.0.0.1 comment "shop/a" : jump own, 10.0.0.2 : goto own,
    10.0.0.3 : accept, 10.0.0.4 : drop, 10.0.0.5 : return, 10.0.0.6 : continue,
    10.0.1.0/24 : jump own, 10.0.2.0-10.0.2.9 : goto other } }
map p { type inet_proto . inet_service : verdict; elements = { tcp . 80 : accept, 17 . 53 : jump own } }`

test('verdict maps send each packet to the verdict of its key', () => {
  const linear = [
    'ip saddr { 10.0.0.1, 10.0.1.0/24 } jump own',
    'ip saddr 10.0.0.2 goto own',
    'ip saddr { 10.0.0.3, 10.0.2.0-10.0.2.9 } accept',
    'ip saddr 10.0.0.4 drop',
    'ip saddr 10.0.0.5 return',
  ].join('\n')
  sameRules('ip saddr vmap @m\nudp dport 53 drop', `${linear}\nudp dport 53 drop`, maps)
  sameRules(
    'meta l4proto . th dport vmap @p comment "c"\ndrop',
    'tcp dport 80 accept\nudp dport 53 jump own\ndrop',
    maps,
  )
  sameRules(
    'tcp dport vmap { 80 : accept, 90-100 : jump own } counter\nmeta l4proto tcp drop',
    'tcp dport 80 accept\ntcp dport 90-100 drop\nmeta l4proto tcp drop',
    maps,
  )
  sameRules('tcp dport 80 ip saddr vmap @m', 'ip saddr 10.0.0.4 tcp dport 80 drop', maps)
  sameRules('meta nfproto vmap { ipv4 : drop, ipv6 : accept }', 'meta nfproto ipv4 drop')
  sameRules('ct state vmap { established : accept, new : drop }', 'drop')
  sameRules(
    'ct state . tcp dport vmap { established . 80 : accept, new . 80 : drop }',
    'tcp dport 80 drop',
  )
  sameRules(
    'meta nfproto . tcp dport { ipv4 . 80, ipv6 . 81 } drop',
    'meta nfproto ipv4 tcp dport 80 drop\nmeta nfproto ipv6 tcp dport 81 drop',
  )
})

test('the addresses of the node itself are a fact about all packets', () => {
  const text = table('fib saddr type local accept\nfib daddr type != local tcp dport 80 drop')
  const packets = new Packets(4, 10_000)
  const ask = (source: 'local' | 'foreign', destination: 'local' | 'foreign'): Diagram =>
    accepted(text, packets, 'FORWARD', { source, destination })
  assert.is(ask('local', 'foreign'), everything)
  // Packets to everybody come in too, though no node has such an address.
  const toMany = packets.addresses('destination', [
    { from: 0xe0000000n, to: 0xefffffffn },
    { from: 0xffffffffn, to: 0xffffffffn },
  ])
  const { store } = packets
  assert.is(ask('foreign', 'local'), store.not(store.and(tcp80(packets), toMany)))
  assert.is(ask('foreign', 'foreign'), packets.store.not(tcp80(packets)))
  assert.is(accepted(text, packets), ask('foreign', 'foreign'))
  const inSet = table('fib saddr type { local } drop')
  assert.is(
    accepted(inSet, packets, 'FORWARD', { source: 'local', destination: 'foreign' }),
    nothing,
  )
})

test('every base chain on the way has to let a packet on, in whatever table', () => {
  const text = `${table('tcp dport 80 accept\nmeta l4proto udp drop')}
table ip u {
  chain late { type filter hook postrouting priority srcnat + 10; tcp dport 80 drop; }
  chain in { type filter hook input priority 0; policy drop; }
}
table ip6 u { chain f { type filter hook forward priority 100; policy drop; tcp dport 81 accept; } }`
  const four = new Packets(4, 10_000)
  const { store } = four
  const both = store.or(tcp80(four), four.protocols(17, 17))
  assert.is(accepted(text, four), store.not(both))
  assert.is(accepted(text, four, 'INPUT'), nothing)
  assert.is(accepted(text, four, 'OUTPUT'), store.not(tcp80(four)))
  const six = new Packets(6, 10_000)
  assert.is(accepted(text, six), six.store.and(six.protocols(6, 6), six.ports(81, 81)))
  assert.is(accepted(text, six, 'INPUT'), everything)
})

test('commands change what is there, in their order', () => {
  const one = table('drop')
  same(`add table inet t\ndelete table inet t\n${one}`, one)
  same(`${one}delete table inet t\n`, '')
  same(`${one}flush ruleset; ${table('tcp dport 80 drop')}`, table('tcp dport 80 drop'))
  same(`${one}flush ruleset ip\n`, one)
  same(`${one}flush table inet t\n`, '')
  same(
    `${one}flush chain inet t forward\n${table('tcp dport 80 drop')}`,
    table('tcp dport 80 drop'),
  )
  same(
    `${table('tcp dport 80 drop')}${table('udp dport 53 drop')}`,
    table('tcp dport 80 drop\nudp dport 53 drop'),
  )
  same(
    `table t {\n comment "four"\n chain f { ${base}\n drop; }\n}`,
    table('meta nfproto ipv4 drop'),
  )
})

test('elements of a set that is declared twice are joined', () => {
  const set = (of: string): string => `set s { type inet_service; elements = { ${of} }; }`
  sameRules('tcp dport @s drop', 'tcp dport { 80, 81 } drop', `${set('80')}\n${set('81')}`)
})

test('rules are read from files of one name', () => {
  assert.ok(isRuleFile('node-a/netpolc.nft'))
  assert.not(isRuleFile('node-a/other.nft'))
})

test.run()
