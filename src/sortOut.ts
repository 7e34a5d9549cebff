// Which reader takes which object: policies go to their dialect, other kinds are counted, and what
// restricts traffic but cannot be read is an error, never passed over.
import { dialects } from '../targets/index.ts'
import type { Reporter } from './diagnostics/diagnostic.ts'
import type { Dialect, ReadKind } from './dialect.ts'
import { suggest } from './schema/suggest.ts'
import { spanAt } from './source/located.ts'
import type { Resource } from './source/resources.ts'

/** Objects by what becomes of them. */
export interface SortedOut {
  readonly byDialect: ReadonlyMap<Dialect, readonly Resource[]>
  /** Number of objects of each kind that hold no policy. */
  readonly passedOver: ReadonlyMap<string, number>
}

const readKinds: readonly ReadKind[] = dialects.flatMap(({ kinds }) => kinds)

/** What an object is for the dialect that takes it. */
export function roleOf(resource: Resource): NonNullable<ReadKind['role']> | 'policy' {
  return readKinds.find((kind) => isOf(resource, kind))?.role ?? 'policy'
}

/** Hands objects to dialects; reports NP1013 and NP1014. */
export function sortOut(resources: readonly Resource[], reporter: Reporter): SortedOut {
  const byDialect = new Map<Dialect, Resource[]>(dialects.map((dialect) => [dialect, []]))
  const passedOver = new Map<string, number>()
  for (const resource of resources) {
    const home = dialects.find(({ kinds }) => kinds.some((kind) => isOf(resource, kind)))
    if (home !== undefined) {
      warnRemoved(resource, reporter)
      byDialect.get(home)?.push(resource)
    } else if (!reportUnread(resource, reporter)) {
      passedOver.set(resource.kind, (passedOver.get(resource.kind) ?? 0) + 1)
    }
  }
  return { byDialect, passedOver }
}

function isOf(resource: Resource, { apiVersion, kind, anyCase = false }: ReadKind): boolean {
  if (resource.apiVersion !== apiVersion) return false
  return anyCase ? resource.kind.toLowerCase() === kind.toLowerCase() : resource.kind === kind
}

function warnRemoved(resource: Resource, reporter: Reporter): void {
  const kind = readKinds.find((one) => isOf(resource, one))
  if (kind?.removedIn === undefined) return
  reporter.report('NP1014', {
    message: `"${kind.apiVersion}" ${kind.kind} is not served since Kubernetes ${kind.removedIn}`,
    at: spanAt(resource.document, ['apiVersion']),
  })
}

/** Whether the object is a policy that no reader takes; said as NP1013. */
function reportUnread({ document, apiVersion, kind }: Resource, reporter: Reporter): boolean {
  const known = readKinds.filter((one) => one.kind === kind)
  const near = known.length > 0 ? undefined : nearKind(apiVersion, kind)
  if (near === undefined && !/NetworkPolicy$/i.test(kind)) return false
  const words = known.length > 0 ? known.map((one) => one.apiVersion) : readKinds.map(printKind)
  reporter.report('NP1013', {
    message: `"${apiVersion}" is not known for kind "${kind}"`,
    at: spanAt(document, [known.length > 0 ? 'apiVersion' : 'kind']),
    help: near === undefined ? `known: ${words.join(', ')}` : `did you mean "kind: ${near}"?`,
  })
  return true
}

function nearKind(apiVersion: string, kind: string): string | undefined {
  const kinds = readKinds.filter((one) => one.apiVersion === apiVersion).map((one) => one.kind)
  return suggest(kind, kinds)
}

function printKind({ apiVersion, kind }: ReadKind): string {
  return `${apiVersion} ${kind}`
}
