// Anyone's nft texts as neutral rule sets: values, places, scripts.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Chain, Rule, Table } from '../../../src/ruleset/types.ts'
import { makeSource } from '../../../src/source/source.ts'
import { looksLikeNftText, readNftDump } from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables dumps')

/** The tables of a text that is read whole. */
function tablesOf(text: string): readonly Table[] {
  const reporter = makeReporter()
  const { tables, isPartial } = readNftDump(makeSource('d', text), reporter)
  const errors = reporter.diagnostics.filter(({ severity }) => severity === 'error')
  assert.equal(
    errors.map(({ message }) => message),
    [],
    text,
  )
  assert.not(isPartial)
  return tables
}

function chainOf(text: string, name = 'c'): Chain {
  const found = tablesOf(text)[0]?.chains.get(name)
  if (found === undefined) throw new Error(`no chain ${name}`)
  return found
}

/** The rules that one line of a chain of family `inet` stands for. */
const rulesOf = (line: string, parts = '', family = 'inet'): readonly Rule[] =>
  chainOf(`table ${family} t {\n${parts}\nchain c {\n${line}\n}\n}\n`).rules

/** Matches and actions without their places, each by its kind and what is particular to it. */
function bare(items: readonly object[]): readonly unknown[] {
  return items.map((item) => JSON.parse(JSON.stringify({ ...item, at: undefined }, plain)))
}

function plain(key: string, value: unknown): unknown {
  if (key === 'at' || (key === 'negated' && value === false)) return undefined
  return typeof value === 'bigint' ? Number(value) : value
}

function means(line: string, matches: readonly unknown[], actions: readonly unknown[]): void {
  const [rule, ...others] = rulesOf(line)
  assert.is(others.length, 0, line)
  assert.equal(bare(rule?.matches ?? []), matches, line)
  assert.equal(bare(rule?.actions ?? []), actions, line)
}

const accept = { kind: 'accept' }
const tcp = { kind: 'protocol', ranges: [{ from: 6, to: 6 }] }
const four = { kind: 'family', family: 4 }
const one = (value: number): readonly unknown[] => [{ from: value, to: value }]

test('naming a field of a header asks for the header', () => {
  const https = { kind: 'port', end: 'destination', ranges: one(443) }
  means('tcp dport https accept', [tcp, https], [accept])
  const source = { kind: 'address', end: 'source', family: 4, set: one(0x0a000001), negated: true }
  means('ip saddr != 10.0.0.1 accept', [four, source], [accept])
  means(
    'icmp type 8 accept',
    [
      four,
      { kind: 'protocol', ranges: one(1) },
      { kind: 'icmp', types: one(8), codes: [{ from: 0, to: 255 }] },
    ],
    [accept],
  )
  // In a table of one IP version there is nothing to ask.
  assert.is(rulesOf('ip saddr 10.0.0.1 accept', '', 'ip')[0]?.matches.length, 1)
})

test('states are lists, whatever the operator', () => {
  const states = (...list: readonly string[]): readonly unknown[] => [
    { kind: 'state', states: list },
  ]
  means('ct state established,related accept', states('established', 'related'), [accept])
  means('ct state ! new,untracked accept', states('established', 'related', 'invalid'), [accept])
  means('ct state == new,established accept', states(), [accept])
  means('ct state & (new | established) != 0 accept', states('new', 'established'), [accept])
  means('ct state & new == new accept', states('new'), [accept])
})

test('flags of TCP: some bits, no bits, just these bits', () => {
  const flags = (mask: number, value: number): unknown => ({ kind: 'tcp flags', mask, value })
  const not = (test: unknown): unknown => ({ ...(test as object), negated: true })
  means('tcp flags syn accept', [tcp, flags(2, 2)], [accept])
  means('tcp flags syn,ack accept', [tcp, not(flags(18, 0))], [accept])
  means('tcp flags ! fin,rst accept', [tcp, flags(5, 0)], [accept])
  means('tcp flags == syn accept', [tcp, flags(255, 2)], [accept])
  means('tcp flags & (fin|syn|rst|ack) == syn accept', [tcp, flags(23, 2)], [accept])
  means('tcp flags syn / syn,ack accept', [tcp, flags(18, 2)], [accept])
  means('tcp flags & syn != 0 accept', [tcp, flags(2, 2)], [accept])
})

