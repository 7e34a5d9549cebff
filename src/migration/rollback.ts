// The way back: the source as it is, but for what an API server keeps in objects and takes from nobody.
import { type Document, isMap, isSeq, parseAllDocuments } from 'yaml'
import { byName } from '../algebra/order.ts'
import type { OutputFile } from '../emit/target.ts'
import { looksLikeJson } from '../source/json.ts'
import type { Source } from '../source/source.ts'

/** The sources under `rollback/`, each in a file of its own, so that they can be applied again. */
export function rollbackOf(sources: readonly Source[]): readonly OutputFile[] {
  const used = new Set<string>()
  return [...sources].sort(byName).map(({ name, text }) => {
    const [stem, ending] = splitName(name)
    let path = `rollback/${stem}${ending}`
    for (let at = 2; used.has(path); at += 1) path = `rollback/${stem}-${at}${ending}`
    used.add(path)
    return { path, text: withoutServerFields(text) }
  })
}

/** Where the server's own fields are: an object that has them cannot be made anew. */
const serverFields: readonly (readonly string[])[] = [
  ['metadata', 'creationTimestamp'],
  ['metadata', 'generation'],
  ['metadata', 'managedFields'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'selfLink'],
  ['metadata', 'uid'],
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
  ['status'],
]

/** Byte by byte the same where there are none of them. */
function withoutServerFields(text: string): string {
  const documents = parseAllDocuments(text, { intAsBigInt: true, keepSourceTokens: false })
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return text
  const changed = documents.filter(({ contents }) => strip(contents)).length
  if (changed === 0) return text
  if (looksLikeJson(text)) return asJson(documents)
  return documents.map((one) => one.toString({ lineWidth: 0 })).join('')
}

/** JSON has a form of its own to be printed in, and only one document. */
function asJson(documents: readonly Document[]): string {
  return documents
    .map((one) => `${JSON.stringify(one.toJS(), (_, value) => printable(value), 2)}\n`)
    .join('')
}

function printable(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** Takes the fields out of an object, or of each item of a list; whether there were any. */
function strip(node: unknown): boolean {
  if (isSeq(node)) return node.items.map(strip).includes(true)
  if (!isMap(node)) return false
  const own = serverFields.map((path) => isMap(parentOf(node, path)) && node.deleteIn(path))
  return [...own, strip(node.get('items'))].includes(true)
}

function parentOf(
  node: { getIn(path: readonly string[]): unknown },
  path: readonly string[],
): unknown {
  const above = path.slice(0, -1)
  return above.length === 0 ? node : node.getIn(above)
}

function splitName(name: string): readonly [string, string] {
  const base = name.split(/[\\/]/).at(-1) ?? ''
  const ending = /\.(ya?ml|json)$/.exec(base)?.[0] ?? '.yaml'
  const stem = base.replace(/\.(ya?ml|json)$/, '').replace(/[^\w.-]+/g, '-')
  const safe = stem.replace(/^[.-]+|-+$/g, '')
  return [safe === '' ? 'source' : safe, ending]
}
