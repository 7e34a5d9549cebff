// The forms of a report, by the word that asks for them.
import { reportHtml } from './html.ts'
import { reportJson } from './json.ts'
import { reportMarkdown } from './markdown.ts'
import { reportSarif } from './sarif.ts'
import { reportText } from './text.ts'
import type { AuditReport } from './types.ts'

/** What a form may need beside the report. */
export interface ReportSettings {
  /** Whether everything is shown, where people would get a part of it. */
  readonly all: boolean
  /** Version of netpolc. */
  readonly version: string
}

/** A form of the report. */
export type ReportForm = 'text' | 'json' | 'sarif' | 'markdown' | 'html'

/** Report in, text out; ends in a newline. */
export const reportForms: Readonly<
  Record<ReportForm, (report: AuditReport, settings: ReportSettings) => string>
> = {
  text: (report, { all }) => reportText(report, all),
  json: reportJson,
  sarif: (report, { version }) => reportSarif(report, version),
  markdown: (report, { all }) => reportMarkdown(report, all),
  html: (report, { all }) => reportHtml(report, all),
}
