// Short ways to say what a text is diagnosed with: code, place, underlined words.
import * as assert from 'uvu/assert'
import { compile } from '../../src/compile.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import { makeSource, positionAt } from '../../src/source/source.ts'

/** All findings about a text that is compiled to nothing but the IR. */
export function diagnose(text: string, namespace?: string): readonly Diagnostic[] {
  const sources = [makeSource('in.yaml', text)]
  return compile({ sources, targets: ['ir'], ...(namespace === undefined ? {} : { namespace }) })
    .diagnostics
}

/** The IR of a text without errors; throws with the messages of one that has some. */
export function lift(text: string): string {
  const { set, diagnostics } = compile({ sources: [makeSource('in.yaml', text)], targets: ['ir'] })
  if (set === null) throw new Error(renderText(diagnostics))
  return printPolicySet(set)
}

/** `NP2012 8:13 70000: <message>` for each finding, with the words that it underlines. */
export function summary(found: readonly Diagnostic[]): readonly string[] {
  return found.map(({ code, labels: [label], message }) => {
    if (label === undefined) return `${code}: ${message}`
    const { source, start, end } = label.span
    const { line, column } = positionAt(source, start)
    return `${code} ${line}:${column} ${source.text.slice(start, end)}: ${message}`
  })
}

/**
 * Expects one error: this code, at the place that `|` marks in the text (the mark is taken out), with
 * these words underlined, an excerpt, and a help line.
 */
export function expectError(marked: string, code: string, underlined: string): void {
  const at = marked.indexOf('¦')
  assert.ok(at >= 0, 'the text marks a place')
  const found = diagnose(marked.replace('¦', '')).filter(({ severity }) => severity === 'error')
  assert.is(found.length, 1, summary(found).join('\n'))
  const [error] = found
  const span = error?.labels[0]?.span
  assert.is(error?.code, code, error?.message)
  assert.ok(span !== undefined, 'it has a place')
  assert.is(span.source.text.slice(span.start, span.end), underlined, error?.message)
  assert.is(span.start, at)
  const rendered = renderText(found)
  assert.match(rendered, /^in\.yaml:\d+:\d+: error NP\d{4}: ./)
  assert.match(rendered, /^ +\d+ \| .*\n +\| +\^+/m)
  assert.match(rendered, /^ {2}help: ./m)
}
