// Laws of migrating: whatever Calico cluster goes in, the report's word for each policy is right. Flows
// are decided by the interpreter on the source as read and on the output as it is written.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCluster } from '../../src/cluster/read.ts'
import type { Cluster, Flow } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { type MigrateResult, migrate } from '../../src/index.ts'
import { directions, type PolicySet } from '../../src/ir/types.ts'
import type { Difference } from '../../src/migration/prove.ts'
import type { MigrationReport } from '../../src/migration/report.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import {
  type Assumptions,
  type Decision,
  decide,
  isBetweenOwn,
} from '../../src/semantics/evaluate.ts'
import { fileAndLine } from '../../src/source/origin.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { flowSeed, snapshotText } from '../support/arbitraries.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { calicoClusters } from '../support/migrationPolicies.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('migrations')

/** How many clusters are migrated to each target; two thousand in all. */
const runs = 500

interface Case {
  readonly target: string
  readonly options: Readonly<Record<string, readonly string[]>>
  readonly assume: Assumptions
  /** The part of all clusters that the target has words for, at least. */
  readonly atLeast: number
}

const pods = { 'pod-cidr': ['10.0.0.0/28', 'fd00::/124'] }
const cases: Readonly<Record<string, Case>> = {
  cilium: { target: 'cilium', options: {}, assume: { ipBlock: 'external' }, atLeast: 0.45 },
  calico: { target: 'calico', options: {}, assume: { ipBlock: 'literal' }, atLeast: 1 },
  kubernetes: { target: 'kubernetes', options: {}, assume: { ipBlock: 'literal' }, atLeast: 0.2 },
  'kubernetes with admin tiers': {
    target: 'kubernetes',
    options: { 'admin-tiers': ['yes'], ...pods },
    assume: { ipBlock: 'literal' },
    atLeast: 0.2,
  },
}

for (const [name, { target, options, assume, atLeast }] of Object.entries(cases)) {
  test(`${name}: the report's word for every policy is right`, () => {
    const counts = { flows: 0, exact: 0, inexact: 0, examples: 0 }
    fc.assert(
      fc.property(
        calicoClusters,
        snapshotText,
        fc.boolean(),
        fc.array(flowSeed, { minLength: 15, maxLength: 25, size: 'max' }),
        (sources, snapshot, hasSnapshot, seeds) => {
          const given = hasSnapshot ? [snapshot] : []
          const result = migrate({ sources, target, options, snapshot: given, fidelity: 'any' })
          const { report } = result
          // What would be too many rules is refused; there is no report then.
          const isTooLong = result.diagnostics.some(({ code }) => code === 'NP5012')
          if (report === null && isTooLong) return
          assert.ok(report !== null, renderText(result.diagnostics))
          assert.is(report.objects.length, sources.length, 'every object is in the report')
          const sides = { ...readBoth(sources, result), assume }
          for (const one of result.differences) checkExample(one, sides)
          checkWords(result, report)
          const cluster = clusterOf(snapshot)
          for (const flow of seeds.flatMap((one) => flowOf(one, cluster) ?? [])) {
            if (isBetweenOwn(flow)) continue
            counts.flows += 1
            checkFlow(flow, result, report, sides)
          }
          counts.examples += result.differences.length
          counts[lossOf(result) === 'exact' ? 'exact' : 'inexact'] += 1
        },
      ),
      { seed, numRuns: runs },
    )
    saySeed(`${name}: ${JSON.stringify(counts)}`)
    assert.ok(counts.exact >= runs * atLeast)
    assert.ok(atLeast === 1 || counts.examples > 0)
  })
}

test.run()

interface Sides {
  readonly source: PolicySet
  readonly output: PolicySet
  readonly assume: Assumptions
}

function readBoth(sources: readonly Source[], { files }: MigrateResult): Omit<Sides, 'assume'> {
  const applied = files
    .filter(({ path }) => path.startsWith('apply/'))
    .map(({ path, text }) => makeSource(path, text))
  return { source: read(sources), output: applied.length === 0 ? { tiers: [] } : read(applied) }
}

function read(sources: readonly Source[]): PolicySet {
  const reporter = makeReporter()
  const { set } = readPolicies(sources, undefined, reporter)
  assert.is(reporter.errors, 0, renderText(reporter.diagnostics))
  return set
}

function clusterOf(snapshot: Source): Cluster {
  const cluster = readCluster([snapshot], makeReporter())
  if (cluster === null) throw new Error('the snapshot has errors')
  return cluster
}

function checkExample({ loss, direction, example }: Difference, sides: Sides): void {
  const { source, output, assume } = sides
  const found = [source, output].map((set) => decide(set, example, direction, assume).verdict)
  assert.equal(found, loss === 'narrower' ? ['allow', 'deny'] : ['deny', 'allow'])
}

/** What the proof found: an untrue assumption leaves it right as far as it goes. */
function lossOf({ differences }: MigrateResult): string {
  const losses = new Set(differences.map(({ loss }) => loss))
  const [only = 'exact'] = losses
  return losses.size > 1 ? 'different' : only
}

function isGivenUp({ diagnostics }: MigrateResult): boolean {
  return diagnostics.some(({ code }) => code === 'NP5009')
}

/** The word for the whole is that of what was found, and each is told as a flow. */
function checkWords(result: MigrateResult, report: MigrationReport): void {
  if (isGivenUp(result)) return
  const isUntrue = result.diagnostics.some(
    ({ code, severity }) => code === 'NP5004' && severity !== 'note',
  )
  const word = lossOf(result)
  assert.is(report.outcome, isUntrue && word === 'exact' ? 'undecided' : word)
  const told = [...report.objects.flatMap((one) => one.differences), ...report.unattributed]
  assert.is(told.length, result.differences.length)
}

function checkFlow(
  flow: Flow,
  result: MigrateResult,
  report: MigrationReport,
  { source, output, assume }: Sides,
): void {
  for (const direction of directions) {
    const before = decide(source, flow, direction, assume)
    const after = decide(output, flow, direction, assume)
    if (before.verdict === after.verdict || isGivenUp(result)) continue
    const loss = before.verdict === 'allow' ? 'narrower' : 'wider'
    const words = `${printFlow(flow)}, ${direction}: ${loss}, and the report says ${report.outcome}`
    assert.ok([loss, 'different'].includes(report.outcome), words)
    if (before.by !== 'rule') continue
    const named = outcomeFor(before, report)
    assert.ok(named === loss || named === 'different', `${words}; of its policy ${named}`)
  }
}

/** The word for the policy whose rule decides. */
function outcomeFor(
  { policy }: Extract<Decision, { by: 'rule' }>,
  report: MigrationReport,
): string {
  const at = fileAndLine(policy.origin)
  return report.objects.find((one) => one.at === at)?.outcome ?? 'nothing'
}
