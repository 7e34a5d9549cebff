// Tiers of the IR as tiers of Calico: their names, orders and ends, and which have to be written.
import { digestName } from '../../src/algebra/sha256.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import type { PolicySet, Tier } from '../../src/ir/types.ts'
import { type CalicoOptions, isTierName } from './options.ts'
import { comesBefore, fixedTiers } from './reading/tiers.ts'

/** A tier of the IR, and the Calico tier that its policies are written into. */
export interface TierPlan {
  readonly tier: Tier
  readonly name: string
  /** null comes last. */
  readonly order: number | null
  /** What Calico does at its end. */
  readonly end: Tier['default']
  /** Whether a Tier object goes with the policies; others are always there, or the user's own. */
  readonly isWritten: boolean
}

/** The tiers that hold policies, in their sequence; null after reporting why there is none. */
export function planTiers(
  { tiers }: PolicySet,
  options: CalicoOptions,
  reporter: Reporter,
): readonly TierPlan[] | null {
  const used = tiers.filter(({ policies }) => policies.length > 0)
  const [only] = used
  if (only !== undefined && used.length === 1 && only.order === undefined) {
    return [chosenTier(only, options)]
  }
  const fault = faultOf(used, options)
  if (fault !== undefined) {
    reporter.report(fault.code, fault)
    return null
  }
  if (only !== undefined && !options.version.tiers) return [chosenTier(only, options)]
  const plans = withOrders(used)
  const unsorted = plans.find((plan, at) => {
    const next = plans[at + 1]
    return next !== undefined && !comesBefore(plan, next)
  })
  if (unsorted === undefined) return plans
  reporter.report('NP5001', {
    message: `calico cannot put the tier "${unsorted.name}" where it stands: the order of it or of the next tier is fixed`,
    help: 'rename the tier',
  })
  return null
}

/** Where the source knows no tiers, they are as the user says; the tier has to exist. */
function chosenTier(tier: Tier, { tier: name, version }: CalicoOptions): TierPlan {
  const fixed = version.tiers ? fixedTiers.get(name) : undefined
  return {
    tier,
    name,
    order: fixed?.order ?? null,
    end: fixed?.default ?? 'deny',
    isWritten: false,
  }
}

interface Fault {
  readonly code: 'NP5001' | 'NP6004'
  readonly message: string
  readonly help?: string
}

function faultOf(used: readonly Tier[], { tier, version }: CalicoOptions): Fault | undefined {
  if (tier !== 'default') {
    return {
      code: 'NP6004',
      message: `option "--tier" has the value "${tier}", and the policies are in tiers of their own: ${used.map(({ name }) => name).join(', ')}`,
      help: 'leave it out',
    }
  }
  if (version.tiers || used.length < 2) return undefined
  return {
    code: 'NP5001',
    message: `Calico ${version.title} has one tier, the policies make up ${used.length}: ${used.map(({ name }) => name).join(', ')}`,
    help: 'name a later --calico-version',
  }
}

function withOrders(used: readonly Tier[]): readonly TierPlan[] {
  const names = used.map(({ name }, at) => tierName(name, at, used))
  const orders = filledOrders(
    used.map((tier, at) => fixedTiers.get(names[at] ?? '')?.order ?? tier.order),
  )
  return used.map((tier, at) => {
    const name = names[at] ?? tier.name
    const fixed = fixedTiers.get(name)
    const order = orders[at] ?? null
    const end = fixed?.default ?? tier.default
    // Alone, without order and with the usual end it may be one that was not in the input, and is
    // better left as it stands in the cluster.
    const isPlain = used.length === 1 && order === null && end === 'deny'
    return { tier, name, order, end, isWritten: fixed === undefined && !isPlain }
  })
}

function tierName(name: string, at: number, used: readonly Tier[]): string {
  const isFirst = used.findIndex((one) => one.name === name) === at
  if (isFirst && isTierName(name)) return name
  return `tier-${digestName([name, String(at)], 16)}`
}

/** Between orders that are known, and no further apart than this. */
const step = 100

/** Ascending orders for the tiers that have none, between those of their neighbours. */
function filledOrders(known: readonly (number | null | undefined)[]): readonly (number | null)[] {
  const done: (number | null)[] = []
  for (const [at, order] of known.entries()) {
    if (order !== undefined) {
      done.push(order)
      continue
    }
    const before = done.at(-1)
    const rest = known.slice(at)
    const next = rest.findIndex((one) => one !== undefined)
    const after = next < 0 ? null : (rest[next] ?? null)
    done.push(before === null ? null : between(before, after, next))
  }
  return done
}

/** The order of the first of `count` tiers between two; without a later one there is no limit. */
function between(before: number | undefined, after: number | null, count: number): number {
  if (after === null) return (before ?? 0) + step
  const from = before ?? Math.min(0, after - step * (count + 1))
  return from + Math.min(step, (after - from) / (count + 1))
}
