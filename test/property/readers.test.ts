// Readers of engines' policies against the engines: what netpolc understands of a text decides flows as
// an evaluator does that reads the same text and shares no code with the reader.
import fc, { type Arbitrary } from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCluster } from '../../src/cluster/read.ts'
import type { Flow } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { type Assumptions, isBetweenOwn, verdict } from '../../src/semantics/evaluate.ts'
import type { Source } from '../../src/source/source.ts'
import { judgeCalico } from '../judges/calico.ts'
import { judgeCilium } from '../judges/cilium.ts'
import type { Judge } from '../judges/judge.ts'
import { flowSeed, snapshotText } from '../support/arbitraries.ts'
import { calicoPolicies } from '../support/calicoPolicies.ts'
import { ciliumPolicies } from '../support/enginePolicies.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('readers')

const engines: readonly (readonly [string, Arbitrary<readonly Source[]>, Judge, Assumptions])[] = [
  ['calico', calicoPolicies, judgeCalico, { ipBlock: 'literal' }],
  ['cilium', ciliumPolicies, judgeCilium, { ipBlock: 'literal' }],
]

for (const [name, policies, judge, assume] of engines) {
  test(`${name}: what is read decides flows as the engine does`, () => {
    let flows = 0
    fc.assert(
      fc.property(
        policies,
        snapshotText,
        fc.array(flowSeed, { minLength: 40, maxLength: 80, size: 'max' }),
        (sources, snapshot, seeds) => {
          const reporter = makeReporter()
          const { set } = readPolicies(sources, undefined, reporter)
          // Policies about host endpoints alone are refused, and say nothing of pods.
          const errors = reporter.diagnostics.filter(
            ({ severity, code }) => severity === 'error' && code !== 'NP2024',
          )
          assert.is(renderText(errors), '')
          const cluster = readCluster([snapshot], makeReporter())
          if (cluster === null) throw new Error('the snapshot has errors')
          const decide = judge(
            sources.map((source) => ({ path: source.name, text: source.text })),
            cluster,
          )
          for (const flow of seeds.flatMap((one) => flowOf(one, cluster) ?? [])) {
            // Judges hold assumption A2; what is read says what the engine does (README, "Reading").
            if (isBetweenOwn(flow)) continue
            // Calico's judge takes nodes for host endpoints, and there is none in these inputs.
            if (name === 'calico' && hasHost(flow)) continue
            flows += 1
            const [own, engine] = [verdict(set, flow, assume), decide(flow)]
            assert.equal(
              [own.egress.verdict, own.ingress.verdict],
              [engine.egress, engine.ingress],
              `${printFlow(flow)}\n${sources.map(({ text }) => text).join('---\n')}`,
            )
          }
        },
      ),
      { seed, numRuns: 400 },
    )
    saySeed(`${name}, ${flows} flows`)
    assert.ok(flows > 10_000)
  })
}

function hasHost({ source, destination }: Flow): boolean {
  return [source, destination].some(({ endpoint }) => endpoint.kind === 'host')
}

test.run()
