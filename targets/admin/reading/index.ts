// The admin dialect as it is read: ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy.
// What each construct means is in the README beside the target.
import type { Dialect, ReadContext } from '../../../src/dialect.ts'
import type { Tier } from '../../../src/ir/types.ts'
import { reportAmbiguities } from '../../../src/schema/ambiguity.ts'
import { makeShapeCheck } from '../../../src/schema/checkShape.ts'
import { rootOf } from '../../../src/schema/place.ts'
import { reportTwins } from '../../../src/schema/twins.ts'
import { spanAt } from '../../../src/source/located.ts'
import type { Resource } from '../../../src/source/resources.ts'
import { type AdminKind, type AdminTier, adminKinds } from './kinds.ts'
import { readPolicy } from './policy.ts'
import { keyHomes, type RawPolicy } from './schema.ts'
import { type PlacedPolicy, reportTies } from './ties.ts'

/** Reads the policies of administrators into a tier before all others and one after them. */
export const adminDialect: Dialect = {
  name: 'admin',
  title: 'admin tiers',
  kinds: adminKinds.map(({ apiVersion, kind }) => ({ apiVersion, kind })),
  read,
  standing: { admin: 'before', baseline: 'after' },
}

const readers = adminKinds.map((kind) => ({
  kind,
  checkShape: makeShapeCheck<RawPolicy>(kind.schema, keyHomes),
}))

function read(resources: readonly Resource[], context: ReadContext): readonly Tier[] {
  const policies = readers.flatMap(({ kind, checkShape }) => {
    const own = resources
      .filter((one) => one.kind === kind.kind)
      .flatMap((resource) => {
        const raw = checkShape(resource.document, context.reporter)
        return raw === null ? [] : readOne(raw, kind, resource, context)
      })
    const named = own.map(({ policy: { name, namespace }, at }) => ({ name, namespace, at }))
    reportTwins(`policies of kind ${kind.kind}`, named, context.reporter)
    return own
  })
  return (['admin', 'baseline'] as const).flatMap((name) => {
    const own = policies.filter(({ tier }) => tier === name)
    reportTies(own, context.reporter)
    return own.length === 0 ? [] : [makeTier(name, own)]
  })
}

function readOne(
  raw: RawPolicy,
  kind: AdminKind,
  { document }: Resource,
  { reporter }: ReadContext,
): readonly PlacedPolicy[] {
  const place = rootOf(document, reporter)
  reportAmbiguities(place)
  const one = readPolicy(raw, kind, place)
  if (one === null) return []
  const at = spanAt(document, ['metadata', 'name'])
  const orderAt = raw.spec.priority === undefined ? at : spanAt(document, ['spec', 'priority'])
  return [{ ...one, at, orderAt }]
}

/** Nobody is isolated, and what a pod and its own node send each other is governed too. */
function makeTier(name: AdminTier, policies: readonly PlacedPolicy[]): Tier {
  return {
    name,
    combining: 'first-match',
    default: 'pass',
    ownNode: 'governed',
    policies: policies.map(({ policy }) => policy),
  }
}
