// The lab itself, with rules made by hand: it must see what they hold up, and nothing else.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FlowTraffic } from '../../src/cluster/types.ts'
import { type Lab, type LabEnd, type LabPlan, type Probe, withLab } from './lab.ts'
import { backends, requireTools } from './tools.ts'

const test = suite('kernel: the lab')

test.before(requireTools)

const node: LabEnd = { name: 'node', addresses: ['172.16.0.1', 'fd01::1'] }
const plan: LabPlan = {
  node,
  ends: [
    { name: 'a', addresses: ['10.0.0.1', 'fd00::1'] },
    { name: 'b', addresses: ['10.0.0.2', 'fd00::2', '10.0.0.3'] },
    { name: 'world', addresses: [] },
  ],
}
const addressesOf: Readonly<Record<string, readonly string[]>> = {
  node: node.addresses,
  a: ['10.0.0.1', 'fd00::1'],
  b: ['10.0.0.2', 'fd00::2'],
  world: ['203.0.113.9', '2001:db8::9'],
}
/** Pairs of ends and the hook that lies between them. */
const ways = [
  ['a', 'b', 'FORWARD'],
  ['b', 'a', 'FORWARD'],
  ['a', 'world', 'FORWARD'],
  ['world', 'a', 'FORWARD'],
  ['a', 'node', 'INPUT'],
  ['world', 'node', 'INPUT'],
  ['node', 'b', 'OUTPUT'],
  ['node', 'world', 'OUTPUT'],
] as const

const targets = ['ACCEPT', 'DROP', 'REJECT'] as const

/** Traffic that the rules tell apart: the words that match it, and what of it is sent. */
interface Kind {
  readonly words: string
  readonly traffic: FlowTraffic
}

const ports = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) =>
  [80, 81, 82].map((port): Kind => {
    const name = protocol.toLowerCase()
    return { words: `-p ${name} --dport ${port}`, traffic: { kind: 'ports', protocol, port } }
  }),
)
const messages = (words: string, types: readonly (readonly [number, number])[]): readonly Kind[] =>
  types.map(([type, code]) => ({
    words: `${words} ${type}/${code}`,
    traffic: { kind: 'icmp', type, code },
  }))
const others = [47, 89, 254].map(
  (protocolNumber): Kind => ({
    words: `-p ${protocolNumber}`,
    traffic: { kind: 'other', protocolNumber },
  }),
)
/** By family, three kinds of each protocol: to be accepted, dropped and rejected. */
const kinds: readonly (readonly (readonly Kind[])[])[] = [
  [
    ...ports,
    messages('-p icmp --icmp-type', [
      [8, 0],
      [13, 0],
      [3, 1],
    ]),
    others,
  ],
  [
    ...ports,
    messages('-p icmpv6 --icmpv6-type', [
      [128, 0],
      [128, 1],
      [1, 4],
    ]),
    others,
  ],
]

function probe(from: string, to: string, family: number, traffic: FlowTraffic): Probe {
  const [source = '', destination = ''] = [from, to].map((name) => addressesOf[name]?.[family])
  return { from, source, to, destination, traffic }
}

/** One rule a kind, in one chain. */
function rulesFor(chain: string, backend: string): string {
  const commands = kinds.flatMap((protocols, family) =>
    protocols.flatMap((three) =>
      three.map(
        ({ words }, index) =>
          `ip${family === 0 ? '' : '6'}tables-${backend} -A ${chain} ${words} -j ${targets[index]}`,
      ),
    ),
  )
  return commands.join('\n')
}

/** What is said where something is refused, or `none`. */
async function problemOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return 'none'
  } catch (problem) {
    return String(problem)
  }
}

/** Fails with the tool's own words. */
function must(lab: Lab, script: string): void {
  const { status, out, err } = lab.run(script)
  if (status !== 0) throw new Error(`${script}\nended with ${status}: ${out}${err}`)
}

function say(probes: readonly Probe[], passed: readonly boolean[]): readonly string[] {
  return probes.map((one, index) => `${JSON.stringify(one)} ${passed[index]}`)
}

