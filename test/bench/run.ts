// `npm run bench`: where the time goes, as shares and ratios of one run. Nothing here asserts: a
// time that is a fault on one machine is fine on another. It runs as one plain JavaScript file, made
// by esbuild, so that no loader takes part in the race.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { readCluster } from '../../src/cluster/read.ts'
import type { Cluster } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { readOptions } from '../../src/emit/options.ts'
import type { OutputFile, Target } from '../../src/emit/target.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { normalise } from '../../src/passes/index.ts'
import { readDocuments } from '../../src/source/read.ts'
import { resourcesOf } from '../../src/source/resources.ts'
import { makeSource } from '../../src/source/source.ts'
import { targets } from '../../targets/index.ts'
import { kubernetes } from '../../targets/kubernetes/index.ts'
import { benchAudit } from './audit.ts'
import { firstNode, makePolicies, makeSnapshot } from './inputs.ts'
import { benchKernel } from './kernel.ts'
import { benchMigration } from './migration.ts'
import { benchDiff, benchProof } from './proof.ts'
import { benchRepresentations } from './representations.ts'
import { printPeak, seconds, timed } from './timing.ts'

const scenarios: Readonly<Record<string, () => void>> = {
  manifests: benchManifests,
  addresses: benchAddresses,
  proof: benchProof,
  diff: benchDiff,
  migration: benchMigration,
  representations: benchRepresentations,
  startup: benchStartup,
  kernel: benchKernel,
  audit: benchAudit,
}
const [wanted] = process.argv.slice(2)
if (wanted !== undefined) scenarios[wanted]?.()
else for (const name of Object.keys(scenarios)) runAlone(name)

/** A process of its own for each scenario, so that none pays for the memory of another. */
function runAlone(name: string): void {
  const script = fileURLToPath(import.meta.url)
  const result = spawnSync(process.execPath, ['--import', 'tsx', script, name], {
    stdio: 'inherit',
  })
  if (result.status !== 0) process.exitCode = 1
}

function benchManifests(): void {
  const text = makePolicies(10_000)
  console.log(`# 10,000 policies, ${(text.length / 1e6).toFixed(1)} MB of YAML`)
  const { set, parse, lift } = readTimed(text)
  for (const target of targets.filter(({ name }) =>
    ['calico', 'cilium', 'kubernetes'].includes(name),
  )) {
    const emit = timed(() => emitWith(target, set, null))
    const total = parse + lift + emit.ms
    const share = (ms: number): string => `${((100 * ms) / total).toFixed(0)} %`.padStart(5)
    console.log(
      `${target.name.padEnd(9)} total ${seconds(total)}: YAML ${share(parse)}, IR ${share(lift)}, ` +
        `emit ${share(emit.ms)}; all but YAML ${share(lift + emit.ms)}; ${emit.value.length} files`,
    )
  }
  printPeak()
}

function benchAddresses(): void {
  const target = targets.find(({ needsCluster }) => needsCluster)
  if (target === undefined) return
  const { set, parse, lift } = readTimed(makePolicies(2_000))
  const snapshot = makeSource('snapshot.json', makeSnapshot(10_000))
  const reporter = makeReporter()
  const read = timed(() => readCluster([snapshot], reporter))
  const emit = timed(() => emitWith(target, set, read.value))
  console.log(`# ${target.name}: 10,000 pods, 2,000 policies, one node of 110 pods`)
  console.log(
    `policies ${seconds(parse + lift)}, snapshot ${seconds(read.ms)}, after parsing ${seconds(emit.ms)} ` +
      `(${(emit.ms / (parse + lift + read.ms)).toFixed(2)} of the parsing)`,
  )
  for (const { path, text } of emit.value) {
    console.log(`  ${path.padEnd(24)} ${text.split('\n').length - 1} lines`)
  }
  printPeak()
}

function benchStartup(): void {
  const main = 'dist/src/cli/main.js'
  const bare = medianOf(() => spawnSync(process.execPath, ['-e', '0']))
  const version = medianOf(() => spawnSync(process.execPath, [main, '--version']))
  const compile = medianOf(() => spawnSync(process.execPath, [main, 'compile', '--help']))
  console.log('# start-up, median of 15')
  console.log(`node -e 0: ${bare.toFixed(0)} ms`)
  console.log(`netpolc --version: ${(version - bare).toFixed(0)} ms more`)
  console.log(`netpolc compile --help: ${(compile - bare).toFixed(0)} ms more`)
}

function readTimed(text: string): { set: PolicySet; parse: number; lift: number } {
  const reporter = makeReporter()
  const documents = timed(() => readDocuments(makeSource('policies.yaml', text), reporter))
  const set = timed(() => {
    const resources = documents.value.flatMap((document) => resourcesOf(document, reporter))
    const context = { namespace: 'default', reporter }
    return normalise({ tiers: kubernetes.read(resources, context) }, reporter)
  })
  if (reporter.errors > 0) throw new Error(reporter.diagnostics[0]?.message)
  return { set: set.value, parse: documents.ms, lift: set.ms }
}

function emitWith(target: Target, set: PolicySet, cluster: Cluster | null): readonly OutputFile[] {
  const reporter = makeReporter()
  const files = target.emit(set, {
    options: readOptions({}, [target], targets, reporter),
    cluster,
    node: cluster === null ? null : firstNode,
    fidelity: 'exact',
    format: 'yaml',
    reporter,
  })
  if (reporter.errors > 0) throw new Error(reporter.diagnostics[0]?.message)
  return files
}

function medianOf(work: () => unknown): number {
  const times = Array.from({ length: 15 }, () => timed(work).ms).sort((a, b) => a - b)
  return times[7] ?? 0
}
