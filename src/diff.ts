// The semantic difference of two policy sets, whatever their dialects:
//
//   sources ──readPolicies──▶ IR ──normalise──┐
//                                             ├─▶ compareSets ──▶ flows opened and closed
//   sources ──readPolicies──▶ IR ──normalise──┘

import { targets } from '../targets/index.ts'
import { readCluster } from './cluster/read.ts'
import type { Cluster } from './cluster/types.ts'
import { type Diagnostic, makeReporter, type Reporter } from './diagnostics/diagnostic.ts'
import type { ReadSettings } from './dialect.ts'
import { essentialAssumption } from './firewall/essential.ts'
import { normalise } from './passes/index.ts'
import type { Premises } from './proof/compare.ts'
import { compareSets, type SetComparison } from './proof/compareSets.ts'
import { clusterAssumption } from './proof/firewall.ts'
import { compareFirewalls, type FirewallSide } from './proof/firewallDiff.ts'
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
  /** What a Calico v1 policy without `types` governs; `both` when absent. */
  readonly v1Types?: NonNullable<ReadSettings['v1Types']>
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
  const { snapshot = [] } = request
  const cluster = snapshot.length > 0 ? readCluster(snapshot, reporter) : null
  const [before, after] = [request.before, request.after].map((side) =>
    readSide(side, request, reporter),
  )
  const { diagnostics, errors } = reporter
  if (errors > 0 || !before || !after)
    return { comparison: null, assumptions: [], cluster: null, diagnostics }
  const comparison = compareAny(before, after, cluster, premises, reporter)
  if (reporter.errors > 0) {
    return { comparison: null, assumptions: [], cluster: null, diagnostics: reporter.diagnostics }
  }
  for (const { kind, scope } of comparison.answers) {
    if (kind === 'undecided') reportUndecided(scope, reporter)
  }
  const isOfPackets = before.kind === 'firewalls' || after.kind === 'firewalls'
  const assumptions = isOfPackets
    ? [essentialAssumption, clusterAssumption]
    : assumptionsOf(premises, comparison.ownNodeAssumed)
  return { comparison, assumptions, cluster, diagnostics: reporter.diagnostics }
}

/** Rules of firewalls speak of addresses: with them on a side, the cluster's packets are compared. */
function compareAny(
  before: FirewallSide,
  after: FirewallSide,
  cluster: Cluster | null,
  premises: Premises,
  reporter: Reporter,
): SetComparison {
  if (before.kind === 'policies' && after.kind === 'policies') {
    return compareSets(before.set, after.set, premises)
  }
  if (cluster === null) {
    reporter.report('NP4001', { message: 'rules of firewalls are compared in a cluster only' })
    return { answers: [], ownNodeAssumed: false }
  }
  const answers = compareFirewalls(before, after, cluster)
  return { answers, ownNodeAssumed: false }
}

/** A side may be empty: that is what a policy that is new is compared with. */
function readSide(
  sources: readonly Source[],
  { namespace, facts = noFacts, v1Types = 'both' }: DiffRequest,
  reporter: Reporter,
): FirewallSide {
  if (sources.every(({ text }) => text.trim() === '')) {
    return { kind: 'policies', set: { tiers: [] } }
  }
  for (const { proof } of targets) {
    if (proof.kind !== 'firewall') continue
    const files = sources.filter(({ name }) => proof.isRuleFile(name))
    if (files.length === 0) continue
    const rules = files.map(({ name, text }) => ({ path: name, text }))
    return { kind: 'firewalls', firewalls: proof.read(rules, reporter) }
  }
  const set = normalise(
    readPolicies(sources, namespace, reporter, {
      blocksMatch: facts.cidrMatch ?? [],
      v1Types,
    }).set,
    reporter,
  )
  return { kind: 'policies', set }
}

function reportUndecided(scope: string, reporter: Reporter): void {
  reporter.report('NP5009', {
    message: `${scope}: whether the two are equal was not found out within the limit of the proof`,
    help: 'take policies apart that select by many labels, and compare them in parts',
  })
}
