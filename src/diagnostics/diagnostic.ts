// What netpolc tells the user about their input: values that are collected, never thrown.
import type { Span } from '../source/source.ts'
import { type CatalogEntry, type Code, catalog } from './catalog.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A place and what is to be said about it. */
export interface Label {
  readonly span: Span
  readonly text: string
}

/** One finding. The first label is the primary place. */
export interface Diagnostic {
  readonly code: Code
  readonly severity: Severity
  /** One sentence that states the fact and quotes the user's word. */
  readonly message: string
  readonly labels: readonly Label[]
  /** The file meant, where there is no text to point into (an unreadable file). */
  readonly file?: string
  /** One sentence that says what to do. */
  readonly help?: string
}

/** What a caller adds to a code. Severity and help default to the catalogue's. */
export interface Finding {
  readonly message: string
  readonly at?: Span | undefined
  readonly label?: string
  readonly also?: readonly Label[]
  readonly file?: string
  readonly help?: string | undefined
  readonly severity?: Severity
}

/** Collects diagnostics; handed to each phase. */
export interface Reporter {
  report(code: Code, finding: Finding): void
  /** Takes over what another reporter collected. */
  adopt(others: readonly Diagnostic[]): void
  /** Number of errors so far. */
  readonly errors: number
  readonly diagnostics: readonly Diagnostic[]
}

/** Findings of one severity past this number are counted, not kept: input also comes from strangers. */
export const maxDiagnostics = 100

/** How a collector differs from the usual one. */
export interface ReporterOptions {
  /** Findings of one severity that are kept. */
  readonly limit?: number
  /** What a finding weighs here, where that is not its own severity. */
  readonly weigh?: (code: Code, severity: Severity) => Severity
}

/** Makes an empty collector. */
export function makeReporter({
  limit = maxDiagnostics,
  weigh = (_, severity) => severity,
}: ReporterOptions = {}): Reporter {
  const diagnostics: Diagnostic[] = []
  const counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 }
  const add = (diagnostic: Diagnostic): void => {
    counts[diagnostic.severity] += 1
    if (counts[diagnostic.severity] <= limit) diagnostics.push(diagnostic)
  }
  return {
    report: (code, finding) => {
      const made = toDiagnostic(code, finding)
      add({ ...made, severity: weigh(code, made.severity) })
    },
    adopt: (others) => others.forEach(add),
    get errors() {
      return counts.error
    },
    get diagnostics() {
      return [...diagnostics, ...unshown(counts, limit)]
    },
  }
}

function unshown(counts: Readonly<Record<Severity, number>>, limit: number): readonly Diagnostic[] {
  return (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const dropped = counts[severity] - limit
    const message = `more than ${limit} ${severity}s: ${dropped} are not shown`
    return dropped > 0 ? [toDiagnostic('NP6009', { message })] : []
  })
}

function toDiagnostic(code: Code, finding: Finding): Diagnostic {
  const entry: CatalogEntry = catalog[code]
  const help = finding.help ?? entry.help
  const primary = finding.at ? [{ span: finding.at, text: finding.label ?? '' }] : []
  return {
    code,
    severity: finding.severity ?? entry.severity,
    message: finding.message,
    labels: [...primary, ...(finding.also ?? [])],
    ...(finding.file === undefined ? {} : { file: finding.file }),
    ...(help === undefined ? {} : { help }),
  }
}
