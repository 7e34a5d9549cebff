// What the audit says of dumps is what the kernel does with real packets: dumps are loaded, listed by the
// kernel's own tools, and read back by the audit's readers.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeWalk } from '../judges/packetWalk.ts'
import { type AuditAnswer, auditNft, auditOf, type Changed } from '../support/auditAnswers.ts'
import { randomNft } from '../support/nftDumps.ts'
import { saySeed, seed } from '../support/property.ts'
import { randomDump } from '../support/ruleDumps.ts'
import { tripsOf } from '../support/ruleDumpTrips.ts'
import { Chance } from '../support/ruleDumpWorld.ts'
import { type Attempt, attempts, dumpPlan, loadDump, probeOf } from './auditPackets.ts'
import type { Lab } from './lab.ts'
import { makeLabs } from './labs.ts'
import { backends, requireTools } from './tools.ts'

const test = suite('kernel: verdicts of audits')

/** How many dumps; more of them with NETPOLC_RUNS=<times>. */
const dumps = 12 * Number(process.env.NETPOLC_RUNS ?? 1)
const nftDumps = 20 * Number(process.env.NETPOLC_RUNS ?? 1)
const packets = 1200
const labs = makeLabs({ gateway: 'world' })

test.before(requireTools)
test.after(labs.stop)

for (const backend of backends) {
  test(`real packets fare as the audit says: ${backend}`, async () => {
    const lab = await labs.get(dumpPlan, backend)
    const counts = { accept: 0, drop: 0, elsewhere: 0, uncertain: 0 }
    for (let index = 0; index < dumps; index += 1) {
      await compare(lab, backend, new Chance(seed + index), index % 2 === 0, counts)
    }
    saySeed(`${dumps} dumps, ${backend}: ${JSON.stringify(counts)}`)
    assert.ok(counts.accept > dumps * 100 && counts.drop > dumps * 100, 'both verdicts are tried')
    assert.ok(counts.elsewhere > dumps, 'destinations are translated')
    assert.ok(counts.uncertain < counts.accept / 10, 'nothing is unknown in such dumps')
  })
}

test('real packets fare as the audit says: nftables, text and JSON', async () => {
  const lab = await labs.get(dumpPlan, 'nftables')
  const counts = { accept: 0, drop: 0, elsewhere: 0, uncertain: 0 }
  let loaded = 0
  for (let tried = 0; loaded < nftDumps; tried += 1) {
    assert.ok(tried < nftDumps * 20, 'nft takes some of the rule sets')
    if (await compareNft(lab, new Chance(seed + tried), counts)) loaded += 1
  }
  saySeed(`${nftDumps} dumps, nftables: ${JSON.stringify(counts)}`)
  assert.ok(counts.accept > nftDumps * 50 && counts.drop > nftDumps * 50, 'both verdicts are tried')
  assert.is(counts.uncertain, 0)
})

test.run()

/** False where nft refuses the rule set: some contradict themselves. */
async function compareNft(
  lab: Lab,
  chance: Chance,
  counts: Record<'accept' | 'drop' | 'uncertain', number>,
): Promise<boolean> {
  const written = randomNft(chance)
  const listed = loadNft(lab, written)
  if (listed === null) return false
  const { text, json } = listed
  const audits = { written: auditNft(written), listed: auditNft(text), JSON: auditNft(json) }
  const trips = tripsOf(chance, packets, { nat: false })
  const passed = await lab.probe(trips.map(probeOf))
  for (const [at, trip] of trips.entries()) {
    const verdict = passed[at] ? 'accept' : 'drop'
    for (const [form, audited] of Object.entries(audits)) {
      const { direct } = audited.ask(trip.packet, trip.way, null)
      const says = JSON.stringify({ form, direct, ...trip.packet, way: trip.way })
      assert.ok(direct[verdict], `the kernel: ${verdict}, the audit: ${says}\n${text}`)
      counts[direct.accept && direct.drop ? 'uncertain' : verdict] += 1
    }
  }
  return true
}

/** Loads a rule set in place of what is there; both forms in which it is listed then, null if refused. */
function loadNft(
  lab: Lab,
  written: string,
): { readonly text: string; readonly json: string } | null {
  const script = `set -e; nft -f - <<'END'\nflush ruleset\n${written}END\nnft list ruleset\necho ===\nnft -j list ruleset`
  const { status, out, err } = lab.run(script)
  if (status !== 0 && /conflict|Operation not supported|invalid/i.test(err)) return null
  if (status !== 0) throw new Error(`${status}: ${err}\n${written}`)
  const [text = '', json = ''] = out.split(/^===\n/m)
  return { text, json }
}

async function compare(
  lab: Lab,
  backend: string,
  chance: Chance,
  nat: boolean,
  counts: Record<'accept' | 'drop' | 'elsewhere' | 'uncertain', number>,
): Promise<void> {
  const listed = loadDump(lab, randomDump(chance, { unknowns: false, nat }), backend)
  const audited = auditOf(listed)
  // The walker only says where a packet is to be waited for.
  const tries = attempts(tripsOf(chance, packets, { nat }), makeWalk(listed))
  const passed = await lab.probe(tries.map(({ probe }) => probe))
  for (const [at, one] of tries.entries()) {
    const { trip, walked } = one
    const answer = audited.ask(trip.packet, walked.way, changedIn(one))
    const verdict = passed[at] ? 'accept' : 'drop'
    const possible = possibleOf(answer, one)
    if (possible === null) continue
    const says = JSON.stringify({ answer, ...trip.packet, way: trip.way })
    assert.ok(
      possible[verdict],
      `the kernel: ${verdict}, the audit: ${says}\n${listed.rules[trip.packet.family]}`,
    )
    if (changedIn(one) !== null) counts.elsewhere += 1
    counts[possible.accept && possible.drop ? 'uncertain' : verdict] += 1
  }
}

/** Verdicts that the audit calls possible; null where it is not asked. */
function possibleOf(
  { direct, translated }: AuditAnswer,
  one: Attempt,
): AuditAnswer['direct'] | null {
  return changedIn(one) === null ? direct : translated
}

/** The destination that a translation gave a packet; null where none did. */
function changedIn({ trip, walked: { view } }: Attempt): Changed | null {
  const { connection, destination, destinationPort: port } = view
  const wasOut = trip.way.out
  return connection?.isDestinationTranslated ? { destination, port, wasOut } : null
}
