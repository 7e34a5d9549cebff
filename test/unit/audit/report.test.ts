// The forms of a report: what each shows, in which order, how much of it, and that no word of a dump is
// anything but a word.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { allFindings, kindsOf } from '../../../src/audit/report/arrange.ts'
import { excerptOf } from '../../../src/audit/report/excerpt.ts'
import { reportForms } from '../../../src/audit/report/index.ts'
import type { AuditReport } from '../../../src/audit/report/types.ts'
import { makeSource, type Source } from '../../../src/source/source.ts'
import {
  emptyReport,
  findingAt,
  fullReport,
  matrixOf,
  placeIn,
} from '../../support/auditReports.ts'

const test = suite('report of an audit')

const part = { all: false, version: '1.2.3' }
const whole = { all: true, version: '1.2.3' }

/** A dump of many rules, and a finding for each. */
function manyFindings(count: number): AuditReport {
  const rules = Array.from({ length: count }, (_, at) => `-A FORWARD -p tcp --dport ${at + 1000};`)
  const source = makeSource('many.rules', `${rules.join('\n')}\n`)
  const findings = rules.map((rule, at) =>
    findingAt(source, 'NP8101', `rule ${at + 1} is shadowed`, [rule]),
  )
  return { ...emptyReport, findings }
}

test('text: the partial mark is the first line, then the counts', () => {
  const [first, reason, counts] = reportForms.text(fullReport, part).split('\n')
  assert.match(first ?? '', /^PARTIAL: /)
  assert.is(reason, '  node.sets: 1 line cannot be read')
  assert.is(counts, '3 errors, 1 warning, 1 note')
})

test('text: nothing found is said', () => {
  assert.is(reportForms.text(emptyReport, part), 'no findings\n')
})

test('the most severe comes first, drift before all others', () => {
  for (const form of ['text', 'markdown', 'html'] as const) {
    const text = reportForms[form](fullReport, part).replace(/<nav.*<\/nav>/s, '')
    const order = [...text.matchAll(/\bNP8\d{3}\b/g)].map(([code]) => code)
    const wanted = ['NP8201', 'NP8202', 'NP8108', 'NP8101', 'NP8102']
    assert.equal([...new Set(order)], wanted, form)
  }
})

test('text: of many findings of one kind a few are shown, all with --all', () => {
  const report = manyFindings(50)
  const short = reportForms.text(report, part)
  assert.match(short, /^warning NP8101: .* \(50\)$/m)
  assert.match(short, /^ {2}… and 47 more \(--all\)$/m)
  assert.is(short.match(/is shadowed/g)?.length, 4)
  assert.is(reportForms.text(report, whole).match(/rule \d+ is shadowed/g)?.length, 50)
})

test('text: a caret stands under what is meant, and not under whole lines', () => {
  const lines = reportForms.text(fullReport, part).split('\n')
  const at = lines.indexOf('    7 | -A FORWARD -j MISSING')
  assert.is(lines[at + 1], '      |               ^^^^^^^')
  const plain = lines.indexOf('    5 | -A FORWARD -s 10.1.0.0/16 -j ACCEPT')
  assert.not.match(lines[plain + 1] ?? '', /\^/)
})

test('text: a matrix of few groups is a table, one of many a list', () => {
  const text = reportForms.text(fullReport, part)
  assert.match(text, /^ {2}from\\to {3}1 {4}2\n {8}1 {3}- {2}yes\n {8}2 {2}\?1 {4}-$/m)
  assert.match(text, /^ {2}\?1 = depends on -m string --string x$/m)
  const blocks = Array.from({ length: 60 }, (_, at) => `10.${at}.0.0/16`)
  const reach = blocks.slice(1).map((_, to) => ({ from: 0, to: to + 1, answer: 'allowed', on: [] }))
  const matrix = matrixOf(blocks, reach as Parameters<typeof matrixOf>[1])
  const list = reportForms.text({ ...emptyReport, matrices: [matrix] }, part)
  assert.match(list, /^ {2}10\.0\.0\.0\/16 → 10\.1\.0\.0\/16$/m)
  assert.match(list, /^ {2}… and 19 pairs more \(--all\)$/m)
})

