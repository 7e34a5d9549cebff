// The cilium dialect as it is read: cilium.io/v2, anybody's files. What each construct means is in the
// README beside the target.

import { parseCidr } from '../../../src/algebra/address.ts'
import { groupBy } from '../../../src/algebra/order.ts'
import type { Dialect, ReadContext } from '../../../src/dialect.ts'
import type { Policy, Tier } from '../../../src/ir/types.ts'
import { makeShapeCheck } from '../../../src/schema/checkShape.ts'
import { readName } from '../../../src/schema/metadata.ts'
import { complain, each, into, rootOf } from '../../../src/schema/place.ts'
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
    { apiVersion: 'cilium.io/v2', kind: 'CiliumCIDRGroup' },
    { apiVersion: 'cilium.io/v2alpha1', kind: 'CiliumCIDRGroup' },
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
  const named = resources.filter(isGroup).flatMap((resource) => readGroup(resource, context))
  reportTwinGroups(named, context)
  const groups = new Map(named.map(({ name, group }) => [name, group]))
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
  reportTwins(found, context)
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

/** The later one would replace the earlier. */
function reportTwinGroups(groups: readonly NamedGroup[], { reporter }: ReadContext): void {
  for (const [name, [first, ...others]] of groupBy(groups, (one) => one.name)) {
    for (const { at } of others) {
      const also = first === undefined ? [] : [{ span: first.at, text: 'first' }]
      const message = `there are two CIDR groups "${name}"`
      reporter.report('NP2015', { message, at, label: 'second', also })
    }
  }
}

interface Found {
  readonly policies: readonly Policy[]
  readonly at: Span
}

function reportTwins(found: readonly Found[], { reporter }: ReadContext): void {
  const named = found.filter(({ policies }) => policies.length > 0)
  const keyOf = ({ policies: [first] }: Found): string =>
    `${first?.namespace ?? ''}/${first?.name ?? ''}`
  for (const [key, [first, ...others]] of groupBy(named, keyOf)) {
    for (const { at } of others) {
      reporter.report('NP2015', {
        message: `there are two policies "${key.replace(/^\//, '')}"`,
        at,
        label: 'second',
        ...(first === undefined ? {} : { also: [{ span: first.at, text: 'first' }] }),
      })
    }
  }
}
