// What an audit costs: reading, what the rules do, and what is odd in them.

import { audit } from '../../src/audit/audit.ts'
import { readDumps } from '../../src/audit/dumps.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { Headers } from '../../src/ruleset/headers.ts'
import { Machine, newOn } from '../../src/ruleset/ways.ts'
import { makeSource } from '../../src/source/source.ts'
import { auditDumps } from './auditInputs.ts'
import { printPeak, seconds, timed } from './timing.ts'

/** Reading, deciding, and the whole audit of dumps of every shape. */
export function benchAudit(): void {
  for (const rules of [5_000, 100_000]) {
    for (const [shape, make] of Object.entries(auditDumps)) benchDump(shape, make(rules), rules)
  }
}

function benchDump(shape: string, text: string, rules: number): void {
  const source = makeSource('dump', text)
  const read = timed(() => readDumps([source], [], makeReporter()))
  const decided = timed(() => {
    const headers = Headers.of(read.value.ruleset, 4, Number.MAX_SAFE_INTEGER)
    return new Machine(read.value.ruleset, headers).fateOf(newOn('FORWARD'))
  })
  const whole = timed(() => audit({ dumps: [source] }))
  const megabytes = (text.length / 1e6).toFixed(1)
  console.log(
    `${rules} rules, ${megabytes} MB, ${shape}: read ${seconds(read.ms)}, decided ${seconds(decided.ms)}, ` +
      `audited ${seconds(whole.ms)}: ${whole.value.report.findings.length} findings`,
  )
  printPeak()
}