/** What can be answered: ports, and echo. */
const answered: readonly Probe[] = ways.flatMap(([from, to]) =>
  [0, 1].flatMap((family) =>
    (kinds[family] ?? [])
      .slice(0, 4)
      .flatMap((three) => three.slice(0, 1))
      .map(({ traffic }) => probe(from, to, family, traffic)),
  ),
)
const both = (backend: string, words: string): string =>
  `iptables-${backend} ${words}\nip6tables-${backend} ${words}\n`

for (const backend of backends) {
  for (const chain of ['INPUT', 'FORWARD', 'OUTPUT']) {
    test(`iptables-${backend}: ${chain} holds up what it drops and rejects, and no other hook's`, () =>
      withLab(plan, { gateway: 'world' }, async (lab) => {
        must(lab, rulesFor(chain, backend))
        const cases = ways.flatMap(([from, to, hook]) =>
          kinds.flatMap((protocols, family) =>
            protocols.flatMap((three) =>
              three.map(({ traffic }, index) => ({
                sent: probe(from, to, family, traffic),
                expected: hook !== chain || targets[index] === 'ACCEPT',
              })),
            ),
          ),
        )
        const sent = cases.map((one) => one.sent)
        assert.equal(
          say(sent, await lab.probe(sent)),
          say(
            sent,
            cases.map(({ expected }) => expected),
          ),
        )
      }))
  }

  test(`iptables-${backend}: connections are tracked as new, answered, and never as broken`, () =>
    withLab(plan, { gateway: 'world' }, async (lab) => {
      const none = answered.map(() => false)
      const all = answered.map(() => true)
      assert.equal(say(answered, await lab.probeReply(answered)), say(answered, all))
      const hooks = ['INPUT', 'FORWARD', 'OUTPUT']
      const each = (words: string): string =>
        hooks.map((hook) => both(backend, `-A ${hook} ${words}`)).join('')
      must(lab, each('-m conntrack --ctstate INVALID -j DROP'))
      assert.equal(say(answered, await lab.probeReply(answered)), say(answered, all))
      must(lab, each('-m conntrack --ctstate ESTABLISHED -j DROP'))
      assert.equal(say(answered, await lab.probe(answered)), say(answered, all))
      assert.equal(say(answered, await lab.probeReply(answered)), say(answered, none))
      must(lab, hooks.map((hook) => both(backend, `-F ${hook}`)).join(''))
      must(lab, each('-m conntrack ! --ctstate ESTABLISHED -j DROP'))
      assert.equal(say(answered, await lab.probe(answered)), say(answered, none))
    }))
}

const backend = backends[0] ?? 'nft'
const web: FlowTraffic = { kind: 'ports', protocol: 'TCP', port: 80 }

test('a source may be any address, and an end may have several', () =>
  withLab(plan, { gateway: 'world' }, async (lab) => {
    must(lab, `iptables-${backend} -A FORWARD -s 10.0.0.1 -d 10.0.0.3 -j DROP`)
    must(lab, `iptables-${backend} -A OUTPUT -s 10.0.0.1 -d 10.0.0.3 -j DROP`)
    const to = (from: string, source: string, destination: string): Probe => ({
      from,
      source,
      to: 'b',
      destination,
      traffic: web,
    })
    const passed = await lab.probe([
      to('a', '10.0.0.1', '10.0.0.2'),
      to('a', '10.0.0.1', '10.0.0.3'),
      to('a', '198.51.100.1', '10.0.0.3'),
      to('a', '172.16.0.1', '10.0.0.3'),
      to('world', '10.0.0.1', '10.0.0.3'),
      to('node', '10.0.0.1', '10.0.0.3'),
      to('node', '172.16.0.1', '10.0.0.3'),
    ])
    assert.equal(passed, [true, false, true, true, false, false, true])
  }))

