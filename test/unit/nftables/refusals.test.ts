// nft files that are not read: what is refused, and at which place.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource, positionAt } from '../../../src/source/source.ts'
import { readNft } from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables refusals')

/** All findings of a text, as `CODE line:column underlined words`. */
function findings(text: string): readonly string[] {
  const reporter = makeReporter()
  readNft(makeSource('r.nft', text), reporter)
  return reporter.diagnostics.map(({ code, labels: [label], help }) => {
    assert.ok(help !== undefined, `${code} has a help line`)
    if (label === undefined) return `${code} nowhere`
    const { source, start, end } = label.span
    const { line, column } = positionAt(source, start)
    return `${code} ${line}:${column} ${source.text.slice(start, end)}`
  })
}

/** Rules in line 4, behind parts of a table in line 2. */
const table = (rules: string, parts = ''): string => `table inet t {
${parts.replaceAll('\n', ' ')}
chain f { type filter hook forward priority 0;
${rules}
}
}
`

const rules: readonly (readonly [string, string])[] = [
  ['iifname "eth0" accept', 'NP2021 4:1 iifname'],
  ['meta mark 1 accept', 'NP2021 4:1 meta'],
  ['tcp flags syn drop', 'NP2021 4:1 tcp'],
  ['tcp sport 80 drop', 'NP2021 4:1 tcp'],
  ['ip6 nexthdr tcp drop', 'NP2021 4:1 ip6'],
  ['fib saddr . iif type local drop', 'NP2021 4:1 fib'],
  ['fib saddr type broadcast drop', 'NP2021 4:16 broadcast'],
  ['limit rate 5/second accept', 'NP2021 4:1 limit'],
  ['counter name "x" drop', 'NP2021 4:9 name'],
  ['masquerade', 'NP2021 4:1 masquerade'],
  ['queue num 1', 'NP2021 4:1 queue'],
  ['meta nfproto ipv4 mark set 1', 'NP2021 4:19 mark'],
  ['tcp dport >= 80 drop', 'NP2021 4:11 >='],
  ['tcp dport http drop', 'NP2021 4:11 http'],
  ['tcp dport $web drop', 'NP2021 4:11 $'],
  ['tcp dport vmap { 80 : accept } drop', 'NP2021 4:32 drop'],
  ['tcp dport vmap { * : accept }', 'NP2021 4:18 *'],
  ['ip saddr { 10.0.0.1 timeout 5s } drop', 'NP2021 4:21 timeout'],
  ['ct state { new timeout 5s } drop', 'NP2021 4:16 timeout'],
  ['meta l4proto icmp icmp type 8 drop', 'NP2021 4:19 icmp type 8'],
  ['meta nfproto { ipv4, ipv6 } icmp type 8 drop', 'NP2021 4:29 icmp type 8'],
  ['ip saddr 10.0.0.1 icmpv6 type 1 drop', 'NP2021 4:19 icmpv6 type 1'],
  ['ip saddr 10.0.0.300 drop', 'NP2022 4:10 10.0.0.300'],
  ['ip saddr 10.0.0.0/33 drop', 'NP2022 4:10 10.0.0.0'],
  ['ip saddr fd00::1 drop', 'NP2022 4:10 fd00::1'],
  ['ip saddr localhost drop', 'NP2022 4:10 localhost'],
  ['ip saddr 10.0.0.9-10.0.0.1 drop', 'NP2022 4:10 10.0.0.9'],
  ['tcp dport 65536 drop', 'NP2022 4:11 65536'],
  ['meta l4proto 256 drop', 'NP2022 4:14 256'],
  ['meta l4proto tpc drop', 'NP2022 4:14 tpc'],
  ['icmp type echo drop', 'NP2022 4:11 echo'],
  ['ct state open drop', 'NP2022 4:10 open'],
  ['ct state ! { new } drop', 'NP2022 4:12 {'],
  ['ip saddr . tcp dport { 10.0.0.1 } drop', 'NP2022 4:33 }'],
  ['tcp dport { 80 . 81 } drop', 'NP2022 4:16 .'],
  ['tcp dport { 80 81 } drop', 'NP2022 4:16 81'],
  ['tcp dport vmap 80', 'NP2022 4:16 80'],
  ['tcp dport vmap { 80 : perhaps }', 'NP2022 4:23 perhaps'],
  ['tcp dport vmap { 80 }', 'NP2022 4:21 }'],
  ['tcp dport vmap { 80-90 : accept, 85 : drop }', 'NP2022 4:34 85'],
  ['ip saddr 10.0.0.1 ip6 daddr ::1 drop', 'NP2022 4:19 ip6 daddr ::1'],
  ['ip saddr 10.0.0.1 reject with icmpv6 no-route', 'NP2022 4:31 icmpv6'],
  ['reject with force', 'NP2022 4:13 force'],
  ['accept drop', 'NP2022 4:8 drop'],
  ['drop comment "x" counter', 'NP2022 4:18 counter'],
  ['drop comment x', 'NP2022 4:14 x'],
  ['80 drop', 'NP2022 4:1 80'],
  ['jump', 'NP2022 4:5 \n'],
  ['jump gone', 'NP2020 4:1 jump gone'],
  ['tcp dport vmap { 80 : jump gone }', 'NP2020 4:18 80'],
  ['jump f', 'NP2022 4:1 jump f'],
  ['tcp dport @gone drop', 'NP2020 4:12 gone'],
  ['tcp dport vmap @gone', 'NP2020 4:17 gone'],
  ['policy perhaps', 'NP2022 4:8 perhaps'],
]

for (const [text, expected] of rules) {
  test(`refused in a rule: ${text}`, () => {
    const [first] = findings(table(text))
    assert.is(first, expected)
  })
}

