// Every golden case against the compiler: its answers word for word, and the laws that hold for all
// of them. A difference is also written below dist/golden-actual, to be looked at side by side.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { catalog } from '../../src/diagnostics/catalog.ts'
import type { CompileResult } from '../../src/index.ts'
import { verdict } from '../../src/semantics/evaluate.ts'
import { answersOf, compileCase, hasErrors } from './answers.ts'
import { type GoldenCase, readCases, readMigrations } from './cases.ts'
import { compareAnswers } from './compareAnswers.ts'
import { disagreements, rejections } from './engines.ts'
import { printSpec, resolveFlow } from './flows.ts'
import { migrateCase } from './migrations.ts'

const test = suite('golden')
const cases = readCases()

/**
 * Codes that no Kubernetes policy brings about: they belong to the command line and the file system
 * (NP6), or guard against rules that deny and texts that only other dialects can hold (NP5).
 */
const outOfReach: readonly string[] = [
  'NP5007',
  'NP6001',
  'NP6002',
  'NP6003',
  'NP6006',
  'NP6007',
  'NP6008',
  'NP6010',
  // Firewall dumps are no input of this command, and a proof fails where netpolc is at fault.
  'NP2022',
  'NP2023',
  'NP5009',
  'NP5010',
  // A flag of `migrate` brings it about: test/end-to-end/migrate.
  'NP5012',
]

const results = new Map<string, CompileResult>()

for (const one of cases) {
  test(`${one.name}: every answer stands as recorded, and nothing else does`, () => {
    compareAnswers(one, answersOf(one, resultOf(one)))
  })

  test(`${one.name}: flows end as the author says`, () => {
    const { set, cluster } = resultOf(one)
    const isJudged = set !== null && cluster !== null
    assert.ok(!isJudged || one.flows.length > 0, 'the case names a flow')
    for (const spec of one.flows) {
      assert.ok(set !== null && cluster !== null, `${printSpec(spec)}: the input has errors`)
      const flow = resolveFlow(spec, cluster)
      assert.is(verdict(set, flow).verdict, spec.expect, printSpec(spec))
    }
  })

  test(`${one.name}: answers depend on nothing but the input`, () => {
    const first = compileCase(deepFreeze(structuredClone(one)))
    assert.equal([...answersOf(one, first)], [...answersOf(one, resultOf(one))])
    const reversed = compileCase(one, [...one.inputs].reverse())
    assert.equal([...answersOf(one, reversed)], [...answersOf(one, first)], 'order of files')
  })

  test(`${one.name}: no value is printed that is not text`, () => {
    for (const [path, text] of answersOf(one, resultOf(one))) {
      if (path === 'diagnostics.txt') continue
      assert.not.match(text, /\bundefined\b|\[object|\bNaN\b/, path)
      assert.ok(text === '' || text.endsWith('\n'), `${path} ends with a newline`)
      assert.not.match(text, /\r/, `${path} has LF line ends`)
    }
  })

  test(`${one.name}: engines accept the output and decide flows as the source does`, () => {
    const result = resultOf(one)
    if (hasErrors(result)) return
    assert.equal(rejections(result.outputs), [])
    assert.equal(disagreements(one, result), [])
  })
}

test('every code that a case can bring about has one', () => {
  const found = [
    ...cases.map(resultOf),
    ...readMigrations().flatMap((one) => [...migrateCase(one).values()]),
  ]
  const seen = new Set(
    found.flatMap(({ diagnostics }) => diagnostics.map(({ code }): string => code)),
  )
  const missing = Object.keys(catalog).filter(
    (code) => !seen.has(code) && !outOfReach.includes(code) && !code.startsWith('NP8'),
  )
  assert.equal(missing, [])
})

test('no case repeats the input of another', () => {
  const keys = cases.map(({ name, folder, title, why, flows, ...request }) =>
    JSON.stringify(request),
  )
  const repeated = cases.filter((_, at) => keys.indexOf(keys[at] ?? '') !== at)
  assert.equal(
    repeated.map(({ name }) => name),
    [],
  )
})

test.run()

/** The case compiled, once for all tests that do not change what they are given. */
function resultOf(one: GoldenCase): CompileResult {
  const known = results.get(one.name)
  if (known !== undefined) return known
  const result = compileCase(one)
  results.set(one.name, result)
  return result
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
