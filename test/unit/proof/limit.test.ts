// A comparison that is too hard ends, and says so; it never guesses.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import type { PolicySet } from '../../../src/ir/types.ts'
import { compareSets } from '../../../src/proof/compareSets.ts'
import { noLabels } from '../../../src/proof/premises.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('limit of the proof')

/** Policies whose subjects are told apart by a label each: 2^n kinds of pods. */
function hardSet(count: number, port: number): PolicySet {
  const text = Array.from(
    { length: count },
    (_, at) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p${at}, namespace: shop }
spec:
  podSelector: { matchExpressions: [{ key: k${at}, operator: NotIn, values: [a] }] }
  ingress:
  - from: [{ podSelector: { matchLabels: { p${at}: b } } }]
    ports: [{ port: 1, endPort: ${port + at} }]
`,
  )
  const source = makeSource('p.yaml', text.join('---\n'))
  return readPolicies([source], undefined, makeReporter()).set
}

const facts = { podCidrs: [], nodeCidrs: [], labels: noLabels }
const kinds = (before: PolicySet, after: PolicySet, budget: number): readonly string[] =>
  compareSets(before, after, { ipBlock: 'external', facts, budget }).answers.map(({ kind }) => kind)

test('what is the same is found equal however hard it is', () => {
  assert.equal(kinds(hardSet(60, 100), hardSet(60, 100), 0), ['equal', 'equal', 'equal'])
})

test('what differs and cannot be decided within the budget is called undecided', () => {
  const [ingress, egress, whole] = kinds(hardSet(40, 100), hardSet(40, 300), 1000)
  assert.equal([ingress, egress, whole], ['undecided', 'equal', 'undecided'])
})

test('with the budget of every day a small set of that kind is decided', () => {
  const [ingress] = kinds(hardSet(6, 100), hardSet(6, 300), 4_000_000)
  assert.is(ingress, 'different')
})

test.run()
