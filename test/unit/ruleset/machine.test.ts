// What rules do with a packet: one small dump a case, and what becomes of one packet.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readDumps } from '../../../src/audit/dumps.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { TooManySituations } from '../../../src/ruleset/chains.ts'
import { Headers } from '../../../src/ruleset/headers.ts'
import { traceOf } from '../../../src/ruleset/trace.ts'
import type { PacketState } from '../../../src/ruleset/types.ts'
import { Machine, newOn, type Way } from '../../../src/ruleset/ways.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('what rules do')

/** A packet of IPv4 over TCP; 10.0.0.x are written by their last part. */
interface Probe {
  readonly from?: number
  readonly to?: number
  readonly port?: number
  readonly sourcePort?: number
  readonly way?: Way
  readonly state?: PacketState
  readonly in?: string
  readonly out?: string
}

type Answer = 'accept' | 'drop' | 'depends' | 'sent elsewhere'

function machineOf(rules: string, sets = ''): Machine {
  const reporter = makeReporter()
  const { ruleset } = readDumps(
    [makeSource('r', rules)],
    sets ? [makeSource('s', sets)] : [],
    reporter,
  )
  assert.equal(reporter.errors, 0)
  const names = ['eth0', 'eth1', 'cali1']
  return new Machine(ruleset, Headers.of(ruleset, 4, 1_000_000, names))
}

function headerOf(
  { from = 1, to = 2, port = 80, sourcePort = 40000, ...rest }: Probe,
  headers: Headers,
) {
  return headers.withValues(new Map(), {
    protocol: 6,
    port,
    'source port': sourcePort,
    source: 0x0a000000 + from,
    destination: 0x0a000000 + to,
    'in interface': rest.in ?? 'eth0',
    'out interface': rest.out ?? 'eth1',
  })
}

function answer(machine: Machine, probe: Probe): Answer {
  const { headers } = machine
  const { way = 'FORWARD', state = 'new' } = probe
  const { direct, diverted } = machine.fateOf({ ...newOn(way), state })
  const header = headerOf(probe, headers)
  const [accepted, dropped, sent] = [direct.accepted, direct.dropped, diverted].map(
    (set) => headers.placeOf(header, set).canBeIn,
  )
  if (sent) return accepted || dropped ? 'depends' : 'sent elsewhere'
  return accepted && dropped ? 'depends' : accepted ? 'accept' : 'drop'
}

const filter = (...rules: readonly string[]): string =>
  `*filter\n:FORWARD DROP [0:0]\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`

