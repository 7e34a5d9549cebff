// Findings about what hooks let on: for each the smallest dump that has it, and the nearest that has not.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { find, type Given, knowing, told } from './building.ts'

const test = suite('findings of hooks')

/** A table `filter` with policies for INPUT and FORWARD, chains of its own, and rules. */
function filter(
  { input = 'DROP', forward = 'DROP', chains = [] as readonly string[] },
  ...rules: readonly string[]
): string {
  return [
    '*filter',
    `:INPUT ${input} [0:0]`,
    `:FORWARD ${forward} [0:0]`,
    ':OUTPUT ACCEPT [0:0]',
    ...chains.map((name) => `:${name} - [0:0]`),
    ...rules,
    'COMMIT',
  ].join('\n')
}

function tellsOf(given: Given, code: string): readonly (readonly string[])[] {
  return told(find(given, code))
}

const established = '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'

test('NP8115: a rule that accepts everything', () => {
  const v4 = filter({}, '-A INPUT -p tcp -j DROP', '-A INPUT -j ACCEPT', '-A INPUT -p udp -j DROP')
  assert.equal(tellsOf({ v4 }, 'NP8115'), [
    [
      'chain INPUT, rule 2, accepts every packet that comes to it at input of table filter (IPv4); 1 more stand behind it in its chain',
      '-A INPUT -j ACCEPT',
    ],
  ])
})

test('NP8115: replies, loopback, one interface, or a part of the packets are not everything', () => {
  const v4 = filter(
    { chains: ['X'] },
    established,
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -p tcp -j X',
    '-A FORWARD -i docker0 ! -o docker0 -j ACCEPT',
    '-A X -j ACCEPT',
  )
  assert.equal(tellsOf({ v4 }, 'NP8115'), [])
})

test('NP8115: in a chain that all packets come to, and with all states that are in order', () => {
  const chained = filter({ chains: ['X'] }, '-A INPUT -j X', '-A X -j ACCEPT')
  assert.is(tellsOf({ v4: chained }, 'NP8115').length, 1)
  const states = filter({}, '-A INPUT -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ACCEPT')
  assert.is(tellsOf({ v4: states }, 'NP8115').length, 1)
})

test('NP8116: a hook whose end accepts', () => {
  const v4 = filter({ input: 'ACCEPT' }, '-A INPUT -p tcp -j DROP')
  assert.equal(tellsOf({ v4 }, 'NP8116'), [
    [
      'IPv4 packets at input that no rule decides are accepted: the policy of chain INPUT of table filter (IPv4) is ACCEPT',
      ':INPUT ACCEPT [0:0]',
    ],
  ])
  const dropping = filter({ input: 'ACCEPT' }, '-A INPUT -p tcp -j ACCEPT', '-A INPUT -j DROP')
  assert.equal(tellsOf({ v4: dropping }, 'NP8116'), [])
})

test('NP8116: only a note where somebody filters pods', () => {
  const v4 = filter({ forward: 'ACCEPT', chains: ['cali-FORWARD'] }, '-A FORWARD -j cali-FORWARD')
  const [found] = find({ v4, recognition: knowing({ cali: 'Calico' }) }, 'NP8116')
  assert.is(found?.severity, 'note')
})

test('NP8117: a hook that drops by default and knows no replies', () => {
  const v4 = filter({}, '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT')
  assert.equal(tellsOf({ v4 }, 'NP8117'), [
    [
      'chain INPUT of table filter (IPv4) drops what no rule accepts, and no rule at input accepts packets of known connections',
      ':INPUT DROP [0:0]',
    ],
  ])
})

test('NP8117: replies are known by state, by the port they come from, or come with all the rest', () => {
  const rules = [
    established,
    '-A INPUT -p udp --sport 53 -j ACCEPT',
    '-A INPUT -s 10.0.0.0/8 -j ACCEPT',
    '-A INPUT -p tcp --dport 1024:65535 -j ACCEPT',
    '-A INPUT -m conntrack ! --ctstate NEW,INVALID -j ACCEPT',
  ]
  for (const rule of rules) assert.equal(tellsOf({ v4: filter({}, rule) }, 'NP8117'), [], rule)
  const chained = filter({ chains: ['X'] }, '-A INPUT -j X', established.replace('INPUT', 'X'))
  assert.equal(tellsOf({ v4: chained }, 'NP8117'), [])
})

test('NP8118: one IP version is filtered and the other is not', () => {
  const [v4, v6] = [filter({}, established), filter({ input: 'ACCEPT', forward: 'ACCEPT' })]
  assert.equal(tellsOf({ v4, v6 }, 'NP8118'), [
    [
      'IPv4 packets are filtered at input, IPv6 packets are not',
      ':INPUT DROP [0:0]',
      ':INPUT ACCEPT [0:0]',
    ],
    [
      'IPv4 packets are filtered at forward, IPv6 packets are not',
      ':FORWARD DROP [0:0]',
      ':FORWARD ACCEPT [0:0]',
    ],
  ])
  assert.equal(tellsOf({ v4, v6: v4 }, 'NP8118'), [])
  assert.equal(
    find({ v4 }, 'NP8118').map(({ severity }) => severity),
    ['note', 'note'],
  )
})

