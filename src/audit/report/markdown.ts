// The report as Markdown, for a comment on a change: the verdict on top, everything else to be unfolded.
// Words of a dump are shown as they are, never as markup, links or mentions.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { printable } from '../../diagnostics/render.ts'
import {
  addedWords,
  allFindings,
  type Bounds,
  countOf,
  countWords,
  cut,
  driftCode,
  driftOf,
  everything,
  type Kind,
  kindsOf,
} from './arrange.ts'
import { escapeHtml } from './escape.ts'
import { excerptOf, placeWords } from './excerpt.ts'
import {
  drawMatrix,
  generatorWords,
  groupWords,
  inputWords,
  listWords,
  matrixTitle,
  partialWords,
  purposeWords,
  wayWords,
} from './summary.ts'
import type { AuditReport, DecidedBy, DriftGroup, ServiceMatrix } from './types.ts'

const short: Bounds = { perKind: 5, places: 2, drift: 10, pairs: 30, groups: 12, names: 4 }
const shorter: Bounds = { perKind: 2, places: 1, drift: 5, pairs: 10, groups: 8, names: 2 }
const shortest: Bounds = { perKind: 0, places: 0, drift: 2, pairs: 0, groups: 0, names: 1 }

/** Hosts of code refuse comments of more than 65,536 characters. */
const longestComment = 60_000

/** The longest word of a dump that is repeated. */
const longest = 600

/** The report as Markdown, short enough for a comment; with `all`, nothing is cut short. */
export function reportMarkdown(report: AuditReport, all: boolean): string {
  if (all) return withBounds(report, everything)
  const texts = [short, shorter].map((bounds) => withBounds(report, bounds))
  return texts.find(({ length }) => length <= longestComment) ?? withBounds(report, shortest)
}

function withBounds(report: AuditReport, bounds: Bounds): string {
  const kinds = kindsOf(report.findings)
  const parts = [
    `### Firewall audit: ${countWords(allFindings(report))}`,
    ...partialPart(report),
    ...driftPart(report, bounds),
    ...wayPart(report),
    ...(kinds.length === 0 ? [] : [kindTable(kinds)]),
    ...(bounds.perKind === 0 ? [] : kinds.map((kind) => kindPart(kind, bounds))),
    ...report.matrices.map((matrix) => matrixPart(matrix, bounds)),
    ...generatorPart(report, bounds),
    inputPart(report, bounds),
  ]
  return `${parts.join('\n\n')}\n`
}

function wayPart({ ways }: AuditReport): readonly string[] {
  return ways.length === 0 ? [] : [ways.map((way) => `- ${plain(wayWords(way))}`).join('\n')]
}

function inputPart({ inputs }: AuditReport, { perKind }: Bounds): string {
  const { shown, more } = cut(inputs, Math.max(perKind, 1) * 10)
  const lines = shown.map((input) => `- ${code(input.file)}: ${plain(inputWords(input))}`)
  return details('What was read', [...lines, ...moreItem(more)].join('\n'))
}

function moreItem(more: number): readonly string[] {
  return more === 0 ? [] : [`- … and ${more} more`]
}

function partialPart(report: AuditReport): readonly string[] {
  const words = partialWords(report)
  if (words === null) return []
  const reasons = cut(report.partial, 20).shown.map((one) => `> - ${plain(one)}`)
  return [`> **${plain(words)}**\n>\n${reasons.join('\n')}`]
}

function kindTable(kinds: readonly Kind[]): string {
  const rows = kinds.map(
    ({ code: name, severity, title, findings }) =>
      `| ${severity} | ${name} | ${plain(title)} | ${findings.length} |`,
  )
  return ['| severity | code | what | findings |', '|---|---|---|---|', ...rows].join('\n')
}

function kindPart({ code: name, severity, title, findings }: Kind, bounds: Bounds): string {
  const { shown, more } = cut(findings, bounds.perKind)
  const helps = new Set(shown.flatMap(({ help }) => (help === undefined ? [] : [help])))
  const items = shown.map((finding) => findingItem(finding, bounds))
  const lines = [
    ...items,
    ...moreItem(more),
    ...[...helps].map((help) => `\n_Help: ${plain(help)}_`),
  ]
  return details(`${severity} ${name}: ${title} (${findings.length})`, lines.join('\n'))
}

function findingItem(finding: Diagnostic, bounds: Bounds): string {
  const { message, labels, file } = finding
  const [first, ...others] = labels
  if (first === undefined)
    return `- ${file === undefined ? '' : `${code(file)}: `}${plain(message)}`
  const { shown, more } = cut(others, bounds.places)
  const added = addedWords(finding)
  return [
    `- ${code(placeWords(first.span))}: ${plain(message)}${added === '' ? '' : ` (${plain(added)})`}`,
    `  ${lineCode(first.span)}`,
    ...shown.map(
      ({ span, text }) =>
        `  - ${code(placeWords(span))}${text === '' ? '' : `: ${plain(text)}`}\n    ${lineCode(span)}`,
    ),
    ...(more === 0 ? [] : [`  - … and ${countOf(more, 'place')} more`]),
  ].join('\n')
}