test('an open connection carries data until a rule holds it up', () =>
  withLab(plan, { gateway: 'world' }, async (lab) => {
    const opened = answered.filter(
      ({ traffic }) => traffic.kind === 'ports' && traffic.protocol !== 'SCTP',
    )
    const hooks = ['INPUT', 'FORWARD', 'OUTPUT']
    const each = (words: string): string =>
      hooks.map((hook) => both(backend, `-I ${hook} ${words}`)).join('')
    // Tracking starts with the first rule that asks for it.
    must(lab, each('-m conntrack --ctstate INVALID -j DROP'))
    const connections = await lab.connect(opened)
    assert.not.ok(connections.includes(null))
    const [none, all] = [opened.map(() => false), opened.map(() => true)]
    assert.equal(await lab.send(connections), all)
    must(lab, each('-j DROP'))
    assert.equal(
      await lab.connect(opened),
      opened.map(() => null),
    )
    assert.equal(await lab.send(connections), none)
    must(lab, each('-m conntrack --ctstate ESTABLISHED -j ACCEPT'))
    assert.equal(await lab.send(connections), all)
    assert.equal(await lab.probe(opened), none)
    assert.equal(await lab.send([null]), [false])
  }))

test('a stream counts what is held up while rules come and go, and nothing else', () =>
  withLab(plan, { gateway: 'world' }, async (lab) => {
    const held = probe('a', 'b', 0, { kind: 'ports', protocol: 'UDP', port: 53 })
    const free = probe('a', 'b', 0, { kind: 'ports', protocol: 'UDP', port: 54 })
    must(lab, `iptables-${backend} -A FORWARD -p udp --dport 53 -j DROP`)
    const flap = lab.start(
      `while :; do iptables-${backend} -F FORWARD
       iptables-${backend} -A FORWARD -p udp --dport 53 -j DROP; done`,
    )
    const stream = await lab.stream([held, free])
    await new Promise((settle) => setTimeout(settle, 300))
    assert.match(await problemOf(() => lab.probe([free])), /a stream is running/)
    const { sent, received } = await stream.stop()
    flap.kill()
    assert.is((await flap.ended).status, null)
    const [leaked = 0, passed] = received
    assert.ok(sent > 0)
    assert.is(passed, sent)
    assert.ok(leaked > 0 && leaked < sent, `${leaked} of ${sent}`)
  }))

test('pods on one bridge are subject to FORWARD', () =>
  withLab(plan, { gateway: 'world', bridged: ['a', 'b'] }, async (lab) => {
    assert.equal(lab.missing, [])
    const probes = answered.filter(({ from, to }) => from !== 'node' && to !== 'node')
    assert.equal(
      await lab.probeReply(probes),
      probes.map(() => true),
    )
    must(lab, both(backend, '-A FORWARD -j DROP'))
    assert.equal(
      await lab.probe(probes),
      probes.map(() => false),
    )
    const own = answered.filter((one) => !probes.includes(one))
    assert.equal(
      await lab.probeReply(own),
      own.map(() => true),
    )
  }))

test('what is asked for wrongly is refused', () =>
  withLab(plan, { gateway: 'world' }, async (lab) => {
    const refused = (one: Probe): Promise<string> => problemOf(() => lab.probe([one]))
    const good = probe('a', 'b', 0, web)
    assert.match(await refused({ ...good, to: 'world' }), /came out at another end/)
    assert.match(await refused({ ...good, to: 'c' }), /no end is called c/)
    assert.match(await refused({ ...good, to: 'a' }), /from a to itself/)
    assert.match(await refused({ ...good, source: '10.0.0.256' }), /illegal IP address/)
    const bare = { ...good, traffic: { kind: 'other', protocolNumber: 47 } } as const
    assert.is(await refused(good), 'none')
    assert.is(await refused(bare), 'none')
    await lab.connect([good])
    assert.match(await refused(bare), /while connections are open/)
  }))

test('many probes go through at once, and the rate is told', () =>
  withLab(plan, { gateway: 'world' }, async (lab) => {
    must(lab, both(backend, '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT'))
    const many = Array.from({ length: 250 }, () => answered).flat()
    const began = performance.now()
    const passed = await lab.probe(many)
    const seconds = (performance.now() - began) / 1000
    assert.is(passed.filter(Boolean).length, many.length)
    console.log(`${many.length} probes, ${Math.round(many.length / seconds)} a second`)
  }))

test.run()
