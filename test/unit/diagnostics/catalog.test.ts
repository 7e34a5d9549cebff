// The catalogue of codes: complete, and in the form that its users count on.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CatalogEntry, type Code, catalog } from '../../../src/diagnostics/catalog.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { renderJson, renderSarif } from '../../../src/diagnostics/machine.ts'
import { renderSummary, renderText } from '../../../src/diagnostics/render.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('diagnostics')
const entries: readonly [string, CatalogEntry][] = Object.entries(catalog)
const source = makeSource('in.yaml', 'first: line\nsecond: line\nthird: line\n')
const found = (
  code: Code,
  start: number,
  end: number,
  message = 'a fact',
): ReturnType<typeof makeReporter> => {
  const reporter = makeReporter()
  reporter.report(code, { message, at: { source, start, end }, label: 'here' })
  return reporter
}

test('codes are NP and four digits, in ascending order', () => {
  const codes = entries.map(([code]) => code)
  assert.ok(codes.every((code) => /^NP[1-68]\d{3}$/.test(code)))
  assert.equal([...codes].sort(), codes)
})

test('every error says what to do', () => {
  const helpless = entries.filter(([, { severity, help }]) => severity === 'error' && !help)
  assert.equal(helpless, [])
})

test('a message has place, code, excerpt with caret, label and help', () => {
  assert.is(
    renderText(found('NP2009', 12, 18).diagnostics),
    [
      'in.yaml:2:1: error NP2009: a fact',
      '  2 | second: line',
      '    | ^^^^^^ here',
      `  help: ${catalog.NP2009.help}`,
      '',
    ].join('\n'),
  )
})

test('messages are ordered by file and place, and counted', () => {
  const reporter = makeReporter()
  reporter.report('NP3001', { message: 'later', at: { source, start: 20, end: 21 } })
  reporter.report('NP2001', { message: 'earlier', at: { source, start: 0, end: 1 } })
  assert.match(renderText(reporter.diagnostics), /earlier.*later/s)
  assert.is(renderSummary(reporter.diagnostics), '1 error, 1 warning')
  assert.is(renderSummary([]), '')
})

test('errors are kept when warnings overflow', () => {
  const reporter = makeReporter()
  for (let at = 0; at < 500; at += 1) reporter.report('NP3001', { message: `warning ${at}` })
  reporter.report('NP2001', { message: 'the error' })
  assert.is(reporter.errors, 1)
  assert.ok(reporter.diagnostics.some(({ message }) => message === 'the error'))
  assert.match(reporter.diagnostics.at(-1)?.message ?? '', /400 are not shown/)
})

test('JSON carries offsets and positions, SARIF the rule', () => {
  const { diagnostics } = found('NP2009', 12, 18)
  const [one] = JSON.parse(renderJson(diagnostics))
  assert.equal(
    [one.code, one.places[0].start, one.places[0].line, one.places[0].column],
    ['NP2009', 12, 2, 1],
  )
  const [run] = JSON.parse(renderSarif(diagnostics, '1.2.3')).runs
  assert.is(run.tool.driver.version, '1.2.3')
  assert.is(run.results[0].ruleId, 'NP2009')
  assert.is(run.results[0].locations[0].physicalLocation.region.startLine, 2)
})

test('a long line is cut around the place, and stays one line', () => {
  const long = makeSource('long.yaml', `${'a'.repeat(5000)}HERE${'b'.repeat(5000)}`)
  const reporter = makeReporter()
  reporter.report('NP2009', { message: 'm', at: { source: long, start: 5000, end: 5004 } })
  const lines = renderText(reporter.diagnostics).split('\n')
  assert.ok(lines.every((line) => line.length < 200))
  const [, excerpt = '', carets = ''] = lines
  assert.is(excerpt.slice(carets.indexOf('^'), carets.indexOf('^') + 4), 'HERE')
})

test('a line of many megabytes is cut before it is looked at', () => {
  const huge = makeSource('one-line.json', 'x'.repeat(30_000_000))
  const reporter = makeReporter()
  for (let at = 0; at < 90; at += 1) {
    const start = at * 300_000
    reporter.report('NP2009', { message: 'm', at: { source: huge, start, end: start + 5 } })
  }
  assert.ok(renderText(reporter.diagnostics).length < 90 * 500)
})

test('no text of a message, label, line or file reaches the terminal with control characters', () => {
  const evil = '\u001b[2Jgone\u202e\u0007'
  const hostile = makeSource(`name${evil}`, `line ${evil}\n`)
  const reporter = makeReporter()
  const at = { source: hostile, start: 0, end: 4 }
  reporter.report('NP2009', { message: evil, at, label: evil, also: [{ span: at, text: evil }] })
  reporter.report('NP6001', { message: evil, file: evil, help: evil })
  const text = renderText(reporter.diagnostics).replaceAll('\n', '')
  assert.not.match(text, /[\p{Cc}\p{Cf}]/u)
})

test.run()
