// What the reader keeps of a file for those who compare two versions of it.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource } from '../../../src/source/source.ts'
import { readNft } from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables tree')

const text = `table inet np {
  comment "whole"
  set s { type ipv4_addr . inet_service; flags interval; size 9; comment "set"
    elements = { 10.0.0.0/8 .  80-90  comment "a, b", 10.0.0.1 . 22 } }
  map m { type ipv4_addr : verdict
    elements = { 10.0.0.1 comment "pod" : jump own, 10.0.0.2 : accept } }
  chain own { comment "chain"
    ip daddr . tcp dport   @s return  comment "why"; drop
  }
  chain base { type filter hook forward priority filter - 5; policy drop; }
}
`
const source = makeSource('n.nft', text)
const reporter = makeReporter()
const [table] = readNft(source, reporter)

test('elements keep their text, comment, box and place', () => {
  assert.is(reporter.errors, 0)
  const set = table?.sets.get('s')
  assert.equal([set?.type, set?.size, set?.comment], [['ipv4_addr', 'inet_service'], 9, 'set'])
  assert.equal(
    set?.elements.map((one) => [one.text, one.comment]),
    [
      ['10.0.0.0/8 . 80-90', 'a, b'],
      ['10.0.0.1 . 22', null],
    ],
  )
  assert.equal(set?.elements[1]?.box, [
    { from: 0x0a000001n, to: 0x0a000001n },
    { from: 22n, to: 22n },
  ])
  const { start = 0, end = 0 } = set?.elements[0]?.at ?? {}
  assert.is(text.slice(start, end), '10.0.0.0/8 .  80-90')
})

test('elements of maps keep their verdicts', () => {
  assert.equal(
    table?.maps.get('m')?.elements.map((one) => [one.text, one.comment, one.verdict]),
    [
      ['10.0.0.1', 'pod', { kind: 'jump', chain: 'own' }],
      ['10.0.0.2', null, { kind: 'accept' }],
    ],
  )
})

test('chains keep the text and comment of each rule, and their hook', () => {
  const own = table?.chains.get('own')
  assert.is(own?.comment, 'chain')
  assert.equal(
    own?.rules.map((rule) => [rule.text, rule.comment]),
    [
      ['ip daddr . tcp dport @s return comment "why"', 'why'],
      ['drop', null],
    ],
  )
  const base = { hook: 'forward', priority: 'filter - 5', policy: 'drop' }
  assert.equal(table?.chains.get('base')?.base, base)
  assert.equal([table?.family, table?.name, table?.comment], ['inet', 'np', 'whole'])
})

test.run()
