// The report for people: what became of what, what differs and what to do, in Markdown.
import {
  fullName,
  type MigrationReport,
  type Note,
  type ObjectReport,
  type Outcome,
  plainName,
  type ReportedDifference,
} from './report.ts'

const outcomeWords: Readonly<Record<Outcome, string>> = {
  exact: 'exact',
  narrower: '**narrower**',
  wider: '**WIDER**',
  different: '**narrower for some flows, WIDER for others**',
  undecided: '**not proved**',
  'not carried': '**not carried**',
  'not enforced': 'not enforced by anything, left out',
  'part of others': 'written into the policies that refer to it',
}

/** The report as Markdown; the same report gives the same text. */
export function reportMarkdown(report: MigrationReport): string {
  const sections = [
    [`# Migration to ${report.target}`],
    [reportSummary(report)],
    ...assumptionsOf(report),
    ['## What became of what', table(report.objects)],
    ...detailsOf(report),
    ...unattributedOf(report),
    ['## How to apply', steps(report)],
  ]
  return `${sections.map((lines) => lines.join('\n\n')).join('\n\n')}\n`
}

/** The whole in a line or two. */
export function reportSummary(report: MigrationReport): string {
  const { outcome, objects, universe, assumptions } = report
  const policies = objects.filter(({ outcome: own }) => !beside.includes(own))
  const exact = policies.filter((one) => one.outcome === 'exact').length
  const rules = (when: 'before' | 'after'): number =>
    objects.reduce((sum, one) => sum + one.rules[when], 0)
  const proof: Readonly<Record<Outcome, string>> = {
    exact: `The output is proved equal to its source, ${universe}${assuming(assumptions)}.`,
    narrower: 'The output blocks flows that the source allows; see below for which.',
    wider: 'The output ALLOWS flows that the source blocks; see below for which.',
    different:
      'The output blocks flows that the source allows, and ALLOWS others that it blocks; see below for which.',
    undecided: 'Whether the output is equal to its source was not found out.',
    'not carried':
      'What is carried is proved equal to its source; some objects are not carried, see below.',
    'not enforced': '',
    'part of others': '',
  }
  return `${proof[outcome]} ${exact} of ${policies.length} policies exact; ${rules('before')} rules became ${rules('after')}.`
}

/** The names of the assumptions: what each means stands in the report. */
function assuming(assumptions: readonly string[]): string {
  const names = assumptions.map((one) => one.split(':')[0])
  return names.length === 0 ? '' : `, assuming ${names.join(' and ')}`
}

/** What is no policy in force. */
const beside: readonly Outcome[] = ['part of others', 'not enforced']

function assumptionsOf({ assumptions }: MigrationReport): readonly (readonly string[])[] {
  if (assumptions.length === 0) return []
  return [['This holds as far as these assumptions do:', list(assumptions)]]
}

