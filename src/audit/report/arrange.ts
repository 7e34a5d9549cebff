// The findings of a report in the order in which people read them: most severe first, those of one kind
// together, and of many of a kind only the first.
import { byCodeUnit, groupBy } from '../../algebra/order.ts'
import { type CatalogEntry, type Code, catalog } from '../../diagnostics/catalog.ts'
import type { Diagnostic, Label, Severity } from '../../diagnostics/diagnostic.ts'
import { byPlace } from '../../diagnostics/render.ts'
import type { AuditReport, DriftGroup } from './types.ts'

/** Severities, the worst first. */
export const severities: readonly Severity[] = ['error', 'warning', 'note']

/** How much of a report is shown. */
export interface Bounds {
  /** Findings of one kind. */
  readonly perKind: number
  /** Further places of a finding. */
  readonly places: number
  /** Groups of drift. */
  readonly drift: number
  /** Pairs of a service matrix, and the most groups for which it is drawn as a table. */
  readonly pairs: number
  readonly groups: number
  /** Names in a list. */
  readonly names: number
}

/** Bounds that leave nothing out. */
export const everything: Bounds = {
  perKind: Number.POSITIVE_INFINITY,
  places: Number.POSITIVE_INFINITY,
  drift: Number.POSITIVE_INFINITY,
  pairs: Number.POSITIVE_INFINITY,
  groups: 40,
  names: Number.POSITIVE_INFINITY,
}

/** Findings of one code and severity, in the order of their places. */
export interface Kind {
  readonly code: Code
  readonly severity: Severity
  readonly title: string
  readonly findings: readonly Diagnostic[]
}

/** The first of a list, and how many more there are. */
export interface Cut<T> {
  readonly shown: readonly T[]
  readonly more: number
}

/** Cuts a list. */
export function cut<T>(items: readonly T[], most: number): Cut<T> {
  const shown = items.slice(0, most)
  return { shown, more: items.length - shown.length }
}

/** Findings by kind, the most severe first; the count of what was not kept comes last. */
export function kindsOf(findings: readonly Diagnostic[]): readonly Kind[] {
  const groups = [...groupBy(findings, ({ severity, code }) => `${severity} ${code}`).values()]
  return groups.flatMap((own) => kindOf(own)).sort(bySeverity)
}

function kindOf(findings: readonly Diagnostic[]): readonly Kind[] {
  const [first] = findings
  if (first === undefined) return []
  const { code, severity } = first
  const { title }: CatalogEntry = catalog[code]
  return [{ code, severity, title, findings: [...findings].sort(byPlace) }]
}

function bySeverity(a: Kind, b: Kind): number {
  const rank = ({ code, severity }: Kind): number =>
    code === 'NP6009' ? severities.length : severities.indexOf(severity)
  return rank(a) - rank(b) || byCodeUnit(a.code, b.code)
}

const codeOfDrift = { wider: 'NP8201', narrower: 'NP8202', depends: 'NP8203' } as const

/** Codes of drift. */
export const driftCodes: readonly Code[] = Object.values(codeOfDrift)

/** Groups of drift, what the rules let through too much first. */
export function driftOf({ drift }: AuditReport): readonly DriftGroup[] {
  const order = Object.keys(codeOfDrift)
  const rank = ({ direction }: DriftGroup): number => order.indexOf(direction)
  return [...(drift?.groups ?? [])].sort((a, b) => rank(a) - rank(b))
}

/** The code of a group of drift. */
export function driftCode({ direction }: DriftGroup): Code {
  return codeOfDrift[direction]
}

/** A group of drift as a finding: its first place is the rule of the dump. */
export function driftFinding(group: DriftGroup): Diagnostic {
  const code = driftCode(group)
  const { severity, help }: CatalogEntry = catalog[code]
  const labels = (side: 'dump' | 'policies'): readonly Label[] =>
    group[side].places.map((span) => ({ span, text: group[side].words }))
  return {
    code,
    severity,
    message: driftWords(group),
    labels: [...labels('dump'), ...labels('policies')],
    ...(help === undefined ? {} : { help }),
  }
}

function driftWords({ flows, dump, policies, on, example }: DriftGroup): string {
  const depends = on.length === 0 ? '' : ` (depends on ${on.join('; ')})`
  return `${flows}: the rules: ${dump.words}${depends}; the policies: ${policies.words}; for example ${example}`
}

/** What the first label of a finding adds to its message; '' where that says it already. */
export function addedWords({ message, labels: [first] }: Diagnostic): string {
  return first === undefined || message.includes(first.text) ? '' : first.text
}

/** All findings, drift too. */
export function allFindings(report: AuditReport): readonly Diagnostic[] {
  return [...report.findings, ...driftOf(report).map(driftFinding)]
}

/** How many there are of each severity. */
export function countsOf(findings: readonly Diagnostic[]): Readonly<Record<Severity, number>> {
  const count = (wanted: Severity): number =>
    findings.filter(({ severity }) => severity === wanted).length
  return { error: count('error'), warning: count('warning'), note: count('note') }
}

/** `2 errors, 1 note`, or `no findings`. */
export function countWords(findings: readonly Diagnostic[]): string {
  const counts = countsOf(findings)
  const words = severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => countOf(counts[severity], severity))
  return words.length === 0 ? 'no findings' : words.join(', ')
}

/** `1 rule`, `2 rules` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
