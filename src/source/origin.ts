// Where a piece of the IR was written: the provenance that every rule carries to the output.
import { positionAt, type Span } from './source.ts'

/** The place a policy or rule comes from. */
export interface Origin {
  readonly span: Span
  /** Path inside the policy document, such as `ingress[0].from[1]`; empty for the document. */
  readonly path: string
}

/** One or more origins: an emitted rule always has at least one. */
export type Origins = readonly [Origin, ...Origin[]]

/** `db.yaml:14` */
export function fileAndLine(origin: Origin): string {
  return `${origin.span.source.name}:${positionAt(origin.span.source, origin.span.start).line}`
}

/** `db.yaml:14 ingress[0].from[1]`, the form shown in emitted comments. */
export function describeOrigin(origin: Origin): string {
  return origin.path === '' ? fileAndLine(origin) : `${fileAndLine(origin)} ${origin.path}`
}