test('NP8119: two writers with the same bits of the mark', () => {
  const marking = (chain: string, mark: string): string =>
    `-A ${chain} -p tcp -j MARK --set-xmark ${mark}`
  const chains = ['KUBE-A', 'cali-B']
  const jumps = chains.map((name) => `-A FORWARD -j ${name}`)
  const recognition = knowing({ KUBE: 'kube-proxy', cali: 'Calico' })
  const v4 = filter(
    { chains },
    ...jumps,
    marking('KUBE-A', '0x4000/0x4000'),
    marking('cali-B', '0xc000/0xc000'),
  )
  assert.equal(tellsOf({ v4, recognition }, 'NP8119'), [
    [
      "kube-proxy and Calico both write bits 0x4000 of the packet's mark",
      marking('KUBE-A', '0x4000/0x4000'),
      marking('cali-B', '0xc000/0xc000'),
    ],
  ])
  const apart = v4.replaceAll('0xc000', '0x8000')
  assert.equal(tellsOf({ v4: apart, recognition }, 'NP8119'), [])
})

test('NP8119: bits that a generator is known for count where it asks for them', () => {
  const asking = '-A KUBE-A -m mark --mark 0x4000/0x4000 -j ACCEPT'
  const marking = (mark: string): string => `-A FORWARD -p tcp -j MARK --set-xmark ${mark}`
  const recognition = knowing({ KUBE: 'kube-proxy' })
  const v4 = filter(
    { chains: ['KUBE-A'] },
    marking('0x6000/0x6000'),
    '-A FORWARD -j KUBE-A',
    asking,
  )
  assert.equal(tellsOf({ v4, recognition }, 'NP8119'), [
    [
      "a rule of nobody known and kube-proxy both use bits 0x4000 of the packet's mark: a rule of nobody known writes what kube-proxy asks for",
      marking('0x6000/0x6000'),
      asking,
    ],
  ])
  // What it is not known for may be somebody's who tells it so.
  const others = v4.replaceAll('0x4000', '0x2000')
  assert.equal(tellsOf({ v4: others, recognition }, 'NP8119'), [])
})

test('NP8121: both engines filter at one hook', () => {
  const v4 = filter({}, established)
  const span = { source: { name: 'nft', text: 'table inet t' }, start: 0, end: 12 }
  const base = { type: 'filter', hook: 'forward', priority: -5, policy: 'drop' } as const
  const chain = { name: 'f', base, rules: [], counters: null, at: span }
  const table = {
    engine: 'nftables',
    families: [4, 6],
    name: 't',
    chains: new Map([['f', chain]]),
    sets: new Map(),
    at: span,
  } as const
  assert.equal(tellsOf({ v4, tables: [table] }, 'NP8121'), [
    [
      'at forward both iptables and nftables filter: a packet has to pass chain f of nftables table t (IPv4 and IPv6) and then chain FORWARD of iptables table filter (IPv4)',
      'table inet t',
      ':FORWARD DROP [0:0]',
    ],
  ])
  const open = {
    ...table,
    chains: new Map([['f', { ...chain, base: { ...base, policy: 'accept' } as const }]]),
  }
  assert.equal(tellsOf({ v4, tables: [open] }, 'NP8121'), [])
})

test('NP8122: packets that are accepted before the policies are asked', () => {
  const recognition = knowing({ cali: 'Calico' })
  const chains = ['cali-FORWARD', 'OWN']
  const rules = [
    '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    '-A FORWARD -i lo -j ACCEPT',
    '-A FORWARD -i eth0 -j OWN',
    '-A FORWARD -j cali-FORWARD',
    '-A FORWARD -i eth1 -j ACCEPT',
    '-A OWN -p tcp -j ACCEPT',
    '-A cali-FORWARD -p tcp -j DROP',
  ]
  assert.equal(tellsOf({ v4: filter({ chains }, ...rules), recognition }, 'NP8122'), [
    [
      'chain FORWARD, rule 3, leads to a rule that accepts packets before chain FORWARD, rule 4, asks the policies',
      '-A OWN -p tcp -j ACCEPT',
      '-A FORWARD -j cali-FORWARD',
    ],
  ])
  const without = rules.filter((rule) => !rule.includes('OWN'))
  assert.equal(tellsOf({ v4: filter({ chains }, ...without), recognition }, 'NP8122'), [])
})

const routes = `default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.9 metric 100
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.9
10.0.0.0/8 dev lan0 scope link`

test('NP8114: sources of one network that come in from another are accepted', () => {
  const trusting = filter({}, established, '-A INPUT -s 10.0.0.0/8 -j ACCEPT')
  assert.equal(tellsOf({ v4: trusting, routes }, 'NP8114'), [
    [
      'no rule at input stops packets from eth0 with sources that are behind other interfaces, such as 10.0.0.0/8 from eth0',
      '-A INPUT -s 10.0.0.0/8 -j ACCEPT',
    ],
  ])
  assert.equal(tellsOf({ v4: trusting }, 'NP8114'), [])
})

test('NP8114: not where the interface is asked, or sources are checked', () => {
  const trusted = '-A INPUT -s 10.0.0.0/8 -j ACCEPT'
  const asking = filter({}, established, `-A INPUT -i lan0 -s 10.0.0.0/8 -j ACCEPT`)
  assert.equal(tellsOf({ v4: asking, routes }, 'NP8114'), [])
  const checking = filter({}, established, '-A INPUT -i eth0 -s 10.0.0.0/8 -j DROP', trusted)
  assert.equal(tellsOf({ v4: checking, routes }, 'NP8114'), [])
  const checkedBefore = `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m rpfilter ! --rpfilter 1 -j DROP\nCOMMIT\n`
  const v4 = `${checkedBefore}${filter({}, established, trusted)}`
  assert.equal(tellsOf({ v4, routes }, 'NP8114'), [])
})

test.run()
