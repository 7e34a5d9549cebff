// The answer of a comparison as text, JSON, Markdown and CSV.
import type { DiffResult } from '../diff.ts'
import { type Affected, affectedPods } from './affected.ts'
import type { ChangedFlows } from './changes.ts'
import type { Groups, Scope, ScopeAnswer } from './compareSets.ts'
import { flowWords } from './words.ts'

/** Whether the two sides were found equal in every scope. */
export function isEqual({ comparison }: DiffResult): boolean {
  return comparison?.answers.every(({ kind }) => kind === 'equal') ?? false
}

/** A form of the answer. */
export type DiffForm = 'text' | 'json' | 'markdown' | 'csv'

/** The forms of the answer, by the word that asks for them. */
export const diffForms: Readonly<Record<DiffForm, (result: DiffResult) => string>> = {
  text: renderText,
  json: renderJson,
  markdown: renderMarkdown,
  csv: renderCsv,
}

/** One group as it is shown. */
interface Row {
  readonly scope: string
  readonly group: ChangedFlows
  readonly affected: Affected | null
}

function rowsOf({ comparison, cluster }: DiffResult): readonly Row[] {
  return (comparison?.answers ?? []).flatMap((answer) =>
    answer.kind === 'different'
      ? [answer.opened, answer.closed].flatMap((part) => rowsOfPart(answer.scope, part, cluster))
      : [],
  )
}

function rowsOfPart(
  scope: string,
  { groups, views: [sides] }: Groups,
  cluster: DiffResult['cluster'],
): readonly Row[] {
  return groups.map((group) => ({
    scope,
    group,
    affected:
      cluster === null || sides === undefined ? null : affectedPods(group.set, sides, cluster),
  }))
}

/** `was denied as no rule allows it, now allowed by db.yaml:12` */
function changeWords({ before, after }: ChangedFlows): string {
  const word = { allow: 'allowed', deny: 'denied' } as const
  return `was ${word[before.verdict]} ${before.words}, now ${word[after.verdict]} ${after.words}`
}

const scopeWords: ReadonlyMap<string, string> = new Map<Scope, string>([
  ['ingress', 'ingress: what destinations let in'],
  ['egress', 'egress: what sources let out'],
  ['end-to-end', 'end to end: what gets through'],
])

function renderText(result: DiffResult): string {
  const rows = rowsOf(result)
  const parts = (result.comparison?.answers ?? []).map((answer) => {
    const own = rows.filter(({ scope }) => scope === answer.scope)
    return `${scopeWords.get(answer.scope) ?? answer.scope}: ${answerWords(answer)}\n${own.map(textRow).join('')}${moreLine(answer)}`
  })
  return [...parts, ...result.assumptions.map((one) => `assuming ${one}\n`)].join('')
}

function answerWords(answer: ScopeAnswer): string {
  if (answer.kind !== 'different') return answer.kind
  const counts = [
    { word: 'opened', groups: answer.opened.groups },
    { word: 'closed', groups: answer.closed.groups },
  ].flatMap(({ word, groups }) => (groups.length > 0 ? [`${groups.length} ${word}`] : []))
  return counts.join(', ')
}

function textRow({ group, affected }: Row): string {
  const sign = group.change === 'opened' ? '+' : '-'
  const lines = [
    `  ${sign} ${group.flows}: ${changeWords(group)}`,
    `      for example ${flowWords(group.example)}`,
    ...(affected === null ? [] : [`      in the cluster: ${affectedWords(affected)}`]),
  ]
  return `${lines.join('\n')}\n`
}

function affectedWords({ sources, destinations }: Affected): string {
  const list = (pods: readonly string[]): string => (pods.length === 0 ? 'no pod' : pods.join(', '))
  return `from ${list(sources)} to ${list(destinations)}`
}

function moreLine(answer: ScopeAnswer): string {
  const isCut = answer.kind === 'different' && !(answer.opened.isAll && answer.closed.isAll)
  return isCut ? '  … and more\n' : ''
}

function renderJson(result: DiffResult): string {
  const rows = rowsOf(result)
  const scopes = (result.comparison?.answers ?? []).map((answer) => ({
    scope: answer.scope,
    answer: answer.kind,
    complete: moreLine(answer) === '',
    changes: rows.filter(({ scope }) => scope === answer.scope).map(jsonRow),
  }))
  const whole = { equal: isEqual(result), scopes, assumptions: result.assumptions }
  return `${JSON.stringify(whole, null, 2)}\n`
}

function jsonRow({ group, affected }: Row): object {
  const { change, flows, before, after, example } = group
  return {
    change,
    flows,
    before: { verdict: before.verdict, reason: before.words },
    after: { verdict: after.verdict, reason: after.words },
    example: flowWords(example),
    ...(affected === null ? {} : { affected }),
  }
}

function renderMarkdown(result: DiffResult): string {
  const rows = rowsOf(result).map(({ scope, group, affected }) => {
    const pods = affected === null ? [] : [affectedWords(affected)]
    return [scope, group.change, group.flows, changeWords(group), ...pods]
  })
  const verdict = isEqual(result)
    ? 'The two sides allow the same flows.\n'
    : '### Network policy: flows that change\n'
  const head = ['scope', 'change', 'flows', 'why', ...(result.cluster === null ? [] : ['pods'])]
  const table =
    rows.length === 0
      ? []
      : [head, head.map(() => '---'), ...rows].map((row) => `${markdownRow(row)}\n`)
  const undecided = (result.comparison?.answers ?? []).flatMap((answer) =>
    answer.kind === 'undecided' ? [`\n${answer.scope}: not decided within the limit.\n`] : [],
  )
  const assumed = result.assumptions.map((one) => `\n_Assuming ${one}._\n`)
  return [verdict, ...(table.length > 0 ? ['\n'] : []), ...table, ...undecided, ...assumed].join('')
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/[\\|<>]/g, '\\$&').replace(/\s+/g, ' ')).join(' | ')} |`
}

function renderCsv(result: DiffResult): string {
  const head = ['scope', 'change', 'flows', 'before', 'after', 'example', 'sources', 'destinations']
  const rows = rowsOf(result).map(({ scope, group, affected }) => [
    scope,
    group.change,
    group.flows,
    `${group.before.verdict} ${group.before.words}`,
    `${group.after.verdict} ${group.after.words}`,
    flowWords(group.example),
    (affected?.sources ?? []).join(' '),
    (affected?.destinations ?? []).join(' '),
  ])
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('')
}

/** RFC 4180; a cell that a spreadsheet would run as a formula is made text. */
function csvCell(text: string): string {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
