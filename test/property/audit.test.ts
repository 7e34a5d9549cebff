// The audit of generated dumps against the walker of packets: no packet fares in a way that the audit
// calls impossible, whatever the outcome is of what is not modelled; and where nothing of that kind is on
// a packet's way, the audit is certain.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  makeWalk,
  type Oracle,
  type Packet,
  type Surroundings,
  type Walked,
} from '../judges/packetWalk.ts'
import { type AuditAnswer, type Audited, auditOf } from '../support/auditAnswers.ts'
import { saySeed, seed } from '../support/property.ts'
import { shrinkDump } from '../support/ruleDumpShrink.ts'
import { type DumpOptions, type RuleDump, randomDump } from '../support/ruleDumps.ts'
import { dumpSurroundings, type Trip, tripsOf } from '../support/ruleDumpTrips.ts'
import { Chance } from '../support/ruleDumpWorld.ts'

const test = suite('audit of generated dumps')

/** How many dumps of each kind; more of them with NETPOLC_RUNS=<times>. */
const dumps = 25 * Number(process.env.NETPOLC_RUNS ?? 1)
const packets = 300
/** Ways in which what is not modelled can turn out. */
const completions = 6

for (const [name, options] of [
  ['plain rules', { unknowns: false, nat: false }],
  ['translated destinations', { unknowns: false, nat: true }],
  ['what is not modelled', { unknowns: true, nat: false }],
  ['what is not modelled, and translated destinations', { unknowns: true, nat: true }],
] as const) {
  test(`no packet fares otherwise than the audit says: ${name}`, async () => {
    const counts: Counts = { certain: 0, dependent: 0, translated: 0 }
    for (let index = 0; index < dumps; index += 1) {
      const found = compareOne(new Chance(seed + index), options, counts)
      if (found !== null) assert.unreachable(await explain(found))
    }
    saySeed(`${dumps} dumps, ${name}: ${JSON.stringify(counts)}`)
    assert.ok(counts.certain > counts.dependent, 'most answers are certain')
    assert.is(counts.dependent > 0, options.unknowns)
    assert.ok(!options.nat || counts.translated > dumps)
  })
}

test.run()

/** Whether an address of nobody's is unicast is a question of routes, which no dump holds. */
const restsOnRoutes = /--dst-type \S*UNICAST/

interface Counts {
  certain: number
  dependent: number
  translated: number
}

/** A packet that fares as the audit says it cannot, and what made it do so. */
interface Fault {
  readonly dump: RuleDump
  readonly trip: Trip
  readonly completion: number
  readonly says: string
}

function compareOne(chance: Chance, options: DumpOptions, counts: Counts): Fault | null {
  const dump = randomDump(chance, options)
  const trips = tripsOf(chance, packets, {
    nat: false,
    sourcePorts: [40000, 40000, 80, 1023],
    later: true,
  })
  const audited = auditOf(dump)
  for (const trip of trips) {
    for (let completion = 0; completion < (options.unknowns ? completions : 1); completion += 1) {
      const says = differenceOf(dump, audited, trip, completion, counts)
      if (says !== null) return { dump, trip, completion, says }
    }
  }
  return null
}

const walks = new WeakMap<RuleDump, ReturnType<typeof makeWalk>>()