const cases: readonly (readonly [string, string, Probe, Answer, string?])[] = [
  ['the policy decides last', filter(), {}, 'drop'],
  [
    'the first that decides',
    filter('-A FORWARD -s 10.0.0.1 -j ACCEPT', '-A FORWARD -j DROP'),
    {},
    'accept',
  ],
  ['a rule without a target only counts', filter('-A FORWARD -s 10.0.0.1'), {}, 'drop'],
  [
    'return from a chain',
    filter(
      ':A - [0:0]',
      '-A A -j RETURN',
      '-A A -j DROP',
      '-A FORWARD -j A',
      '-A FORWARD -j ACCEPT',
    ),
    {},
    'accept',
  ],
  [
    'the end of a chain that was gone to is the end of its caller',
    filter(
      ':A - [0:0]',
      ':B - [0:0]',
      '-A A -g B',
      '-A A -j DROP',
      '-A FORWARD -j A',
      '-A FORWARD -j ACCEPT',
    ),
    {},
    'accept',
  ],
  [
    'a chain gone to from a hook ends in its policy',
    filter(':B - [0:0]', '-A FORWARD -g B', '-A FORWARD -j ACCEPT'),
    {},
    'drop',
  ],
  [
    'marks are followed',
    filter(
      '-A FORWARD -s 10.0.0.1 -j MARK --set-xmark 0x4/0xc',
      '-A FORWARD -m mark --mark 0x4/0x4 -j ACCEPT',
    ),
    {},
    'accept',
  ],
  [
    'marks of others are not',
    filter(
      '-A FORWARD -s 10.0.0.9 -j MARK --set-xmark 0x4/0xc',
      '-A FORWARD -m mark --mark 0x4/0x4 -j ACCEPT',
    ),
    {},
    'drop',
  ],
  [
    'marks come from other tables',
    `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j MARK --set-mark 7\nCOMMIT\n${filter('-A FORWARD -m mark --mark 7 -j ACCEPT')}`,
    {},
    'accept',
  ],
  [
    'but not from tables that come later',
    `*security\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j MARK --set-mark 7\nCOMMIT\n${filter('-A FORWARD -m mark --mark 7 -j ACCEPT')}`,
    {},
    'drop',
  ],
  [
    'marks of connections',
    filter(
      '-A FORWARD -j MARK --set-mark 3',
      '-A FORWARD -j CONNMARK --save-mark',
      '-A FORWARD -m connmark --mark 3 -j ACCEPT',
    ),
    {},
    'accept',
  ],
  [
    'every table has to let it on',
    `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 10.0.0.1 -j DROP\nCOMMIT\n${filter('-A FORWARD -j ACCEPT')}`,
    {},
    'drop',
  ],
  [
    'new connections are new',
    filter('-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT'),
    {},
    'drop',
  ],
  [
    'open ones are not',
    filter('-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT'),
    { state: 'established' },
    'accept',
  ],
  [
    'what is not tracked is neither',
    `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j NOTRACK\nCOMMIT\n${filter('-A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT')}`,
    {},
    'accept',
  ],
  ['interfaces', filter('-A FORWARD -i eth0 -o cali+ -j ACCEPT'), { out: 'cali1' }, 'accept'],
  ['other interfaces', filter('-A FORWARD -i eth0 -o cali+ -j ACCEPT'), {}, 'drop'],
  [
    'ports of the source',
    filter('-A FORWARD -p tcp --sport 53 -j ACCEPT'),
    { sourcePort: 53 },
    'accept',
  ],
  ['limits', filter('-A FORWARD -m limit --limit 1/s -j ACCEPT'), {}, 'depends'],
  [
    'limits that make no difference',
    filter('-A FORWARD -m limit --limit 1/s -j ACCEPT', '-A FORWARD -j ACCEPT'),
    {},
    'accept',
  ],
  [
    'the same limit asked twice answers twice',
    filter(
      '-A FORWARD -m limit --limit 1/s -j ACCEPT',
      '-A FORWARD -m limit --limit 1/s -j DROP',
      '-A FORWARD -j ACCEPT',
    ),
    {},
    'depends',
  ],
  [
    'the same MAC address asked twice answers once',
    filter(
      ':A - [0:0]',
      '-A FORWARD -m mac --mac-source 00:11:22:33:44:55 -j A',
      '-A A -m mac ! --mac-source 00:11:22:33:44:55 -j ACCEPT',
    ),
    {},
    'drop',
  ],
  ['queues may do anything', filter('-A FORWARD -j NFQUEUE --queue-num 1'), {}, 'depends'],
  [
    'sets',
    filter('-A FORWARD -m set --match-set a src -j ACCEPT'),
    {},
    'accept',
    'create a hash:net family inet\nadd a 10.0.0.0/30\nadd a 10.0.0.2 nomatch\n',
  ],
  [
    'members that do not match',
    filter('-A FORWARD -m set --match-set a dst -j ACCEPT'),
    {},
    'drop',
    'create a hash:net family inet\nadd a 10.0.0.0/30\nadd a 10.0.0.2 nomatch\n',
  ],
  [
    'sets that were not dumped',
    filter('-A FORWARD -m set --match-set a src -j ACCEPT'),
    {},
    'depends',
  ],
  [
    'lists of sets',
    filter('-A FORWARD -m set --match-set l src -j ACCEPT'),
    {},
    'accept',
    'create a hash:ip family inet\nadd a 10.0.0.1\ncreate l list:set size 8\nadd l a\n',
  ],
  [
    'to another place',
    `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.0.0.2 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.7:8080\nCOMMIT\n${filter('-A FORWARD -d 10.0.0.7 -j ACCEPT')}`,
    {},
    'sent elsewhere',
  ],
  [
    'queues may mark packets',
    filter('-A FORWARD -j NFQUEUE', '-A FORWARD -m mark --mark 1 -j DROP', '-A FORWARD -j ACCEPT'),
    {},
    'depends',
  ],
  ['chains that are not there may do anything', filter('-A FORWARD -j somewhere'), {}, 'depends'],
  [
    'the way in',
    filter('-A INPUT -p tcp --dport 22 -j ACCEPT'),
    { way: 'INPUT', port: 22 },
    'accept',
  ],
  ['the way out', filter(), { way: 'OUTPUT' }, 'accept'],
]

