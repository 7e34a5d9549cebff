// What is said of rules beside each other holds for every packet of a small world, where each packet is
// taken through the rules one by one: what never matches, what is covered, and what nothing would miss.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compareRules } from '../../src/audit/findings/comparing.ts'
import type { Fact } from '../../src/audit/findings/facts.ts'
import { makeFlow } from '../../src/audit/findings/flow.ts'
import { saySeed, seed } from '../support/property.ts'
import { rulesetOf } from '../unit/audit/findings/building.ts'

const test = suite('findings of rules')

/** A packet: the answers of all tests that rules here can ask. */
interface Packet {
  readonly source: number
  readonly port: number
  readonly protocol: string
  readonly state: string
  readonly inside: string
  readonly isFar: boolean
}

/** A test as it is written, and as it is meant; `unstable` ones answer as they like. */
interface Word {
  readonly text: string
  readonly holds: (packet: Packet) => boolean
  readonly unstable?: boolean
}

const packets: readonly Packet[] = [0, 1, 2, 3, 9].flatMap((source) =>
  [1, 2, 3, 4, 9].flatMap((port) =>
    ['tcp', 'udp', 'sctp'].flatMap((protocol) =>
      ['NEW', 'ESTABLISHED', 'INVALID'].flatMap((state) =>
        ['eth0', 'eth1', 'wlan0'].flatMap((inside) =>
          [true, false].map((isFar) => ({ source, port, protocol, state, inside, isFar })),
        ),
      ),
    ),
  ),
)

const sources: readonly Word[] = [
  ...[0, 1, 2, 3].map((one) => ({
    text: `-s 10.0.0.${one}`,
    holds: ({ source }: Packet) => source === one,
  })),
  { text: '-s 10.0.0.0/31', holds: ({ source }) => source < 2 },
  { text: '-s 10.0.0.2/31', holds: ({ source }) => source === 2 || source === 3 },
  { text: '-s 10.0.0.0/30', holds: ({ source }) => source < 4 },
  { text: '! -s 10.0.0.0/30', holds: ({ source }) => source > 3 },
]
const held: readonly Word[] = [
  { text: '-m set --match-set two src', holds: ({ source }) => source === 1 || source === 2 },
  { text: '-m set ! --match-set two src', holds: ({ source }) => source !== 1 && source !== 2 },
]
const ports: readonly Word[] = [
  ...[1, 2, 3, 4].map((one) => ({
    text: `--dport ${one}`,
    holds: ({ port }: Packet) => port === one,
  })),
  { text: '--dport 1:2', holds: ({ port }) => port < 3 },
  { text: '--dport 2:4', holds: ({ port }) => port > 1 && port < 5 },
  { text: '! --dport 1:3', holds: ({ port }) => port > 3 },
]
const withPorts: readonly Word[] = ['tcp', 'udp'].flatMap((name) =>
  ports.map(({ text, holds }) => ({
    text: `-p ${name} ${text}`,
    holds: (packet: Packet) => packet.protocol === name && holds(packet),
  })),
)
const protocols: readonly Word[] = [
  { text: '-p tcp', holds: ({ protocol }) => protocol === 'tcp' },
  { text: '-p udp', holds: ({ protocol }) => protocol === 'udp' },
  { text: '! -p tcp', holds: ({ protocol }) => protocol !== 'tcp' },
  ...withPorts,
]
const states: readonly Word[] = [
  { text: '-m state --state NEW', holds: ({ state }) => state === 'NEW' },
  { text: '-m state ! --state ESTABLISHED', holds: ({ state }) => state !== 'ESTABLISHED' },
]
const others: readonly Word[] = [
  { text: '-m conntrack --ctstate NEW', holds: ({ state }) => state === 'NEW' },
  { text: '-m conntrack --ctstate ESTABLISHED', holds: ({ state }) => state === 'ESTABLISHED' },
  { text: '-m conntrack --ctstate NEW,ESTABLISHED', holds: ({ state }) => state !== 'INVALID' },
  { text: '-i eth0', holds: ({ inside }) => inside === 'eth0' },
  { text: '-i eth+', holds: ({ inside }) => inside !== 'wlan0' },
  { text: '! -i eth0', holds: ({ inside }) => inside !== 'eth0' },
  { text: '-m ttl --ttl-eq 5', holds: ({ isFar }) => isFar },
  { text: '-m ttl ! --ttl-eq 5', holds: ({ isFar }) => !isFar },
  { text: '-m limit --limit 1/sec', holds: () => true, unstable: true },
]

interface Line {
  readonly words: readonly Word[]
  readonly verdict: 'ACCEPT' | 'DROP' | 'LOG' | 'RETURN'
}

const some = (words: readonly Word[]): fc.Arbitrary<readonly Word[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.constantFrom(...words).map((one) => [one]) },
  )
const line: fc.Arbitrary<Line> = fc.record({
  words: fc
    .tuple(some(sources), some(held), some(protocols), some(others), some(states))
    .map((parts) => parts.flat()),
  verdict: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('ACCEPT' as const, 'DROP' as const) },
    { weight: 1, arbitrary: fc.constantFrom('LOG' as const, 'RETURN' as const) },
  ),
})
const lines = fc.array(line, { minLength: 1, maxLength: 12, size: 'max' })