/** What is wrong with what the audit says of a packet; null where nothing is. */
function differenceOf(
  dump: RuleDump,
  audited: Audited,
  trip: Trip,
  completion: number,
  counts: Counts,
): string | null {
  const walk = walks.get(dump) ?? makeWalk(dump)
  walks.set(dump, walk)
  const around: Surroundings = { ...dumpSurroundings, oracle: completionOf(completion) }
  const walked = walk(copyOf(trip.packet), trip.way, around)
  const { view, way } = walked
  const { destination, destinationPort: port } = view
  const isElsewhere = view.connection?.isDestinationTranslated === true
  const answer = audited.ask(
    trip.packet,
    way,
    isElsewhere ? { destination, port, wasOut: trip.way.out } : null,
  )
  // Of a connection that is there already the audit knows neither mark nor flags nor first packet.
  const isVague =
    trip.packet.connection !== undefined || restsOnRoutes.test(dump.rules[trip.packet.family])
  if (!isVague) count(answer, isElsewhere, counts)
  const isPossible = (isElsewhere ? [answer.translated] : [answer.direct, answer.translated]).some(
    (one) => one[walked.verdict],
  )
  if (!isPossible) return say('this is impossible', walked, answer)
  if (walked.asked > 0 || isElsewhere || isVague) return null
  // One packet only has the header of those that go where they want to.
  const possible = [answer.direct.accept, answer.direct.drop, answer.diverted].filter(Boolean)
  if (possible.length !== 1) return say('there is nothing to depend on', walked, answer)
  return tracedOtherwise(dump, audited, trip, walked, answer)
}

/** The trace of a packet that is dropped leads to the rule, or policy, that the walker names; no other does. */
function tracedOtherwise(
  dump: RuleDump,
  audited: Audited,
  { packet, way }: Trip,
  walked: Walked,
  answer: AuditAnswer,
): string | null {
  const line = walked.decisions.at(-1)?.line
  if (walked.verdict === 'accept' || line === undefined) return null
  const trace = audited.trace(packet, way, 'drop')
  if (trace === null) return say('the trace leads nowhere', walked, answer)
  const { decidedBy } = trace
  const at = decidedBy.kind === 'rule' ? decidedBy.rule.at : null
  const policy = decidedBy.kind === 'policy' ? decidedBy.chain.at : null
  const start = at?.start ?? policy?.start ?? 0
  const found = dump.rules[packet.family].slice(0, start).split('\n').length
  return found === line ? null : say(`the trace leads to line ${found}`, walked, answer)
}

/** Walks change connections. */
function copyOf(packet: Packet): Packet {
  const { connection } = packet
  return connection ? { ...packet, connection: { ...connection } } : packet
}

function count({ direct, diverted }: AuditAnswer, isElsewhere: boolean, counts: Counts): void {
  const possible = [direct.accept, direct.drop, diverted].filter(Boolean)
  if (isElsewhere) counts.translated += 1
  else counts[possible.length === 1 ? 'certain' : 'dependent'] += 1
}

function say(what: string, walked: Walked, answer: AuditAnswer): string {
  const { verdict, decisions, asked, view } = walked
  const walker = { verdict, asked, decisions, to: `${view.destination}:${view.destinationPort}` }
  return `${what}: the walker says ${JSON.stringify(walker)}, the audit ${JSON.stringify(answer)}`
}

/** Answers to all questions: the first two are the same for all, the others are thrown for each. */
function completionOf(completion: number): Oracle {
  if (completion < 2) {
    return { match: () => completion === 1, target: () => (completion === 1 ? 'accept' : 'drop') }
  }
  const draw = (words: readonly unknown[]): Chance => new Chance(hashOf([completion, ...words]))
  return {
    match: ({ line, text, isStable, visit }) =>
      draw(isStable ? [text] : [line, text, visit]).once(2),
    target: ({ line, text, visit }) =>
      draw([line, text, visit]).pick(['accept', 'drop', 'continue', 'continue']),
  }
}

function hashOf(words: readonly unknown[]): number {
  return [...words.join(' ')].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619),
    2166136261,
  )
}

/** The smallest dump that shows a fault. */
async function explain({ dump, trip, completion, says }: Fault): Promise<string> {
  const counts: Counts = { certain: 0, dependent: 0, translated: 0 }
  const fault = (one: RuleDump): string | null =>
    differenceOf(one, auditOf(one), trip, completion, counts)
  // While it becomes smaller, it is to stay the same fault.
  const kind = says.split(/:| \d/)[0] ?? ''
  const small = await shrinkDump(dump, (one) => fault(one)?.startsWith(kind) === true)
  const { packet, way } = trip
  return [
    fault(small) ?? says,
    JSON.stringify({ ...packet, way }, (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    ),
    small.rules[packet.family],
    small.sets,
  ].join('\n')
}
