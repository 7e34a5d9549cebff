// The whole compiler on one screen:
//
//   sources ──readDocuments──▶ documents ──resourcesOf──▶ objects ──sortOut──▶ policies by dialect
//                                                                                   │ dialect.read
//   files ◀──target.emit── IR ◀──checkCapabilities── IR ◀──normalise── IR (tiers) ◀─┘
//     │         ▲          │
//     │      cluster ◀──readCluster── snapshot
//     │                    │
//     └────verifyOutput────┘  the text, read back, means what the IR means
import { targets } from '../targets/index.ts'
import { readCluster } from './cluster/read.ts'
import type { Cluster } from './cluster/types.ts'
import type { Code } from './diagnostics/catalog.ts'
import { type Diagnostic, makeReporter, type Reporter } from './diagnostics/diagnostic.ts'
import type { ReadSettings } from './dialect.ts'
import { checkCapabilities } from './emit/capabilities.ts'
import { lowered } from './emit/lower.ts'
import { type GivenOptions, readOptions } from './emit/options.ts'
import { checkPaths } from './emit/paths.ts'
import type { EmitContext, Fidelity, OutputFile, Target } from './emit/target.ts'
import type { PolicySet } from './ir/types.ts'
import { normalise } from './passes/index.ts'
import { type TargetProof, verifyOutput } from './proof/verify.ts'
import { readPolicies } from './readPolicies.ts'
import { suggest } from './schema/suggest.ts'
import type { Source } from './source/source.ts'

/** What to compile, into what. */
export interface CompileRequest {
  readonly sources: readonly Source[]
  /** Names of targets, see `targets`. */
  readonly targets: readonly string[]
  /** Namespace of policies that name none; `default` when absent. */
  readonly namespace?: string
  /** What a Calico v1 policy without `types` governs; `both` when absent. */
  readonly v1Types?: NonNullable<ReadSettings['v1Types']>
  /** Options of the targets by name, without dashes. */
  readonly options?: GivenOptions
  /** Output of `kubectl get namespaces,pods,nodes -A -o yaml`, for targets that need addresses. */
  readonly snapshot?: readonly Source[]
  /** Node whose pods are wanted, for such targets; all nodes when absent. */
  readonly node?: string | null
  /** Which differences from the source are accepted; `exact` (none) when absent. */
  readonly fidelity?: Fidelity
  /** Whether outputs are read back and proved to mean what their source means; true when absent. */
  readonly verify?: boolean
  /** For targets whose output is structured; `yaml` when absent. */
  readonly format?: 'yaml' | 'json'
}

/** Files of one target, by path. */
export interface TargetOutput {
  readonly target: string
  readonly files: readonly OutputFile[]
}

/** The answer. Where some diagnostic is an error, `set` is null and `outputs` is empty. */
export interface CompileResult {
  readonly set: PolicySet | null
  readonly cluster: Cluster | null
  readonly outputs: readonly TargetOutput[]
  /** What was proved of each output; empty where that was not asked for. */
  readonly proofs: readonly TargetProof[]
  readonly diagnostics: readonly Diagnostic[]
  /** Number of objects of each kind that hold no policy. */
  readonly passedOver: ReadonlyMap<string, number>
}

/**
 * Compiles policies: same request, same answer, whatever the order of sources. Never throws for
 * anything that the request holds; what is wrong with it is in the diagnostics.
 */
export function compile(request: CompileRequest): CompileResult {
  const reporter = makeReporter()
  const chosen = chooseTargets(request.targets, reporter)
  const options = readOptions(request.options ?? {}, chosen, targets, reporter)
  const { set: asRead, passedOver } = readPolicies(request.sources, request.namespace, reporter, {
    v1Types: request.v1Types ?? 'both',
  })
  const set = normalise(asRead, reporter)
  const cluster = readSnapshot(request, chosen, reporter)
  const context: EmitContext = {
    options,
    cluster,
    node: request.node ?? null,
    fidelity: request.fidelity ?? 'exact',
    format: request.format ?? 'yaml',
    reporter,
  }
  const emitted = reporter.errors > 0 ? [] : chosen.map((target) => emit(set, target, context))
  const proofs = request.verify === false ? [] : prove(set, emitted, context)
  const outputs = emitted.map(({ target, files }) => ({ target: target.name, files }))
  const { diagnostics, errors } = reporter
  if (errors > 0) return { set: null, cluster: null, outputs: [], proofs, diagnostics, passedOver }
  return { set, cluster, outputs, proofs, diagnostics, passedOver }
}

function chooseTargets(names: readonly string[], reporter: Reporter): readonly Target[] {
  const known = targets.map(({ name }) => name)
  if (names.length === 0) {
    reporter.report('NP6005', { message: 'no target is named', help: `known: ${known.join(', ')}` })
  }
  return [...new Set(names)].flatMap((name) => {
    const target = targets.find((one) => one.name === name)
    if (target !== undefined) return [target]
    const near = suggest(name, known)
    const help = near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`
    reporter.report('NP6005', { message: `target "${name}" is not known`, help })
    return []
  })
}

function readSnapshot(
  { snapshot = [], node = null }: CompileRequest,
  chosen: readonly Target[],
  reporter: Reporter,
): Cluster | null {
  const needing = chosen.filter(({ needsCluster }) => needsCluster).map(({ name }) => name)
  if (node !== null && needing.length === 0) {
    const message = `node "${node}" means nothing to the targets: none speaks in addresses`
    reporter.report('NP6004', { message, help: 'leave --node out' })
  }
  if (snapshot.length > 0) return readCluster(snapshot, reporter)
  if (needing.length > 0) {
    reporter.report('NP4001', { message: `target ${needing.join(', ')} needs a cluster snapshot` })
  }
  return null
}

/** What could not be written need not be proved. */
function prove(
  set: PolicySet,
  emitted: readonly Emitted[],
  context: EmitContext,
): readonly TargetProof[] {
  if (context.reporter.errors > 0) return []
  return emitted
    .filter(({ target }) => target.proof.kind !== 'identity')
    .map(({ target, files, said }) => verifyOutput(set, target, files, said, context))
}

/** What a target wrote, and the codes of what it said on the way. */
interface Emitted {
  readonly target: Target
  readonly files: readonly OutputFile[]
  readonly said: ReadonlySet<Code>
}

function emit(set: PolicySet, target: Target, context: EmitContext): Emitted {
  const before = context.reporter.errors
  const saidBefore = context.reporter.diagnostics.length
  const own = lowered(set, target, context)
  checkCapabilities(own, target, context.reporter)
  if (context.reporter.errors > before) return { target, files: [], said: new Set() }
  const files = target.emit(own, context)
  checkPaths(files, context.reporter)
  const said = context.reporter.diagnostics.slice(saidBefore).map(({ code }) => code)
  return { target, files, said: new Set(said) }
}