test('all rules that are refused are told, and what stands between them is read', () => {
  assert.equal(
    findings(table('iif 1 drop\ntcp dport { 80, x } drop; udp dport @gone drop\nlimit rate 5')),
    ['NP2021 4:1 iif', 'NP2021 5:17 x', 'NP2021 6:1 limit', 'NP2020 5:38 gone'],
  )
})

const parts: readonly (readonly [string, string])[] = [
  ['set s { type ifname; }', 'NP2021 2:14 ifname'],
  ['set s { type ipv4_addr . mark; }', 'NP2021 2:26 mark'],
  ['set s { typeof tcp sport; }', 'NP2021 2:16 tcp'],
  ['set s { type ipv4_addr; flags dynamic; }', 'NP2021 2:31 dynamic'],
  ['set s { type ipv4_addr; flags interval,timeout; }', 'NP2021 2:40 timeout'],
  ['set s { type ipv4_addr; timeout 5m; }', 'NP2021 2:25 timeout'],
  ['set s { type ipv4_addr; elements = { 10.0.0.1 expires 5s }; }', 'NP2021 2:47 expires'],
  ['set s { type ipv4_addr; elements = { 10.0.0.0/8 }; }', 'NP2022 2:38 10.0.0.0/8'],
  ['set s { elements = { 10.0.0.1 }; }', 'NP2022 2:9 elements'],
  ['set s { flags interval; }', 'NP2022 2:7 {'],
  ['set s { type ipv4_addr; size many; }', 'NP2022 2:30 many'],
  ['map s { type ipv4_addr : mark; }', 'NP2021 2:26 mark'],
  ['map s { type ipv4_addr; }', 'NP2022 2:23 ;'],
  [
    'map s { type ipv4_addr : verdict; elements = { 10.0.0.1 : jump gone }; }',
    'NP2020 2:48 10.0.0.1',
  ],
  ['map s { type inet_service : verdict; elements = { 1 : accept, 1 : drop }; }', 'NP2022 2:63 1'],
  ['set s { type ipv4_addr; }; set s { type ipv6_addr; }', 'NP2022 2:32 s'],
  ['set s { type ipv4_addr; }; map s { type ipv4_addr : verdict; }', 'NP2022 2:32 s'],
  ['chain c { type nat hook output priority 0; }', 'NP2021 2:16 nat'],
  ['chain c { type filter hook ingress device "e" priority 0; }', 'NP2021 2:28 ingress'],
  ['chain c { type filter hook input priority soon; }', 'NP2022 2:43 soon'],
  ['chain c { policy drop; }', 'NP2022 2:11 policy'],
  ['chain f { type filter hook input priority 0; }', 'NP2022 3:7 f'],
  ['flowtable x { }', 'NP2021 2:1 flowtable'],
  ['chain c { jump d; }; chain d { jump c; }', 'NP2023 2:32 jump c'],
  ['chain c { tcp dport vmap { 80 : jump c }; }', 'NP2023 2:11 tcp dport vmap { 80 : jump c }'],
]

for (const [text, expected] of parts) {
  test(`refused in a table: ${text}`, () => {
    const [first] = findings(table('', text))
    assert.is(first, expected)
  })
}

test('a set or map is looked for by its own type', () => {
  const known = 'set s { type inet_service; }; map m { type ipv4_addr : verdict; }'
  assert.equal(findings(table('ip saddr @s drop', known)), ['NP2022 4:11 s'])
  assert.equal(findings(table('ip saddr . tcp dport vmap @m', known)), ['NP2022 4:28 m'])
  assert.equal(findings(table('ip saddr vmap @s', known)), ['NP2020 4:16 s'])
  assert.equal(findings(table('ip saddr @m drop', known)), ['NP2020 4:11 m'])
  assert.equal(findings(table('tcp dport @s ip saddr vmap @m', known)), [])
})

test('the kernel follows jumps to a depth, and no further', () => {
  const nest = (count: number): string =>
    Array.from({ length: count }, (_, at) => {
      const rule = at + 1 < count ? `goto c${at + 1}` : 'drop'
      return `chain c${at} { ${rule}; }`
    }).join('; ')
  assert.equal(findings(table('jump c0', nest(15))), [])
  assert.equal(findings(table('jump c0', nest(16))), ['NP2021 3:7 f'])
})

const texts: readonly (readonly [string, string])[] = [
  ['define x = 1\n', 'NP2021 1:1 define'],
  ['include "x"\n', 'NP2021 1:1 include'],
  ['add rule inet t f drop\n', 'NP2021 1:1 add'],
  ['delete set inet t s\n', 'NP2021 1:1 delete'],
  ['flush set inet t s\n', 'NP2021 1:1 flush'],
  ['hello\n', 'NP2021 1:1 hello'],
  ['table netdev t { }\n', 'NP2021 1:7 netdev'],
  ['table inet 5 { }\n', 'NP2022 1:12 5'],
  ['delete table inet t\n', 'NP2020 1:19 t'],
  ['flush chain inet t f\n', 'NP2020 1:18 t'],
  ['table inet t { }\nflush chain inet t f\n', 'NP2020 2:20 f'],
  ['table inet t {\n', 'NP2022 1:14 {'],
  ['table inet t { } table inet u { }\n', 'NP2022 1:18 table'],
  ['table inet t { }\n}\n', 'NP2022 2:1 }'],
  ['table inet t { comment "x\n}\n', 'NP2022 1:24 "x\n}\n'],
  ['{ }\n', 'NP2022 1:1 {'],
]

for (const [text, expected] of texts) {
  test(`refused in a file: ${JSON.stringify(text)}`, () => {
    const [first] = findings(text)
    assert.is(first, expected)
  })
}

test.run()
