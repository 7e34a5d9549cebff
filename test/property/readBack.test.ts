// Laws of reading back: whatever is emitted means what it came from, and emitting what was read changes
// nothing more.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { explain } from '../../src/explain/trace.ts'
import { verdict } from '../../src/semantics/evaluate.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { flowSeed, policyTexts, world } from '../support/arbitraries.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('reading back')

test('every output is proved equal to its source', () => {
  const answers = new Map<string, number>()
  fc.assert(
    fc.property(world, ({ policies, snapshot }) => {
      const targets = ['calico', 'cilium', 'kubernetes', 'iptables']
      const { proofs, diagnostics } = compile({ sources: policies, snapshot, targets })
      assert.is(
        proofs.map(({ target, answer }) => `${target} ${answer}`).join(', '),
        'calico equal, cilium equal, kubernetes equal, iptables equal',
        renderText(diagnostics),
      )
      for (const { target } of proofs) answers.set(target, (answers.get(target) ?? 0) + 1)
    }),
    { seed, numRuns: 150 },
  )
  saySeed(`proofs: ${JSON.stringify(Object.fromEntries(answers))}`)
})

test('emitting what was read, reading it and emitting it again changes no byte', () => {
  const counts = { stable: 0, refused: 0 }
  fc.assert(
    fc.property(
      policyTexts,
      fc.constantFrom('calico', 'cilium', 'kubernetes'),
      (policies, target) => {
        const first = emitted(policies, target)
        const second = first === null ? null : emitted(sourcesOf(first), target)
        if (second === null) {
          // A name of a port among addresses: pods in a block, which targets write and do not take yet.
          counts.refused += 1
          return
        }
        counts.stable += 1
        const third = emitted(sourcesOf(second), target)
        assert.equal(third?.map(withoutComments), second.map(withoutComments))
      },
    ),
    { seed, numRuns: 150 },
  )
  saySeed(`emitted again: ${JSON.stringify(counts)}`)
  assert.ok(counts.stable > 75)
})

test('an explanation ends as the interpreter decides, by the same rule', () => {
  let flows = 0
  fc.assert(
    fc.property(world, fc.array(flowSeed, { maxLength: 60, size: 'max' }), (one, seeds) => {
      const { set, cluster } = compile({
        sources: one.policies,
        snapshot: one.snapshot,
        targets: ['ir'],
      })
      if (set === null || cluster === null) throw new Error('errors in a generated world')
      for (const flow of seeds.flatMap((item) => flowOf(item, cluster) ?? [])) {
        flows += 1
        const trace = explain(set, flow, { ipBlock: 'literal' })
        const decided = verdict(set, flow)
        assert.is(trace.verdict, decided.verdict, printFlow(flow))
        for (const direction of ['ingress', 'egress'] as const) {
          const rules = trace[direction].tiers
            .flatMap(({ policies }) => policies.flatMap((policy) => policy.rules))
            .filter((rule) => rule.decided)
          assert.is(rules.length, decided[direction].by === 'rule' ? 1 : 0, printFlow(flow))
          assert.ok(rules.every(({ matched }) => matched))
        }
      }
    }),
    { seed, numRuns: 100 },
  )
  saySeed(`explanations of ${flows} flows`)
  assert.ok(flows > 1000)
})

test.run()

/** Null where the target has no words for it. */
function emitted(sources: readonly Source[], target: string): readonly OutputFile[] | null {
  const { outputs, diagnostics } = compile({ sources, targets: [target], verify: false })
  const [output] = outputs
  if (diagnostics.some(({ code }) => code === 'NP5001')) return null
  if (output === undefined) throw new Error(renderText(diagnostics))
  return output.files
}

function sourcesOf(files: readonly OutputFile[]): readonly Source[] {
  return files.map(({ path, text }) => makeSource(path, text))
}

/** Comments and descriptions say where a rule comes from, which is another place every time. */
function withoutComments({ path, text }: OutputFile): OutputFile {
  const kept = text.split('\n').filter((line) => !/^\s*(#|description:)/.test(line))
  return { path, text: kept.join('\n') }
}
