// The door to lowering: a policy set as a target without order can say it, or as it stands where that is
// enough. Exact as far as there are words; whatever has none is reported, and the proof judges the rest.

import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import { aboutPolicy, aboutRule } from '../emit/complain.ts'
import type { Capabilities, EmitContext, Target } from '../emit/target.ts'
import { type Direction, directions, type Policy, type PolicySet, type Tier } from '../ir/types.ts'
import type { Premises } from '../proof/compare.ts'
import { readPremises } from '../proof/premises.ts'
import { withoutLogs } from './logs.ts'
import { worldOf } from './peers.ts'
import type { Product } from './products.ts'
import { reworded } from './reworded.ts'
import type { LoweringContext } from './sayPieces.ts'
import { saysAll } from './sayRules.ts'
import { withPartsListed } from './snapshot.ts'
import { unorderedPolicies } from './unordered.ts'

/** A target that is lowered for, and the tier that it has. */
export interface LowerTarget extends Pick<Target, 'name' | 'proof'> {
  /** What its rules that allow, and those that deny, can say. */
  readonly can: Capabilities
  /** What its rules that deny can say in a direction; null where it has none that win. */
  readonly canDeny: Readonly<Record<Direction, Capabilities>> | null
  readonly tier: Omit<Tier, 'policies'>
  /** Whether to be selected at all isolates. */
  readonly alwaysIsolates: boolean
}

/** The set as the target can say it: as it stands, in other words, or in one tier without order. */
export function lowerToUnordered(
  source: PolicySet,
  target: LowerTarget,
  context: EmitContext,
): PolicySet {
  const { cluster, reporter } = context
  const { tier, proof } = target
  const set = cluster === null ? source : withPartsListed(source, cluster)
  const silent = withoutLogs(set, reporter)
  if (proof.kind !== 'symbolic') return silent
  const given = proof.facts(context.options, { set, cluster })
  const lowering = contextFor(target, readPremises(given, makeReporter()), reporter)
  if (!meansOrder(silent, target)) return reworded(silent, lowering)
  return { tiers: [{ ...tier, policies: unorderedPolicies(silent, lowering) }] }
}

function contextFor(
  { name, can, canDeny, alwaysIsolates }: LowerTarget,
  { ipBlock, facts }: Premises,
  reporter: Reporter,
): LoweringContext {
  const world = worldOf(ipBlock, facts)
  const denies =
    canDeny &&
    ((product: Product, direction: Direction): boolean =>
      saysAll(product, world, canDeny[direction]))
  const everywhere = { ingress: can, egress: can }
  return {
    world,
    words: { allow: everywhere, deny: canDeny ?? everywhere },
    shape: { denies, alwaysIsolates },
    unsaid: ({ policy, rule, reason }) => {
      const complain =
        rule === null ? aboutPolicy(policy, reporter) : aboutRule(policy, rule, reporter)
      complain('NP5001', `${name} cannot express ${reason}`)
    },
  }
}

/** Whether order, tiers, or being selected mean something that the target has no place for. */
function meansOrder({ tiers }: PolicySet, { can, tier }: LowerTarget): boolean {
  const used = tiers.filter(({ policies }) => policies.length > 0)
  if (used.length > 1) return true
  return used.some(
    (one) =>
      one.default !== tier.default || one.policies.some((policy) => !hasPlace(policy, one, can)),
  )
}

function hasPlace(policy: Policy, { combining }: Tier, can: Capabilities): boolean {
  return directions.every((direction) => {
    const section = policy[direction]
    if (section === null) return true
    if (!section.isolates && !can.nonIsolating) return false
    return section.rules.every(
      ({ action, subjects }) =>
        (action === 'allow' || (combining !== 'first-match' && can.actions.includes(action))) &&
        subjects.every(({ kind }) => kind === 'any'),
    )
  })
}
