// Document trees that remember where each node stands, the same for YAML and JSON.
import type { Source, Span } from './source.ts'

/** A node of a document: map, sequence or scalar, with its place. */
export type Located = LocatedMap | LocatedSequence | LocatedScalar

/** A mapping. Keys are strings, as the Kubernetes API reads them; insertion order is kept. */
export interface LocatedMap {
  readonly kind: 'map'
  readonly start: number
  readonly end: number
  readonly entries: ReadonlyMap<string, LocatedEntry>
  /** The same as a plain object. */
  readonly plain: Readonly<Record<string, unknown>>
}

/** A key and its value. `keyStart`/`keyEnd` are the offsets of the key's text. */
export interface LocatedEntry {
  readonly keyStart: number
  readonly keyEnd: number
  readonly value: Located
}

/** A sequence. */
export interface LocatedSequence {
  readonly kind: 'sequence'
  readonly start: number
  readonly end: number
  readonly items: readonly Located[]
  /** The same as a plain list. */
  readonly plain: readonly unknown[]
}

/** A string, number, boolean or null. */
export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly start: number
  readonly end: number
  readonly value: string | number | boolean | null
}

/** A step into a document: a map key or a sequence index. */
export type PathStep = string | number

/** One document of a stream. `index` counts from 0 within its source. */
export interface LocatedDocument {
  readonly source: Source
  readonly index: number
  readonly root: Located
  /** Scalars and keys that YAML 1.1, as Kubernetes reads it, and YAML 1.2 take differently. */
  readonly ambiguities: readonly Ambiguity[]
}

/** A scalar that depends on the YAML version. */
export interface Ambiguity {
  readonly start: number
  readonly end: number
  readonly text: string
  /** What Kubernetes reads. */
  readonly value: string | number | boolean | null
}

/** The node at a path, or undefined where the path leaves the tree. */
export function nodeAt(root: Located, path: readonly PathStep[]): Located | undefined {
  let node: Located | undefined = root
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.value
    else if (node?.kind === 'sequence') node = node.items[Number(step)]
    else return undefined
  }
  return node
}

/** The span of the node at a path; the nearest enclosing node's where the path leaves the tree. */
export function spanAt(document: LocatedDocument, path: readonly PathStep[]): Span {
  for (let length = path.length; length > 0; length -= 1) {
    const node = nodeAt(document.root, path.slice(0, length))
    if (node !== undefined) return { source: document.source, start: node.start, end: node.end }
  }
  const { start, end } = document.root
  return { source: document.source, start, end }
}

/** The span of the key that ends a path; of the node itself where the path ends in an index. */
export function keySpanAt(document: LocatedDocument, path: readonly PathStep[]): Span {
  const parent = nodeAt(document.root, path.slice(0, -1))
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined
  if (entry === undefined) return spanAt(document, path)
  return { source: document.source, start: entry.keyStart, end: entry.keyEnd }
}

/** The plain value of a tree, as a reader of YAML or JSON gives it; not to be changed. */
export function toPlain(node: Located): unknown {
  return node.kind === 'scalar' ? node.value : node.plain
}

/** Makes a mapping. Its keys become own properties of the plain object, `__proto__` included. */
export function locatedMap(
  start: number,
  end: number,
  entries: ReadonlyMap<string, LocatedEntry>,
): LocatedMap {
  const plain: Record<string, unknown> = {}
  entries.forEach(({ value }, key) => {
    if (key !== '__proto__') plain[key] = toPlain(value)
    else Object.defineProperty(plain, key, { ...ownProperty, value: toPlain(value) })
  })
  return { kind: 'map', start, end, entries, plain }
}

const ownProperty = { enumerable: true, configurable: true, writable: true }

/** Makes a sequence. */
export function locatedSequence(
  start: number,
  end: number,
  items: readonly Located[],
): LocatedSequence {
  return { kind: 'sequence', start, end, items, plain: items.map(toPlain) }
}

const plainKey = /^[A-Za-z_][\w-]*$/

/** `["spec","ingress",0]` as `spec.ingress[0]`. */
export function printPath(path: readonly PathStep[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (plainKey.test(step)) text += text === '' ? step : `.${step}`
    else text += `["${step}"]`
  }
  return text
}