test('marks: tests under masks, and every way to set them', () => {
  const mark = { kind: 'mark', of: 'packet', mask: 0xff, ranges: one(16), negated: true }
  means('meta mark & 0xff != 0x10 accept', [mark], [accept])
  const set = (mask: number, value: number, of = 'packet'): unknown => ({
    ...{ kind: 'mark', of, mask, value },
  })
  const all = 0xffffffff
  means('meta mark set 5', [], [set(all, 5)])
  means('meta mark set mark or 0x10', [], [set(0x10, 0x10)])
  means('meta mark set meta mark & 0xff ^ 3', [], [set(0xffffff00, 3)])
  means('ct mark set ct mark xor 1', [], [set(0, 1, 'connection')])
  const copy = { kind: 'copy mark', to: 'connection', fromMask: 0xef, toMask: all }
  means('ct mark set mark & 0xff | 0x10', [], [copy, set(0, 16, 'connection')])
  means('meta mark set numgen inc mod 3', [], [{ kind: 'unknown mark', of: 'packet', mask: all }])
})

test('ports by their place alone are those of protocols with ports', () => {
  const [rule] = rulesOf('th dport 80 accept')
  const [match] = rule?.matches ?? []
  assert.is(match?.kind, 'any')
  const protocols = { kind: 'protocol', ranges: [...one(6), ...one(17)] }
  const port = { kind: 'port', end: 'destination', ranges: one(80) }
  means('meta l4proto { tcp, udp } th dport 80 accept', [protocols, port], [accept])
})

test('what is not modelled is kept, in one text for one meaning', () => {
  const unknown = (text: string, stable = true): unknown => ({ kind: 'unknown', text, stable })
  means('ip ttl 0x05 accept', [four, unknown('ip ttl 5')], [accept])
  means('meta skuid { 7, 0 } accept', [unknown('meta skuid { 0, 7 }')], [accept])
  means(
    'limit rate 10/second burst 5 packets accept',
    [unknown('limit rate 10/second', false)],
    [accept],
  )
  means(
    'ether saddr AA:bb:cc:dd:ee:ff accept',
    [unknown('ether saddr AA:bb:cc:dd:ee:ff')],
    [accept],
  )
  const rule = rulesOf('ip ttl != 5 drop')[0]
  assert.is(rule?.matches[1]?.negated, true)
})

test('what rules change is not the same wherever it is asked', () => {
  const [, asking] = rulesOf('ip ttl set 5\nip ttl 5 accept')
  const match = asking?.matches.at(-1)
  assert.is(match?.kind === 'unknown' && match.stable, false)
})

test('a test behind an effect begins a rule, which asks again for what was asked before', () => {
  const [first, second] = rulesOf('meta mark 1 ip ttl 5 meta mark set 2 tcp dport 80 accept')
  assert.equal(bare(first?.actions ?? []), [
    { kind: 'mark', of: 'packet', mask: 0xffffffff, value: 2 },
  ])
  const again = { kind: 'unknown', text: 'what was asked before', stable: false }
  const ttl = { kind: 'unknown', text: 'ip ttl 5', stable: true }
  const port = { kind: 'port', end: 'destination', ranges: one(80) }
  assert.equal(bare(second?.matches ?? []), [again, four, ttl, tcp, port])
  assert.equal(bare(second?.actions ?? []), [accept])
})

test('what adds to a set ends its rule where there is no room', () => {
  const set = 'set s { type ipv4_addr; size 9; flags dynamic; }'
  const [rule] = rulesOf('add @s { ip saddr } drop', set)
  assert.equal(bare(rule?.matches ?? []), [
    { kind: 'unknown', text: 'add @s { ip saddr }', stable: false },
  ])
  assert.equal(
    rule?.actions.map(({ kind }) => kind),
    ['change set', 'drop'],
  )
})

const places = (line: string, parts = ''): readonly unknown[] =>
  rulesOf(line, parts).flatMap(({ actions }) => bare(actions))