function table(objects: readonly ObjectReport[]): string {
  const rows = objects.map(
    (one) =>
      `| ${nameOf(one)} | ${cell(one.at)} | ${outcomeText(one)} | ${one.rules.before} → ${one.rules.after} | ${filesOf(one)} |`,
  )
  return ['| source | at | outcome | rules | files |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** A policy that is about hosts too has files for the pods. */
function outcomeText({ outcome, outputs }: ObjectReport): string {
  return outcome === 'not carried' && outputs.length > 0
    ? '**carried for pods alone**'
    : outcomeWords[outcome]
}

function nameOf(object: ObjectReport): string {
  return cell(plainName(object))
}

function filesOf({ outputs, outcome }: ObjectReport): string {
  if (outputs.length === 0) return outcome === 'exact' ? 'none needed' : '–'
  return outputs.map((path) => code(path)).join('<br>')
}

function detailsOf({ objects }: MigrationReport): readonly (readonly string[])[] {
  const told = objects.filter(
    ({ differences, notes }) => differences.length > 0 || notes.length > 0,
  )
  if (told.length === 0) return []
  return [['## What differs, and what to know'], ...told.map(detail)]
}

function detail(one: ObjectReport): readonly string[] {
  return [
    `### ${nameOf(one)} (${one.at})`,
    ...listOf(one.differences.map(differenceText)),
    ...listOf(one.notes.map(noteText)),
  ]
}

function differenceText({ loss, direction, flow, rule }: ReportedDifference): string {
  const what =
    loss === 'narrower'
      ? 'narrower: the source allows, the output denies'
      : 'WIDER: the source denies, the output allows'
  const where = rule === null ? '' : `, decided by ${rule}`
  return `${what} (${direction}${where}): ${code(flow)}`
}

function noteText({ code: word, severity, message, at, help }: Note): string {
  const todo = help === undefined ? '' : ` To do: ${help}.`
  const place = at === '' ? '' : ` at ${at}`
  return `${severity} ${word}${place}: ${message}.${todo}`
}

function unattributedOf({ unattributed, notes }: MigrationReport): readonly (readonly string[])[] {
  if (unattributed.length + notes.length === 0) return []
  return [
    [
      '## About the whole',
      ...listOf(unattributed.map(differenceText)),
      ...listOf(notes.map(noteText)),
    ],
  ]
}

function steps(report: MigrationReport): string {
  const { apply, rollback } = report
  const both = rollback.length === 1 ? 'it does' : 'they do'
  return [
    '1. Leave the policies of the source in force until the end.',
    applying(report),
    '3. See that traffic is as it should be.',
    removing(report),
    ...(apply.length === 0
      ? []
      : [
          `\nThe way back: apply ${rollback.map(code).join(', ')}, then delete what \`apply/\` holds and ${both} not, last file first.`,
        ]),
  ].join('\n')
}

function applying(report: MigrationReport): string {
  const { apply, replace } = report
  if (apply.length === 0) return '2. There is nothing to apply.'
  const files =
    apply.length === 1 ? 'the file' : `the ${apply.length} files in the order of their numbers`
  const inPlace =
    replace.length === 0
      ? ''
      : ` The last of them take the place of policies that have their names, when all others are there: ${replace.map(code).join(', ')}.${placeOfHosts(report)}`
  return `2. Apply ${files}: \`kubectl apply -f apply/\`.${moments(report)}${inPlace} A pod that several files select may miss a flow from the first of them to the last.`
}

/** What takes the place of a policy of the cluster says nothing of hosts any more. */
function placeOfHosts({ replace }: MigrationReport): string {
  return replace.some((one) => one.startsWith('GlobalNetworkPolicy'))
    ? ' They are written for pods alone: where the cluster has host endpoints, keep what the policies of the cluster say of them under another name first.'
    : ''
}

/** Only what allows nothing more than the source did opens nothing while it is applied. */
function moments({ outcome }: MigrationReport): string {
  const closed: readonly Outcome[] = ['exact', 'narrower', 'not carried']
  return closed.includes(outcome)
    ? ' No moment is wider than before, as the policies of the source are still there.'
    : ''
}

/** What no file says, or less than the source did, keeps the policies that say it. */
function removing({ remove, objects }: MigrationReport): string {
  const open: readonly Outcome[] = ['wider', 'different', 'undecided', 'not carried']
  const kept = new Set(objects.filter(({ outcome }) => open.includes(outcome)).map(fullName))
  const gone = remove.filter((one) => !kept.has(one))
  const staying = remove.filter((one) => kept.has(one))
  const last =
    gone.length === 0
      ? '4. Nothing of the source is to be removed.'
      : `4. Remove the policies of the source in this order, so that what stays behind decides as it did${keeping(objects)}:\n${bullets(gone)}`
  if (staying.length === 0) return last
  return `${last}\n5. Keep these until what the output leaves open is closed by other means: without them the flows above get through.\n${bullets(staying)}`
}

function bullets(names: readonly string[]): string {
  return names.map((one) => `   - ${code(one)}`).join('\n')
}

/** Policies of the cluster speak of its host endpoints too. */
function keeping(objects: readonly ObjectReport[]): string {
  const hasHosts = objects.some(({ kind }) => kind.toLowerCase() === 'hostendpoint')
  if (!hasHosts && !objects.some(({ kind }) => kind === 'GlobalNetworkPolicy')) return ''
  const which = hasHosts ? '' : ', where the cluster has any'
  return `. Those of the whole cluster are about host endpoints too${which}, and nothing of that is carried: keep them until the nodes are seen to`
}

function listOf(items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [list(items)]
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Text from the input must neither end its cell nor become markup. */
function cell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, (one) => `\\${one}`).replace(/[\p{Cc}]/gu, '?')
}

function code(text: string): string {
  return `\`${text.replace(/[`\p{Cc}]/gu, '?')}\``
}
