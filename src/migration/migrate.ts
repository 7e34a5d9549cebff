// A set of policies from one engine to another, with a report of what became of each:
//
//   sources ─read▶ IR ─lower▶ IR in the target's shape ─emit▶ files ─read back▶ IR
//                   └──────────────── proof: per policy, equal? ────────────────┘
//
// Unlike `compile`, it goes on where the target has no words for something: the rule is left out, and
// the proof says what that means, with a flow. Whether that is acceptable is the caller's word.
import { targets } from '../../targets/index.ts'
import { groupBy } from '../algebra/order.ts'
import { readCluster } from '../cluster/read.ts'
import type { Code } from '../diagnostics/catalog.ts'
import {
  type Diagnostic,
  makeReporter,
  type Reporter,
  type Severity,
} from '../diagnostics/diagnostic.ts'
import type { ReadSettings } from '../dialect.ts'
import { checkCapabilities } from '../emit/capabilities.ts'
import { withoutLacking } from '../emit/leaveOut.ts'
import { lowered } from '../emit/lower.ts'
import { type GivenOptions, readOptions } from '../emit/options.ts'
import { checkPaths } from '../emit/paths.ts'
import type { EmitContext, Fidelity, OutputFile, Target } from '../emit/target.ts'
import type { Policy, PolicySet } from '../ir/types.ts'
import { normalise } from '../passes/index.ts'
import { assumptionsOf, type GivenFacts, readPremises } from '../proof/premises.ts'
import { readBack, universe } from '../proof/verify.ts'
import { flowWords } from '../proof/words.ts'
import { readPolicies } from '../readPolicies.ts'
import type { Source } from '../source/source.ts'
import { hasBlocks, reportUnassumable } from './assumed.ts'
import { numbered, objectKey, placeOf } from './files.ts'
import { reportMarkdown } from './markdown.ts'
import { type Difference, type MigrationProof, proveMigration } from './prove.ts'
import { type MigrationReport, nameOf, reportOf, rulesIn } from './report.ts'
import { rollbackOf } from './rollback.ts'

/** What to migrate, to what. */
export interface MigrateRequest {
  readonly sources: readonly Source[]
  /** A target whose output is manifests. */
  readonly target: string
  /** Namespace of policies that name none; `default` when absent. */
  readonly namespace?: string
  /** What a Calico v1 policy without `types` governs; `both` when absent. */
  readonly v1Types?: NonNullable<ReadSettings['v1Types']>
  /** Options of the target by name, without dashes. */
  readonly options?: GivenOptions
  /** Output of `kubectl get namespaces,pods,nodes -A -o yaml`. */
  readonly snapshot?: readonly Source[]
  /** Which differences from the source are accepted; `exact` (none) when absent. */
  readonly fidelity?: Fidelity
  /** Most rules that one policy may become; 1000 when absent. */
  readonly maxRules?: number
  readonly format?: 'yaml' | 'json'
}

/** The answer. Without a report the input could not be read, or the request not be understood. */
export interface MigrateResult {
  readonly report: MigrationReport | null
  /** What the proof found, with flows that the interpreter can decide. */
  readonly differences: readonly Difference[]
  /** To be written; empty where some diagnostic is an error. */
  readonly files: readonly OutputFile[]
  readonly diagnostics: readonly Diagnostic[]
}

const defaultMaxRules = 1000

/** Migrates policies: same request, same answer. Never throws for anything that the request holds. */
export function migrate(request: MigrateRequest): MigrateResult {
  const { fidelity = 'exact', snapshot = [] } = request
  const reporter = makeReporter({ limit: Number.POSITIVE_INFINITY, weigh: weigher(fidelity) })
  const target = chooseTarget(request.target, reporter)
  const chosen = target === null ? [] : [target]
  const options = readOptions(request.options ?? {}, chosen, targets, reporter)
  const { set: asRead, objects } = readPolicies(request.sources, request.namespace, reporter, {
    v1Types: request.v1Types ?? 'both',
  })
  const set = normalise(asRead, reporter)
  const cluster = snapshot.length > 0 ? readCluster(snapshot, reporter) : null
  if (target === null || isUnreadable(reporter)) return unread(reporter)
  const format = request.format ?? 'yaml'
  const context: EmitContext = { options, cluster, node: null, fidelity, format, reporter }
  const written = write(set, target, context, request.maxRules ?? defaultMaxRules)
  const proved = written === null ? null : prove(set, target, written, context)
  if (written === null || proved === null) return unread(reporter)
  const namespace = request.namespace ?? 'default'
  const replaced = new Set(objects.map((one) => objectKey(nameOf(one, namespace))))
  const files = numbered(written.files, written.output, replaced)
  const rollback = rollbackOf(request.sources)
  const report = reportOf({
    target: target.name,
    universe,
    assumptions: proved.assumptions,
    objects,
    source: asRead,
    output: written.output,
    files,
    rollback,
    namespace,
    origins: new Map(written.files.map(({ path, origin }) => [path, origin])),
    proof: proved.proof,
    diagnostics: reporter.diagnostics,
  })
  const judgement = makeReporter()
  judge(proved.proof, fidelity, judgement)
  const all = [
    ...files,
    ...rollback,
    { path: 'report.md', text: reportMarkdown(report) },
    { path: 'report.json', text: `${JSON.stringify(report, null, 2)}\n` },
  ]
  const isAccepted = reporter.errors + judgement.errors === 0
  const diagnostics = [...reporter.diagnostics, ...judgement.diagnostics]
  return {
    report,
    differences: proved.proof.differences,
    files: isAccepted ? all : [],
    diagnostics,
  }
}

/** Codes of what is left out: the proof says what that means. */
const leftOut: readonly Code[] = ['NP5001', 'NP5002', 'NP5003', 'NP5007']

