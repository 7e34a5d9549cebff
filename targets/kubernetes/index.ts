// The kubernetes dialect: NetworkPolicy of networking.k8s.io/v1 as the API server takes it.
import type { Dialect, ReadContext } from '../../src/dialect.ts'
import type { Policy, Tier } from '../../src/ir/types.ts'
import { reportAmbiguities } from '../../src/schema/ambiguity.ts'
import { makeShapeCheck } from '../../src/schema/checkShape.ts'
import { rootOf } from '../../src/schema/place.ts'
import { reportTwins } from '../../src/schema/twins.ts'
import { spanAt } from '../../src/source/located.ts'
import type { Resource } from '../../src/source/resources.ts'
import type { Span } from '../../src/source/source.ts'
import { readPolicy } from './policy.ts'
import { keyHomes, networkPolicySchema, type RawPolicy } from './schema.ts'

/** Reads NetworkPolicies into one tier of allow rules, as the NetworkPolicy API defines it. */
export const kubernetes: Dialect = {
  name: 'kubernetes',
  title: 'Kubernetes NetworkPolicy',
  kinds: [
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    { apiVersion: 'extensions/v1beta1', kind: 'NetworkPolicy', removedIn: '1.16' },
  ],
  read: (resources, context) => [{ ...tier, policies: readAll(resources, context) }],
}

const tier: Omit<Tier, 'policies'> = {
  name: 'kubernetes',
  combining: 'deny-overrides',
  default: 'deny',
  ownNode: 'always-allowed',
}

const checkShape = makeShapeCheck<RawPolicy>(networkPolicySchema, keyHomes)

/** A policy and the place of its name. */
interface Named {
  readonly policy: Policy
  readonly at: Span
}

function readAll(resources: readonly Resource[], context: ReadContext): readonly Policy[] {
  const all = resources.flatMap((resource) => readOne(resource, context))
  const named = all.map(({ policy, at }) => ({ ...policy, at }))
  reportTwins('policies', named, context.reporter)
  return all.map(({ policy }) => policy)
}

function readOne({ document }: Resource, { namespace, reporter }: ReadContext): Named[] {
  const place = rootOf(document, reporter)
  const raw = checkShape(document, reporter)
  if (raw === null) return []
  reportAmbiguities(place)
  const policy = readPolicy(raw, namespace, place)
  return policy === null ? [] : [{ policy, at: spanAt(document, ['metadata', 'name']) }]
}
