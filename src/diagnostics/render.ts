// Diagnostics for people: `file:line:column: error NP2011: …`, the line with a caret, then the help.
import { byCodeUnit } from '../algebra/order.ts'
import { lineText, positionAt, type Span } from '../source/source.ts'
import type { Diagnostic, Label, Severity } from './diagnostic.ts'

/** Adds colour to a piece of text; the identity where colour is off. */
export type Paint = (style: Severity | 'bold' | 'dim', text: string) => string

const plain: Paint = (_style, text) => text

/** Width beyond which a source line is cut around the place meant. */
const maxExcerpt = 100

/** All diagnostics in the order of their places, each with excerpt and help; '' for none. */
export function renderText(diagnostics: readonly Diagnostic[], paint: Paint = plain): string {
  return [...diagnostics]
    .sort(byPlace)
    .map((one) => `${renderOne(one, paint)}\n`)
    .join('')
}

/** One line such as `2 errors, 1 warning`; '' for none. */
export function renderSummary(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning'] as const)
    .map((severity) => ({
      severity,
      count: diagnostics.filter((one) => one.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ')
}

/** By file, place, then code; what has no place comes first, and the count of what is not shown last. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  const isCount = ({ code }: Diagnostic): boolean => code === 'NP6009'
  if (isCount(a) !== isCount(b)) return isCount(a) ? 1 : -1
  const [first, second] = [a.labels[0]?.span, b.labels[0]?.span]
  const [nameA, nameB] = [first?.source.name ?? '', second?.source.name ?? '']
  if (nameA !== nameB) return byCodeUnit(nameA, nameB)
  if (first?.start !== second?.start) return (first?.start ?? 0) - (second?.start ?? 0)
  return byCodeUnit(a.code, b.code)
}

function renderOne(one: Diagnostic, paint: Paint): string {
  const [primary, ...others] = one.labels
  const place = primary ? printPlace(primary.span) : printable(one.file ?? '')
  const head = [
    ...(place === '' ? [] : [paint('bold', `${place}:`)]),
    paint(one.severity, `${one.severity} ${one.code}:`),
    printable(one.message),
  ].join(' ')
  const lines = [head]
  if (primary) lines.push(...frame(primary, paint))
  for (const label of others) {
    lines.push(`  ${paint('dim', `${printPlace(label.span)}:`)}`, ...frame(label, paint))
  }
  if (one.help !== undefined) lines.push(`  ${paint('note', 'help:')} ${printable(one.help)}`)
  return lines.join('\n')
}

function printPlace(span: Span): string {
  const { line, column } = positionAt(span.source, span.start)
  return `${printable(span.source.name)}:${line}:${column}`
}

function frame({ span, text }: Label, paint: Paint): string[] {
  const { line, column } = positionAt(span.source, span.start)
  const { excerpt, offset } = cut(lineText(span.source, line), column - 1)
  const width = Math.max(1, Math.min(span.end - span.start, excerpt.length - offset))
  const gutter = `${line}`.length
  const words = text === '' ? '' : ` ${printable(text)}`
  const caret = `${' '.repeat(offset)}${'^'.repeat(width)}${words}`
  return [
    `  ${paint('dim', `${line} |`)} ${excerpt}`,
    `  ${paint('dim', `${' '.repeat(gutter)} |`)} ${paint('error', caret)}`,
  ]
}

/**
 * A piece of a long line around a place, one printed character for each of the text's. A line may be a
 * whole file: only the piece is looked at.
 */
function cut(line: string, at: number): { excerpt: string; offset: number } {
  if (line.length <= maxExcerpt) return { excerpt: printable(line), offset: at }
  const start = Math.max(0, Math.min(at - 40, line.length - maxExcerpt))
  const end = start + maxExcerpt
  const before = start > 0 ? '…' : ''
  const after = end < line.length ? '…' : ''
  return {
    excerpt: `${before}${printable(line.slice(start, end))}${after}`,
    offset: at - start + before.length,
  }
}

/** Control characters would let an input write to the terminal; each is shown as one replacement. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => (one === '\t' ? ' ' : '\ufffd'))
}
