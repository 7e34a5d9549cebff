// YAML text → located documents. The syntax is the `yaml` package's; what a plain scalar means,
// which keys are one key, and how far aliases may go is decided here, as Kubernetes decides it.
import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Parser,
  type YAMLMap,
} from 'yaml'
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import { reportLostIndentation } from './indentation.ts'
import {
  type Ambiguity,
  type Located,
  type LocatedDocument,
  type LocatedEntry,
  type LocatedScalar,
  locatedMap,
  locatedSequence,
} from './located.ts'
import { nestingLimit, reportNesting } from './nesting.ts'
import { readPlainScalar } from './plainScalar.ts'
import type { Source, Span } from './source.ts'

/** Nodes that the aliases of one document may add to it. */
export const aliasLimit = 100_000

/** Syntax errors shown per document: what follows the first is mostly its echo. */
const syntaxErrorLimit = 3

const composerOptions = {
  schema: 'failsafe',
  version: '1.2',
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** Reads a YAML stream. Documents with errors are reported and left out; empty ones are left out. */
export function readYaml(source: Source, reporter: Reporter): LocatedDocument[] {
  const documents: LocatedDocument[] = []
  let index = 0
  for (const document of new Composer(composerOptions).compose(shallowTokens(source, reporter))) {
    const trial = makeReporter()
    const reading: Reading = {
      source,
      reporter: trial,
      anchors: new Map(),
      ambiguities: [],
      added: 0,
    }
    reportSyntax(document.errors, reading)
    const faults = trial.diagnostics
    const root = document.contents === null ? emptyAfter(0) : convert(document.contents, reading)
    // Lost indentation explains what else is wrong with the document better than the rest does.
    const explained = reportLostIndentation(source, root, reporter)
    // What a broken text seems to say is the echo of its fault.
    if (!explained) reporter.adopt(faults.length > 0 ? faults : trial.diagnostics)
    const isEmpty = root.kind === 'scalar' && root.value === null
    if (!explained && !isEmpty && trial.errors === 0) {
      documents.push({ source, index, root, ambiguities: reading.ambiguities })
    }
    index += 1
  }
  return documents
}

/** The syntax tokens up to the first that nests too deeply: composing recurses, tokens do not. */
function* shallowTokens(source: Source, reporter: Reporter): Generator<CST.Token> {
  for (const token of new Parser().parse(source.text)) {
    const tooDeep = firstBeyond(token, nestingLimit)
    if (tooDeep !== undefined) {
      reportNesting(source, tooDeep, reporter)
      return
    }
    yield token
  }
}

function firstBeyond(root: CST.Token, limit: number): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token: root, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (depth > limit) return token.offset
    const value = token.type === 'document' ? token.value : undefined
    if (value) open.push({ token: value, depth: depth + 1 })
    if (!('items' in token)) continue
    for (const item of token.items) {
      for (const child of [item.key, item.value]) {
        if (child) open.push({ token: child, depth: depth + 1 })
      }
    }
  }
  return undefined
}

interface Reading {
  readonly source: Source
  readonly reporter: Reporter
  readonly anchors: Map<string, { readonly node: Located; readonly size: number }>
  readonly ambiguities: Ambiguity[]
  /** Nodes that aliases have added so far. */
  added: number
}

type SyntaxError = {
  readonly code: string
  readonly message: string
  readonly pos: [number, number]
}

function reportSyntax(errors: readonly SyntaxError[], { source, reporter }: Reading): void {
  const places = errors.map(({ pos }) => pos[0])
  const distinct = errors.filter(({ pos }, at) => places.indexOf(pos[0]) === at)
  for (const { code, message, pos } of distinct.slice(0, syntaxErrorLimit)) {
    // An error at the very end has no character of its own.
    const last = source.text.length
    const start = Math.min(pos[0], last)
    const at = { source, start, end: Math.min(Math.max(pos[1], start + 1), last) }
    if (code === 'TAB_AS_INDENT') {
      reporter.report('NP1003', { message: 'a tab is used as indentation', at })
    } else {
      const [line = ''] = message.split('\n', 1)
      const text = line.replace(/^Missing closing (["'])quote$/, 'A quote ($1) is not closed')
      reporter.report('NP1002', { message: `not YAML: ${lowerFirst(text)}`, at })
    }
  }
}

function convert(node: Node, reading: Reading): Located {
  if (isAlias(node)) return followAlias(node.source, rangeOf(node), reading)
  const located = convertContent(node, reading)
  const anchor = 'anchor' in node ? node.anchor : undefined
  if (anchor !== undefined) reading.anchors.set(anchor, { node: located, size: sizeOf(located) })
  return located
}

function convertContent(node: Node, reading: Reading): Located {
  const [start, end] = rangeOf(node)
  if (isMap(node)) return locatedMap(start, end, convertEntries(node, reading))
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item as Node, reading))
    return locatedSequence(start, end, items)
  }
  return convertScalar(node, reading)
}

