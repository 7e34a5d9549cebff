// The report as SARIF 2.1.0 for code scanning: every finding with its rule, its places, and a fingerprint
// that stays the same when lines move.
import { digestName } from '../../algebra/sha256.ts'
import { type CatalogEntry, type Code, catalog } from '../../diagnostics/catalog.ts'
import type { Diagnostic, Label } from '../../diagnostics/diagnostic.ts'
import { sarifFile, sarifLevel, sarifPlace, uriOf } from '../../diagnostics/machine.ts'
import { allFindings, kindsOf } from './arrange.ts'
import type { AuditReport } from './types.ts'

/** A SARIF log with one run; ends in a newline. */
export function reportSarif(report: AuditReport, version: string): string {
  const findings = kindsOf(allFindings(report)).flatMap((kind) => kind.findings)
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  const prints = new Fingerprints()
  const run = {
    tool: {
      driver: {
        name: 'netpolc',
        version,
        rules: codes.map(ruleOf),
      },
    },
    columnKind: 'utf16CodeUnits',
    invocations: [invocationOf(report)],
    artifacts: report.inputs.map(({ file }) => ({ location: { uri: uriOf(file) } })),
    results: findings.map((finding) => resultOf(finding, codes, prints)),
    properties: { partial: report.partial.length > 0 },
  }
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function ruleOf(code: Code): object {
  const { severity, title, help }: CatalogEntry = catalog[code]
  return {
    id: code,
    shortDescription: { text: title },
    ...(help === undefined ? {} : { help: { text: help } }),
    defaultConfiguration: { level: sarifLevel[severity] },
    properties: { tags: ['firewall', areaOf(code)] },
  }
}

function areaOf(code: Code): string {
  if (code.startsWith('NP80')) return 'reading'
  return code.startsWith('NP82') ? 'drift' : 'rules'
}

/** What could not be read is said of the run, too: a viewer need not look among the results for it. */
function invocationOf({ partial }: AuditReport): object {
  return {
    executionSuccessful: partial.length === 0,
    toolExecutionNotifications: partial.map((text) => ({ level: 'error', message: { text } })),
  }
}

function resultOf(finding: Diagnostic, codes: readonly Code[], prints: Fingerprints): object {
  const { code, severity, message, help, labels, file } = finding
  const [first, ...rest] = labels
  const other = file === undefined ? [] : [sarifFile(file)]
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: sarifLevel[severity],
    message: { text: help === undefined ? message : `${message} (${help})` },
    locations: first === undefined ? other : [sarifPlace(first.span)],
    ...(rest.length === 0 ? {} : { relatedLocations: rest.map(relatedOf) }),
    partialFingerprints: { 'netpolcFinding/v1': prints.of(finding) },
  }
}

function relatedOf({ span, text }: Label, index: number): object {
  return { id: index + 1, ...sarifPlace(span), ...(text === '' ? {} : { message: { text } }) }
}

/** Prints are made of the code and the rule's own text; what has the same is counted. */
class Fingerprints {
  private readonly seen = new Map<string, number>()

  of({ code, message, labels }: Diagnostic): string {
    const [first] = labels
    const words =
      first === undefined ? message : first.span.source.text.slice(first.span.start, first.span.end)
    const name = first?.span.source.name ?? ''
    const key = digestName([code, name, withoutCounters(words).slice(0, 4096)], 26)
    const count = (this.seen.get(key) ?? 0) + 1
    this.seen.set(key, count)
    return `${key}:${count}`
  }
}

/** Packets that pass change no finding, nor does loading the same rules once more. */
function withoutCounters(text: string): string {
  return text
    .replace(/^\[\d+:\d+\] /, '')
    .replace(/(?<=^:.* )\[\d+:\d+\]$/, '')
    .replace(/\bpackets \d+ bytes \d+\b/g, '')
    .replace(/"(packets|bytes)": ?\d+/g, '"$1"')
    .replace(/ # handle \d+$|"handle": ?\d+/g, '')
}
