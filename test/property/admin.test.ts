// The admin tiers: what is read decides flows as an evaluator of the same text does, beside NetworkPolicies
// too; and what is written of it, read back, is proved to mean the same, and decides as that evaluator says.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCluster } from '../../src/cluster/read.ts'
import { compile } from '../../src/compile.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { verdict } from '../../src/semantics/evaluate.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { judgeAdmin } from '../judges/admin.ts'
import { rejectionsOfAdmin } from '../judges/adminValidator.ts'
import { adminPolicies } from '../support/adminPolicies.ts'
import { flowSeed, policyTexts, snapshotText } from '../support/arbitraries.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('admin')
const flowSeeds = fc.array(flowSeed, { minLength: 40, maxLength: 80, size: 'max' })

test('what is read decides flows as the API words it, before and after NetworkPolicies', () => {
  let flows = 0
  fc.assert(
    fc.property(
      adminPolicies,
      fc.option(policyTexts, { nil: [] }),
      snapshotText,
      flowSeeds,
      (outer, inner, snapshot, seeds) => {
        const sources = [...outer, ...inner]
        const reporter = makeReporter()
        const { set } = readPolicies(sources, undefined, reporter)
        const errors = reporter.diagnostics.filter(({ severity }) => severity === 'error')
        assert.is(renderText(errors), '')
        const cluster = readCluster([snapshot], makeReporter())
        if (cluster === null) throw new Error('the snapshot has errors')
        const decide = judgeAdmin(filesOf(sources), cluster)
        for (const flow of seeds.flatMap((one) => flowOf(one, cluster) ?? [])) {
          flows += 1
          const [own, judged] = [verdict(set, flow), decide(flow)]
          assert.equal(
            [own.egress.verdict, own.ingress.verdict],
            [judged.egress, judged.ingress],
            `${printFlow(flow)}\n${sources.map(({ text }) => text).join('---\n')}`,
          )
        }
      },
    ),
    { seed, numRuns: 300 },
  )
  saySeed(`${flows} flows`)
  assert.ok(flows > 10_000)
})

test('what is written is taken, proved equal, and decides flows as the source does', () => {
  let flows = 0
  fc.assert(
    fc.property(adminPolicies, snapshotText, flowSeeds, (sources, snapshot, seeds) => {
      const result = compile({ sources, snapshot: [snapshot], targets: ['admin'] })
      const { proofs, outputs, cluster, diagnostics } = result
      const words = `${renderText(diagnostics)}\n${sources.map(({ text }) => text).join('---\n')}`
      assert.equal(
        proofs.map(({ answer, assumptions }) => [answer, assumptions]),
        [['equal', []]],
        words,
      )
      const files = outputs[0]?.files ?? []
      assert.equal(rejectionsOfAdmin(files), [])
      if (cluster === null) throw new Error('the snapshot has errors')
      const [before, after] = [judgeAdmin(filesOf(sources), cluster), judgeAdmin(files, cluster)]
      for (const flow of seeds.flatMap((one) => flowOf(one, cluster) ?? [])) {
        flows += 1
        assert.equal(after(flow), before(flow), `${printFlow(flow)}\n${words}`)
      }
    }),
    { seed, numRuns: 200 },
  )
  saySeed(`${flows} flows`)
})

test('what was written, read and written again changes nothing but comments', () => {
  fc.assert(
    fc.property(adminPolicies, (sources) => {
      const first = written(sources)
      const again = written(first)
      assert.equal(again.map(withoutComments), first.map(withoutComments))
      assert.equal(written([...sources].reverse()).map(withoutComments), first.map(withoutComments))
    }),
    { seed, numRuns: 100 },
  )
  saySeed('written again')
})

test.run()

function filesOf(sources: readonly Source[]): readonly { path: string; text: string }[] {
  return sources.map(({ name, text }) => ({ path: name, text }))
}

function written(sources: readonly Source[]): readonly Source[] {
  const { outputs, diagnostics } = compile({ sources, targets: ['admin'], verify: false })
  const [output] = outputs
  if (output !== undefined) {
    return output.files.map(({ path, text }) => makeSource(path, text))
  }
  // Policies without rules come to no file, and no file to no policy.
  const isEmpty = diagnostics.every(({ code }) => code === 'NP6006' || code === 'NP3005')
  assert.ok(isEmpty, renderText(diagnostics))
  return []
}

function withoutComments({ name, text }: Source): readonly string[] {
  return [name, ...text.split('\n').filter((line) => !/^\s*#/.test(line))]
}