test('destinations: values, ranges, maps and dice', () => {
  const to = (...list: readonly unknown[]): readonly unknown[] => [{ kind: 'dnat', to: list }]
  const place = (from: number, last: number, ports: unknown = null): unknown => ({
    ...{ family: 4, addresses: { from, to: last }, ports },
  })
  assert.equal(
    places('dnat ip to 10.0.0.1:80'),
    to(place(0x0a000001, 0x0a000001, { from: 80, to: 80 })),
  )
  assert.equal(places('dnat ip to 10.0.0.1-10.0.0.9'), to(place(0x0a000001, 0x0a000009)))
  const both = to(place(0x0a000001, 0x0a000001), place(0x0a000002, 0x0a000002))
  const map = 'map { 0 : 10.0.0.1, 1 : 10.0.0.2 }'
  assert.equal(places(`dnat ip to numgen random mod 2 ${map}`), both)
  assert.equal(rulesOf(`dnat ip to jhash ip saddr mod 2 ${map}`)[0]?.matches.length, 1)
  // A map without an answer ends the rule.
  const [part] = rulesOf(`dnat ip to numgen inc mod 3 ${map}`)
  assert.is(part?.matches.at(-1)?.kind, 'unknown')
  const named = 'map m { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.1 } }'
  assert.equal(places('dnat ip to tcp dport map @m', named), to(place(0x0a000001, 0x0a000001)))
  const passing = named.replace('elements', 'timeout 5m; elements')
  assert.equal(places('dnat ip to tcp dport map @m', passing), [{ kind: 'dnat', to: null }])
  assert.equal(places('redirect to :80-90'), [{ kind: 'redirect', ports: { from: 80, to: 90 } }])
  assert.equal(places('masquerade random'), [{ kind: 'snat' }])
})

test('maps of what packets keep are one rule for each element', () => {
  const rules = rulesOf('ct state vmap { established : accept, invalid : drop }')
  assert.equal(
    rules.map(({ matches, actions }) => [bare(matches)[0], actions[0]?.kind]),
    [
      [{ kind: 'state', states: ['established'] }, 'accept'],
      [{ kind: 'state', states: ['invalid'] }, 'drop'],
    ],
  )
  assert.is(new Set(rules.map(({ at }) => at.start)).size, 1)
})

test('states and IP versions are keys by the numbers of the rule set', () => {
  const keysOf = (line: string): readonly unknown[] => {
    const [rule, ...others] = rulesOf(line)
    const [action] = rule?.actions ?? []
    assert.is(others.length, 0)
    if (action?.kind !== 'map' || !('elements' in action.map)) throw new Error('no map')
    return [bare(action.fields)[0], ...action.map.elements.map(({ parts }) => bare(parts)[0])]
  }
  const number = (value: number): object => ({ kind: 'numbers', set: one(value) })
  const states = 'ct state . meta mark vmap { established . 1 : accept, invalid . 2 : drop }'
  assert.equal(keysOf(states), [{ kind: 'state' }, number(1), number(3)])
  const versions = 'meta nfproto . meta mark vmap { ipv4 . 1 : accept, ipv6 . 2 : drop }'
  assert.equal(keysOf(versions), [{ kind: 'family' }, number(4), number(6)])
})

test('a set tells how many elements were written', () => {
  const parts =
    'set s { type ipv4_addr; flags interval; size 9; elements = { 10.0.0.1, 10.0.0.2 } }'
  const [table] = tablesOf(`table ip t {\n${parts}\n}\n`)
  const set = table?.sets.get('s')
  assert.equal([set?.count, set?.capacity], [2, 9])
})

test('the star of a map is what is left', () => {
  const [rule] = rulesOf('tcp dport vmap { 80 : accept, * : drop }')
  const [action] = rule?.actions ?? []
  if (action?.kind !== 'map' || !('elements' in action.map)) throw new Error('no map')
  assert.equal(bare(action.map.elements[1]?.parts ?? []), [
    {
      kind: 'numbers',
      set: [
        { from: 0, to: 79 },
        { from: 81, to: 65535 },
      ],
    },
  ])
})

test('sets that change by themselves, or by rules, are not known', () => {
  const known = (inner: string, rule = ''): boolean | undefined =>
    tablesOf(`table ip t {\nset s { ${inner} }\nchain c { ${rule}; }\n}\n`)[0]?.sets.get('s')
      ?.isKnown
  const of = 'type ipv4_addr; elements = { 10.0.0.1 }'
  assert.is(known(of), true)
  assert.is(known(of, 'add @s { ip saddr }'), false)
  assert.is(known(`${of}; timeout 5m`), false)
  assert.is(known('type ipv4_addr; elements = { 10.0.0.1 expires 5m3s, 10.0.0.2 }'), false)
  assert.is(known('type ipv4_addr; elements = { 10.0.0.1 limit rate 5/second }'), false)
  assert.is(
    known('type ipv4_addr; counter; elements = { 10.0.0.1 counter packets 5 bytes 6 }'),
    true,
  )
  assert.is(known('type ether_addr; elements = { aa:bb:cc:dd:ee:ff }'), false)
})