/** Codes of what is carried in part: errors for those who did not say that they accept it. */
const acceptable: readonly Code[] = ['NP2024', 'NP5004']

function weigher(fidelity: Fidelity): (code: Code, severity: Severity) => Severity {
  const acceptsWider = fidelity === 'wider' || fidelity === 'any'
  return (code, severity) => {
    if (severity !== 'error') return severity
    if (leftOut.includes(code)) return 'warning'
    return acceptable.includes(code) && acceptsWider ? 'warning' : severity
  }
}

/** What only leaves nodes out does not keep the rest from being looked at. */
function isUnreadable({ diagnostics }: Reporter): boolean {
  return diagnostics.some(({ severity, code }) => severity === 'error' && code !== 'NP2024')
}

function unread({ diagnostics }: Reporter): MigrateResult {
  return { report: null, differences: [], files: [], diagnostics }
}

/** Targets that a migration can go to: their output is read back over all endpoints. */
export const migrationTargets: readonly Target[] = targets.filter(
  ({ proof }) => proof.kind === 'symbolic',
)

function chooseTarget(name: string, reporter: Reporter): Target | null {
  const found = migrationTargets.find((one) => one.name === name)
  if (found !== undefined) return found
  const help = `known: ${migrationTargets.map((one) => one.name).join(', ')}`
  const message =
    name === '' ? 'no target is named' : `target "${name}" is none that policies migrate to`
  reporter.report('NP6005', { message, help })
  return null
}

interface Written {
  readonly output: PolicySet
  readonly files: readonly OutputFile[]
}

function write(
  set: PolicySet,
  target: Target,
  context: EmitContext,
  maxRules: number,
): Written | null {
  const { reporter } = context
  const full = lowered(set, target, context)
  checkCapabilities(full, target, reporter)
  const output = withoutLacking(full, target)
  checkSize(set, output, maxRules, reporter)
  if (isUnreadable(reporter)) return null
  const files = target.emit(output, context)
  checkPaths(files, reporter)
  return isUnreadable(reporter) ? null : { output, files }
}

/** Refuses a policy that would become more rules than anybody wants to keep. */
function checkSize(
  source: PolicySet,
  output: PolicySet,
  maxRules: number,
  reporter: Reporter,
): void {
  const made = groupBy(
    output.tiers.flatMap(({ policies }) => policies),
    ({ origin }) => placeOf(origin),
  )
  for (const policy of source.tiers.flatMap(({ policies }) => policies)) {
    const own = made.get(placeOf(policy.origin)) ?? []
    const count = own.reduce((sum, one) => sum + rulesIn(one), 0)
    if (count <= maxRules) continue
    const before = rulesIn(policy)
    reporter.report('NP5012', {
      message: `policy "${policy.name}" has ${before} rules, and would have ${count}, more than ${maxRules}${reasonOf(own, count > before)}`,
      at: policy.origin.span,
    })
  }
}

function reasonOf(made: readonly Policy[], grows: boolean): string {
  const homes = new Set(made.map(({ namespace }) => namespace)).size
  if (homes > 1) return `: it is written for each of ${homes} namespaces`
  return grows ? ': rules that come first in order overlap with them' : ''
}

interface Proved {
  readonly proof: MigrationProof
  readonly assumptions: readonly string[]
}

function prove(
  set: PolicySet,
  target: Target,
  { files }: Written,
  { options, cluster, reporter }: EmitContext,
): Proved | null {
  if (target.proof.kind !== 'symbolic') return null
  const given: GivenFacts = target.proof.facts(options, { set, cluster })
  const premises = readPremises(given, reporter)
  const back = readBack(files, target.proof.dialect, given.cidrMatch ?? [], target.name, reporter)
  if (back === null) return null
  reportUnassumable(set, premises, reporter)
  const proof = proveMigration(set, back, premises)
  const assumptions = assumptionsOf(premises, proof.ownNodeAssumed)
  const isAboutBlocks = [set, back].some(hasBlocks)
  return { proof, assumptions: assumptions.filter((one) => isAboutBlocks || !/^A1:/.test(one)) }
}

/** The proof has the last word: what differs and is not accepted is an error, with a flow. */
function judge(
  { differences, undecided }: MigrationProof,
  fidelity: Fidelity,
  reporter: Reporter,
): void {
  for (const direction of undecided) {
    reporter.report('NP5009', {
      message: `whether the output is equal to its source (${direction}) was not found out within the limit of the proof`,
    })
  }
  for (const one of firstOfEach(differences)) {
    const { loss, side, policy, rule } = one
    const at = side === 'output' ? undefined : (rule?.origins[0] ?? policy?.origin)
    const isAccepted = fidelity === loss || fidelity === 'any'
    const [was, is] = loss === 'narrower' ? ['allows', 'denies'] : ['denies', 'allows']
    reporter.report(loss === 'narrower' ? 'NP5002' : 'NP5003', {
      message: `the output is ${loss} than its source: the source ${was} (${one.direction}) and the output ${is} ${flowWords(one.example)}`,
      ...(at === undefined ? {} : { at: at.span, label: at.path }),
      ...(isAccepted ? { severity: 'warning', help: 'accepted by --fidelity' } : {}),
    })
  }
}

/** One flow for each policy, loss and direction: the report has the others. */
function firstOfEach(differences: readonly Difference[]): readonly Difference[] {
  const groups = groupBy(differences, ({ loss, direction, policy, side }) => {
    const { source, start } = policy?.origin.span ?? { source: { name: '' }, start: 0 }
    return `${loss} ${direction} ${side} ${source.name} ${start}`
  })
  return [...groups.values()].flatMap(([first]) => first ?? [])
}
