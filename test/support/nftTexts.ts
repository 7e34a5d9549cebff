// Small rule sets of nftables that the kernel takes, made at random: every construct that is read.
import fc from 'fast-check'

const pick = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items)
const some = (of: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(of, { minLength: 1, maxLength })
const list = (items: readonly string[]): string => `{ ${items.join(', ')} }`

const host = { 4: pick('10.0.0.1', '10.0.0.2', '10.0.1.1'), 6: pick('fd00::1', 'fd00::2', '::1') }
const block = {
  4: pick('10.0.0.0/24', '10.0.0.7/8', '192.0.2.1-192.0.2.9', '0.0.0.0/0', '10.0.0.2'),
  6: pick('fd00::/64', 'fe80::1-fe80::9', '::/0', 'fd00::2', '2001:db8::/127'),
}
const port = pick('22', '53', '80')
const ports = pick('1-79', '80', '0x50', '100-65535', '0-21')
const protocol = pick('tcp', 'udp', 'sctp', '200')
const ports4 = pick('tcp', 'udp', 'sctp')
const not = pick('', '', '== ', '!= ')
const types = {
  4: pick('echo-request', '3', '13-14', '{ 0, redirect, 20 }'),
  6: pick('echo-request', '1', '133-136', '{ packet-too-big, 200 }'),
}
const codes = { 4: pick('frag-needed', '1', '0-3'), 6: pick('no-route', '6', '{ 1, 4 }') }

/** Tests of addresses, by IP version: none where the version is left open. */
const addressTest = (family: 4 | 6): fc.Arbitrary<string> => {
  const ip = family === 4 ? 'ip' : 'ip6'
  const end = pick(`${ip} saddr`, `${ip} daddr`)
  return fc.oneof(
    fc.tuple(end, not, block[family]).map(([a, b, c]) => `${a} ${b}${c}`),
    fc.tuple(end, pick('', '!= '), some(host[family])).map(([a, b, c]) => `${a} ${b}${list(c)}`),
    fc.tuple(end, pick('', '!= ')).map(([a, b]) => `${a} ${b}@a${family}`),
    fc
      .tuple(end, pick('', '!= '))
      .map(([a, b]) => `${a} . meta l4proto . th dport ${b}@b${family}`),
    fc
      .tuple(end, ports4, some(fc.tuple(host[family], port).map((one) => one.join(' . '))))
      .map(([a, b, c]) => `${a} . ${b} dport ${list(c)}`),
    pick(`meta nfproto ipv${family}`, `${ip} saddr ${family === 4 ? '10.0.0.1' : '::1'}`),
  )
}

const portTest: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(ports4, not, ports).map(([a, b, c]) => `${a} dport ${b}${c}`),
  fc.tuple(ports4, some(port)).map(([a, b]) => `${a} dport ${list(b)}`),
  fc.tuple(ports4, pick('', '!= ')).map(([a, b]) => `${a} dport ${b}@p`),
  fc.tuple(not, protocol).map(([a, b]) => `meta l4proto ${a}${b}`),
  fc.tuple(ports4, port).map(([a, b]) => `meta l4proto { ${a} , udplite } th dport ${b}`),
  fc.tuple(not, ports).map(([a, b]) => `th dport ${a}${b}`),
)

const icmpTest = (family: 4 | 6): fc.Arbitrary<string> => {
  const name = family === 4 ? 'icmp' : 'icmpv6'
  return fc
    .tuple(types[family], fc.option(codes[family]))
    .map(([a, b]) => `${name} type ${a}${b === null ? '' : ` ${name} code ${b}`}`)
}

const otherTest = fc.oneof(
  fc.constant(''),
  pick(
    'ct state new',
    'ct state established,related',
    'ct state != established',
    'ct state != new,established',
    'ct state ! new',
    'ct state { new, established | related }',
    'fib saddr type local',
    'fib daddr type != local',
    'counter',
    'log prefix "x } y" level info',
  ),
)

const tests: fc.Arbitrary<string> = fc
  .oneof(
    fc.tuple(pick(4, 6), fc.nat(3)).chain(([family, how]) => {
      const address = addressTest(family as 4 | 6)
      const icmp = icmpTest(family as 4 | 6)
      if (how === 0) return icmp
      if (how === 2) return address
      // nft takes no two protocols in one rule.
      const bare = address.filter((text) => !/(tcp|udp|sctp) dport/.test(text))
      return fc.tuple(bare, how === 1 ? icmp : portTest).map((all) => all.join(' '))
    }),
    portTest,
  )
  .chain((first) => otherTest.map((other) => `${first} ${other}`.trim()))

