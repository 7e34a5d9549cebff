// A trace tells the interpreter's story: what its flags say, replayed tier by tier without looking at
// any selector, is the interpreter's verdict, and the rule shown as deciding is the one that decided.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCluster } from '../../../src/cluster/read.ts'
import type { Cluster, Flow } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { type DirectionTrace, explain, type TierTrace } from '../../../src/explain/trace.ts'
import { type Direction, directions, type PolicySet, type Tier } from '../../../src/ir/types.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import {
  type Assumptions,
  byOrder,
  type Decision,
  verdict,
} from '../../../src/semantics/evaluate.ts'
import type { Source } from '../../../src/source/source.ts'
import { flowSeed, snapshotText, world } from '../../support/arbitraries.ts'
import { policySet } from '../../support/arbitraryIr.ts'
import { flowOf, printFlow } from '../../support/flows.ts'
import { saySeed, seed } from '../../support/property.ts'

const test = suite('explain agrees with the interpreter')

const seeds = fc.array(flowSeed, { minLength: 40, maxLength: 80, size: 'max' })
const reading = fc.constantFrom<Assumptions>({ ipBlock: 'literal' }, { ipBlock: 'external' })

test('on policies of Kubernetes as they are read', () => {
  let flows = 0
  fc.assert(
    fc.property(world, seeds, reading, (one, items, assume) => {
      const { set } = readPolicies(one.policies, undefined, makeReporter())
      const cluster = clusterOf(one.snapshot)
      for (const flow of items.flatMap((item) => flowOf(item, cluster) ?? [])) {
        flows += 1
        agrees(set, flow, assume)
      }
    }),
    { seed, numRuns: 60 },
  )
  saySeed(`explained as decided, ${flows} flows`)
  assert.ok(flows >= 2000, `${flows} flows`)
})

test('on every construct of the IR: tiers, pass, log, deny-overrides, conditions', () => {
  let flows = 0
  const conditions = fc.constantFrom([], ['GET /'], ['POST /', 'GET /'])
  fc.assert(
    fc.property(policySet, snapshotText, seeds, reading, conditions, (set, text, ...rest) => {
      const [items, assume, holding] = rest
      const cluster = clusterOf([text])
      for (const flow of items.flatMap((item) => flowOf(item, cluster) ?? [])) {
        flows += 1
        agrees(set, { ...flow, conditions: holding }, assume)
      }
    }),
    { seed, numRuns: 100 },
  )
  saySeed(`explained as decided on generated IR, ${flows} flows`)
  assert.ok(flows >= 2000, `${flows} flows`)
})

function clusterOf(snapshot: readonly Source[]): Cluster {
  const cluster = readCluster(snapshot, makeReporter())
  if (cluster === null) throw new Error('the snapshot has errors')
  return cluster
}

function agrees(set: PolicySet, flow: Flow, assume: Assumptions): void {
  const decided = verdict(set, flow, assume)
  const trace = explain(set, flow, assume)
  const words = printFlow(flow)
  assert.is(trace.verdict, decided.verdict, words)
  for (const direction of directions) {
    assert.is(trace[direction].verdict, decided[direction].verdict, `${direction}, ${words}`)
    assert.is(replayed(set, trace[direction], direction), decided[direction].verdict, words)
    assert.equal(deciders(trace[direction]), expectedDeciders(decided[direction]), words)
  }
}

/** The verdict by the flags of the trace alone, and how each tier combines rules. */
function replayed(set: PolicySet, trace: DirectionTrace, direction: Direction): string {
  for (const [index, tier] of set.tiers.entries()) {
    const traced = trace.tiers[index]
    if (traced === undefined) throw new Error(`tier ${tier.name} is not in the trace`)
    if (traced.outcome === 'not reached' || traced.outcome === 'left alone') continue
    const answer = replayedTier(tier, traced, direction)
    if (answer !== null) return answer
  }
  return 'allow'
}

function replayedTier(tier: Tier, { policies }: TierTrace, direction: Direction): string | null {
  const selecting = policies.filter(({ selected }) => selected)
  const actions = selecting
    .flatMap(({ rules }) => rules.filter(({ matched }) => matched))
    .map(({ action }) => action)
  const deciding =
    tier.combining === 'first-match'
      ? actions.find((action) => action !== 'log')
      : (['deny', 'allow'] as const).find((action) => actions.includes(action))
  if (deciding !== undefined) return deciding === 'pass' ? null : deciding
  // By place, not by name: generated policies of different orders may share one.
  const isIsolated = [...tier.policies]
    .sort(byOrder)
    .some((policy, at) => policy[direction]?.isolates === true && policies[at]?.selected === true)
  return isIsolated && tier.default === 'deny' ? 'deny' : null
}

const titleOf = (policy: { readonly namespace: string | null; readonly name: string }): string =>
  policy.namespace === null ? policy.name : `${policy.namespace}/${policy.name}`

/** Tier, policy and rule of what the trace says decided. */
function deciders({ tiers }: DirectionTrace): readonly string[] {
  return tiers.flatMap(({ tier, policies }) =>
    policies.flatMap(({ policy, rules }) =>
      rules.flatMap(({ decided, action, rule, at }) =>
        decided ? [`${tier} ${policy} ${action} ${rule} ${at}`] : [],
      ),
    ),
  )
}

function expectedDeciders(decision: Decision): readonly string[] {
  if (decision.by !== 'rule') return []
  const { tier, policy, rule } = decision
  const [{ span, path }] = rule.origins
  const line = span.source.text.slice(0, span.start).split('\n').length
  return [`${tier.name} ${titleOf(policy)} ${rule.action} ${path} ${span.source.name}:${line}`]
}

test.run()
