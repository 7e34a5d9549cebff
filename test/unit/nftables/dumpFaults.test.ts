// Texts of nft that are cut off, edited or odd: what is told, and what is kept.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource, positionAt } from '../../../src/source/source.ts'
import { type NftDump, readNftDump } from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables dumps with faults')

function read(text: string): NftDump & { readonly found: readonly string[] } {
  const reporter = makeReporter()
  const dump = readNftDump(makeSource('d', text), reporter)
  const found = reporter.diagnostics.map(({ code, labels: [label] }) => {
    if (label === undefined) return code
    const { source, start, end } = label.span
    return `${code} ${positionAt(source, start).line} ${text.slice(start, end)}`
  })
  return { ...dump, found }
}

const rules = (lines: string): string =>
  `table inet t {\n\tchain c {\n${lines}\n\t}\n\tchain d {\n\t\tdrop\n\t}\n}\n`

test('a rule that cannot be read stays where it is, and may do anything', () => {
  const { tables, isPartial, found } = read(rules('accept\ntcp dport 80 frob 7 drop\nreturn'))
  assert.ok(isPartial)
  assert.equal(
    found.filter((one) => !one.startsWith('NP8004')),
    ['NP8001 4 frob 7 drop'],
  )
  const [, odd, last] = tables[0]?.chains.get('c')?.rules ?? []
  assert.equal(
    odd?.actions.map((one) => one.kind === 'unknown' && [one.text, one.mayDecide]),
    [['frob 7 drop', true]],
  )
  assert.is(odd?.matches.length, 2)
  assert.is(last?.actions[0]?.kind, 'return')
  assert.is(tables[0]?.chains.get('d')?.rules.length, 1)
})

const oddLines: readonly (readonly [string, string])[] = [
  ['ip saddr 10.0.0.1 10.0.0.2 drop', '10.0.0.2 drop'],
  ['tcp dport { 80, 81 drop', 'tcp dport { 80, 81 drop'],
  ['tcp dport $gone drop', 'tcp dport $gone drop'],
  ['tcp dport "80', '"80'],
  ['jump', 'jump'],
  ['dnat to', 'dnat to'],
  ['=== drop', '=== drop'],
  ['\u00e4 drop', '\u00e4 drop'],
]

for (const [line, expected] of oddLines) {
  test(`odd line: ${line}`, () => {
    const { isPartial, found } = read(rules(line))
    assert.ok(isPartial)
    const told = found.find((one) => one.startsWith('NP800') && !one.startsWith('NP8004'))
    assert.ok(told?.includes(expected), told)
  })
}

test('values that are none are unknown, not left out', () => {
  const { tables, found } = read(rules('ip saddr 10.0.0.300 drop\ntcp dport frob drop'))
  const [first, second] = tables[0]?.chains.get('c')?.rules ?? []
  assert.is(first?.matches.at(-1)?.kind, 'unknown')
  assert.is(second?.matches.at(-1)?.kind, 'unknown')
  assert.equal(found, ['NP8004 3 ip saddr 10.0.0.300', 'NP8004 4 tcp dport frob'])
})

test('an end in the middle is told, and what was there is kept', () => {
  const text = rules('ip saddr { 10.0.0.1, 10.0.0.2 } accept\ntcp dport 80 drop comment "x"')
  const { tables, isPartial, found } = read(text.slice(0, text.indexOf('chain d')))
  assert.ok(isPartial)
  assert.is(found.length, 1)
  assert.ok(found[0]?.startsWith('NP8002'))
  assert.is(tables[0]?.chains.get('c')?.rules.length, 2)
  for (let length = 0; length < text.length - 1; length += 1) {
    const cut = read(text.slice(0, length))
    const hasTable = text.slice(0, length).includes('{')
    assert.is(cut.isPartial, hasTable || cut.found.length > 0, text.slice(0, length))
  }
})

test('elements that cannot be read leave a set that is not known', () => {
  const { tables, isPartial, found } = read(
    'table ip t {\nset s { type ipv4_addr\nelements = { 10.0.0.1, ?, 10.0.0.2 } }\nchain c { ip saddr @s drop; }\n}\n',
  )
  assert.ok(isPartial)
  assert.equal(found, ['NP8001 3 ?'])
  const set = tables[0]?.sets.get('s')
  assert.equal([set?.elements.length, set?.isKnown], [1, false])
  assert.is(tables[0]?.chains.get('c')?.rules.length, 1)
})

const passedOver: readonly (readonly [string, string])[] = [
  ['include "/etc/nftables.d/*.nft"\n', 'NP8001 1 include "/etc/nftables.d/*.nft"'],
  ['hello world\n', 'NP8001 1 hello world'],
  ['add rule inet t c handle 4 drop\n', 'NP8001 1 add rule inet t c handle 4 drop'],
  ['delete rule inet t c handle 4\n', 'NP8001 1 delete rule inet t c handle 4'],
  ['table inet t { }\n}\n', 'NP8001 2 }'],
  ['table netdev t {\n}\n', 'NP8006 1 netdev t {\n}'],
  ['table bridge t {\nchain c { drop; }\n}\n', 'NP8006 1 bridge t {\nchain c { drop; }\n}'],
  ['table ip t {\nflags dormant\n}\n', 'NP8006 1 ip t'],
  [
    'table inet t {\nchain c { type filter hook ingress device "e" priority 0; drop; }\n}\n',
    'NP8006 2 type filter hook ingress device "e" priority 0',
  ],
]

for (const [text, expected] of passedOver) {
  test(`passed over: ${JSON.stringify(text)}`, () => {
    const { found, isPartial } = read(text)
    assert.equal(found, [expected])
    assert.is(isPartial, expected.startsWith('NP8001'))
  })
}

test('tables that are dormant have no hooks', () => {
  const { tables } = read(
    'table ip t {\nflags dormant\nchain c { type filter hook input priority 0; drop; }\n}\n',
  )
  assert.is(tables[0]?.chains.get('c')?.base, null)
})

test.run()
