// A policy's rules as they are read, in the words of the IR: what tests of readers compare.
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import { normalise } from '../../src/passes/index.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { makeSource, positionAt } from '../../src/source/source.ts'

/** What is warned of, as `CODE line:column`. */
export function warningsIn(text: string): readonly string[] {
  const reporter = makeReporter()
  readPolicies([makeSource('p.yaml', text)], undefined, reporter)
  return reporter.diagnostics.flatMap(({ code, labels: [first] }) => {
    if (first === undefined) return []
    const { line, column } = positionAt(first.span.source, first.span.start)
    return [`${code} ${line}:${column}`]
  })
}

/** The IR's lines about rules, or the first fault as `CODE line:column`. */
export function rulesIn(text: string): string {
  const reporter = makeReporter()
  const { set } = readPolicies([makeSource('p.yaml', text)], undefined, reporter)
  const fault = reporter.diagnostics.find(({ severity }) => severity === 'error')
  const span = fault?.labels[0]?.span
  if (fault !== undefined && span !== undefined) {
    const { line, column } = positionAt(span.source, span.start)
    return `${fault.code} ${line}:${column}`
  }
  const printed = printPolicySet(normalise(set, reporter))
  return printed
    .split('\n')
    .filter((line) => /^ {4}/.test(line))
    .map((line) => line.replace(/ {2}#.*/, '').trim())
    .join(' ')
}