function lineCode(span: DecidedBy['places'][number]): string {
  const { before, marked, after } = excerptOf(span)
  return code(`${before}${marked}${after}`.trim())
}

const driftTitles: Readonly<Record<DriftGroup['direction'], string>> = {
  wider: '**WIDER**',
  narrower: '**narrower**',
  depends: 'depends',
}

function driftPart(report: AuditReport, bounds: Bounds): readonly string[] {
  const { drift } = report
  if (drift === null) return []
  const groups = driftOf(report)
  const { shown, more } = cut(groups, bounds.drift)
  const head = `#### Compared with ${plain(drift.against)}: ${groups.length === 0 ? 'the same flows' : 'drift'}`
  const assumed = drift.assumptions.map((one) => `_Assuming ${plain(one)}._`)
  const rows = shown.map((group) => {
    const cells = [
      driftTitles[group.direction],
      plain(group.flows),
      sideCell(group.dump),
      sideCell(group.policies),
      plain(group.example) +
        (group.on.length === 0 ? '' : `<br>depends on ${plain(listWords(group.on, bounds.names))}`),
    ]
    return `| ${driftCode(group)} ${cells.join(' | ')} |`
  })
  const titles = ['| drift | flows | rules | policies | for example |', '|---|---|---|---|---|']
  const table = rows.length === 0 ? [] : [[...titles, ...rows].join('\n')]
  const rest = more > 0 || !drift.isAll ? [`… and ${more > 0 ? `${more} more` : 'more'}`] : []
  return [head, ...assumed, ...table, ...rest]
}

function sideCell({ words, places }: DecidedBy): string {
  const { shown } = cut(places, 2)
  return [plain(words), ...shown.map((span) => cellCode(placeWords(span)))].join('<br>')
}

function matrixPart(matrix: ServiceMatrix, bounds: Bounds): string {
  const { groups, reach } = matrix
  const name = (index: number): string => {
    const group = groups[index]
    return group === undefined ? '?' : plain(groupWords(group, bounds.names))
  }
  const title = `Who reaches whom: ${matrixTitle(matrix)}`
  if (reach.length === 0) return details(title, 'Nobody reaches anybody.')
  if (groups.length <= bounds.groups) return details(title, drawn(matrix, name))
  const { shown, more } = cut(reach, bounds.pairs)
  const lines = shown.map(({ from, to, answer, on }) => {
    const condition =
      answer === 'allowed' ? '' : `, depends on ${plain(listWords(on, bounds.names))}`
    return `- ${name(from)} → ${name(to)}${condition}`
  })
  return details(title, [...lines, ...moreItem(more)].join('\n'))
}

function drawn(matrix: ServiceMatrix, name: (index: number) => string): string {
  const { cells, conditions } = drawMatrix(matrix)
  const heads = matrix.groups.map((_, index) => `${index + 1}`)
  const rows = cells.map((row, at) => `| **${at + 1}** | ${row.join(' | ')} |`)
  const table = [`| from \\ to | ${heads.join(' | ')} |`, `|---|${'---|'.repeat(heads.length)}`]
  const legend = [
    ...heads.map((head, index) => `- ${head}: ${name(index)}`),
    ...conditions.map((one, index) => `- ?${index + 1}: depends on ${plain(one)}`),
  ]
  return `${[...table, ...rows].join('\n')}\n\n${legend.join('\n')}`
}

function generatorPart({ generators }: AuditReport, bounds: Bounds): readonly string[] {
  if (generators.length === 0) return []
  const lines = generators.flatMap((generator) => [
    `- ${plain(generator.name)}: ${generatorWords(generator)}`,
    ...generator.purposes.map((purpose) => `  - ${plain(purposeWords(purpose, bounds.names))}`),
  ])
  return [details('Who wrote the rules', lines.join('\n'))]
}

/** A part to be unfolded: `title` is any text, `body` is Markdown that has been made safe. */
function details(title: string, body: string): string {
  return `<details><summary>${unlinked(escapeHtml(title))}</summary>\n\n${body}\n\n</details>`
}

/** Text that shows as it is: all punctuation that means something is escaped. */
function plain(text: string): string {
  const escaped = printable(clipped(text))
    .replace(/[\\`*_[\]#|~$]/g, '\\$&')
    .replace(/[&<>]/g, escapeHtml)
    .replace(/^(\s*)([-+=](?=[-+=\s]|$))/, '$1\\$2')
    .replace(/^(\s*\d+)([.)](?=\s|$))/, '$1\\$2')
  return unlinked(escaped)
}

function clipped(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** Hosts make links of mentions and of addresses when the markup is done: they are taken apart. */
function unlinked(safe: string): string {
  return safe.replace(/@|:\/\/|www\.|#(?=\d)/gi, (one) => `${one[0]}<!-- -->${one.slice(1)}`)
}

/** Text as code: the fence is longer than any run of backticks in it. */
function code(text: string): string {
  const safe = printable(text)
  if (safe.trim() === '') return '` `'
  const most = Math.max(0, ...(safe.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(most + 1)
  const room = most > 0 ? ' ' : ''
  return `${fence}${room}${safe}${room}${fence}`
}

/** Code in a table, where a backslash before a bar would end both. */
function cellCode(text: string): string {
  return `<code>${plain(text)}</code>`
}