/** Chains are numbered; jumps go to higher numbers. */
const chainCount = 4
const target = (from: number): fc.Arbitrary<string> =>
  from + 1 >= chainCount
    ? pick('accept', 'drop', 'return')
    : fc.oneof(
        pick('accept', 'drop', 'return', 'continue', 'reject', 'reject with icmpx no-route'),
        fc
          .tuple(pick('jump', 'goto'), fc.integer({ min: from + 1, max: chainCount - 1 }))
          .map(([how, to]) => `${how} c${to}`),
      )

const entries = (keys: fc.Arbitrary<string>, from: number): fc.Arbitrary<string> =>
  fc
    .uniqueArray(
      fc.tuple(
        keys,
        target(from).filter((one) => !one.startsWith('reject')),
      ),
      {
        minLength: 1,
        maxLength: 4,
        selector: ([key]) => key,
      },
    )
    .map((all) => list(all.map(([key, verdict]) => `${key} : ${verdict}`)))

const mapRule = (from: number): fc.Arbitrary<string> =>
  fc.oneof(
    entries(host[4], from).map((map) => `ip saddr vmap ${map}`),
    entries(host[6], from).map((map) => `ip6 daddr vmap ${map}`),
    entries(pick('22', '23-79', '80'), from).map((map) => `udp dport vmap ${map}`),
    entries(pick('tcp', 'udp', '58'), from).map((map) => `meta l4proto vmap ${map}`),
    entries(pick('new', 'established'), from).map((map) => `ct state vmap ${map}`),
  )

const rule = (from: number): fc.Arbitrary<string> => {
  const plain = fc.tuple(tests, target(from)).map((all) => all.join(' ').trim())
  const named = fc.tuple(pick('ip saddr', 'ip daddr'), pick('', ' counter'))
  const base = named.map(([end, more]) => `${end} vmap @m${more}`)
  const either = from === 0 ? [plain, plain, mapRule(from), base] : [plain, plain, mapRule(from)]
  return fc.oneof(...either).map((text) => `${text} comment "rule: ${from}"`)
}

const body = (from: number): fc.Arbitrary<string> =>
  fc.array(rule(from), { minLength: 3, maxLength: 7 }).map((rules) => rules.join('\n    '))

const elements = (keys: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(some(keys)).map((all) => (all === null ? '' : `elements = ${list(all)};`))

/** The whole text of a file. */
export const nftText: fc.Arbitrary<string> = fc
  .record({
    a4: elements(block[4]),
    a6: elements(block[6]),
    b4: elements(pick('10.0.0.1 . tcp . 80', '10.0.1.0/24 . udp . 50-60', '11.0.0.1 . 58 . 0-9')),
    b6: elements(pick('fd00::1 . tcp . 80', 'fe80::/64 . udp . 50-60', '::1 . 6-17 . 0-65535')),
    p: elements(port),
    m: entries(host[4], 0),
    bodies: fc.tuple(body(0), body(1), body(2), body(3)),
    // Behind routing the kernel takes no `reject`.
    hook: pick('forward', 'forward', 'input', 'output', 'prerouting'),
    policy: pick('policy accept;', 'policy drop;', ''),
  })
  .map(({ a4, a6, b4, b6, p, m, bodies, hook, policy }) => {
    const [base, ...others] = bodies
    const merged = 'flags interval; auto-merge;'
    return `add table inet t
delete table inet t
table inet t { # made at random
  set a4 { type ipv4_addr; ${merged} comment "a }"; ${a4} }
  set a6 { type ipv6_addr; ${merged} ${a6} }
  set b4 { type ipv4_addr . inet_proto . inet_service; flags interval; ${b4} }
  set b6 { typeof ip6 saddr . meta l4proto . th dport; flags interval; ${b6} }
  set p { type inet_service; size 10; ${p} }
${others.map((text, at) => `  chain c${at + 1} {\n    ${text}\n  }`).join('\n')}
  map m { type ipv4_addr : verdict; elements = ${m}; }
  chain base {
    type filter hook ${hook} priority filter - 5; ${policy}
    ${base}
  }
}
table ip u { chain late { type filter hook ${hook} priority 10; icmp type 3 drop; }; }
`
  })
