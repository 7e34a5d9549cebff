// Laws of the symbolic engine: it says of each flow what the interpreter says, and what it calls equal
// or different is.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { everything } from '../../src/algebra/diagram.ts'
import { readCluster } from '../../src/cluster/read.ts'
import type { Cluster, Flow } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import { type Direction, directions, type PolicySet } from '../../src/ir/types.ts'
import { compareDirection, encodeSides, type Premises } from '../../src/proof/compare.ts'
import { allowedBy } from '../../src/proof/decide.ts'
import { holdsFlow } from '../../src/proof/point.ts'
import { noLabels } from '../../src/proof/premises.ts'
import { witness } from '../../src/proof/witness.ts'
import { decide, isBetweenOwn } from '../../src/semantics/evaluate.ts'
import { flowSeed, snapshotText } from '../support/arbitraries.ts'
import { policySet, policySetPair } from '../support/arbitraryIr.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('proof')

const facts = { podCidrs: [], nodeCidrs: [], labels: noLabels }
const budget = 50_000_000
const readings: readonly Premises[] = [
  { ipBlock: 'literal', facts, budget },
  { ipBlock: 'external', facts, budget },
  { ipBlock: 'pods', facts, budget },
]

/** Flows of a generated cluster; some of them under a condition. */
function flowsIn(cluster: Cluster, seeds: readonly Parameters<typeof flowOf>[0][]): Flow[] {
  return seeds.flatMap((one) => {
    const flow = flowOf(one, cluster)
    if (flow === null || isSelf(flow)) return []
    return [one.port % 4 === 0 ? { ...flow, conditions: ['GET /'] } : flow]
  })
}

function isSelf({ source, destination }: Flow): boolean {
  return source.endpoint === destination.endpoint
}

function verdictOf(set: PolicySet, flow: Flow, direction: Direction, premises: Premises): string {
  return decide(set, flow, direction, premises).verdict
}

test('the engine allows the flows that the interpreter allows', () => {
  let checked = 0
  fc.assert(
    fc.property(
      policySet,
      snapshotText,
      fc.array(flowSeed, { minLength: 150, maxLength: 250, size: 'max' }),
      (set, snapshot, seeds) => {
        const cluster = readCluster([snapshot], makeReporter())
        if (cluster === null) throw new Error('the snapshot has errors')
        const flows = flowsIn(cluster, seeds)
        for (const direction of directions) {
          for (const premises of readings) {
            const sides = encodeSides(set, { tiers: [] }, direction, premises)
            const allowed = allowedBy(sides.before, everything, sides.encoder)
            for (const flow of flows) {
              const subject = direction === 'ingress' ? flow.destination : flow.source
              if (subject.endpoint.kind !== 'pod') continue
              checked += 1
              const engine = holdsFlow(allowed, flow, sides) ? 'allow' : 'deny'
              const interpreter = verdictOf(set, flow, direction, premises)
              const words = () => `${direction} ${printFlow(flow)}\n${printPolicySet(set)}`
              if (engine !== interpreter) assert.is(engine, interpreter, words())
            }
          }
        }
      },
    ),
    { seed, numRuns: 300 },
  )
  saySeed(`engine and interpreter, ${checked} flows`)
  assert.ok(checked >= 100_000)
})

test('sets called equal agree on flows, and a counterexample really differs', () => {
  const answers = { equal: 0, different: 0, undecided: 0 }
  fc.assert(
    fc.property(
      policySetPair,
      snapshotText,
      fc.array(flowSeed, { minLength: 50, maxLength: 100, size: 'max' }),
      ([before, after], snapshot, seeds) => {
        const cluster = readCluster([snapshot], makeReporter())
        if (cluster === null) throw new Error('the snapshot has errors')
        for (const direction of directions) {
          for (const premises of readings) {
            const answer = compareDirection(before, after, direction, premises)
            answers[answer.kind] += 1
            if (answer.kind === 'undecided') continue
            if (answer.kind === 'equal') {
              for (const flow of flowsIn(cluster, seeds)) {
                if (answer.ownNodeAssumed && isBetweenOwn(flow)) continue
                assert.is(
                  verdictOf(before, flow, direction, premises),
                  verdictOf(after, flow, direction, premises),
                  `${direction} ${printFlow(flow)}`,
                )
              }
              continue
            }
            for (const [flows, first, second] of [
              [answer.opened, 'deny', 'allow'],
              [answer.closed, 'allow', 'deny'],
            ] as const) {
              if (flows === 0) continue
              const flow = witness(flows, answer.sides)
              assert.equal(
                [before, after].map((set) => verdictOf(set, flow, direction, premises)),
                [first, second],
                `${direction} ${printFlow(flow)}\n${printPolicySet(before)}\n=====\n${printPolicySet(after)}`,
              )
            }
          }
        }
      },
    ),
    { seed, numRuns: 300 },
  )
  saySeed(`comparisons: ${JSON.stringify(answers)}`)
  assert.ok(answers.equal > 50 && answers.different > 50)
})

test.run()
