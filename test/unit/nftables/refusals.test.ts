// nft files that a proof cannot rest on: what is refused, and at which place.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { positionAt } from '../../../src/source/source.ts'
import { readFirewalls } from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables refusals')

/** All errors of a text, as `CODE line:column underlined words`. */
function findings(text: string): readonly string[] {
  const reporter = makeReporter()
  readFirewalls([{ path: 'n/netpolc.nft', text }], reporter)
  const errors = reporter.diagnostics.filter(({ severity }) => severity === 'error')
  return errors.map(({ code, labels: [label], help }) => {
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
  ['iifname "eth0" accept', 'NP2021 4:1 iifname "eth0"'],
  ['tcp sport 80 drop', 'NP2021 4:1 tcp sport 80'],
  ['th dport 80 drop', 'NP2021 4:1 th dport 80'],
  ['ip ttl 5 drop', 'NP2021 4:1 ip ttl 5'],
  ['fib saddr type broadcast drop', 'NP2021 4:1 fib saddr type broadcast'],
  ['fib saddr . iif type local drop', 'NP2021 4:1 fib saddr . iif type local'],
  ['limit rate 5/second accept', 'NP2021 4:1 limit rate 5/second'],
  ['masquerade', 'NP2021 4:1 masquerade'],
  ['queue num 1', 'NP2021 4:1 queue num 1'],
  ['meta mark set numgen random mod 2', 'NP2021 4:1 meta mark set numgen random mod 2'],
  ['meta l4proto icmp icmp type 8 drop', 'NP2021 4:19 icmp type 8'],
  ['meta nfproto { ipv4, ipv6 } icmp type 8 drop', 'NP2021 4:29 icmp type 8'],
  ['ip saddr 10.0.0.1 icmpv6 type 1 drop', 'NP2021 4:19 icmpv6 type 1'],
  ['ip saddr 10.0.0.300 drop', 'NP2021 4:1 ip saddr 10.0.0.300'],
  ['ip saddr localhost drop', 'NP2021 4:1 ip saddr localhost'],
  ['ip saddr 10.0.0.9-10.0.0.1 drop', 'NP2021 4:1 ip saddr 10.0.0.9-10.0.0.1'],
  ['tcp dport 65536 drop', 'NP2021 4:1 tcp dport 65536'],
  ['ct state open drop', 'NP2021 4:1 ct state open'],
  ['ct state ! { new } drop', 'NP2021 4:1 ct state ! { new }'],
  ['ip saddr . tcp dport { 10.0.0.1 } drop', 'NP2021 4:1 ip saddr . tcp dport { 10.0.0.1 }'],
  ['tcp dport $web drop', 'NP8001 4:1 tcp dport $web drop'],
  ['tcp dport { 80 81 } drop', 'NP8001 4:1 tcp dport { 80 81 } drop'],
  ['tcp dport vmap { 80 : perhaps }', 'NP2021 4:18 80 : perhaps'],
  ['frobnicate 5 drop', 'NP8001 4:1 frobnicate 5 drop'],
  ['jump', 'NP8001 4:1 jump'],
  ['jump gone', 'NP2020 4:1 jump gone'],
  ['tcp dport vmap { 80 : jump gone }', 'NP2020 4:23 jump gone'],
  ['jump f', 'NP2022 4:1 jump f'],
  ['tcp dport @gone drop', 'NP2020 4:1 tcp dport @gone'],
  ['tcp dport vmap @gone', 'NP2020 4:1 tcp dport vmap @gone'],
]

for (const [text, expected] of rules) {
  test(`refused in a rule: ${text}`, () => {
    const [first] = findings(table(text))
    assert.is(first, expected)
  })
}

test('all rules that are refused are told, and what stands between them is read', () => {
  assert.equal(
    findings(table('iif "a" drop\ntcp dport { 80, x } drop; udp dport @gone drop\nlimit rate 5')),
    [
      'NP8001 6:1 limit rate 5',
      'NP2021 4:1 iif "a"',
      'NP2021 5:1 tcp dport { 80, x }',
      'NP2020 5:27 udp dport @gone',
      'NP2021 6:1 limit rate 5',
    ],
  )
})

const parts: readonly (readonly [string, string])[] = [
  ['set s { type ipv4_addr; flags dynamic; }', 'NP2021 2:5 s'],
  ['set s { type ether_addr; }', 'NP2021 2:5 s'],
  ['set s { type ipv4_addr; timeout 5m; }', 'NP2021 2:5 s'],
  ['set s { type ipv4_addr; elements = { 10.0.0.1 expires 5s }; }', 'NP2021 2:5 s'],
  ['set s { type ipv4_addr; elements = { 10.0.0 }; }', 'NP2021 2:5 s'],
  ['set s { flags interval; }', 'NP2021 2:5 s'],
  [
    'map s { type ipv4_addr : verdict; elements = { 10.0.0.1 : jump gone }; }',
    'NP2020 2:59 jump gone',
  ],
  [
    'map s { type ipv4_addr . mark : verdict; flags interval; elements = { 10.0.0.0/8 . 1 : accept, 10.0.0.0/9 . 1 : drop }; }',
    'NP2021 2:5 s',
  ],
  ['chain c { type nat hook output priority 0; }', 'NP2021 2:7 c'],
  [
    'chain c { type filter hook input priority soon; }',
    'NP8001 2:11 type filter hook input priority soon',
  ],
  ['chain c { jump d; }; chain d { jump c; }', 'NP2023 2:32 jump c'],
  ['chain c { tcp dport vmap { 80 : jump c }; }', 'NP2023 2:11 tcp dport vmap { 80 : jump c }'],
]

for (const [text, expected] of parts) {
  test(`refused in a table: ${text}`, () => {
    const [first] = findings(table('', text))
    assert.is(first, expected)
  })
}

test('a key has as many parts as the elements that it is looked for in', () => {
  const known =
    'set s { type inet_service; }; map m { type ipv4_addr . mark : verdict; elements = { 10.0.0.1 . 1 : accept }; }'
  assert.equal(findings(table('ip saddr vmap @m', known)), ['NP2022 4:1 ip saddr vmap @m'])
  assert.equal(findings(table('tcp dport @s ip saddr . meta mark vmap @m', known)), [])
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

test.run()
