// Numbers of rules: those that people count in the text.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { countRules, ruleNumber } from '../../../src/ruleset/ruleNumbers.ts'
import type { Chain } from '../../../src/ruleset/types.ts'
import { makeSource } from '../../../src/source/source.ts'
import { readNftDump } from '../../../targets/nftables/reading/index.ts'

const test = suite('numbers of rules')

function chainOf(rules: string): Chain {
  const source = makeSource('d', `table inet t {\nchain c {\n${rules}\n}\n}\n`)
  const chain = readNftDump(source, makeReporter()).tables[0]?.chains.get('c')
  if (chain === undefined) throw new Error('no chain')
  return chain
}

test('rules that one line became have its number', () => {
  const chain = chainOf(
    'tcp dport 80 accept\nfib daddr type vmap { local : accept, multicast : drop }\ndrop',
  )
  assert.equal(
    chain.rules.map((rule) => ruleNumber(chain, rule)),
    [1, 2, 2, 3],
  )
  assert.is(countRules(chain), 3)
})

test('a rule of another chain has no number', () => {
  const [other] = chainOf('tcp dport 80 accept\ndrop').rules.slice(-1)
  assert.ok(other !== undefined)
  assert.throws(() => ruleNumber(chainOf('drop'), other), 'has no such rule')
})

test.run()
