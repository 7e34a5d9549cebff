// Source against output: the interpreter on the IR, an evaluator of the source text, and evaluators of
// every target's emitted text must decide each flow alike.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Cluster, Flow } from '../../src/cluster/types.ts'
import { type CompileResult, compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { type Assumptions, verdict } from '../../src/semantics/evaluate.ts'
import { engines } from '../judges/all.ts'
import type { Judgement } from '../judges/judge.ts'
import { judgeKubernetes } from '../judges/kubernetes.ts'
import { type FlowSeed, flowSeed, type World, world } from '../support/arbitraries.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('differential')
const worlds = 80
const flowsPerWorld = 200
const leastFlows = 10_000

type Decide = (flow: Flow) => Judgement

/** Makes a decider for a compiled world; the engine's refusals end the test. */
type MakeDecide = (world: World, result: CompileResult, cluster: Cluster) => Decide

const deciders: Readonly<Record<string, { make: MakeDecide; assume: Assumptions }>> = {
  'source text': {
    assume: { ipBlock: 'literal' },
    make: ({ policies }, _result, cluster) =>
      judgeKubernetes(
        policies.map(({ name, text }) => ({ path: name, text })),
        cluster,
      ),
  },
  ...Object.fromEntries(
    Object.entries(engines)
      .filter(([, { takesIsolation }]) => takesIsolation)
      .map(([target, { judge, rejections, assume }]) => [
        target,
        {
          assume,
          make: (_world: World, result: CompileResult, cluster: Cluster): Decide => {
            const files = result.outputs.find((one) => one.target === target)?.files ?? []
            assert.equal(rejections(files), [], `${target} refuses the output`)
            return judge(files, cluster)
          },
        },
      ]),
  ),
}

for (const [name, { make, assume }] of Object.entries(deciders)) {
  test(`${name} decides every flow as the interpreter does`, () => {
    const counts = { allow: 0, deny: 0 }
    fc.assert(
      fc.property(
        world,
        fc.array(flowSeed, { minLength: 0, maxLength: flowsPerWorld, size: 'max' }),
        (one, seeds) => {
          const result = compileWorld(one, name)
          const { set, cluster } = result
          if (set === null || cluster === null) throw new Error(renderText(result.diagnostics))
          const decide = make(one, result, cluster)
          for (const flow of flowsOf(seeds, cluster)) {
            counts[compareFlow(flow, set, assume, decide)] += 1
          }
        },
      ),
      { seed, numRuns: worlds },
    )
    const total = counts.allow + counts.deny
    saySeed(`${name}: ${total} flows, ${((100 * counts.allow) / total).toFixed(0)} % allowed`)
    assert.ok(total >= leastFlows, `${total} flows are fewer than ${leastFlows}`)
    assert.ok(Math.min(counts.allow, counts.deny) > total / 20, 'both verdicts occur')
  })
}

test.run()

function compileWorld({ policies, snapshot }: World, name: string): CompileResult {
  const targets = name in engines ? [name] : ['ir']
  // Firewalls let some ICMP pass whatever the policies say, unless told not to.
  const takesIcmp = ['iptables', 'nftables'].includes(name)
  const options = takesIcmp ? { icmp: ['policy'] } : {}
  return compile({ sources: policies, targets, snapshot, options })
}

// Each seed gives several flows, so that a world that took time to make is well used.
function flowsOf(seeds: readonly FlowSeed[], cluster: Cluster): readonly Flow[] {
  return seeds.flatMap((one) =>
    [0, 7, 13].flatMap((step) => {
      const { source, destination, traffic, port } = one
      const moved = {
        source,
        destination: destination + step,
        traffic: traffic + step,
        port: port + step,
      }
      return flowOf(moved, cluster) ?? []
    }),
  )
}

function compareFlow(
  flow: Flow,
  set: PolicySet,
  assume: Assumptions,
  decide: Decide,
): 'allow' | 'deny' {
  const expected = verdict(set, flow, assume)
  const actual = decide(flow)
  const words = printFlow(flow)
  assert.is(actual.verdict, expected.verdict, `${words}: verdict`)
  if (actual.egress !== undefined)
    assert.is(actual.egress, expected.egress.verdict, `${words}: egress`)
  if (actual.ingress !== undefined) {
    assert.is(actual.ingress, expected.ingress.verdict, `${words}: ingress`)
  }
  return expected.verdict
}
