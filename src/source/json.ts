// JSON text → located documents; several values may follow one another, as kubectl accepts.
import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import {
  type Located,
  type LocatedDocument,
  type LocatedEntry,
  locatedMap,
  locatedSequence,
} from './located.ts'
import { nestingLimit, reportNesting } from './nesting.ts'
import type { Source } from './source.ts'

/** Reads a stream of JSON values. Values with errors are reported and left out. */
export function readJson(source: Source, reporter: Reporter): LocatedDocument[] {
  const documents: LocatedDocument[] = []
  const before = reporter.errors
  for (const [index, { start, end }] of topLevelValues(source, reporter).entries()) {
    const errors: ParseError[] = []
    const tree = parseTree(source.text.slice(start, end), errors, { disallowComments: true })
    for (const { error, offset } of errors.slice(0, 1)) {
      const words = printParseErrorCode(error)
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase()
      const at = { source, start: start + offset, end: start + offset + 1 }
      reporter.report('NP1008', { message: `not JSON: ${words}`, at })
    }
    if (tree === undefined || errors.length > 0) continue
    const root = convert(tree, { source, reporter, base: start })
    if (reporter.errors === before) documents.push({ source, index, root, ambiguities: [] })
  }
  return documents
}

/** Whether a text is meant as JSON: its first character opens an object, and not a template. */
export function looksLikeJson(text: string): boolean {
  return /^\s*\{(?!\{)/.test(text)
}

interface Reading {
  readonly source: Source
  readonly reporter: Reporter
  /** Offset of the value within the source. */
  readonly base: number
}

const bracketDepth: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 }

function topLevelValues(source: Source, reporter: Reporter): { start: number; end: number }[] {
  const { text } = source
  const values: { start: number; end: number }[] = []
  const scanner = createScanner(text, true)
  let depth = 0
  let start = -1
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset()
    if (start < 0) start = offset
    // The first character tells a bracket from every other token, strings included.
    depth += bracketDepth[text.charAt(offset)] ?? 0
    if (depth > nestingLimit) {
      reportNesting(source, offset, reporter)
      return []
    }
    if (depth > 0) continue
    values.push({ start, end: offset + scanner.getTokenLength() })
    start = -1
    depth = 0
  }
  if (start >= 0) values.push({ start, end: text.length })
  return values
}

function convert(node: Node, reading: Reading): Located {
  const start = reading.base + node.offset
  const end = start + node.length
  switch (node.type) {
    case 'object':
      return locatedMap(start, end, convertEntries(node.children ?? [], reading))
    case 'array':
      return locatedSequence(
        start,
        end,
        (node.children ?? []).map((item) => convert(item, reading)),
      )
    default:
      return { kind: 'scalar', start, end, value: node.value as string | number | boolean | null }
  }
}

function convertEntries(properties: readonly Node[], reading: Reading): Map<string, LocatedEntry> {
  const { source, reporter, base } = reading
  const entries = new Map<string, LocatedEntry>()
  for (const { children: [key, value] = [] } of properties) {
    if (key === undefined || value === undefined) continue
    const keyStart = base + key.offset
    const keyEnd = keyStart + key.length
    const name = String(key.value)
    const first = entries.get(name)
    if (first === undefined) {
      entries.set(name, { keyStart, keyEnd, value: convert(value, reading) })
      continue
    }
    reporter.report('NP1004', {
      message: `key "${name}" stands twice in one mapping`,
      at: { source, start: keyStart, end: keyEnd },
      label: 'second time',
      also: [{ span: { source, start: first.keyStart, end: first.keyEnd }, text: 'first time' }],
    })
  }
  return entries
}
