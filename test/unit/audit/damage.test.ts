// Dumps that somebody or something damaged: the audit answers, in every form, and no place is beyond the
// text. What is damaged is chosen by numbers that are the same in every run.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type AuditResult, audit } from '../../../src/audit/audit.ts'
import { allFindings } from '../../../src/audit/report/arrange.ts'
import { type ReportForm, reportForms } from '../../../src/audit/report/index.ts'
import { makeSource } from '../../../src/source/source.ts'
import { readAudits } from '../../golden/audits.ts'

const test = suite('damaged dumps')
const forms = Object.keys(reportForms) as ReportForm[]

/** Numbers from 0 to below `below`, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Damage = (text: string, next: (below: number) => number) => string

const damages: Readonly<Record<string, Damage>> = {
  'cut off': (text, next) => text.slice(0, next(text.length)),
  'without its beginning': (text, next) => text.slice(next(text.length)),
  'without a piece': (text, next) => {
    const start = next(text.length)
    return text.slice(0, start) + text.slice(start + 1 + next(30))
  },
  'with lines in another order': (text, next) => {
    const lines = text.split('\n')
    const [from, to] = [next(lines.length), next(lines.length)]
    lines.splice(to, 0, ...lines.splice(from, 1))
    return lines.join('\n')
  },
  'with a word in the wrong place': (text, next) => {
    const words = [
      '-j',
      '!',
      '"',
      '--dport',
      '{',
      '}',
      '\u0000',
      'COMMIT',
      '*nat',
      '-A',
      '\\',
      '[0:',
    ]
    const at = next(text.length)
    return `${text.slice(0, at)} ${words[next(words.length)]} ${text.slice(at)}`
  },
  'twice in one file': (text, next) => text + text.slice(0, next(text.length)),
  'with other line ends': (text) => text.replaceAll('\n', '\r\n'),
}

for (const [name, damage] of Object.entries(damages)) {
  test(`a dump ${name} is answered`, () => {
    const next = numbers(7)
    for (const { request, name: from } of readAudits()) {
      for (let round = 0; round < 12; round += 1) {
        const dumps = request.dumps.map((dump) => makeSource(dump.name, damage(dump.text, next)))
        const result = audit({ ...request, dumps })
        assert.is(faultOf(result), null, `${from}\n${dumps.map(({ text }) => text).join('\n')}`)
      }
    }
  })
}

test('what is said to be whole is whole: a dump that lost its end never is', () => {
  for (const { request } of readAudits()) {
    const [dump] = request.dumps
    if (dump === undefined || !dump.text.endsWith('COMMIT\n')) continue
    const cut = makeSource(dump.name, dump.text.slice(0, -'COMMIT\n'.length))
    assert.is(audit({ dumps: [cut] }).report.partial.length, 1)
  }
})

test.run()

/** What is wrong with an answer; null where nothing is. */
function faultOf({ report }: AuditResult): string | null {
  for (const { labels } of allFindings(report)) {
    for (const { span } of labels) {
      const { start, end, source } = span
      if (start < 0 || start > end || end > source.text.length) return `${start} to ${end}`
    }
  }
  for (const form of forms) {
    const text = reportForms[form](report, { all: false, version: '1' })
    if (!text.endsWith('\n') || /\bundefined\b|\[object|\bNaN\b/.test(text)) return form
  }
  return null
}
