// The report for a person on call: the most severe first, each finding with its lines, many of one kind
// cut short.

import type { Diagnostic, Label } from '../../diagnostics/diagnostic.ts'
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
import type { AuditReport, DriftGroup, ServiceMatrix } from './types.ts'

const short: Bounds = { perKind: 3, places: 2, drift: 10, pairs: 40, groups: 12, names: 4 }

/** The report as text; with `all`, nothing is cut short. */
export function reportText(report: AuditReport, all: boolean): string {
  const bounds = all ? everything : short
  const sections = [
    headOf(report),
    ...driftSection(report, bounds),
    ...kindsOf(report.findings).map((kind) => kindSection(kind, bounds)),
    ...report.matrices.map((matrix) => matrixSection(matrix, bounds)),
    ...writtenBy(report, bounds),
  ]
  return `${sections.map((lines) => lines.map(printable).join('\n')).join('\n\n')}\n`
}

function headOf(report: AuditReport): readonly string[] {
  const partial = partialWords(report)
  return [
    ...(partial === null ? [] : [partial, ...report.partial.map((one) => `  ${one}`)]),
    countWords(allFindings(report)),
    ...report.inputs.map((input) => `read ${input.file}: ${inputWords(input)}`),
    ...report.ways.map(wayWords),
  ]
}

function driftSection(report: AuditReport, bounds: Bounds): readonly (readonly string[])[] {
  const { drift } = report
  if (drift === null) return []
  const groups = driftOf(report)
  const { shown, more } = cut(groups, bounds.drift)
  const verdict = groups.length === 0 ? `the same flows${drift.isAll ? '' : ', so far'}` : 'drift'
  return [
    [
      `compared with ${drift.against}: ${verdict}`,
      ...drift.assumptions.map((one) => `  assuming ${one}`),
      ...driftLines(shown, bounds),
      ...moreLine(more, drift.isAll),
    ],
  ]
}

const driftTitles: Readonly<Record<DriftGroup['direction'], string>> = {
  wider: 'WIDER: the rules allow what the policies deny',
  narrower: 'NARROWER: the rules drop what the policies allow',
  depends: 'DEPENDS: whether they agree is not known',
}

/** Groups of one direction come one after the other, with one title for all. */
function driftLines(groups: readonly DriftGroup[], bounds: Bounds): readonly string[] {
  return groups.flatMap((group, index) => {
    const { direction } = group
    const isFirst = groups[index - 1]?.direction !== direction
    const title = isFirst ? [`  ${driftCode(group)} ${driftTitles[direction]}`] : []
    return [...title, ...groupLines(group, bounds)]
  })
}

function groupLines(
  { flows, example, dump, policies, on }: DriftGroup,
  bounds: Bounds,
): readonly string[] {
  const side = (name: string, { words, places }: DriftGroup['dump']): readonly string[] => [
    `      ${name}: ${words}`,
    ...cut(places, bounds.places + 1).shown.flatMap((span) => excerptLines(span, '        ')),
  ]
  return [
    `    ${flows}`,
    `      for example ${example}`,
    ...side('rules', dump),
    ...side('policies', policies),
    ...(on.length === 0 ? [] : [`      depends on ${listWords(on, bounds.names)}`]),
  ]
}

function moreLine(more: number, isAll: boolean): readonly string[] {
  if (more > 0) return [`  … and ${more}${isAll ? '' : ' or'} more (--all)`]
  return isAll ? [] : ['  … and more, which were not looked for']
}

function kindSection({ code, severity, title, findings }: Kind, bounds: Bounds): readonly string[] {
  const { shown, more } = cut(findings, bounds.perKind)
  const count = findings.length === 1 ? '' : ` (${findings.length})`
  const helps = new Set(shown.flatMap(({ help }) => (help === undefined ? [] : [help])))
  return [
    `${severity} ${code}: ${title}${count}`,
    ...shown.flatMap((finding) => findingLines(finding, bounds)),
    ...(more === 0 ? [] : [`  … and ${more} more (--all)`]),
    ...[...helps].map((help) => `  help: ${help}`),
  ]
}

function findingLines(finding: Diagnostic, bounds: Bounds): readonly string[] {
  const { message, labels, file } = finding
  const [first, ...others] = labels
  if (first === undefined) return [`  ${file === undefined ? '' : `${file}: `}${message}`]
  const { shown, more } = cut(others, bounds.places)
  const added = addedWords(finding)
  return [
    `  ${placeWords(first.span)}: ${message}${added === '' ? '' : ` (${added})`}`,
    ...lineOf(first),
    ...shown.flatMap((other) => [
      `    ${placeWords(other.span)}${other.text === '' ? '' : `: ${other.text}`}`,
      ...lineOf(other),
    ]),
    ...(more === 0 ? [] : [`    … and ${countOf(more, 'place')} more (--all)`]),
  ]
}

function lineOf({ span }: Label): readonly string[] {
  const { line, before, marked, after } = excerptOf(span)
  const gutter = `    ${line} | `
  const text = `${gutter}${before}${marked}${after}`
  // A caret under a whole rule says nothing.
  if (/^\s*(\[\d+:\d+\]\s*)?$/.test(before) && after.trim() === '') return [text]
  const room = ' '.repeat(gutter.length - 2)
  return [text, `${room}| ${' '.repeat(before.length)}${'^'.repeat(Math.max(1, marked.length))}`]
}

function excerptLines(
  span: DriftGroup['dump']['places'][number],
  indent: string,
): readonly string[] {
  const { place, before, marked, after } = excerptOf(span)
  return [`${indent}${place} | ${`${before}${marked}${after}`.trimStart()}`]
}

function matrixSection(matrix: ServiceMatrix, bounds: Bounds): readonly string[] {
  const { groups, reach } = matrix
  const name = (index: number): string => {
    const group = groups[index]
    return group === undefined ? '?' : groupWords(group, bounds.names)
  }
  const title = `who reaches whom: ${matrixTitle(matrix)}`
  if (reach.length === 0) return [title, '  nobody reaches anybody']
  if (groups.length <= bounds.groups) return [title, ...drawnLines(matrix, name)]
  const { shown, more } = cut(reach, bounds.pairs)
  return [
    title,
    ...shown.map(({ from, to, answer, on }) => {
      const condition = answer === 'allowed' ? '' : `  depends on ${listWords(on, bounds.names)}`
      return `  ${name(from)} → ${name(to)}${condition}`
    }),
    ...(more === 0 ? [] : [`  … and ${countOf(more, 'pair')} more (--all)`]),
  ]
}

function drawnLines(matrix: ServiceMatrix, name: (index: number) => string): readonly string[] {
  const { cells, conditions } = drawMatrix(matrix)
  const heads = matrix.groups.map((_, index) => `${index + 1}`)
  const rows = [['from\\to', ...heads], ...cells.map((row, at) => [heads[at] ?? '', ...row])]
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? []
  const drawn = rows.map((row) =>
    row
      .map((cell, at) => cell.padStart(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [
    ...drawn.map((row) => `  ${row}`),
    ...heads.map((head, index) => `  ${head} = ${name(index)}`),
    ...conditions.map((one, index) => `  ?${index + 1} = depends on ${one}`),
  ]
}

function writtenBy({ generators }: AuditReport, bounds: Bounds): readonly (readonly string[])[] {
  return generators.map((generator) => [
    `written by ${generator.name}: ${generatorWords(generator)}`,
    ...generator.purposes.map((purpose) => `  ${purposeWords(purpose, bounds.names)}`),
  ])
}
