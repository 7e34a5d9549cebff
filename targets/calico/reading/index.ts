// The calico dialect as it is read: projectcalico.org/v3, anybody's files. What each construct means is
// in the README beside the target.
import { groupBy } from '../../../src/algebra/order.ts'
import type { Dialect, ReadContext, ReadKind } from '../../../src/dialect.ts'
import type { Policy, Tier } from '../../../src/ir/types.ts'
import { makeShapeCheck, type ShapeCheck } from '../../../src/schema/checkShape.ts'
import { readName, readNamespace } from '../../../src/schema/metadata.ts'
import { complain, into, type Place, rootOf } from '../../../src/schema/place.ts'
import type { Schema } from '../../../src/schema/shapes.ts'
import { reportTwins } from '../../../src/schema/twins.ts'
import { spanAt } from '../../../src/source/located.ts'
import type { Resource } from '../../../src/source/resources.ts'
import { type NetworkSet, networkSets, readNetworkSet } from './networkSets.ts'
import { type ReadPolicy, readPolicy } from './policy.ts'
import { checkProfile } from './profiles.ts'
import {
  globalNetworkPolicySchema,
  keyHomes,
  networkPolicySchema,
  networkSetSchema,
  profileSchema,
  type RawCalicoPolicy,
  type RawNetworkSet,
  type RawProfile,
  type RawTier,
  tierSchema,
} from './schema.ts'
import {
  adoptKubernetes,
  beyondFault,
  fixedTiers,
  readTier,
  sortedTiers,
  type TierFacts,
} from './tiers.ts'
import { warnOfTies } from './ties.ts'

const apiVersions = ['projectcalico.org/v3', 'crd.projectcalico.org/v1']
const kinds: readonly Omit<ReadKind, 'apiVersion'>[] = [
  { kind: 'NetworkPolicy' },
  { kind: 'GlobalNetworkPolicy' },
  { kind: 'NetworkSet', role: 'part' },
  { kind: 'GlobalNetworkSet', role: 'part' },
  { kind: 'Tier', role: 'part' },
  { kind: 'Profile', role: 'part' },
  { kind: 'StagedNetworkPolicy', role: 'inert' },
  { kind: 'StagedGlobalNetworkPolicy', role: 'inert' },
  { kind: 'StagedKubernetesNetworkPolicy', role: 'inert' },
  { kind: 'HostEndpoint' },
]

/** Reads Calico policies into their tiers. */
export const calicoDialect: Dialect = {
  name: 'calico',
  title: 'Calico v3',
  kinds: apiVersions.flatMap((apiVersion) => kinds.map((one) => ({ apiVersion, ...one }))),
  read,
  adopt: adoptKubernetes,
}

const shape = <T>(schema: Schema): ShapeCheck<T> => makeShapeCheck<T>(schema, keyHomes)
const checkPolicy = shape<RawCalicoPolicy>(networkPolicySchema)
const checkGlobalPolicy = shape<RawCalicoPolicy>(globalNetworkPolicySchema)
const checkSet = shape<RawNetworkSet>(networkSetSchema)
const checkTier = shape<RawTier>(tierSchema)
const checkProfileShape = shape<RawProfile>(profileSchema)

