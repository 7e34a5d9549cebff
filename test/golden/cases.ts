// Golden cases as they lie on disk: one folder a case, read once, checked strictly, so that a
// misspelt key in a case.yaml cannot quietly switch off what the case was written to show.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Fidelity } from '../../src/emit/target.ts'
import type { Verdict } from '../../src/ir/types.ts'
import { makeSource, type Source } from '../../src/source/source.ts'

/** The folder that holds all cases. */
export const goldenRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), '../../golden')

/** How an expected file is made or remade. */
export const updateCommand = 'npm run golden:update'

/** A flow to probe, as written. `expect` is the author's own word, never generated. */
export interface FlowSpec {
  readonly from: string
  readonly to: string
  readonly traffic: string
  readonly expect: Verdict
  /** Address family to use between dual-stack ends; null takes IPv4 where both ends have it. */
  readonly family: 4 | 6 | null
}

/** One case with everything that is handed to the compiler. */
export interface GoldenCase {
  /** `<family>/<case>` */
  readonly name: string
  /** Absolute path of the case's folder. */
  readonly folder: string
  readonly title: string
  /** Why the case exists. */
  readonly why: string
  readonly inputs: readonly Source[]
  readonly snapshot: readonly Source[]
  readonly targets: readonly string[]
  readonly options: Readonly<Record<string, readonly string[]>>
  readonly namespace: string | null
  readonly node: string | null
  readonly fidelity: Fidelity | null
  /** To which targets a migration is given the snapshot too. */
  readonly snapshotFor: readonly string[]
  readonly flows: readonly FlowSpec[]
}

const allTargets: readonly string[] = ['calico', 'cilium', 'iptables', 'nftables']
const migrationTargets: readonly string[] = ['cilium', 'calico', 'kubernetes']
/** The snapshot of cases that have none of their own. */
export const sharedCluster = '../../clusters/shop.yaml'
const caseKeys: readonly string[] = [
  'title',
  'why',
  'targets',
  'options',
  'namespace',
  'node',
  'fidelity',
  'cluster',
  'snapshot',
  'flows',
]
const flowKeys: readonly string[] = ['from', 'to', 'traffic', 'expect', 'family']
const fidelities: readonly Fidelity[] = ['exact', 'narrower', 'wider', 'any']

/** The family whose cases are migrated, not compiled; and that whose cases are dumps to audit. */
const migrations = 'migration'
const audits = 'audits'

/** All cases of compiling, by name. Throws with the file's path where a case.yaml is not as it should be. */
export function readCases(): readonly GoldenCase[] {
  return subfolders(goldenRoot)
    .filter((family) => !['clusters', migrations, audits].includes(family))
    .flatMap(casesOf)
}

/** All cases of migrating. */
export function readMigrations(): readonly GoldenCase[] {
  return casesOf(migrations)
}

function casesOf(family: string): readonly GoldenCase[] {
  return subfolders(join(goldenRoot, family)).map((name) => readCase(`${family}/${name}`))
}

/** Files of a case that its author wrote: everything else in the folder is an answer. */
export function isAuthored(path: string): boolean {
  return path === 'case.yaml' || path === 'cluster.yaml' || isInput(path) || isDump(path)
}

/** Paths of all files of a case, relative to its folder, with `/`, sorted. */
export function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

/** Whether a file of a case is a dump, or routes beside it. */
export function isDump(path: string): boolean {
  return /^(dump|sets|routes)[\w-]*\.(rules|nft|json|txt)$/.test(path)
}

/** Whether a file of a case holds policies. */
export function isInput(path: string): boolean {
  return /^input[\w-]*\.(yaml|json)$/.test(path)
}

function readCase(name: string): GoldenCase {
  const folder = join(goldenRoot, name)
  const path = join(folder, 'case.yaml')
  const fail = (problem: string): never => {
    throw new Error(`${path}: ${problem}`)
  }
  const raw = mapping(parse(readFileSync(path, 'utf8')), caseKeys, fail)
  const cluster = raw.cluster === undefined ? sharedCluster : raw.cluster
  const inputs = filesOf(folder).filter(isInput)
  if (inputs.length === 0) fail('the case has no input*.yaml and no input*.json')
  return {
    name,
    folder,
    title: text(raw.title, 'title', fail),
    why: text(raw.why, 'why', fail),
    inputs: inputs.map((input) => readSource(folder, input)),
    snapshot: cluster === null ? [] : [readSource(folder, text(cluster, 'cluster', fail))],
    targets: texts(
      raw.targets ?? (name.startsWith(migrations) ? migrationTargets : allTargets),
      'targets',
      fail,
    ),
    options: readOptions(raw.options ?? {}, fail),
    namespace: raw.namespace === undefined ? null : text(raw.namespace, 'namespace', fail),
    node: raw.node === undefined ? null : text(raw.node, 'node', fail),
    fidelity: fidelities.find((one) => one === raw.fidelity) ?? null,
    snapshotFor: snapshotTargets(raw.snapshot, fail),
    flows: sequence(raw.flows ?? [], 'flows', fail).map((flow) => readFlow(flow, fail)),
  }
}

/** Kubernetes has no policies of the whole cluster, and so needs to know its namespaces. */
function snapshotTargets(value: unknown, fail: Fail): readonly string[] {
  if (value === undefined) return ['kubernetes']
  if (typeof value !== 'boolean') return fail('"snapshot" is true or false')
  return value ? migrationTargets : []
}

/** Ends the reading of a case that is not as it should be. */
export type Fail = (problem: string) => never

function readFlow(value: unknown, fail: Fail): FlowSpec {
  const raw = mapping(value, flowKeys, fail)
  const { expect, family } = raw
  return {
    from: text(raw.from, 'from', fail),
    to: text(raw.to, 'to', fail),
    traffic: text(raw.traffic, 'traffic', fail),
    expect: expect === 'allow' || expect === 'deny' ? expect : fail('"expect" is allow or deny'),
    family: family === 4 || family === 6 ? family : null,
  }
}

function readOptions(value: unknown, fail: Fail): Readonly<Record<string, readonly string[]>> {
  if (typeof value !== 'object' || value === null) return fail('"options" must be a mapping')
  return Object.fromEntries(
    Object.entries(value).map(([name, values]) => [name, texts(values, name, fail)]),
  )
}

export function readSource(folder: string, path: string): Source {
  return makeSource(path, readFileSync(join(folder, path), 'utf8'))
}

export function mapping(
  value: unknown,
  keys: readonly string[],
  fail: Fail,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail('a mapping is missing')
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  return unknown === undefined ? { ...value } : fail(`unknown key "${unknown}"`)
}

export function sequence(value: unknown, key: string, fail: Fail): readonly unknown[] {
  return Array.isArray(value) ? value : fail(`"${key}" must be a list`)
}

export function text(value: unknown, key: string, fail: Fail): string {
  return typeof value === 'string' && value !== '' ? value : fail(`"${key}" must be text`)
}

export function texts(value: unknown, key: string, fail: Fail): readonly string[] {
  return sequence(value, key, fail).map((one) => text(one, key, fail))
}

export function subfolders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => basename(entry.name))
    .sort()
}
