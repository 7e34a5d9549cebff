// Every golden case of audits: its reports word for word, what its author says is found, and laws that
// hold for all of them.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { audit } from '../../src/audit/audit.ts'
import { allFindings } from '../../src/audit/report/arrange.ts'
import { auditAnswers, readAudits } from './audits.ts'
import { compareAnswers } from './compareAnswers.ts'

const test = suite('golden audits')

for (const one of readAudits()) {
  test(`${one.name}: every answer stands as recorded, and nothing else does`, () => {
    compareAnswers(one, auditAnswers(one))
  })

  test(`${one.name}: what its author says is found, and what is not is not`, () => {
    const { report } = audit(one.request)
    const found = new Set<string>(allFindings(report).map(({ code }) => code))
    assert.ok(one.codes.length > 0, 'the case names a code')
    assert.equal(
      one.codes.filter((code) => !found.has(code)),
      [],
    )
    assert.equal(
      one.never.filter((code) => found.has(code)),
      [],
    )
  })

  test(`${one.name}: every place of a finding is in the dump, and has words`, () => {
    const { report } = audit(one.request)
    for (const { labels, message } of allFindings(report)) {
      for (const { span } of labels) {
        const isIn = span.start <= span.end && span.end <= span.source.text.length
        assert.ok(isIn, `${message}: ${span.start} to ${span.end}`)
      }
    }
  })

  test(`${one.name}: the answer depends on nothing but the input`, () => {
    const { dumps, ...rest } = one.request
    const again = auditAnswers({ ...one, request: { ...rest, dumps: [...dumps] } })
    assert.equal([...again], [...auditAnswers(one)])
  })

  test(`${one.name}: no value is printed that is not text`, () => {
    for (const [path, text] of auditAnswers(one)) {
      assert.not.match(text, /\bundefined\b|\[object|\bNaN\b/, path)
      assert.ok(text.endsWith('\n'), `${path} ends with a newline`)
    }
  })
}

test.run()