test('text: a matrix in which nobody reaches anybody says so', () => {
  const report = { ...emptyReport, matrices: [matrixOf(['10.0.0.0/8'], [])] }
  assert.match(
    reportForms.text(report, part),
    /5432\/TCP, FORWARD, IPv4\n {2}nobody reaches anybody/,
  )
})

test('no drift is said, and that not all was looked for', () => {
  const drift = { against: '2 policies', groups: [], assumptions: [], isAll: true }
  const text = reportForms.text({ ...emptyReport, drift }, part)
  assert.match(text, /^compared with 2 policies: the same flows$/m)
  const some = reportForms.text({ ...emptyReport, drift: { ...drift, isAll: false } }, part)
  assert.match(some, /the same flows, so far\n {2}… and more, which were not looked for/)
})

test('JSON: holds everything, with offsets, lines and columns', () => {
  const value = JSON.parse(reportForms.json(fullReport, part))
  assert.is(value.format, 1)
  assert.is(value.partial, true)
  assert.equal(value.counts, { error: 3, warning: 1, note: 1 })
  assert.equal(
    value.findings.map(({ code }: { code: string }) => code),
    ['NP8108', 'NP8101', 'NP8102'],
  )
  const [place, cause] = value.findings[1].places
  assert.equal([place.file, place.line, place.column, place.label], ['node.rules', 5, 1, ''])
  assert.equal([cause.line, cause.label], [4, 'this one'])
  assert.equal(value.matrices[0].groups[0], { name: '', blocks: ['10.1.0.0/16'] })
  assert.equal(value.drift.groups[0].direction, 'wider')
  assert.is(value.drift.groups[1].policies.places[0].file, 'db.yaml')
  assert.is(JSON.parse(reportForms.json(manyFindings(500), part)).findings.length, 500)
  assert.is(JSON.parse(reportForms.json(emptyReport, part)).drift, null)
})

test('SARIF: rules, related places and what is partial are there', () => {
  const log = JSON.parse(reportForms.sarif(fullReport, part))
  const [run] = log.runs
  assert.is(log.version, '2.1.0')
  assert.is(run.tool.driver.version, '1.2.3')
  for (const { ruleId, ruleIndex } of run.results) {
    assert.is(run.tool.driver.rules[ruleIndex].id, ruleId)
  }
  assert.is(run.results.length, allFindings(fullReport).length)
  const shadowed = run.results.find(({ ruleId }: { ruleId: string }) => ruleId === 'NP8101')
  assert.is(shadowed.locations[0].physicalLocation.region.startLine, 5)
  assert.is(shadowed.relatedLocations[0].physicalLocation.region.startLine, 4)
  assert.is(shadowed.relatedLocations[0].message.text, 'this one')
  assert.is(run.invocations[0].executionSuccessful, false)
  assert.is(run.invocations[0].toolExecutionNotifications.length, 1)
})

const prints = (report: AuditReport): readonly string[] =>
  JSON.parse(reportForms.sarif(report, part)).runs[0].results.map(
    (one: { partialFingerprints: Record<string, string> }) =>
      one.partialFingerprints['netpolcFinding/v1'],
  )

const reportOn = (text: string, rules: readonly string[]): AuditReport => {
  const source = makeSource('n.rules', text)
  const findings = rules.map((rule) => findingAt(source, 'NP8105', `it is ${rule}`, [rule]))
  return { ...emptyReport, findings }
}

test('SARIF: fingerprints stay when lines move and packets are counted, and differ by rule', () => {
  const [before] = prints(reportOn('[1:60] -A A -j B\n', ['[1:60] -A A -j B']))
  const moved = reportOn('\n\n[7:420] -A A -j B\n-A A -j C\n', ['[7:420] -A A -j B', '-A A -j C'])
  const [after, other] = prints(moved)
  assert.is(after, before)
  assert.is.not(other, before)
  const nft = (handle: number): string =>
    `tcp dport 22 counter packets ${handle} bytes 9 drop # handle ${handle}`
  assert.equal(prints(reportOn(nft(4), [nft(4)])), prints(reportOn(nft(71), [nft(71)])))
})

test('SARIF: two findings of one text have two fingerprints', () => {
  const both = prints(reportOn('-A A -j B\n', ['-A A -j B', '-A A -j B']))
  assert.is(new Set(both).size, 2)
})