for (const [name, rules, probe, expected, sets] of cases) {
  test(`${name}: ${expected}`, () => assert.is(answer(machineOf(rules, sets), probe), expected))
}

test('behind a translation packets have their new destination', () => {
  const nat = `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.0.0.2 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.7:8080\nCOMMIT\n`
  const machine = machineOf(
    `${nat}${filter('-A FORWARD -d 10.0.0.7 -p tcp --dport 8080 -j ACCEPT')}`,
  )
  const { translated } = machine.fateOf(newOn('FORWARD'))
  const header = headerOf({ to: 7, port: 8080 }, machine.headers)
  assert.ok(machine.headers.placeOf(header, translated.accepted).canBeIn)
  assert.not(machine.headers.placeOf(header, translated.dropped).canBeIn)
  const trace = traceOf(machine, newOn('FORWARD'), headerOf({}, machine.headers), 'accept')
  assert.is(machine.headers.valueOf(trace?.header ?? new Map(), 'port'), 8080)
})

test('a trace names what it rests on', () => {
  const machine = machineOf(filter('-A FORWARD -p tcp -m limit --limit 5/min -j ACCEPT'))
  const [accept, drop] = (['accept', 'drop'] as const).map((wanted) =>
    traceOf(machine, newOn('FORWARD'), headerOf({}, machine.headers), wanted),
  )
  const textsOf = (trace: typeof accept) =>
    trace?.dependsOn.map(({ source, start, end }) => source.text.slice(start, end))
  assert.equal(textsOf(accept), ['--limit 5/min'])
  assert.equal(textsOf(drop), ['--limit 5/min'])
  assert.is(drop?.decidedBy.kind, 'policy')
})

test('calls a thousand deep are given up', () => {
  const chains = Array.from({ length: 1000 }, (_, index) => `:c${index} - [0:0]`)
  const calls = Array.from({ length: 999 }, (_, index) => `-A c${index} -j c${index + 1}`)
  const machine = machineOf(filter(...chains, ...calls, '-A FORWARD -j c0'))
  assert.throws(
    () => machine.fateOf(newOn('FORWARD')),
    (error: unknown) => error instanceof TooManySituations,
  )
})

test('a way through thousands of rules that may or may not match is found', () => {
  const marks = Array.from(
    { length: 300 },
    (_, at) => `-A FORWARD -m limit --limit 1/s -j MARK --set-mark ${at}`,
  )
  const logs = Array.from({ length: 5000 }, () => '-A FORWARD -m limit --limit 1/s -j LOG')
  for (const rules of [logs, marks]) {
    const machine = machineOf(filter(...rules, '-A FORWARD -j DROP'))
    const trace = traceOf(machine, newOn('FORWARD'), headerOf({}, machine.headers), 'drop')
    assert.is(trace?.decidedBy.kind, 'rule')
  }
})

test.run()
