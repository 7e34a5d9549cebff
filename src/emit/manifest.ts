// Kubernetes manifests as files: emitters build data, and this prints it. Comments carry provenance.
// The layout is ours because the library's costs more than the whole rest of an emission; quoting is
// the library's, so that no value can break out of its quotes.
import { stringify } from 'yaml'
import { digestName } from '../algebra/sha256.ts'
import type { Origin } from '../source/origin.ts'
import type { OutputFile } from './target.ts'

/** Data of a manifest. Keys whose value is undefined are left out. */
export type ManifestValue =
  | string
  | number
  | boolean
  | null
  | readonly ManifestValue[]
  | Commented
  | ManifestMap

/** A mapping; keys are printed in the order in which they were made. */
export interface ManifestMap {
  readonly [key: string]: ManifestValue | undefined
}

/** An item of a list, or the value of a key, with a comment line in front of it. */
export class Commented {
  readonly comment: string
  readonly value: ManifestValue

  constructor(comment: string, value: ManifestValue) {
    this.comment = comment
    this.value = value
  }
}

/** One object to be written. */
export interface Manifest {
  readonly namespace: string | null
  readonly name: string
  /** First line of the file, as a comment. */
  readonly comment: string
  readonly value: ManifestMap
  /** The policy that it comes from. */
  readonly origin?: Origin
}

/** `value` with `comment` on a line of its own before it; JSON, which has no comments, drops it. */
export function commented(comment: string, value: ManifestValue): Commented {
  return new Commented(comment, value)
}

/**
 * A manifest as a file named `<namespace>.<name>.yaml` (or `.json`). Strings are quoted wherever
 * YAML 1.1, which Kubernetes reads, or YAML 1.2 would take them for something else.
 */
export function printManifest(manifest: Manifest, format: 'yaml' | 'json'): OutputFile {
  const path = manifestPath(manifest, format)
  const { namespace, name, origin, value } = manifest
  const object = {
    group: groupOf(String(value.apiVersion)),
    kind: String(value.kind),
    namespace,
    name,
  }
  const from = origin === undefined ? { object } : { object, origin }
  if (format === 'json')
    return { path, text: `${JSON.stringify(plain(manifest.value), null, 2)}\n`, ...from }
  // Pieces joined once: a string grown piece by piece would keep every piece in memory.
  const out = [commentLine(manifest.comment)]
  writeMap(out, manifest.value, '', '')
  return { path, text: out.join(''), ...from }
}

/** The group of an API version: `cilium.io` of `cilium.io/v2`, nothing of `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}

/** The file's name; one too long for a file system ends in a digest instead of its tail. */
export function manifestPath(
  { namespace, name }: Pick<Manifest, 'namespace' | 'name'>,
  format: 'yaml' | 'json',
): string {
  const full = namespace === null ? name : `${namespace}.${name}`
  const longest = maxFileName - `.${format}`.length
  if (full.length <= longest) return `${full}.${format}`
  const digest = digestName([namespace ?? '', name], 16)
  return `${full.slice(0, longest - digest.length - 1)}-${digest}.${format}`
}

/** Longest file name, in bytes: usual file systems take 255, of which a number may need some. */
const maxFileName = 240

// A comment is one line of printable text: YAML forbids the rest, and a line end would end it.
function commentLine(comment: string): string {
  return `# ${comment.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?')}\n`
}

/** Writes the lines of a mapping, each with `indent` in front, but the first with `first`. */
function writeMap(out: string[], map: ManifestMap, indent: string, first: string): void {
  let lead = first
  for (const key of Object.keys(map)) {
    const item = map[key]
    if (item === undefined) continue
    out.push(lead, scalarText(key), ':')
    writeValue(out, item, indent)
    lead = indent
  }
}

/** Writes what stands after `key:`, to the end of the value's last line. */
function writeValue(out: string[], value: ManifestValue, indent: string): void {
  if (value instanceof Commented) {
    out.push('\n', isList(value.value) ? indent : `${indent}  `, commentLine(value.comment))
    writeBlock(out, value.value, indent)
  } else if (!isCollection(value) || isEmpty(value)) out.push(' ', flatText(value), '\n')
  else {
    out.push('\n')
    writeBlock(out, value, indent)
  }
}

/** Writes a value on lines of its own below its key; lists stand as far left as the key. */
function writeBlock(out: string[], value: ManifestValue, indent: string): void {
  const inner = `${indent}  `
  if (!isCollection(value) || isEmpty(value)) out.push(inner, flatText(value), '\n')
  else if (isList(value)) writeList(out, value, indent, indent)
  else writeMap(out, value, inner, inner)
}

function writeList(
  out: string[],
  items: readonly ManifestValue[],
  indent: string,
  first: string,
): void {
  let lead = first
  for (const item of items) {
    writeItem(out, item, indent, lead)
    lead = indent
  }
}

function writeItem(out: string[], item: ManifestValue, indent: string, first: string): void {
  const inner = `${indent}  `
  if (item instanceof Commented) {
    // After a "- " of the list around it a comment would swallow what follows on that line.
    if (first === indent) out.push(indent, commentLine(item.comment))
    writeItem(out, item.value, indent, first)
  } else if (!isCollection(item) || isEmpty(item)) out.push(first, '- ', flatText(item), '\n')
  else if (isList(item)) writeList(out, item, inner, `${first}- `)
  else writeMap(out, item, inner, `${first}- `)
}

function flatText(value: ManifestValue): string {
  if (isList(value)) return '[]'
  if (typeof value === 'string') return scalarText(value)
  return typeof value === 'object' && value !== null ? '{}' : String(value)
}

/** Texts of short words: a manifest repeats its keys and values from rule to rule. */
const known = new Map<string, string>()
const longestKnown = 64
const mostKnown = 4096

/** A string as YAML. */
function scalarText(text: string): string {
  const before = known.get(text)
  if (before !== undefined) return before
  const printed = quoteWhereNeeded(text)
  if (text.length <= longestKnown && known.size < mostKnown) known.set(text, printed)
  return printed
}

/**
 * What is plain beyond doubt, in every version of YAML, stands as it is; what needs quotes and nothing
 * else gets them; the rest is the library's to write.
 */
function quoteWhereNeeded(text: string): string {
  if (plainWord.test(text) && !text.includes(': ') && !reserved.test(text)) return text
  if (ipv4Block.test(text)) return text
  return withoutEscapes.test(text) ? `"${text}"` : stringify(text, quoting).trimEnd()
}

const plainWord = /^[A-Za-z](?:[\w ./()'"={}[\]&|!,:+-]*[\w)'"}])?$/
const reserved = /^(y|n|yes|no|on|off|true|false|null|nan|inf|e[+-]?\d+)$/i
const ipv4Block = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/
/** Printable ASCII but the quote and the backslash. */
const withoutEscapes = /^[ !#-[\]-~]*$/
const quoting = {
  compat: 'yaml-1.1',
  lineWidth: 0,
  defaultStringType: 'QUOTE_DOUBLE',
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
} as const

function isCollection(value: ManifestValue): value is readonly ManifestValue[] | ManifestMap {
  return typeof value === 'object' && value !== null && !(value instanceof Commented)
}

function isEmpty(value: ManifestValue): boolean {
  if (isList(value)) return value.length === 0
  return isCollection(value) && Object.values(value).every((item) => item === undefined)
}

function isList(value: ManifestValue): value is readonly ManifestValue[] {
  return Array.isArray(value)
}

function plain(value: ManifestValue): unknown {
  if (value instanceof Commented) return plain(value.value)
  if (isList(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, plain(item)]],
    ),
  )
}
