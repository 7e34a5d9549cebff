// Firewalls of nodes as they are read for proofs: what each construct does to packets, and what is
// refused, and where.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Diagram, everything } from '../../../src/algebra/diagram.ts'
import { makeReporter, type Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { NodeFirewall } from '../../../src/proof/firewall.ts'
import { Packets } from '../../../src/proof/packets.ts'
import { positionAt } from '../../../src/source/source.ts'
import { isRuleFile, readFirewalls } from '../../../targets/iptables/reading/index.ts'

const test = suite('iptables reading')

const table = (...rules: readonly string[]): string =>
  ['*filter', ':FORWARD ACCEPT [0:0]', ':own - [0:0]', ...rules, 'COMMIT', ''].join('\n')

const foreign = { source: 'foreign', destination: 'foreign' } as const

function firewall(rules: string, sets: string, reporter: Reporter): NodeFirewall {
  const files = [
    { path: 'n/iptables.rules', text: rules },
    { path: 'n/ipset.rules', text: sets },
  ]
  const [only] = readFirewalls(files, reporter)
  if (only === undefined) throw new Error('no firewall')
  return only
}

/** The packets that FORWARD lets on, and a store to compare them in. */
function accepted(rules: string, sets = '', packets = new Packets(4, 1_000_000)): Diagram {
  const reporter = makeReporter()
  const result = firewall(rules, sets, reporter).accepted('FORWARD', packets, foreign)
  assert.equal(
    reporter.diagnostics.map(({ message }) => message),
    [],
  )
  return result
}

/** Two rule files mean the same. */
function same(a: string, b: string, sets = ''): void {
  const packets = new Packets(4, 1_000_000)
  assert.is(accepted(a, sets, packets), accepted(b, sets, packets))
}

function different(a: string, b: string, sets = ''): void {
  const packets = new Packets(4, 1_000_000)
  assert.is.not(accepted(a, sets, packets), accepted(b, sets, packets))
}

test('a chain without rules follows its policy', () => {
  assert.is(accepted(table()), everything)
  assert.is(accepted(table().replace('FORWARD ACCEPT', 'FORWARD DROP')), 0)
})

test('the first rule that matches and ends decides', () => {
  same(
    table('-A FORWARD -s 10.0.0.0/8 -j ACCEPT', '-A FORWARD -j DROP'),
    table('-A FORWARD ! -s 10.0.0.0/8 -j DROP'),
  )
})

test('REJECT lets nothing on, and a log decides nothing', () => {
  same(
    table('-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'),
    table('-A FORWARD -p 6 -j DROP'),
  )
  assert.is(accepted(table('-A FORWARD -j LOG --log-prefix "x "')), everything)
})

test('RETURN comes back after a jump, and to the caller of the caller after a goto', () => {
  same(
    table('-A own -p udp -j RETURN', '-A own -j DROP', '-A FORWARD -j own', '-A FORWARD -j DROP'),
    table('-A FORWARD -j DROP'),
  )
  same(
    table('-A own -p udp -j RETURN', '-A own -j DROP', '-A FORWARD -g own', '-A FORWARD -j DROP'),
    table('-A FORWARD ! -p udp -j DROP'),
  )
})

test('options in their long forms, packet counts and a bare address', () => {
  same(
    table(
      '[3:180] -A FORWARD --source 10.0.0.1 --protocol tcp --match tcp --destination-port 80 --jump DROP',
    ),
    table('-A FORWARD -s 10.0.0.1/32 -p tcp -m tcp --dport 80 -j DROP'),
  )
})

test('multiport joins ranges; a turned match is what is left', () => {
  same(
    table('-A FORWARD -p tcp -m multiport --dports 80:82,443 -j DROP'),
    table('-A FORWARD -p tcp --dport 80:82 -j DROP', '-A FORWARD -p tcp --dport 443 -j DROP'),
  )
  same(
    table('-A FORWARD -p tcp ! --dport 80 -j DROP'),
    table('-A FORWARD -p tcp --dport 1:79 -j DROP', '-A FORWARD -p tcp --dport 81:65535 -j DROP'),
  )
})

test('a type of ICMP, with and without a code', () => {
  different(
    table('-A FORWARD -p icmp -m icmp --icmp-type 3/4 -j DROP'),
    table('-A FORWARD -p icmp -m icmp --icmp-type 3 -j DROP'),
  )
  same(table('-A FORWARD -p icmp --icmp-type any -j DROP'), table('-A FORWARD -p icmp -j DROP'))
})

test('only new connections are looked at', () => {
  assert.is(
    accepted(table('-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j DROP')),
    everything,
  )
  same(table('-A FORWARD -m state --state NEW -j DROP'), table('-A FORWARD -j DROP'))
})

test('flushing takes the rules before it, and deleting the chains', () => {
  same(
    table('-A FORWARD -j DROP', '-F FORWARD', '-A FORWARD -p tcp -j DROP'),
    table('-A FORWARD -p tcp -j DROP'),
  )
  same(table('-A FORWARD -j DROP', '-F', '-X'), table())
})

test('a comment is a word, whatever it says', () => {
  same(
    table('-A FORWARD -m comment --comment "a \\" -j ACCEPT" -j DROP'),
    table('-A FORWARD -m comment --comment plain -j DROP'),
  )
})

test('sets hold addresses, blocks, ranges and exceptions, of which the longest decides', () => {
  const sets = [
    'create a hash:net family inet hashsize 64 maxelem 10',
    'add a 10.0.0.0/8',
    'add a 10.1.0.0/16 nomatch',
    'add a 10.1.2.0/24',
    'create b hash:ip family inet',
    'add b 192.0.2.1-192.0.2.3',
    '',
  ].join('\n')
  same(
    table('-A FORWARD -m set --match-set a src -j DROP'),
    table(
      '-A FORWARD -s 10.1.2.0/24 -j DROP',
      '-A FORWARD -s 10.1.0.0/16 -j ACCEPT',
      '-A FORWARD -s 10.0.0.0/8 -j DROP',
    ),
    sets,
  )
  same(
    table('-A FORWARD -m set ! --match-set b dst -j DROP'),
    table(
      '-A FORWARD -d 192.0.2.1 -j ACCEPT',
      '-A FORWARD -d 192.0.2.2/31 -j ACCEPT',
      '-A FORWARD -j DROP',
    ),
    sets,
  )
})

test('sets of addresses and ports look at both', () => {
  const sets =
    'create p hash:ip,port family inet\nadd p 10.0.0.1,tcp:80\nadd p 10.0.0.2,udp:53-54\n'
  same(
    table('-A FORWARD -m set --match-set p dst,dst -j DROP'),
    table(
      '-A FORWARD -d 10.0.0.1 -p tcp --dport 80 -j DROP',
      '-A FORWARD -d 10.0.0.2 -p udp --dport 53:54 -j DROP',
    ),
    sets,
  )
})

/** The first error, as `CODE line:column`. */
function firstError(rules: string, sets = ''): string {
  const reporter = makeReporter()
  firewall(rules, sets, reporter)
  const first = reporter.diagnostics.find(({ severity }) => severity === 'error')
  const span = first?.labels[0]?.span
  if (first === undefined || span === undefined) return 'none'
  const { line, column } = positionAt(span.source, span.start)
  return `${first.code} ${line}:${column}`
}

const badRules: readonly (readonly [string, string, string])[] = [
  ['a rule outside of a table', '-A FORWARD -j DROP\n', 'NP8001 1:1'],
  ['a text that is cut off', '*filter\n:FORWARD ACCEPT [0:0]\n', 'NP8002 2:21'],
  ['a chain that is not declared', table('-A lost -j DROP'), 'NP8001 4:4'],
  ['a target that is not there', table('-A FORWARD -j lost'), 'NP2020 4:12'],
  ['chains that jump in a circle', table('-A FORWARD -j own', '-A own -j own'), 'NP2023 5:1'],
  ['a port of the source', table('-A FORWARD -p tcp --sport 80 -j DROP'), 'NP2021 4:19'],
  ['an interface', table('-A FORWARD -i eth0 -j DROP'), 'NP2021 4:12'],
  ['a jump to a chain with a hook', table('-A own -j FORWARD'), 'NP2022 4:8'],
  ['translation', table().replace('filter', 'nat').replace('FORWARD', 'OUTPUT'), 'NP2021 2:1'],
  ['a match that is not read', table('-A FORWARD -m recent --name x -j DROP'), 'NP2021 4:22'],
  ['an option that is not read', table('-A FORWARD --odd SYN SYN -j DROP'), 'NP2021 4:12'],
  ['an address that is none', table('-A FORWARD -s 10.0.0.300 -j DROP'), 'NP8005 4:12'],
  ['an address of the other family', table('-A FORWARD -s fd00::1 -j DROP'), 'NP8005 4:12'],
  ['ports that are none', table('-A FORWARD -p tcp --dport 90:x -j DROP'), 'NP8005 4:19'],
  ['a protocol that is none', table('-A FORWARD -p tpc -j DROP'), 'NP8005 4:12'],
  ['a quote that is not closed', table('-A FORWARD -m comment --comment "x -j DROP'), 'NP8001 4:1'],
  ['an option without its value', table('-A FORWARD -j'), 'NP8005 4:12'],
  ['a set matched by nothing', table('-A FORWARD -m set --match-set a up -j DROP'), 'NP8005 4:19'],
  ['another text', '*filter\nhello\nCOMMIT\n', 'NP8001 2:1'],
]

for (const [what, text, expected] of badRules) {
  test(`refused: ${what}`, () => assert.is(firstError(text), expected))
}

test('chains nested beyond all measure are refused, not followed', () => {
  const names = Array.from({ length: 2000 }, (_, at) => `c${at}`)
  const text = [
    '*filter',
    ':FORWARD ACCEPT [0:0]',
    ...names.map((name) => `:${name} - [0:0]`),
    '-A FORWARD -j c0',
    ...names.slice(0, -1).map((name, at) => `-A ${name} -j c${at + 1}`),
    'COMMIT',
  ].join('\n')
  assert.match(firstError(text), /^NP2021 /)
})

const badSets: readonly (readonly [string, string, string])[] = [
  ['an element of no set', 'add a 10.0.0.1\n', 'NP8001 1:5'],
  [
    'an element of the other family',
    'create a hash:ip family inet6\nadd a 10.0.0.1\n',
    'NP8005 2:7',
  ],
  ['an element without its port', 'create a hash:ip,port\nadd a 10.0.0.1\n', 'NP8005 2:7'],
  ['another text', 'hello\n', 'NP8001 1:1'],
]

for (const [what, text, expected] of badSets) {
  test(`refused in sets: ${what}`, () => assert.is(firstError(table(), text), expected))
}

test('a set that is not in the dump is absent, not empty', () => {
  assert.is(firstError(table('-A FORWARD -m set --match-set gone src -j DROP')), 'NP2020 4:19')
})

test('sets whose contents nobody knows are refused', () => {
  const rules = table('-A FORWARD -m set --match-set a src -j DROP')
  assert.is(firstError(rules, 'create a hash:ip timeout 600\n'), 'NP2021 4:19')
  assert.is(firstError(rules, 'create a hash:mac\nadd a 00:11:22:33:44:55\n'), 'NP2021 4:19')
})

test('what is asked of interfaces cannot be told of packets alone', () => {
  const reporter = makeReporter()
  const packets = new Packets(4, 1_000_000)
  const own = firewall(table('-A FORWARD -i eth0 -j DROP'), '', reporter)
  own.accepted('FORWARD', packets, foreign)
  own.accepted('FORWARD', packets, foreign)
  assert.equal(
    reporter.diagnostics.map(({ code }) => code),
    ['NP2021'],
  )
})

test('the names of files that are read', () => {
  assert.equal(
    ['a/iptables.rules', 'ip6tables.rules', 'a/ipset.rules', 'a/other.rules'].map(isRuleFile),
    [true, true, true, false],
  )
})

test.run()
