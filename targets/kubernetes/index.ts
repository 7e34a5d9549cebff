// The kubernetes dialect: NetworkPolicy of networking.k8s.io/v1 as the API server takes it.
import type { Dialect, ReadContext } from '../../src/dialect.ts'
import type { Policy, Tier } from '../../src/ir/types.ts'
import { makeShapeCheck } from '../../src/schema/checkShape.ts'
import type { Resource } from '../../src/source/resources.ts'
import { reportAmbiguities } from './ambiguity.ts'
import { rootOf } from './place.ts'
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
  read: (resources, context) => ({ ...tier, policies: readAll(resources, context) }),
}

const tier: Omit<Tier, 'policies'> = {
  name: 'kubernetes',
  combining: 'deny-overrides',
  default: 'deny',
  ownNode: 'always-allowed',
}

const checkShape = makeShapeCheck<RawPolicy>(networkPolicySchema, keyHomes)

function readAll(resources: readonly Resource[], context: ReadContext): readonly Policy[] {
  const policies = resources.flatMap((resource) => readOne(resource, context))
  const byName = new Map<string, Policy>()
  for (const policy of policies) {
    const key = `${policy.namespace}/${policy.name}`
    const first = byName.get(key)
    if (first === undefined) byName.set(key, policy)
    else reportTwins(first, policy, context)
  }
  return policies
}

function readOne({ document }: Resource, { namespace, reporter }: ReadContext): Policy[] {
  const place = rootOf(document, reporter)
  const raw = checkShape(document, reporter)
  if (raw === null) return []
  reportAmbiguities(place)
  const policy = readPolicy(raw, namespace, place)
  return policy === null ? [] : [policy]
}

function reportTwins(first: Policy, second: Policy, { reporter }: ReadContext): void {
  reporter.report('NP2015', {
    message: `there are two policies "${second.name}" in namespace "${second.namespace}"`,
    at: headOf(second),
    label: 'second',
    also: [{ span: headOf(first), text: 'first' }],
    help: 'the later one would replace the earlier; rename or remove one',
  })
}

function headOf({ origin: { span } }: Policy): Policy['origin']['span'] {
  return { ...span, end: span.start + 1 }
}