test('Markdown: short enough for a comment whatever the report holds', () => {
  const codes = ['NP8101', 'NP8102', 'NP8103', 'NP8104', 'NP8105', 'NP8106', 'NP8107'] as const
  const text = `${'x'.repeat(5000)} end`
  const source = makeSource('a.rules', text)
  const findings = codes.flatMap((code) =>
    Array.from({ length: 900 }, () => findingAt(source, code, 'long '.repeat(900), [text, 'end'])),
  )
  const report = { ...fullReport, findings: [...fullReport.findings, ...findings] }
  const short = reportForms.markdown(report, part)
  assert.ok(short.length < 65_536, `${short.length}`)
  assert.match(short, /\| warning \| NP8101 \| .* \| 901 \|/)
  assert.ok(reportForms.markdown(report, whole).length > 1_000_000)
})

test('HTML: links of the contents lead somewhere, and nothing is fetched or run', () => {
  const page = reportForms.html(fullReport, part)
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
  assert.ok(targets.length >= 6)
  for (const id of targets) assert.ok(page.includes(`id="${id}"`), id)
  assert.not.match(page, /<script|<link|<img|url\(|@import|https?:/)
  assert.match(page, /default-src 'none'/)
  assert.match(page, /prefers-color-scheme: dark/)
  assert.match(page, /role="alert"/)
  assert.not.match(reportForms.html(emptyReport, part), /role="alert"/)
})

/** What strangers may write into names, comments, paths and conditions. */
const hostile: readonly string[] = [
  '\u001b[2J\u001b]0;owned\u0007 \u009b31m',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  "' -- &lt; &#x3c; </pre></td></tr></table></details>",
  '`` ` ```code``` | a | b |',
  '[click](javascript:alert(1)) ![x](http://evil/x.png) <http://evil>',
  '# heading - item\n\n## heading\r\n> quote',
  '**bold** _it_ ~~gone~~ \\| \\',
  '\u202egnp.exe \u2028 \ufeff',
  '{{constructor}} {{{this}}}',
  '@everyone #1 www.evil.example',
]

/** The full report with one text in the place of every word that comes from outside. */
function reportWith(word: string): AuditReport {
  const source: Source = makeSource(`n${word}`, `${word.replace(/[\r\n]/g, ' ')} ENDMARK\n`)
  const span = placeIn(source, 'ENDMARK')
  const side = { words: word, places: [span] }
  const [input] = fullReport.inputs
  const [generator] = fullReport.generators
  const [matrix] = fullReport.matrices
  assert.ok(input && generator && matrix && fullReport.drift)
  const labelled = findingAt(source, 'NP8101', word, ['ENDMARK'])
  return {
    inputs: [{ ...input, file: word, tables: input.tables.map((one) => ({ ...one, name: word })) }],
    partial: [word],
    generators: [
      {
        ...generator,
        purposes: [{ purpose: word, chains: 1, rules: 1, subjects: [word] }],
      },
    ],
    findings: [
      {
        ...labelled,
        labels: [
          { span, text: word },
          { span, text: word },
        ],
        help: word,
      },
      { code: 'NP8002', severity: 'error', message: word, labels: [], file: word, help: word },
    ],
    ways: [],
    matrices: [
      {
        ...matrix,
        traffic: word,
        groups: matrix.groups.map((one) => ({ ...one, name: word })),
        reach: [{ from: 1, to: 0, answer: 'depends', on: [word] }],
      },
    ],
    drift: {
      ...fullReport.drift,
      against: word,
      assumptions: [word],
      groups: fullReport.drift.groups.map((one) => ({
        ...one,
        flows: word,
        example: word,
        dump: side,
        policies: side,
        on: [word],
      })),
    },
  }
}

for (const word of hostile) {
  const name = JSON.stringify(word)

  test(`${name} is nothing but text for a terminal`, () => {
    const text = reportForms.text(reportWith(word), whole)
    assert.not.match(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028\u2029]/u)
    const plain = reportForms.text(reportWith('word'), whole)
    assert.is(text.split('\n').length, plain.split('\n').length)
  })

  test(`${name} is nothing but text in a page`, () => {
    const tags = (page: string): readonly string[] =>
      [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag)
    const page = reportForms.html(reportWith(word), whole)
    assert.equal(tags(page), tags(reportForms.html(reportWith('word'), whole)))
    assert.not.match(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028\u2029]/u)
  })

  test(`${name} is nothing but text in Markdown`, () => {
    const markdown = reportForms.markdown(reportWith(word), whole)
    const plain = reportForms.markdown(reportWith('word'), whole)
    assert.equal(markdownTags(markdown), markdownTags(plain))
    assert.is(markdown.split('\n').length, plain.split('\n').length)
    assert.equal(barsByLine(markdown), barsByLine(plain))
    // A summary is a line of HTML, in which no Markdown is read.
    const outside = withoutCode(markdown).replace(/^<details><summary>.*$/gm, '')
    assert.not.match(outside, /(?<!\\)(\\\\)*[[\]`]/)
    assert.not.match(outside, /@(?!<)|:\/\/|www\./)
  })

  test(`${name} comes back from JSON and SARIF as it was`, () => {
    const value = JSON.parse(reportForms.json(reportWith(word), part))
    assert.is(value.drift.groups[0].example, word)
    assert.ok(value.findings.some(({ message }: { message: string }) => message === word))
    const [run] = JSON.parse(reportForms.sarif(reportWith(word), part)).runs
    const { uri } = run.artifacts[0].location
    assert.is(decodeURI(uri.replaceAll('%23', '#').replaceAll('%3F', '?')), word)
    assert.match(uri, /^[\w\-.~:/[\]@!$&'()*+,;=%]*$/)
  })
}

test('excerpts: what is shown of a long line, of several lines, and of none', () => {
  const excerpt = (text: string, start: number, end: number): readonly string[] => {
    const { before, marked, after } = excerptOf({ source: makeSource('a', text), start, end })
    return [before, marked, after]
  }
  const long = `${'a'.repeat(100)}HERE${'b'.repeat(1000)}`
  assert.equal(excerpt(long, 100, 104), [`…${'a'.repeat(60)}`, 'HERE', `${'b'.repeat(60)}…`])
  assert.equal(excerpt(long, 104, 1104), [`…${'a'.repeat(56)}HERE`, `${'b'.repeat(160)}…`, ''])
  assert.equal(excerpt('one two\r\nthree\r\n', 4, 14), ['one ', 'two', ''])
  assert.equal(excerpt('one\ntwo', 4, 7), ['', 'two', ''])
  assert.equal(excerpt('one\n', 4, 4), ['', '', ''])
  assert.equal(excerpt('', 0, 0), ['', '', ''])
})

test('a dump that is one line of many megabytes is reported on like any other', () => {
  const rule = '{"rule":{"chain":"forward"}},'
  const source = makeSource('one-line.json', rule.repeat(500_000))
  const made = findingAt(source, 'NP8101', 'm', ['{"rule"'])
  const findings = Array.from({ length: 5000 }, (_, at) => ({
    ...made,
    labels: [{ span: { source, start: at * 29 * 100, end: at * 29 * 100 + 28 }, text: '' }],
  }))
  const report = { ...emptyReport, findings }
  assert.is(reportForms.text(report, whole).match(/^ {4}1 \| /gm)?.length, 5000)
  assert.is(JSON.parse(reportForms.sarif(report, whole)).runs[0].results.length, 5000)
})

test('kinds: one code of two severities is two kinds', () => {
  const source = makeSource('a', 'text')
  const one = findingAt(source, 'NP8101', 'm', ['text'])
  const kinds = kindsOf([one, { ...one, severity: 'error' }])
  assert.equal(
    kinds.map(({ severity }) => severity),
    ['error', 'warning'],
  )
})

test.run()

/** Markdown without its code, of which a run of backticks is the fence. */
function withoutCode(markdown: string): string {
  return markdown.replace(/(?<![\\`])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
}

function markdownTags(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/<[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => tag !== '<!-- -->')
}

/** Bars that end a cell, by line: those of code too. */
function barsByLine(markdown: string): readonly number[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => [...line.matchAll(/(?<!\\)(\\\\)*\|/g)].length)
}
