// Documents → Kubernetes objects: lists are opened, and every object says what it is.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { type Located, type LocatedDocument, nodeAt, spanAt } from './located.ts'

/** One Kubernetes object, as a document of its own. */
export interface Resource {
  readonly document: LocatedDocument
  readonly apiVersion: string
  readonly kind: string
}

/**
 * The objects of a document: itself, or the items of a `List` or typed list (`NetworkPolicyList`,
 * whose items may leave their kind out), or those of a plain list, as calicoctl wrote it. What is no
 * Kubernetes object is reported as NP1011.
 */
export function resourcesOf(document: LocatedDocument, reporter: Reporter): Resource[] {
  const { root } = document
  const isList =
    root.kind === 'sequence' &&
    (root.items.length === 0 || root.items.some(({ kind }) => kind === 'map'))
  const objects = isList ? root.items : [root]
  return objects.flatMap((one) => open(document, one, null, reporter))
}

interface Kind {
  readonly apiVersion: string
  readonly kind: string
}

function open(
  document: LocatedDocument,
  root: Located,
  implied: Kind | null,
  reporter: Reporter,
): Resource[] {
  const kind = textAt(root, 'kind') ?? implied?.kind
  const apiVersion = textAt(root, 'apiVersion') ?? implied?.apiVersion
  if (kind === undefined || apiVersion === undefined) {
    reportNoObject(document, root, kind === undefined ? 'kind' : 'apiVersion', reporter)
    return []
  }
  const items = nodeAt(root, ['items'])
  if (!kind.endsWith('List') || items === undefined) {
    return [{ document: { ...document, root }, apiVersion, kind }]
  }
  if (items.kind !== 'sequence') {
    const isNull = items.kind === 'scalar' && items.value === null
    const at = spanAt(document, ['items'])
    if (!isNull) reporter.report('NP2002', { message: '"items" must be a list', at })
    return []
  }
  const itemKind = kind === 'List' ? null : { apiVersion, kind: kind.slice(0, -'List'.length) }
  return items.items.flatMap((item) => open(document, item, itemKind, reporter))
}

function textAt(root: Located, key: string): string | undefined {
  const node = nodeAt(root, [key])
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

function reportNoObject(
  document: LocatedDocument,
  root: Located,
  missing: string,
  reporter: Reporter,
): void {
  const found =
    root.kind === 'map' ? `has no "${missing}"` : `is a ${describe(root)}, not an object`
  reporter.report('NP1011', {
    message: `the document ${found}`,
    at: { source: document.source, start: root.start, end: Math.min(root.end, root.start + 1) },
    help: 'a policy starts with "apiVersion: networking.k8s.io/v1" and "kind: NetworkPolicy"',
  })
}

function describe(root: Located): string {
  return root.kind === 'sequence' ? 'list' : 'single value'
}
