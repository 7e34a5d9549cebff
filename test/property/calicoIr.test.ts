// The calico target on generated IR: constructs that no reader brings about are written exactly, or
// refused where they have no words.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { checkCapabilities } from '../../src/emit/capabilities.ts'
import { readOptions } from '../../src/emit/options.ts'
import type { EmitContext } from '../../src/emit/target.ts'
import type { Peer, Policy, PolicySet, Tier } from '../../src/ir/types.ts'
import { normalise } from '../../src/passes/index.ts'
import { verifyOutput } from '../../src/proof/verify.ts'
import { calico } from '../../targets/calico/index.ts'
import { rejectionsOfCalico } from '../judges/calicoValidator.ts'
import { policySet } from '../support/arbitraryIr.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('calico target on generated IR')

test('what is written of any IR is proved equal to it', () => {
  const counts = { written: 0, refused: 0 }
  fc.assert(
    fc.property(policySet, fc.constantFrom('3.28', '3.30', '3.32'), (given, version) => {
      const reporter = makeReporter()
      const set = normalise(inReach(given), reporter)
      const context = contextOf(version, reporter)
      checkCapabilities(set, calico, reporter)
      const files = reporter.errors > 0 ? [] : calico.emit(set, context)
      const errors = reporter.diagnostics.filter(({ severity }) => severity === 'error')
      if (errors.length > 0) {
        assert.ok(
          errors.every(({ code }) => ['NP5001', 'NP5014'].includes(code)),
          renderText(errors),
        )
        counts.refused += 1
        return
      }
      counts.written += 1
      assert.equal(rejectionsOfCalico(files), [], files.map(({ text }) => text).join('---\n'))
      const { answer } = verifyOutput(set, calico, files, new Set(), context)
      assert.is(
        answer,
        'equal',
        `${renderText(reporter.diagnostics)}\n${files.map(({ text }) => text).join('---\n')}`,
      )
    }),
    { seed, numRuns: 600 },
  )
  saySeed(`IR: ${JSON.stringify(counts)}`)
  assert.ok(counts.written > 200)
})

test.run()

function contextOf(version: string, reporter: EmitContext['reporter']): EmitContext {
  return {
    options: readOptions({ 'calico-version': [version] }, [calico], [calico], reporter),
    cluster: null,
    node: null,
    fidelity: 'exact',
    format: 'yaml',
    reporter,
  }
}

/** The set without what has no word at all in Calico, so that enough of the rest is looked at. */
function inReach({ tiers }: PolicySet): PolicySet {
  return {
    tiers: tiers.map(
      (tier): Tier => ({
        ...tier,
        ownNode: 'ingress-allowed',
        policies: tier.policies.map(policyInReach),
      }),
    ),
  }
}

function policyInReach(policy: Policy): Policy {
  const [ingress, egress] = [policy.ingress, policy.egress].map(
    (section) =>
      section && {
        ...section,
        rules: section.rules.map((rule) => ({
          ...rule,
          peers: rule.peers.filter(hasWords),
          conditions: [],
        })),
      },
  )
  const { subject } = policy
  const isRed = subject.namespaces.kind === 'in' && subject.namespaces.values[0] === 'red'
  return {
    ...policy,
    namespace: isRed ? 'red' : null,
    ingress: ingress ?? null,
    egress: egress ?? null,
  }
}

function hasWords(peer: Peer): boolean {
  switch (peer.kind) {
    case 'external':
    case 'hosts':
      return false
    case 'not':
      return hasWords(peer.of)
    case 'and':
    case 'or':
      return peer.of.every(hasWords)
    default:
      return true
  }
}