const may = ({ words }: Line, packet: Packet): boolean => words.every(({ holds }) => holds(packet))
const must = (one: Line, packet: Packet): boolean =>
  may(one, packet) && one.words.every(({ unstable }) => !unstable)
const decides = ({ verdict }: Line): boolean => verdict !== 'LOG'
/** The policy is to accept. */
const meaning = ({ verdict }: Line): string => (verdict === 'RETURN' ? 'ACCEPT' : verdict)

test('rules that never match, are covered, or are repeated behind', () => {
  const seen = { never: 0, covered: 0, repeated: 0 }
  fc.assert(
    fc.property(lines, (written) => {
      const { facts, reachedTo } = factsOf(written)
      const rules = written.slice(0, reachedTo)
      for (const [index, rule] of rules.entries()) {
        const own = packets.filter((packet) => may(rule, packet))
        const about = facts.filter((fact) => fact.rule === index)
        const kinds = about.map(({ kind }) => kind)
        const before = rules.slice(0, index).filter(decides)
        const isCovered = own.every((packet) => before.some((other) => must(other, packet)))
        const alike = before.filter((other) => meaning(other) === meaning(rule))
        const isSame = own.every((packet) => alike.some((other) => must(other, packet)))
        assert.is(kinds.includes('never'), own.length === 0, `rule ${index} never matches`)
        if (own.length === 0) {
          seen.never += 1
          continue
        }
        assert.is(kinds.includes('covered'), isCovered, `rule ${index} is covered`)
        for (const fact of about) if (fact.kind === 'covered') assert.is(fact.same, isSame)
        for (const fact of about) if (fact.kind === 'covered') checkCover(rules, index, fact.by)
        if (isCovered) seen.covered += 1
        if (kinds.includes('repeated')) {
          seen.repeated += 1
          checkWithout(rules, index)
        }
      }
    }),
    { seed, numRuns: 1500 },
  )
  saySeed(JSON.stringify(seen))
  assert.ok(Object.values(seen).every((count) => count > 100))
})

test('rules that generalise or correlate with others', () => {
  let found = 0
  fc.assert(
    fc.property(lines, (written) => {
      for (const fact of factsOf(written).facts) {
        if (fact.kind !== 'generalises' && fact.kind !== 'correlates') continue
        const others = fact.kind === 'generalises' ? fact.of : fact.with
        for (const at of others) {
          const [other, rule] = [written[at], written[fact.rule]]
          if (other === undefined || rule === undefined) throw new Error('a rule is there')
          found += 1
          const both = packets.filter((packet) => may(other, packet) && may(rule, packet))
          const inside = packets.filter((packet) => may(other, packet)).length === both.length
          assert.ok(both.length > 0)
          assert.is(fact.kind === 'generalises', inside)
          assert.is.not(meaning(other), meaning(rule))
          assert.ok(at < fact.rule)
        }
      }
    }),
    { seed, numRuns: 1000 },
  )
  saySeed(`${found} pairs`)
  assert.ok(found > 500)
})

/** The facts of a chain whose policy accepts, and how many of its rules can be reached. */
function factsOf(written: readonly Line[]): {
  readonly facts: readonly Fact[]
  readonly reachedTo: number
} {
  const texts = written.map(
    ({ words, verdict }) => `-A INPUT ${words.map(({ text }) => text).join(' ')} -j ${verdict}`,
  )
  const v4 = ['*filter', ':INPUT ACCEPT [0:0]', ...texts, 'COMMIT', ''].join('\n')
  const ruleset = rulesetOf({ v4, sets: { two: ['10.0.0.1', '10.0.0.2'] } })
  const [table] = ruleset.tables
  const chain = table?.chains.get('INPUT')
  if (table === undefined || chain === undefined) throw new Error('the chain is there')
  const { facts, isComplete } = compareRules(chain, makeFlow(table), ruleset, 1e7)
  assert.ok(isComplete)
  const last = written.findIndex((one) => one.words.length === 0 && decides(one))
  return { facts, reachedTo: last < 0 ? written.length : last + 1 }
}

function checkCover(rules: readonly Line[], index: number, by: readonly number[]): void {
  const rule = rules[index]
  const cover = by.flatMap((at) => rules[at] ?? [])
  if (rule === undefined) throw new Error('a rule is there')
  assert.ok(by.every((at) => at < index))
  for (const packet of packets.filter((one) => may(rule, one))) {
    assert.ok(cover.some((other) => decides(other) && must(other, packet)))
  }
}

/** Without the rule nothing changes, whatever tests answer that answer as they like, nor is more logged. */
function checkWithout(rules: readonly Line[], index: number): void {
  const rest = rules.filter((_, at) => at !== index)
  for (const packet of packets) {
    for (const answer of [true, false]) {
      assert.equal(fate(rest, packet, answer), fate(rules, packet, answer), `without rule ${index}`)
    }
  }
}

/** The verdict, and how often the packet was logged. */
function fate(rules: readonly Line[], packet: Packet, answer: boolean): readonly [string, number] {
  let logged = 0
  for (const rule of rules) {
    const isMet = answer ? may(rule, packet) : must(rule, packet)
    if (!isMet) continue
    if (decides(rule)) return [meaning(rule), logged]
    logged += 1
  }
  return ['ACCEPT', logged]
}

test.run()
