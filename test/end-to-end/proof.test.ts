// What `netpolc compile` says of its proofs, and what becomes of outputs that differ from their source.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { netpolc } from '../support/run.ts'

const test = suite('proofs of compile')

const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{ ipBlock: { cidr: 10.0.0.0/8 } }]
`

async function compiled(...words: string[]): Promise<readonly [number, boolean, string]> {
  const { code, out, err } = await netpolc(['compile', '-t', 'cilium', ...words, '-'], policy)
  return [code, out !== '', err.trim().split('\n').at(-1) ?? '']
}

test('an output that rests on assumptions says which', async () => {
  assert.equal(await compiled(), [
    0,
    true,
    'cilium: proved equal to its source, for every pod that could exist (assuming A1, A2)',
  ])
})

test('one that is narrower is refused, and accepted where that is asked for', async () => {
  const refused = await compiled('--ipblock', 'literal')
  assert.equal(refused.slice(0, 2), [1, false])
  assert.equal(await compiled('--ipblock', 'literal', '--fidelity', 'narrower'), [
    0,
    true,
    'cilium: proved narrower than its source (assuming A2)',
  ])
  assert.equal((await compiled('--ipblock', 'literal', '--fidelity', 'wider'))[0], 1)
})

test('a setting of the engine can make it equal', async () => {
  const words = ['--ipblock', 'literal', '--cilium-cidr-match-mode', 'nodes,pods']
  assert.equal(await compiled(...words), [
    0,
    true,
    'cilium: proved equal to its source, for every pod that could exist (assuming A2)',
  ])
})

test('--no-verify says nothing', async () => {
  const { err } = await netpolc(['compile', '-t', 'calico', '--no-verify', '-'], policy)
  assert.is(err, '')
})

test.run()
