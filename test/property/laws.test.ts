// Laws of the core, on generated worlds: what a pass, an order of files or a damaged text may change.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/compile.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderJson, renderSarif } from '../../src/diagnostics/machine.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import { normalise } from '../../src/passes/index.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { verdict } from '../../src/semantics/evaluate.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { flowSeed, policyTexts, snapshotText, world } from '../support/arbitraries.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('laws')

const targets = ['calico', 'cilium', 'iptables', 'ir']

test('normalising changes no verdict', () => {
  let flows = 0
  fc.assert(
    fc.property(world, fc.array(flowSeed, { maxLength: 100, size: 'max' }), (one, seeds) => {
      const asRead = readPolicies(one.policies, undefined, makeReporter()).set
      const normal = normalise(asRead, makeReporter())
      const { cluster } = compile({
        sources: one.policies,
        snapshot: one.snapshot,
        targets: ['ir'],
      })
      if (cluster === null) throw new Error('the snapshot has errors')
      for (const flow of seeds.flatMap((item) => flowOf(item, cluster) ?? [])) {
        flows += 1
        const words = printFlow(flow)
        assert.is(verdict(normal, flow).verdict, verdict(asRead, flow).verdict, words)
      }
    }),
    { seed, numRuns: 60 },
  )
  saySeed(`normalising, ${flows} flows`)
  assert.ok(flows > 1000)
})

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(policyTexts, (policies) => {
      const once = normalise(readPolicies(policies, undefined, makeReporter()).set, makeReporter())
      assert.equal(normalise(once, makeReporter()), once)
    }),
    { seed },
  )
})

test('the order of files changes no byte, and neither does running twice', () => {
  fc.assert(
    fc.property(world, ({ policies, snapshot }) => {
      const first = compile({ sources: policies, snapshot, targets })
      assert.ok(first.outputs.length === targets.length, renderText(first.diagnostics))
      const again = compile({ sources: [...policies].reverse(), snapshot, targets })
      assert.equal(again.outputs, first.outputs)
      assert.is(renderText(again.diagnostics), renderText(first.diagnostics))
    }),
    { seed, numRuns: 40 },
  )
})

test('what is printed as IR tells any two meanings apart that the interpreter does', () => {
  fc.assert(
    fc.property(
      policyTexts,
      policyTexts,
      snapshotText,
      fc.array(flowSeed, { maxLength: 50 }),
      (a, b, snapshot, seeds) => {
        const [one, other] = [a, b].map((sources) =>
          compile({ sources, snapshot: [snapshot], targets: ['ir'] }),
        )
        const { set, cluster } = one ?? {}
        if (!set || !cluster || !other?.set) throw new Error('errors in generated policies')
        if (withoutPlaces(printPolicySet(set)) !== withoutPlaces(printPolicySet(other.set))) return
        for (const flow of seeds.flatMap((item) => flowOf(item, cluster) ?? [])) {
          assert.is(verdict(set, flow).verdict, verdict(other.set, flow).verdict)
        }
      },
    ),
    { seed },
  )
})

/** One edit of a text: cut, doubled, or with something foreign in it. */
const damage = fc.record({
  at: fc.nat(5000),
  length: fc.nat(12),
  text: fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\t',
      '\n',
      '- ',
      ': ',
      '{',
      '[',
      '"',
      "'",
      '&a ',
      '*a',
      '!x ',
      '#',
      '|',
      '\u0000',
      '\ufeff',
      'null',
      '0',
      '~',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  ),
})

test('damaged text never throws, and every message has a place inside of the text', () => {
  let broken = 0
  fc.assert(
    fc.property(
      policyTexts,
      snapshotText,
      fc.array(damage, { minLength: 1, maxLength: 4 }),
      (policies, snapshot, edits) => {
        const sources = policies.map((source) => damaged(source, edits))
        const result = compile({ sources, snapshot: [damaged(snapshot, edits)], targets })
        const errors = result.diagnostics.filter(({ severity }) => severity === 'error')
        broken += errors.length > 0 ? 1 : 0
        assert.is(result.outputs.length, errors.length > 0 ? 0 : targets.length)
        for (const { code, labels, message, help } of result.diagnostics) {
          assert.not.match(message + (help ?? ''), /\bundefined\b|\[object/, message)
          for (const { span } of labels) {
            assert.ok(
              0 <= span.start && span.start <= span.end && span.end <= span.source.text.length,
              `${code} ${span.start}-${span.end} of ${span.source.text.length}`,
            )
          }
        }
        assert.not.match(renderText(result.diagnostics), /[^\n\P{Cc}]/u)
        JSON.parse(renderJson(result.diagnostics))
        JSON.parse(renderSarif(result.diagnostics, '0'))
      },
    ),
    { seed, numRuns: 400 },
  )
  saySeed(`damaged texts, ${broken} of 400 with errors`)
  assert.ok(broken > 100)
})

test.run()

function damaged(
  source: Source,
  edits: readonly { at: number; length: number; text: string }[],
): Source {
  const text = edits.reduce((current, { at, length, text: foreign }) => {
    const start = at % (current.length + 1)
    return current.slice(0, start) + foreign + current.slice(start + length)
  }, source.text)
  return makeSource(source.name, text)
}

function withoutPlaces(text: string): string {
  return text.replace(/ {2}# .*/g, '')
}
