// Tiers: their order, what they do at their end, and where Kubernetes policies stand among them.
import { byCodeUnit } from '../../../src/algebra/order.ts'
import type { Standing } from '../../../src/dialect.ts'
import type { Policy, Tier } from '../../../src/ir/types.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import type { RawTier } from './schema.ts'

/** Order and end of a tier. */
export interface TierFacts {
  /** Ascending; null comes last. */
  readonly order: number | null
  readonly default: Tier['default']
}

/** The tier that there is without saying so, and that Kubernetes policies stand in. */
export const defaultTier: TierFacts = { order: 1_000_000, default: 'deny' }

/** Tiers that are always there, and cannot be changed: EnsureInitialized. */
export const fixedTiers: ReadonlyMap<string, TierFacts> = new Map([
  ['default', defaultTier],
  ['kube-admin', { order: 1000, default: 'pass' }],
  ['kube-baseline', { order: 10_000_000, default: 'pass' }],
])

/** Calico's own tiers for what other dialects put before and after everything else. */
const outerTiers: Readonly<Record<Standing, string>> = {
  before: 'kube-admin',
  after: 'kube-baseline',
}

/** What is wrong with a tier beside such policies, whose place is known only between those two. */
export function beyondFault(
  tier: string,
  order: number | null,
  outer: ReadonlySet<Standing>,
): string | undefined {
  const orderOf = (standing: Standing): number =>
    fixedTiers.get(outerTiers[standing])?.order ?? Number.POSITIVE_INFINITY
  const own = order ?? Number.POSITIVE_INFINITY
  const isBeyond = { before: own <= orderOf('before'), after: own >= orderOf('after') }
  const standing = (['before', 'after'] as const).find((one) => outer.has(one) && isBeyond[one])
  if (standing === undefined) return undefined
  const side = standing === 'before' ? 'after' : 'before'
  const other = `"${outerTiers[standing]}" (order ${orderOf(standing)})`
  return `the tier "${tier}" does not come ${side} ${other}, where the policies of administrators in the input stand`
}

/** What a tier that is not in the input is taken for. */
const unknownTier: TierFacts = { order: null, default: 'deny' }

/** Where Calico puts Kubernetes policies in tier `default`. */
const kubernetesOrder = 1000

/** Reads a Tier; anything but Pass denies at the end. */
export function readTier(raw: RawTier, name: string, place: Place): TierFacts {
  const { order = null, defaultAction = 'Deny' } = raw.spec ?? {}
  if (defaultAction !== null && !['Deny', 'Pass'].includes(defaultAction)) {
    const message = `defaultAction "${defaultAction}" is neither Deny nor Pass`
    complain(into(into(place, 'spec'), 'defaultAction'), 'NP2019', { message })
  }
  const facts: TierFacts = { order, default: defaultAction === 'Pass' ? 'pass' : 'deny' }
  const fixed = fixedTiers.get(name)
  if (fixed !== undefined && raw.spec != null && fixed.order !== order && order !== null) {
    const message = `the tier "${name}" always has order ${fixed.order}`
    complain(into(into(place, 'spec'), 'order'), 'NP2019', { message })
  }
  return fixed ?? facts
}

/** Tiers in the order in which they are asked; those without order last, ties by name. */
export function sortedTiers(
  facts: ReadonlyMap<string, TierFacts>,
  policies: ReadonlyMap<string, readonly Policy[]>,
): readonly Tier[] {
  const placed = (name: string): Placed => ({ name, order: facts.get(name)?.order ?? null })
  return [...policies]
    .sort(([a], [b]) => compareTiers(placed(a), placed(b)))
    .map(([name, own]) => makeTier(name, own, facts.get(name) ?? unknownTier))
}

interface Placed {
  readonly name: string
  readonly order: number | null
}

function compareTiers(a: Placed, b: Placed): number {
  const [first, second] = [a, b].map(({ order }) => order ?? Number.POSITIVE_INFINITY)
  if (first !== undefined && second !== undefined && first !== second) {
    return first < second ? -1 : 1
  }
  return byCodeUnit(a.name, b.name)
}

/** Whether Calico asks the first of two tiers before the second. */
export function comesBefore(a: Placed, b: Placed): boolean {
  return compareTiers(a, b) < 0
}

/**
 * Calico polices what a pod sends to its own node, and never what that node sends to it: felix,
 * filterOutputChain.
 */
function makeTier(name: string, policies: readonly Policy[], facts: TierFacts): Tier {
  return { name, ...facts, combining: 'first-match', ownNode: 'ingress-allowed', policies }
}

/** Kubernetes policies are policies of tier `default` with an order of their own. */
export function adoptKubernetes(own: readonly Tier[], kubernetes: Tier): readonly Tier[] {
  const policies = kubernetes.policies.map((policy) => ({ ...policy, order: kubernetesOrder }))
  const home = own.find(({ name }) => name === 'default')
  const joined = makeTier('default', [...(home?.policies ?? []), ...policies], defaultTier)
  const at = own.findIndex(({ name, order = null }) =>
    comesBefore({ name: 'default', order: defaultTier.order }, { name, order }),
  )
  if (home !== undefined) return own.map((tier) => (tier === home ? joined : tier))
  return at < 0 ? [...own, joined] : [...own.slice(0, at), joined, ...own.slice(at)]
}
