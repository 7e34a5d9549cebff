// Diagnostics for machines: JSON with offsets and positions, and SARIF 2.1.0 for code scanning.
import { positionAt, type Span } from '../source/source.ts'
import { type CatalogEntry, type Code, catalog } from './catalog.ts'
import type { Diagnostic, Severity } from './diagnostic.ts'
import { byPlace } from './render.ts'

/** A JSON array, one object a diagnostic, in the order of their places; ends in a newline. */
export function renderJson(diagnostics: readonly Diagnostic[]): string {
  const rows = [...diagnostics].sort(byPlace).map(jsonOf)
  return `${JSON.stringify(rows, null, 2)}\n`
}

/** One diagnostic as a value for JSON. */
export function jsonOf({ code, severity, message, help, file, labels }: Diagnostic): object {
  return {
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    ...(file === undefined ? {} : { file }),
    places: labels.map(({ span, text }) => ({ ...placeOf(span), label: text })),
  }
}

/** Severities in SARIF's words. */
export const sarifLevel: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'note',
}

/** A SARIF 2.1.0 log with one run; ends in a newline. */
export function renderSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const sorted = [...diagnostics].sort(byPlace)
  const codes = [...new Set(sorted.map(({ code }) => code))].sort()
  const driver = { name: 'netpolc', version, rules: codes.map(sarifRule) }
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results: sorted.map(sarifResult) }],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function sarifRule(code: Code): object {
  const entry: CatalogEntry = catalog[code]
  return { id: code, shortDescription: { text: entry.title } }
}

function sarifResult({ code, severity, message, help, labels, file }: Diagnostic): object {
  const text = help === undefined ? message : `${message} (${help})`
  const places =
    labels.length > 0 ? labels.map(({ span }) => sarifPlace(span)) : file ? [sarifFile(file)] : []
  const [first, ...rest] = places
  return {
    ruleId: code,
    level: sarifLevel[severity],
    message: { text },
    locations: first === undefined ? [] : [first],
    ...(rest.length === 0 ? {} : { relatedLocations: rest }),
  }
}

/** A path as a reference: what would begin a query or a fragment is a part of the name. */
export function uriOf(file: string): string {
  return encodeURI(file.replace(/\p{Cs}/gu, '\ufffd')).replace(/[?#]/g, encodeURIComponent)
}

/** A file as a place of SARIF. */
export function sarifFile(file: string): object {
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) } } }
}

/** A span as a place of SARIF. */
export function sarifPlace(span: Span): object {
  const { line, column, endLine, endColumn } = placeOf(span)
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(span.source.name) },
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  }
}

/** A span in offsets, lines and columns. */
export function placeOf(span: Span): {
  file: string
  start: number
  end: number
  line: number
  column: number
  endLine: number
  endColumn: number
} {
  const { line, column } = positionAt(span.source, span.start)
  const end = positionAt(span.source, span.end)
  const { start } = span
  return {
    file: span.source.name,
    start,
    end: span.end,
    line,
    column,
    endLine: end.line,
    endColumn: end.column,
  }
}