function convertScalar(node: Node, reading: Reading): LocatedScalar {
  const [start, end] = rangeOf(node)
  const text = isScalar(node) ? String(node.value ?? '') : ''
  const isPlain = isScalar(node) && node.type === 'PLAIN' && !node.tag?.endsWith(':str')
  if (!isPlain) return { kind: 'scalar', start, end, value: text }
  const { value, core } = readPlainScalar(text)
  if (value !== core) reading.ambiguities.push({ start, end, text, value })
  return { kind: 'scalar', start, end, value }
}

function convertEntries(map: YAMLMap, reading: Reading): Map<string, LocatedEntry> {
  const entries = new Map<string, LocatedEntry>()
  const merged: Located[] = []
  for (const pair of map.items) {
    const keyNode = pair.key as Node
    const [keyStart, keyEnd] = rangeOf(keyNode)
    const key = readKey(keyNode, reading)
    const value = pair.value === null ? emptyAfter(keyEnd) : convert(pair.value as Node, reading)
    const known = key === undefined ? undefined : entries.get(key)
    if (key === undefined) continue
    if (isMergeKey(keyNode)) merged.push(value)
    else if (known !== undefined) reportDuplicate(key, { keyStart, keyEnd }, known, reading)
    else entries.set(key, { keyStart, keyEnd, value })
  }
  for (const value of merged) mergeInto(entries, value, reading)
  return entries
}

function readKey(node: Node, reading: Reading): string | undefined {
  const key = isAlias(node)
    ? convert(node, reading)
    : isScalar(node)
      ? convertScalar(node, reading)
      : undefined
  if (key?.kind === 'scalar' && key.value !== null) return String(key.value)
  const message = `not YAML for Kubernetes: a key must be text, not ${key?.kind === 'scalar' ? 'null' : 'a collection'}`
  reading.reporter.report('NP1002', { message, at: spanOf(node, reading) })
  return undefined
}

function isMergeKey(node: Node): boolean {
  return isScalar(node) && node.type === 'PLAIN' && node.value === '<<'
}

function mergeInto(entries: Map<string, LocatedEntry>, value: Located, reading: Reading): void {
  const sources = value.kind === 'sequence' ? value.items : [value]
  for (const one of sources) {
    if (one.kind !== 'map') {
      const at = { source: reading.source, start: one.start, end: one.end }
      reading.reporter.report('NP1002', { message: 'not YAML: "<<" merges mappings only', at })
      continue
    }
    for (const [key, entry] of one.entries) if (!entries.has(key)) entries.set(key, entry)
  }
}

function followAlias(name: string, [start, end]: [number, number], reading: Reading): Located {
  const target = reading.anchors.get(name)
  const at = { source: reading.source, start, end }
  const nothing: Located = { kind: 'scalar', start, end, value: null }
  if (target === undefined) {
    const message = `alias "*${name}" refers to itself or to no anchor before it`
    reading.reporter.report('NP1006', { message, at })
    return nothing
  }
  const before = reading.added
  reading.added += target.size
  if (reading.added <= aliasLimit) return target.node
  if (before <= aliasLimit) {
    const message = `aliases add more than ${aliasLimit} nodes to this document`
    reading.reporter.report('NP1005', { message, at })
  }
  return nothing
}

function reportDuplicate(
  key: string,
  { keyStart, keyEnd }: Pick<LocatedEntry, 'keyStart' | 'keyEnd'>,
  first: LocatedEntry,
  { source, reporter }: Reading,
): void {
  reporter.report('NP1004', {
    message: `key "${key}" stands twice in one mapping`,
    at: { source, start: keyStart, end: keyEnd },
    label: 'second time',
    also: [{ span: { source, start: first.keyStart, end: first.keyEnd }, text: 'first time' }],
  })
}

const sizes = new WeakMap<Located, number>()

/** Nodes of a tree, shared subtrees counted as often as they are reached. */
function sizeOf(node: Located): number {
  const known = sizes.get(node)
  if (known !== undefined) return known
  const children =
    node.kind === 'map'
      ? [...node.entries.values()].map(({ value }) => value)
      : node.kind === 'sequence'
        ? node.items
        : []
  const size = children.reduce((sum, child) => sum + sizeOf(child), 1)
  sizes.set(node, size)
  return size
}

function emptyAfter(offset: number): Located {
  return { kind: 'scalar', start: offset, end: offset, value: null }
}

function rangeOf(node: Node): [number, number] {
  const [start, end] = node.range ?? [0, 0]
  return [start, end]
}

function spanOf(node: Node, { source }: Reading): Span {
  const [start, end] = rangeOf(node)
  return { source, start, end }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
