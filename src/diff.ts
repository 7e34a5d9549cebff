// The semantic difference of two policy sets, whatever their dialects:
//
//   sources ──readPolicies──▶ IR ──normalise──┐
//                                             ├─▶ compareSets ──▶ flows opened and closed
//   sources ──readPolicies──▶ IR ──normalise──┘

import { readCluster } from './cluster/read.ts'
import type { Cluster } from './cluster/types.ts'
import { type Diagnostic, makeReporter, type Reporter } from './diagnostics/diagnostic.ts'
import type { PolicySet } from './ir/types.ts'
import { normalise } from './passes/index.ts'
import { compareSets, type SetComparison } from './proof/compareSets.ts'
import { assumptionsOf, type GivenFacts, readPremises } from './proof/premises.ts'
import { readPolicies } from './readPolicies.ts'
import type { Source } from './source/source.ts'

/** What to compare. */
export interface DiffRequest {
  readonly before: readonly Source[]
  readonly after: readonly Source[]
  /** Namespace of policies that name none; `default` when absent. */
  readonly namespace?: string
  readonly facts?: GivenFacts
  /** For the list of pods that a difference is about. */
  readonly snapshot?: readonly Source[]
}

/** The answer; `comparison` is null where some diagnostic is an error. */
export interface DiffResult {
  readonly comparison: SetComparison | null
  /** What the answer rests on, a sentence each. */
  readonly assumptions: readonly string[]
  readonly cluster: Cluster | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Nothing is known of the cluster. */
export const noFacts: GivenFacts = { ipBlock: 'external', podCidrs: [], nodeCidrs: [] }

/** Compares two policy sets over all endpoints that could exist. Never throws for bad input. */
export function diff(request: DiffRequest): DiffResult {
  const reporter = makeReporter()
  const premises = readPremises(request.facts ?? noFacts, reporter)
  const [before, after] = [request.before, request.after].map((side) =>
    readSide(side, request, reporter),
  )
  const { snapshot = [] } = request
  const cluster = snapshot.length > 0 ? readCluster(snapshot, reporter) : null
  const { diagnostics, errors } = reporter
  if (errors > 0 || !before || !after)
    return { comparison: null, assumptions: [], cluster: null, diagnostics }
  const comparison = compareSets(before, after, premises)
  for (const { kind, scope } of comparison.answers) {
    if (kind === 'undecided') reportUndecided(scope, reporter)
  }
  const assumptions = assumptionsOf(premises, comparison.ownNodeAssumed)
  return { comparison, assumptions, cluster, diagnostics: reporter.diagnostics }
}

/** A side may be empty: that is what a policy that is new is compared with. */
function readSide(
  sources: readonly Source[],
  { namespace, facts = noFacts }: DiffRequest,
  reporter: Reporter,
): PolicySet {
  if (sources.every(({ text }) => text.trim() === '')) return { tiers: [] }
  return normalise(readPolicies(sources, namespace, reporter, facts.cidrMatch).set, reporter)
}

function reportUndecided(scope: string, reporter: Reporter): void {
  reporter.report('NP5009', {
    message: `${scope}: whether the two are equal was not found out within the limit of the proof`,
    help: 'take policies apart that select by many labels, and compare them in parts',
  })
}
