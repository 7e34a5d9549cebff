// Every golden case of migrating: its answers word for word, the author's flows, and the laws that hold
// for all of them.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAllDocuments } from 'yaml'
import { readCluster } from '../../src/cluster/read.ts'
import type { Flow } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import type { MigrateResult, OutputFile } from '../../src/index.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { verdict } from '../../src/semantics/evaluate.ts'
import { judgeAdmin } from '../judges/admin.ts'
import { rejectionsOfAdmin } from '../judges/adminValidator.ts'
import { type Engine, engines } from '../judges/all.ts'
import { judgeKubernetes } from '../judges/kubernetes.ts'
import { printFlow } from '../support/flows.ts'
import { type GoldenCase, readMigrations } from './cases.ts'
import { compareAnswers } from './compareAnswers.ts'
import { printSpec, resolveFlow } from './flows.ts'
import { migrateCase, migrationAnswers } from './migrations.ts'
import { productOfFlows } from './product.ts'

const test = suite('golden migrations')
const results = new Map<string, ReadonlyMap<string, MigrateResult>>()

for (const one of readMigrations()) {
  test(`${one.name}: every answer stands as recorded, and nothing else does`, () => {
    compareAnswers(one, migrationAnswers(resultsOf(one)))
  })

  test(`${one.name}: the source decides flows as the author says`, () => {
    const { set, cluster } = sourceOf(one)
    assert.ok(one.flows.length > 0, 'the case names a flow')
    for (const spec of one.flows) {
      assert.is(verdict(set, resolveFlow(spec, cluster)).verdict, spec.expect, printSpec(spec))
    }
  })

  test(`${one.name}: what is called exact decides flows as the source does`, () => {
    const { set, cluster } = sourceOf(one)
    const own = one.flows.map((spec) => resolveFlow(spec, cluster))
    const flows = [...own, ...productOfFlows(set, cluster)]
    for (const [target, { report, files }] of resultsOf(one)) {
      if (report?.outcome !== 'exact') continue
      const applied = appliedOf(files)
      assert.equal(engines[target]?.rejections(applied) ?? [], [], target)
      assert.equal(rejectionsOfAdmin(applied.filter(isAdmin)), [])
      const { judge, assume } = migrationEngines[target] ?? kubernetesEngine
      const decide = judge(applied, cluster)
      for (const flow of flows.filter(isJudged)) {
        const words = `${target}: ${printFlow(flow)}`
        assert.is(decide(flow).verdict, verdict(set, flow, assume).verdict, words)
      }
    }
  })

  test(`${one.name}: every object of the source is in the report, once`, () => {
    const documents = one.inputs.flatMap(({ text }) => parseAllDocuments(text))
    const objects = documents.flatMap((document): unknown[] => {
      const value: unknown = document.toJS()
      return Array.isArray(value) ? value : [value]
    })
    for (const { report } of resultsOf(one).values()) {
      if (report === null) continue
      assert.is(report.objects.length, objects.length)
      assert.is(new Set(report.objects.map(({ at }) => at)).size, objects.length)
    }
  })

  test(`${one.name}: the answer depends on nothing but the input`, () => {
    const again = migrationAnswers(migrateCase(one, [...one.inputs].reverse()))
    assert.equal([...again], [...migrationAnswers(resultsOf(one))])
  })
}

test.run()

/** Who judges the output of a migration, and how the source is read beside them. */
type MigrationEngine = Pick<Engine, 'judge' | 'assume'>
const kubernetesEngine: MigrationEngine = {
  judge: (files, cluster) => (hasAdmin(files) ? judgeAdmin : judgeKubernetes)(files, cluster),
  assume: { ipBlock: 'literal' },
}
/** Which policies a file holds. */
function isAdmin({ text }: OutputFile): boolean {
  return text.includes('\nkind: ClusterNetworkPolicy\n')
}

function hasAdmin(files: readonly OutputFile[]): boolean {
  return files.some(isAdmin)
}

const migrationEngines: Readonly<Record<string, MigrationEngine>> = {
  ...engines,
  kubernetes: kubernetesEngine,
}

function resultsOf(one: GoldenCase): ReadonlyMap<string, MigrateResult> {
  const known = results.get(one.name) ?? migrateCase(one)
  results.set(one.name, known)
  return known
}

function sourceOf(one: GoldenCase): {
  readonly set: PolicySet
  readonly cluster: NonNullable<ReturnType<typeof readCluster>>
} {
  const reporter = makeReporter()
  const v1Types = one.options['v1-types']?.includes('rules') ? 'rules' : 'both'
  const { set } = readPolicies(one.inputs, one.namespace ?? undefined, reporter, { v1Types })
  const cluster = readCluster(one.snapshot, reporter)
  assert.ok(cluster !== null, 'the snapshot is read')
  return { set, cluster }
}

function appliedOf(files: readonly OutputFile[]): readonly OutputFile[] {
  return files.filter(({ path }) => path.startsWith('apply/'))
}

/** What goes between a pod and its node is assumption A2. */
function isJudged({ source, destination }: Flow): boolean {
  return source.endpoint.kind !== 'host' && destination.endpoint.kind !== 'host'
}