test('places: rules, matches and elements', () => {
  const text = `table inet t {
  set s { type ipv4_addr; elements = { 10.0.0.1 comment "x",
     10.0.0.2 } }
  chain c { # handle 4
    ip saddr @s   tcp dport 80 \\
      accept comment "why" # handle 5
  }
}
`
  const source = makeSource('d', text)
  const [table] = readNftDump(source, makeReporter()).tables
  const at = (place: { readonly start: number; readonly end: number } | undefined): string =>
    text.slice(place?.start, place?.end)
  const rule = table?.chains.get('c')?.rules[0]
  assert.is(at(rule?.at), 'ip saddr @s   tcp dport 80 \\\n      accept comment "why"')
  assert.is(rule?.comment, 'why')
  assert.equal(
    rule?.matches.map((match) => at(match.at)),
    [...['ip saddr @s', 'ip saddr @s', 'tcp dport 80', 'tcp dport 80']],
  )
  assert.is(at(rule?.actions[0]?.at), 'accept')
  assert.equal(
    table?.sets.get('s')?.elements.map((element) => at(element.at)),
    ['10.0.0.1 comment "x"', '10.0.0.2'],
  )
  assert.is(at(table?.chains.get('c')?.at), 'c')
})

test('variables stand for values, sets, names and priorities', () => {
  const text = `define lan = "eth0"
define web = { 80, 443 }
define prio = -5
table inet t {
  define host = 10.0.0.1
  chain own { }
  chain c {
    type filter hook input priority $prio; policy drop;
    define own = own
    iifname $lan ip saddr $host tcp dport $web jump $own
    tcp dport { 22, $web } accept
  }
}
`
  const { base, rules } = chainOf(text)
  assert.equal([base?.priority, base?.policy, base?.hook], [-5, 'drop', 'input'])
  const ports = rules.map(({ matches }) => bare(matches).at(-1))
  const ranges = [...one(80), ...one(443)]
  assert.equal(ports, [
    { kind: 'port', end: 'destination', ranges },
    { kind: 'port', end: 'destination', ranges: [...one(22), ...ranges] },
  ])
  assert.equal(bare(rules[0]?.actions ?? []), [{ kind: 'jump', chain: 'own' }])
})

test('scripts: commands add, and take away', () => {
  const text = `flush ruleset
add table inet t
add chain inet t c { type filter hook forward priority filter + 10; }
add set inet t s { type inet_service; }
add element inet t s { 80, 90-100 }
add rule inet t c tcp dport @s accept
insert rule inet t c ct state new counter
add table ip gone
delete table ip gone
add counter inet t k
rule inet t c drop
`.replace('\nrule inet', '\nadd rule inet')
  const [table, ...others] = tablesOf(text)
  assert.is(others.length, 0)
  const chain = table?.chains.get('c')
  assert.is(chain?.base?.priority, 10)
  assert.equal(
    chain?.rules.map(({ actions }) => actions[0]?.kind),
    [undefined, 'accept', 'drop'],
  )
  assert.equal(chain?.rules[0]?.counters, { packets: 0n, bytes: 0n })
  assert.is(table?.sets.get('s')?.elements.length, 2)
})

test('matches of iptables in tables of nft are kept as unknown', () => {
  const [one, two] = rulesOf(
    'xt match "string" counter packets 0 bytes 0 drop\nmeta l4proto tcp # xt_MARK counter packets 1 bytes 2',
  )
  assert.equal(bare(one?.matches ?? []), [
    { kind: 'unknown', text: 'xt match string', stable: false },
  ])
  assert.equal(bare(two?.actions ?? []), [
    { kind: 'unknown', text: 'xt target MARK', mayDecide: true },
  ])
  assert.equal(two?.counters, { packets: 1n, bytes: 2n })
})

test('texts of nft are told from others', () => {
  assert.ok(looksLikeNftText('# made by hand\n\ntable inet t {\n}\n'))
  assert.ok(looksLikeNftText('#!/usr/sbin/nft -f\nflush ruleset\n'))
  assert.not(looksLikeNftText('*filter\n:INPUT ACCEPT\nCOMMIT\n'))
  assert.not(looksLikeNftText('{ "nftables": [] }'))
  assert.not(looksLikeNftText('create np hash:net family inet'))
  assert.not(looksLikeNftText('create set hash:net family inet'))
  assert.not(looksLikeNftText('add np 10.0.0.1'))
})

test.run()