function read(resources: readonly Resource[], context: ReadContext): readonly Tier[] {
  const of = (kind: string): readonly Resource[] => resources.filter((one) => one.kind === kind)
  const sets = networkSets([
    ...of('NetworkSet').flatMap((one) => readSet(one, true, context)),
    ...of('GlobalNetworkSet').flatMap((one) => readSet(one, false, context)),
  ])
  const facts = new Map([...of('Tier').flatMap((one) => readOneTier(one, context)), ...fixedTiers])
  const policies = [
    ...of('NetworkPolicy').map((one) => ({ one, namespaced: true })),
    ...of('GlobalNetworkPolicy').map((one) => ({ one, namespaced: false })),
  ].flatMap(({ one, namespaced }) => {
    const place = rootOf(one.document, context.reporter)
    const raw = (namespaced ? checkPolicy : checkGlobalPolicy)(one.document, context.reporter)
    const policy = raw === null ? null : readPolicy(raw, namespaced, context.namespace, sets, place)
    return policy === null
      ? []
      : [{ policy, place, at: spanAt(one.document, ['metadata', 'name']) }]
  })
  for (const one of of('Profile')) checkOneProfile(one, context)
  for (const one of resources) reportOther(one, context)
  reportTwins(
    'policies',
    policies.map(({ policy: { name, namespace }, at }) => ({ name, namespace, at })),
    context.reporter,
  )
  const used = new Set(policies.map(({ policy }) => policy.tier))
  for (const { policy, place } of policies) {
    checkTierOf(policy, facts, used.size, place)
    checkStanding(policy.tier, facts, context.outer, place)
  }
  const byTier = groupBy(policies, ({ policy }) => policy.tier)
  for (const [name, own] of byTier) warnOfTies(name, own)
  const inTiers = new Map<string, readonly Policy[]>(
    [...byTier].map(([name, own]) => [name, own.flatMap(({ policy }) => policy.policies)]),
  )
  return sortedTiers(facts, inTiers)
}

function readSet(
  { document }: Resource,
  namespaced: boolean,
  { namespace, reporter }: ReadContext,
): readonly NetworkSet[] {
  const raw = checkSet(document, reporter)
  if (raw === null) return []
  const place = rootOf(document, reporter)
  const metadata = into(place, 'metadata')
  const name = readName(raw.metadata, metadata)
  const home = namespaced
    ? readNamespace(raw.metadata, namespace, into(metadata, 'namespace'))
    : null
  return name === undefined ? [] : [readNetworkSet(raw, name, home, place)]
}

function readOneTier(
  { document }: Resource,
  { reporter }: ReadContext,
): readonly [string, TierFacts][] {
  const raw = checkTier(document, reporter)
  if (raw === null) return []
  const place = rootOf(document, reporter)
  const name = readName(raw.metadata, into(place, 'metadata'))
  return name === undefined ? [] : [[name, readTier(raw, name, place)]]
}

function checkOneProfile({ document }: Resource, { reporter }: ReadContext): void {
  const raw = checkProfileShape(document, reporter)
  if (raw === null) return
  const place = rootOf(document, reporter)
  const name = readName(raw.metadata, into(place, 'metadata'))
  if (name !== undefined) checkProfile(raw, name, place)
}

/** Kinds that are known and not policies that anything enforces. */
function reportOther({ document, kind }: Resource, { reporter }: ReadContext): void {
  const place = into(rootOf(document, reporter), 'kind')
  if (kind === 'HostEndpoint') {
    complain(place, 'NP2024', {
      message: 'the host endpoint is not carried: no output protects the node that it stands for',
      help: "by hand: a CiliumClusterwideNetworkPolicy with nodeSelector, or rules of the node's own firewall; take it out of the input to look at pods alone",
    })
  } else if (kind.startsWith('Staged')) {
    const message = `a ${kind} is enforced nowhere`
    complain(place, 'NP3005', { message, help: 'it is passed over, as Calico does' })
  }
}

function checkTierOf(
  { tier }: ReadPolicy,
  facts: ReadonlyMap<string, TierFacts>,
  tiersInUse: number,
  place: Place,
): void {
  if (facts.has(tier)) return
  const help = 'add the Tier, for example from "kubectl get tiers -o yaml"'
  complain(
    into(place, 'spec', 'tier'),
    'NP2020',
    tiersInUse === 1
      ? {
          severity: 'warning',
          message: `the tier "${tier}" is not in the input; it is taken to deny at its end`,
          help,
        }
      : {
          message: `the tier "${tier}" is not in the input, and its order decides what the policy means`,
          help,
        },
  )
}

/** Policies of administrators stand before and after all tiers, so none may be beyond theirs. */
function checkStanding(
  tier: string,
  facts: ReadonlyMap<string, TierFacts>,
  outer: ReadContext['outer'],
  place: Place,
): void {
  const order = facts.get(tier)?.order ?? null
  const message = outer === undefined ? undefined : beyondFault(tier, order, outer)
  if (message === undefined) return
  const help = 'write the policies of administrators in Calico tiers too, or look at the two apart'
  complain(into(place, 'spec', 'tier'), 'NP2021', { message, help })
}
