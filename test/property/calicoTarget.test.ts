// Laws of the calico target beyond what Kubernetes policies can say: policies of Calico and of Cilium,
// read, emitted, read back and proved equal, and judged by an evaluator that knows neither.
import fc, { type Arbitrary } from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCluster } from '../../src/cluster/read.ts'
import { type CompileResult, compile } from '../../src/compile.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { isBetweenOwn, verdict } from '../../src/semantics/evaluate.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { judgeCalico } from '../judges/calico.ts'
import { rejectionsOfCalico } from '../judges/calicoValidator.ts'
import { type FlowSeed, flowSeed, snapshotText } from '../support/arbitraries.ts'
import { calicoPolicies } from '../support/calicoPolicies.ts'
import { ciliumPodPolicies } from '../support/enginePolicies.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('calico target')

interface Law {
  readonly name: string
  readonly policies: Arbitrary<readonly Source[]>
  /** Share of the sets that Calico must have words for. */
  readonly leastWritten: number
}

const laws: readonly Law[] = [
  { name: 'Calico', policies: calicoPolicies, leastWritten: 0.8 },
  // Nodes and what is outside of the cluster aside, for which Calico has no word.
  { name: 'Cilium', policies: ciliumPodPolicies, leastWritten: 0.8 },
]

for (const { name, policies, leastWritten } of laws) {
  test(`policies of ${name} are written as what is proved equal, and Calico takes it`, () => {
    const counts = { written: 0, refused: 0, flows: 0 }
    fc.assert(
      fc.property(
        policies,
        snapshotText,
        fc.array(flowSeed, { minLength: 20, maxLength: 40, size: 'max' }),
        (sources, snapshot, seeds) => {
          const result = compile({ sources, targets: ['calico'] })
          const text = sources.map((one) => one.text).join('---\n')
          const errors = result.diagnostics.filter(({ severity }) => severity === 'error')
          if (errors.length > 0) {
            assert.ok(
              errors.every(({ code }) => ['NP2024', 'NP5001', 'NP5014'].includes(code)),
              `${renderText(errors)}\n${text}`,
            )
            counts.refused += 1
            return
          }
          counts.written += 1
          assert.is(result.proofs[0]?.answer, 'equal', text)
          counts.flows += checkOutput(result, snapshot, seeds, text)
        },
      ),
      { seed, numRuns: 300 },
    )
    saySeed(`${name}: ${JSON.stringify(counts)}`)
    assert.ok(counts.written >= leastWritten * (counts.written + counts.refused))
    assert.ok(counts.flows > 500)
  })
}

test('policies of Calico that were written are written the same again', () => {
  const counts = { stable: 0, refused: 0 }
  fc.assert(
    fc.property(calicoPolicies, (sources) => {
      const second = again(again(sources))
      const third = again(second)
      if (second === null || third === null) {
        counts.refused += 1
        return
      }
      counts.stable += 1
      assert.equal(third.map(withoutComments), second.map(withoutComments))
    }),
    { seed, numRuns: 200 },
  )
  saySeed(`written again: ${JSON.stringify(counts)}`)
  assert.ok(counts.stable > 140)
})

test.run()

/** What the engine makes of the files, against what the source means; the number of flows looked at. */
function checkOutput(
  { set, outputs }: CompileResult,
  snapshot: Source,
  seeds: readonly FlowSeed[],
  text: string,
): number {
  const files = outputs[0]?.files ?? []
  assert.equal(rejectionsOfCalico(files), [], text)
  const cluster = readCluster([snapshot], makeReporter())
  if (set === null || cluster === null) throw new Error('errors in a generated world')
  const judge = judgeCalico(files, cluster)
  const flows = seeds
    .flatMap((one) => flowOf(one, cluster) ?? [])
    // Judges hold assumption A2, and take nodes for host endpoints, of which there are none here.
    .filter((flow) => !isBetweenOwn(flow) && !hasHost(flow))
  for (const flow of flows) {
    const [own, engine] = [verdict(set, flow), judge(flow)]
    assert.equal(
      [engine.egress, engine.ingress],
      [own.egress.verdict, own.ingress.verdict],
      `${printFlow(flow)}\n${text}\n=====\n${files.map((file) => file.text).join('---\n')}`,
    )
  }
  return flows.length
}

function hasHost({ source, destination }: Parameters<typeof verdict>[1]): boolean {
  return [source, destination].some(({ endpoint }) => endpoint.kind === 'host')
}

/** The sources as written by the target; null where it has no words for them. */
function again(sources: readonly Source[] | null): readonly Source[] | null {
  if (sources === null) return null
  const { outputs, diagnostics } = compile({ sources, targets: ['calico'], verify: false })
  const [output] = outputs
  if (diagnostics.some(({ code }) => ['NP2024', 'NP5001', 'NP5014'].includes(code))) return null
  if (output === undefined) throw new Error(renderText(diagnostics))
  // Nothing is written of policies that select nobody, and nothing cannot be read.
  if (output.files.length === 0) return null
  return output.files.map(({ path, text }) => makeSource(path, text))
}

/** Comments say where a rule comes from, which is another place every time. */
function withoutComments({ name, text }: Source): object {
  return { name, text: text.replace(/^\s*#.*\n/gm, '') }
}
