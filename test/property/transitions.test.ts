// The way from one set of policies to the other: while a Calico cluster takes in the Kubernetes policies
// that its own became, file by file, and then loses its own, one by one, no moment allows a flow that it
// did not allow before.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { readCluster } from '../../src/cluster/read.ts'
import type { Flow } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { migrate, type OutputFile } from '../../src/index.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { isBetweenOwn, verdict } from '../../src/semantics/evaluate.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { flowSeed, snapshotText } from '../support/arbitraries.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { calicoClusters } from '../support/migrationPolicies.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('transitions')

test('no moment of a migration is wider than before', () => {
  const counts = { moments: 0, flows: 0 }
  fc.assert(
    fc.property(
      calicoClusters,
      snapshotText,
      fc.array(flowSeed, { minLength: 20, maxLength: 40, size: 'max' }),
      (sources, snapshot, seeds) => {
        const { report, files } = migrate({
          sources,
          target: 'kubernetes',
          snapshot: [snapshot],
          fidelity: 'narrower',
        })
        if (report === null || files.length === 0) return
        const cluster = readCluster([snapshot], makeReporter())
        if (cluster === null) throw new Error('the snapshot has errors')
        const flows = seeds
          .flatMap((one) => flowOf(one, cluster) ?? [])
          .filter((flow) => !isBetweenOwn(flow))
        const before = read(sources)
        const applied = files.filter(({ path }) => path.startsWith('apply/'))
        for (const moment of momentsOf(sources, applied, report.remove)) {
          counts.moments += 1
          const now = read(moment)
          for (const flow of flows) {
            counts.flows += 1
            assert.not.ok(isAllowed(now, flow) && !isAllowed(before, flow), printFlow(flow))
          }
        }
      },
    ),
    { seed, numRuns: 250 },
  )
  saySeed(JSON.stringify(counts))
  assert.ok(counts.moments > 500)
})

test.run()

/** What is in force after each step that the report tells to take. */
function momentsOf(
  sources: readonly Source[],
  applied: readonly OutputFile[],
  remove: readonly string[],
): readonly (readonly Source[])[] {
  const made = applied.map(({ path, text }) => makeSource(path, text))
  const coming = made.map((_, at) => {
    const there = made.slice(0, at + 1)
    const replaced = new Set(there.map(keyOf))
    return [...sources.filter((one) => !replaced.has(keyOf(one))), ...there]
  })
  const last = coming.at(-1) ?? sources
  const going = remove.map((_, at) => {
    const gone = new Set(remove.slice(0, at + 1))
    return last.filter((one) => !gone.has(wordsOf(one)))
  })
  return [...coming, ...going]
}

interface Named {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

function keyOf(source: Source): string {
  return `${(parse(source.text) as Named).apiVersion} ${wordsOf(source)}`
}

/** As the report names a policy. */
function wordsOf({ text }: Source): string {
  const { apiVersion, kind, metadata } = parse(text) as Named
  return `${kind}.${apiVersion.split('/')[0]} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
}

function read(sources: readonly Source[]): PolicySet {
  const reporter = makeReporter()
  const { set } = readPolicies(sources, undefined, reporter)
  assert.is(reporter.errors, 0, renderText(reporter.diagnostics))
  return set
}

function isAllowed(set: PolicySet, flow: Flow): boolean {
  return verdict(set, flow).verdict === 'allow'
}
