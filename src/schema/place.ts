// Where the reader is in a document, and how it complains about it.
import type { Code } from '../diagnostics/catalog.ts'
import type { Finding, Reporter } from '../diagnostics/diagnostic.ts'
import {
  keySpanAt,
  type LocatedDocument,
  type PathStep,
  printPath,
  spanAt,
} from '../source/located.ts'
import type { Origin } from '../source/origin.ts'
import type { Span } from '../source/source.ts'

/** A node of a policy document. Places are made for every node, and paths only for the few shown. */
export interface Place {
  readonly document: LocatedDocument
  readonly reporter: Reporter
  /** null for the document's root. */
  readonly parent: Place | null
  /** The step that leads here from the parent. */
  readonly step: PathStep
}

/** The place of a whole document. */
export function rootOf(document: LocatedDocument, reporter: Reporter): Place {
  return { document, reporter, parent: null, step: '' }
}

/** The place of a node below, one or two steps down. */
export function into(place: Place, step: PathStep, further?: PathStep): Place {
  const inner = { document: place.document, reporter: place.reporter, parent: place, step }
  return further === undefined ? inner : into(inner, further)
}

function pathOf({ parent, step }: Place): readonly PathStep[] {
  return parent === null ? [] : [...pathOf(parent), step]
}

/** What is complained of, and which part of the place is meant: its value unless said. */
export interface Complaint extends Omit<Finding, 'at'> {
  readonly on?: 'key' | 'value'
  /** Offsets inside of the source, for a part of the value. */
  readonly within?: { readonly start: number; readonly end: number } | undefined
}

/** Reports a finding at a place: at its value, at the key that names it, or at a part of it. */
export function complain(place: Place, code: Code, complaint: Complaint): void {
  const { on, within, ...finding } = complaint
  const span = (on === 'key' ? keySpanAt : spanAt)(place.document, pathOf(place))
  place.reporter.report(code, {
    ...finding,
    at: within === undefined ? span : { ...span, ...within },
  })
}

/** Where the value of a place stands in its source. */
export function spanOf(place: Place): Span {
  return spanAt(place.document, pathOf(place))
}

/** The items of a list that may be absent or null, each with its place. */
export function each<T>(
  place: Place,
  items: readonly T[] | null | undefined,
): { item: T; at: Place }[] {
  return (items ?? []).map((item, index) => ({ item, at: into(place, index) }))
}

/** The provenance of a place; paths below `spec` are told without it. */
export function originOf(place: Place): Origin {
  const path = pathOf(place)
  const shown = path[0] === 'spec' ? path.slice(1) : path
  return { span: spanAt(place.document, path), path: printPath(shown) }
}
