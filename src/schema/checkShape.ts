// Shape of a document: known keys, right types, required keys. The check is ajv's; here its findings
// become diagnostics that point at the user's words.
import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import {
  keySpanAt,
  type LocatedDocument,
  nodeAt,
  type PathStep,
  printPath,
  spanAt,
  toPlain,
} from '../source/located.ts'
import { suggest } from './suggest.ts'

/** Checks a document; its plain value when the shape is right, null after reporting what is not. */
export type ShapeCheck<T> = (document: LocatedDocument, reporter: Reporter) => T | null

/**
 * Makes a shape check from a JSON Schema whose accepted values are exactly the type `T`. `homes`
 * says where a key belongs that people often put elsewhere.
 */
export function makeShapeCheck<T>(
  schema: AnySchemaObject,
  homes: Readonly<Record<string, string>>,
): ShapeCheck<T> {
  let validate: ValidateFunction<T> | undefined
  return (document, reporter) => {
    // Made when it is first needed: most inputs are of one dialect.
    validate ??= new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<T>(
      schema,
    )
    const value = toPlain(document.root)
    if (validate(value)) return value as T
    for (const error of validate.errors ?? []) reportError(error, { document, reporter, homes })
    return null
  }
}

interface Place {
  readonly document: LocatedDocument
  readonly reporter: Reporter
  readonly homes: Readonly<Record<string, string>>
}

type ReportError = (error: ErrorObject, path: readonly PathStep[], place: Place) => void

function reportError(error: ErrorObject, place: Place): void {
  const report = byKeyword[error.keyword] ?? reportType
  report(error, stepsOf(error.instancePath, place.document), place)
}

const byKeyword: Readonly<Record<string, ReportError>> = {
  additionalProperties: reportUnknownKey,
  required: reportMissing,
  minimum: reportBound,
  maximum: reportBound,
}

function reportUnknownKey(
  error: ErrorObject,
  path: readonly PathStep[],
  { document, reporter, homes }: Place,
): void {
  const key = String(error.params.additionalProperty)
  const known = Object.keys((error.parentSchema?.properties ?? {}) as object)
  const near = suggest(key, known)
  const home = Object.hasOwn(homes, key) ? homes[key] : undefined
  const where = path.length === 0 ? 'here' : `in "${printPath(path)}"`
  const at = keySpanAt(document, [...path, key])
  if (near === undefined && home !== undefined) {
    reporter.report('NP2004', { message: `key "${key}" is misplaced ${where}`, at, help: home })
    return
  }
  const help = near === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${near}"?`
  reporter.report('NP2001', { message: `unknown key "${key}" ${where}`, at, help })
}

function reportMissing(
  error: ErrorObject,
  path: readonly PathStep[],
  { document, reporter }: Place,
): void {
  const key = String(error.params.missingProperty)
  const message = path.length === 0 ? `"${key}" is missing` : `"${printPath(path)}" lacks "${key}"`
  reporter.report('NP2003', { message, at: firstWord(document, path) })
}

function reportBound(
  { keyword, params }: ErrorObject,
  path: readonly PathStep[],
  { document, reporter }: Place,
): void {
  const bound = `${keyword === 'minimum' ? 'at least' : 'at most'} ${String(params.limit)}`
  const at = spanAt(document, path)
  reporter.report('NP2002', { message: `"${printPath(path)}" must be ${bound}`, at })
}

function reportType(
  error: ErrorObject,
  path: readonly PathStep[],
  { document, reporter }: Place,
): void {
  const wanted = ([error.schema].flat() as unknown[])
    .filter((type) => type !== 'null')
    .map((type) => typeNames[String(type)] ?? String(type))
  const node = nodeAt(document.root, path)
  const found =
    node?.kind === 'scalar'
      ? describeScalar(node.value)
      : node?.kind === 'map'
        ? 'a mapping'
        : 'a list'
  const span = spanAt(document, path)
  const text = document.source.text.slice(span.start, span.end)
  const shown = node?.kind === 'scalar' && text !== '' && text.length <= 40 ? ` ${quote(text)}` : ''
  const wantsText = wanted.length === 1 && wanted[0] === 'a string'
  const help =
    wantsText && node?.kind === 'scalar' && shown !== ''
      ? `write it in quotes: "${text}"`
      : typeHints[wanted.join(' or ')]
  const message = `"${printPath(path)}" must be ${wanted.join(' or ')}, not ${found}${shown}`
  reporter.report('NP2002', {
    message,
    at: node?.kind === 'scalar' ? span : firstWord(document, path),
    help,
  })
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  object: 'a mapping',
  string: 'a string',
}

const typeHints: Readonly<Record<string, string>> = {
  'a list': 'put each item on a line of its own, below the key, with "- " in front',
  'a mapping': 'write its keys below, indented further',
  'a whole number': 'write a number, without quotes',
}

function describeScalar(value: string | number | boolean | null): string {
  if (value === null) return 'empty'
  return { string: 'the string', number: 'the number', boolean: 'the boolean' }[
    typeof value as 'string'
  ]
}

function quote(text: string): string {
  return text.startsWith('"') || text.startsWith("'") ? text : `"${text}"`
}

/** A collection may run over many lines; the place to point at is where it begins. */
function firstWord(
  document: LocatedDocument,
  path: readonly PathStep[],
): { source: LocatedDocument['source']; start: number; end: number } {
  const { source, start, end } =
    path.length === 0 ? spanAt(document, path) : keySpanAt(document, path)
  const length =
    /^[^\s:]*/.exec(source.text.slice(start, Math.min(end, start + 80)))?.[0].length ?? 1
  return { source, start, end: start + Math.max(1, length) }
}

/** `/spec/ingress/0` as steps; what is a number stands for a sequence index only under a sequence. */
function stepsOf(pointer: string, document: LocatedDocument): PathStep[] {
  const steps: PathStep[] = []
  for (const part of pointer.split('/').slice(1)) {
    const text = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const isIndex = nodeAt(document.root, steps)?.kind === 'sequence'
    steps.push(isIndex ? Number(text) : text)
  }
  return steps
}
