// The walker of packets is what the audit is judged by: here it is held against the kernel. Generated
// dumps are loaded, and every packet, and every answer, fares as the walker says.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeWalk, type Walk } from '../judges/packetWalk.ts'
import { saySeed, seed } from '../support/property.ts'
import { shrinkDump } from '../support/ruleDumpShrink.ts'
import { type DumpOptions, type RuleDump, randomDump } from '../support/ruleDumps.ts'
import { type Trip, tripsOf } from '../support/ruleDumpTrips.ts'
import { Chance } from '../support/ruleDumpWorld.ts'
import { answerable, answerOf, attempts, dumpPlan, loadDump } from './auditPackets.ts'
import type { Lab } from './lab.ts'
import { makeLabs } from './labs.ts'
import { backends, requireTools } from './tools.ts'

const test = suite('kernel: the walker of packets')

/** How many dumps; more of them with NETPOLC_RUNS=<times>. */
const dumps = 10 * Number(process.env.NETPOLC_RUNS ?? 1)
const packets = 1500
const labs = makeLabs({ gateway: 'world' })

test.before(requireTools)
test.after(labs.stop)

for (const backend of backends) {
  test(`packets fare as the walker says: plain rules, ${backend}`, () =>
    compareAll(backend, { unknowns: false, nat: false }))
  test(`packets fare as the walker says: translated destinations, ${backend}`, () =>
    compareAll(backend, { unknowns: false, nat: true }))
}

test.run()

async function compareAll(backend: string, options: DumpOptions): Promise<void> {
  const lab = await labs.get(dumpPlan, backend)
  const counts: Counts = { accept: 0, drop: 0, answered: 0, unanswered: 0, translated: 0 }
  for (let index = 0; index < dumps; index += 1) {
    const chance = new Chance(seed + index)
    const written = randomDump(chance, options)
    const trips = tripsOf(chance, packets, options)
    const wrong = await compare(lab, backend, written, trips, counts)
    if (wrong !== null) assert.unreachable(await explain(lab, backend, written, wrong))
  }
  saySeed(`${dumps} dumps, ${backend}: ${JSON.stringify(counts)}`)
  assert.ok(counts.accept > dumps * 50 && counts.drop > dumps * 50, 'both verdicts are tried')
  assert.ok(!options.nat || counts.translated > dumps, 'destinations are translated')
}

interface Counts {
  accept: number
  drop: number
  answered: number
  unanswered: number
  translated: number
}

/** A trip on which the kernel and the walker differ, and how. */
interface Difference {
  readonly trip: Trip
  readonly says: string
}

/** Loads a dump, walks and sends; the first difference, null where there is none. */
async function compare(
  lab: Lab,
  backend: string,
  written: RuleDump,
  trips: readonly Trip[],
  counts: Counts,
): Promise<Difference | null> {
  const listed = loadDump(lab, written, backend)
  const walk = makeWalk(listed)
  const asWritten = attempts(trips, makeWalk(written))
  const tries = attempts(trips, walk)
  const passed = await probeAll(
    lab,
    tries.map(({ probe }) => probe),
    false,
  )
  for (const [at, { trip, walked }] of tries.entries()) {
    const { verdict, view } = walked
    counts[verdict] += 1
    if (view.connection?.isDestinationTranslated) counts.translated += 1
    const own = asWritten[at]?.walked.verdict
    const kernel = passed[at] ?? 'it came out somewhere else'
    if (kernel === verdict && own === verdict) continue
    const by = JSON.stringify(walked.decisions)
    return { trip, says: `kernel: ${kernel}, walker: ${verdict} (${own} as written) by ${by}` }
  }
  return compareAnswers(lab, walk, trips, counts)
}

async function compareAnswers(
  lab: Lab,
  walk: Walk,
  trips: readonly Trip[],
  counts: Counts,
): Promise<Difference | null> {
  const asked = attempts(trips, walk)
    .filter(answerable)
    .flatMap((one) => {
      const back = answerOf(one, walk)
      return back === null ? [] : [{ ...one, back }]
    })
  const came = await probeAll(
    lab,
    asked.map(({ probe }) => probe),
    true,
  )
  for (const [at, { trip, back }] of asked.entries()) {
    const { verdict, decisions } = back
    counts[verdict === 'accept' ? 'answered' : 'unanswered'] += 1
    if (came[at] === verdict) continue
    const kernel = came[at] ?? 'it came out somewhere else'
    const by = JSON.stringify(decisions)
    return { trip, says: `answer: kernel: ${kernel}, walker: ${verdict} by ${by}` }
  }
  return null
}

/** What became of each probe; null where it came out at another end. */
async function probeAll(
  lab: Lab,
  probes: Parameters<Lab['probe']>[0],
  answer: boolean,
): Promise<readonly ('accept' | 'drop' | null)[]> {
  const ask = answer ? lab.probeReply : lab.probe
  try {
    return (await ask(probes)).map((passed) => (passed ? 'accept' : 'drop'))
  } catch (problem) {
    const [first, ...others] = probes
    if (first === undefined) throw problem
    if (others.length === 0) return [null]
    const half = probes.length >> 1
    const parts = [probes.slice(0, half), probes.slice(half)]
    return [
      ...(await probeAll(lab, parts[0] ?? [], answer)),
      ...(await probeAll(lab, parts[1] ?? [], answer)),
    ]
  }
}

/** The smallest dump that shows the difference. */
async function explain(
  lab: Lab,
  backend: string,
  dump: RuleDump,
  { trip }: Difference,
): Promise<string> {
  const differs = (one: RuleDump): Promise<Difference | null> =>
    compare(lab, backend, one, [trip], {
      ...{ accept: 0, drop: 0, answered: 0, unanswered: 0, translated: 0 },
    })
  const small = await shrinkDump(dump, async (one) => (await differs(one)) !== null)
  const { packet, way } = trip
  return [
    (await differs(small))?.says ?? 'shown only among other packets',
    JSON.stringify({ ...packet, way }),
    small.rules[packet.family],
    small.sets,
  ].join('\n')
}
