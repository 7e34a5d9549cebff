// The cilium dialect as it is read: cilium.io/v2, anybody's files. What each construct means is in the
// README beside the target.

import { parseCidr } from '../../../src/algebra/address.ts'
import type { Dialect, ReadContext } from '../../../src/dialect.ts'
import type { Policy, Tier } from '../../../src/ir/types.ts'
import { makeShapeCheck } from '../../../src/schema/checkShape.ts'
import { readName } from '../../../src/schema/metadata.ts'
import { complain, each, into, rootOf } from '../../../src/schema/place.ts'
import { reportTwins } from '../../../src/schema/twins.ts'
import { spanAt } from '../../../src/source/located.ts'
import type { Resource } from '../../../src/source/resources.ts'
import type { Span } from '../../../src/source/source.ts'
import type { CidrGroup } from './peers.ts'
import { readPolicy } from './policy.ts'
import {
  cidrGroupSchema,
  ciliumPolicySchema,
  keyHomes,
  type RawCidrGroup,
  type RawCiliumPolicy,
} from './schema.ts'

/** Reads Cilium policies into its one tier. */
export const ciliumDialect: Dialect = {
  name: 'cilium',
  title: 'Cilium',
  kinds: [
    { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' },
    { apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy' },
    { apiVersion: 'cilium.io/v2', kind: 'CiliumCIDRGroup', role: 'part' },
    { apiVersion: 'cilium.io/v2alpha1', kind: 'CiliumCIDRGroup', role: 'part' },
  ],
  read,
  adopt: ([own], kubernetes) => [tierOf([...(own?.policies ?? []), ...kubernetes.policies])],
}

const checkPolicy = makeShapeCheck<RawCiliumPolicy>(ciliumPolicySchema, keyHomes)
const checkGroup = makeShapeCheck<RawCidrGroup>(cidrGroupSchema, keyHomes)

/** What a pod's own node sends it always arrives; what the pod sends there is governed. */
function tierOf(policies: readonly Policy[]): Tier {
  return {
    name: 'cilium',
    combining: 'deny-overrides',
    default: 'deny',
    ownNode: 'ingress-allowed',
    policies,
  }
}

function read(resources: readonly Resource[], context: ReadContext): readonly Tier[] {
  const isGroup = ({ kind }: Resource): boolean => kind === 'CiliumCIDRGroup'
  const ownGroups = resources.filter(isGroup).flatMap((resource) => readGroup(resource, context))
  reportTwins(
    'CIDR groups',
    ownGroups.map(({ name, at }) => ({ name, namespace: null, at })),
    context.reporter,
  )
  const groups = new Map(ownGroups.map(({ name, group }) => [name, group]))
  const known = { groups, blocksMatch: context.blocksMatch ?? [] }
  const found = resources
    .filter((one) => !isGroup(one))
    .flatMap(({ document, kind }): Found[] => {
      const raw = checkPolicy(document, context.reporter)
      if (raw === null) return []
      const place = rootOf(document, context.reporter)
      const policies = readPolicy(
        raw,
        kind === 'CiliumNetworkPolicy',
        context.namespace,
        known,
        place,
      )
      return [{ policies, at: spanAt(document, ['metadata', 'name']) }]
    })
  const named = found.flatMap(({ policies: [first], at }) =>
    first === undefined ? [] : [{ name: first.name, namespace: first.namespace, at }],
  )
  reportTwins('policies', named, context.reporter)
  const policies = found.flatMap((one) => one.policies)
  return policies.length === 0 ? [] : [tierOf(policies)]
}

interface NamedGroup {
  readonly name: string
  readonly group: CidrGroup
  readonly at: Span
}

function readGroup({ document }: Resource, { reporter }: ReadContext): readonly NamedGroup[] {
  const raw = checkGroup(document, reporter)
  if (raw === null) return []
  const place = rootOf(document, reporter)
  const name = readName(raw.metadata, into(place, 'metadata'))
  const items = each(into(place, 'spec', 'externalCIDRs'), raw.spec?.externalCIDRs)
  const cidrs = items.flatMap(({ item, at }) => {
    const written = parseCidr(item)
    if (written !== undefined) return [written.cidr]
    complain(at, 'NP2010', { message: `"${item}" is not a CIDR` })
    return []
  })
  if (name === undefined) return []
  const group = { labels: raw.metadata.labels ?? {}, cidrs }
  return [{ name, group, at: spanAt(document, ['metadata', 'name']) }]
}

interface Found {
  readonly policies: readonly Policy[]
  readonly at: Span
}
