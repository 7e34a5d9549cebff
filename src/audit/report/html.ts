// The report as one page of HTML: no scripts, nothing fetched from elsewhere, every word escaped.
import type { Diagnostic, Label } from '../../diagnostics/diagnostic.ts'
import { makeRender } from '../../emit/template.ts'
import {
  addedWords,
  allFindings,
  type Bounds,
  countOf,
  countWords,
  cut,
  driftCode,
  driftFinding,
  driftOf,
  everything,
  type Kind,
  kindsOf,
} from './arrange.ts'
import { escapeView } from './escape.ts'
import { type Excerpt, excerptOf } from './excerpt.ts'
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
import { pageHtml } from './templates.gen.ts'
import type { AuditReport, DecidedBy, DriftGroup, ServiceMatrix } from './types.ts'

const short: Bounds = { perKind: 200, places: 5, drift: 200, pairs: 500, groups: 30, names: 20 }

const render = makeRender<object>(pageHtml)

/** The report as a page; with `all`, nothing is cut short. */
export function reportHtml(report: AuditReport, all: boolean): string {
  return render(escapeView(viewOf(report, all ? everything : short)))
}

function viewOf(report: AuditReport, bounds: Bounds): object {
  const words = partialWords(report)
  const kinds = kindsOf(report.findings).map((kind) => kindView(kind, bounds))
  const matrices = report.matrices.map((matrix, index) => matrixView(matrix, index, bounds))
  const drift = driftView(report, bounds)
  const generators = report.generators.map((generator) => ({
    name: generator.name,
    words: generatorWords(generator),
    purposes: generator.purposes.map((purpose) => purposeWords(purpose, bounds.names)),
  }))
  return {
    counts: countWords(allFindings(report)),
    partial: words === null ? null : { words, reasons: report.partial },
    ways: report.ways.map(wayWords),
    inputs: report.inputs.map((input) => ({ file: input.file, words: inputWords(input) })),
    drift,
    kinds,
    matrices,
    generators,
    contents: [
      { id: 'read', title: 'What was read' },
      ...(drift === null ? [] : [{ id: 'drift', title: 'Compared with the policies' }]),
      ...kinds.map(({ id, code, title, count }) => ({ id, title: `${code}: ${title} (${count})` })),
      ...matrices.map(({ id, title }) => ({ id, title: `Who reaches whom: ${title}` })),
      ...(generators.length === 0 ? [] : [{ id: 'generators', title: 'Who wrote the rules' }]),
    ],
  }
}

function driftView(report: AuditReport, bounds: Bounds): object | null {
  const { drift } = report
  if (drift === null) return null
  const groups = driftOf(report)
  const { shown, more } = cut(groups, bounds.drift)
  const isWhole = more === 0 && drift.isAll
  return {
    against: drift.against,
    verdict: groups.length === 0 ? 'the same flows' : countOf(groups.length, 'difference'),
    assumptions: drift.assumptions,
    groups: shown.map((group) => groupView(group, bounds)),
    more: isWhole ? '' : `… and ${more === 0 ? 'more, which were not looked for' : `${more} more`}`,
  }
}

function groupView(group: DriftGroup, bounds: Bounds): object {
  const side = ({ words, places }: DecidedBy): object => ({
    words,
    places: cut(places, bounds.places).shown.map(excerptOf),
  })
  return {
    word: group.direction,
    code: driftCode(group),
    severity: driftFinding(group).severity,
    flows: group.flows,
    sides: [side(group.dump), side(group.policies)],
    example: group.example,
    on: listWords(group.on, bounds.names),
  }
}

interface KindView extends Omit<Kind, 'findings'> {
  readonly id: string
  readonly count: number
  readonly findings: readonly object[]
  readonly more: string
  readonly helps: readonly string[]
}

function kindView({ code, severity, title, findings }: Kind, bounds: Bounds): KindView {
  const { shown, more } = cut(findings, bounds.perKind)
  return {
    id: `${code}-${severity}`,
    code,
    severity,
    title,
    count: findings.length,
    findings: shown.map((finding) => findingView(finding, bounds)),
    more: more === 0 ? '' : `… and ${more} more`,
    helps: [...new Set(shown.flatMap(({ help }) => (help === undefined ? [] : [help])))],
  }
}

function findingView(finding: Diagnostic, bounds: Bounds): object {
  const { message, file, labels } = finding
  const { shown, more } = cut(labels, bounds.places + 1)
  return {
    message,
    file: labels.length > 0 ? '' : (file ?? ''),
    places: shown.map((label, index) => placeView(label, index > 0, addedWords(finding))),
    more: more === 0 ? '' : `… and ${countOf(more, 'place')} more`,
  }
}

interface PlaceView extends Excerpt {
  readonly text: string
  readonly isCause: boolean
}

function placeView({ span, text }: Label, isCause: boolean, added: string): PlaceView {
  return { ...excerptOf(span), text: isCause ? text : added, isCause }
}

/** A table with a legend, or else pairs. */
interface MatrixView {
  readonly id: string
  readonly title: string
  readonly heads: readonly string[]
  readonly rows: readonly object[]
  readonly legend: readonly object[]
  readonly pairs: readonly string[]
  readonly more: string
}

function matrixView(matrix: ServiceMatrix, index: number, bounds: Bounds): MatrixView {
  const { groups, reach } = matrix
  const title = matrixTitle(matrix)
  const id = `matrix-${index + 1}`
  const name = (at: number): string => {
    const group = groups[at]
    return group === undefined ? '?' : groupWords(group, bounds.names)
  }
  const empty = { id, title, heads: [], rows: [], pairs: [], legend: [], more: '' }
  if (reach.length === 0) return { ...empty, more: 'Nobody reaches anybody.' }
  if (groups.length <= bounds.groups) return { ...empty, ...tableView(matrix, name) }
  const { shown, more } = cut(reach, bounds.pairs)
  const pairs = shown.map(({ from, to, answer, on }) => {
    const condition = answer === 'allowed' ? '' : `, depends on ${listWords(on, bounds.names)}`
    return `${name(from)} → ${name(to)}${condition}`
  })
  return { ...empty, pairs, more: more === 0 ? '' : `… and ${countOf(more, 'pair')} more` }
}

function tableView(
  matrix: ServiceMatrix,
  name: (at: number) => string,
): Pick<MatrixView, 'heads' | 'rows' | 'legend'> {
  const { cells, conditions } = drawMatrix(matrix)
  const heads = matrix.groups.map((_, at) => `${at + 1}`)
  const kindOf = (word: string): string => (word.startsWith('?') ? 'depends' : word)
  return {
    heads,
    rows: cells.map((row, at) => ({
      head: heads[at] ?? '',
      cells: row.map((word) => ({ word, kind: word === '-' ? 'no' : kindOf(word) })),
    })),
    legend: [
      ...heads.map((head, at) => ({ head, words: name(at) })),
      ...conditions.map((words, at) => ({ head: `?${at + 1}`, words: `depends on ${words}` })),
    ],
  }
}
