// The door to lowering: a policy set as a target without order can say it, or as it stands where that is
// enough. Exact as far as there are words; whatever has none is reported, and the proof judges the rest.

import { makeReporter } from '../diagnostics/diagnostic.ts'
import { aboutPolicy, aboutRule } from '../emit/complain.ts'
import type { EmitContext, Target } from '../emit/target.ts'
import { directions, type Policy, type PolicySet, type Rule, type Tier } from '../ir/types.ts'
import { readPremises } from '../proof/premises.ts'
import type { Unsaid } from './decisions.ts'
import { worldOf } from './peers.ts'
import type { Product } from './products.ts'
import { isPlain, saysAll, saysConditions } from './sayRules.ts'
import { withPartsListed } from './snapshot.ts'
import { unorderedPolicies } from './unordered.ts'

/** A target that is lowered for, and the tier that it has. */
export interface LowerTarget extends Pick<Target, 'name' | 'capabilities' | 'proof'> {
  readonly tier: Omit<Tier, 'policies'>
  /** Whether to be selected at all isolates. */
  readonly alwaysIsolates: boolean
}

/** The set as the target can say it: as it stands, or in one tier without order. */
export function lowerToUnordered(
  source: PolicySet,
  target: LowerTarget,
  context: EmitContext,
): PolicySet {
  const { cluster } = context
  const set = cluster === null ? source : withPartsListed(source, cluster)
  noteLogs(set, context)
  if (!needsLowering(set, target)) return withoutLogs(set)
  const { capabilities: can, tier, alwaysIsolates, proof } = target
  if (proof.kind !== 'symbolic') return set
  const { ipBlock, facts } = readPremises(
    proof.facts(context.options, { set, cluster }),
    makeReporter(),
  )
  const unsaid = ({ policy, rule, reason }: Unsaid): void => {
    const complain =
      rule === null
        ? aboutPolicy(policy, context.reporter)
        : aboutRule(policy, rule, context.reporter)
    complain('NP5001', `${target.name} cannot express ${reason}`)
  }
  const world = worldOf(ipBlock, facts)
  const shape = {
    denies: can.actions.includes('deny'),
    alwaysIsolates,
    says: (product: Product) => saysAll(product, world, can),
  }
  const policies = unorderedPolicies(set, { world, can, shape, unsaid })
  return { tiers: [{ ...tier, policies }] }
}

/** Whether order, tiers or tests mean something that the target has no place for. */
function needsLowering({ tiers }: PolicySet, { capabilities: can, tier }: LowerTarget): boolean {
  const used = tiers.filter(({ policies }) => policies.length > 0)
  if (used.length > 1) return true
  return used.some(
    (one) =>
      one.default !== tier.default || one.policies.some((policy) => !isSaid(policy, one, can)),
  )
}

function isSaid(policy: Policy, { combining }: Tier, can: LowerTarget['capabilities']): boolean {
  return directions.every((direction) => {
    const section = policy[direction]
    if (section === null) return true
    if (!section.isolates && !can.nonIsolating) return false
    return section.rules.every((rule) => isSaidRule(rule, combining, can))
  })
}

function isSaidRule(
  rule: Rule,
  combining: Tier['combining'],
  can: LowerTarget['capabilities'],
): boolean {
  const { action, subjects, conditions } = rule
  if (action === 'log') return true
  const hasPlace =
    action === 'allow' || (combining !== 'first-match' && can.actions.includes(action))
  return (
    hasPlace &&
    saysConditions(conditions, can) &&
    subjects.every(({ kind }) => kind === 'any') &&
    isPlain(rule, can)
  )
}

function noteLogs({ tiers }: PolicySet, { reporter }: EmitContext): void {
  for (const policy of tiers.flatMap(({ policies }) => policies)) {
    for (const rule of logsOf(policy)) {
      aboutRule(policy, rule, reporter)('NP5011', 'nothing is logged in the output')
    }
  }
}

function logsOf(policy: Policy): readonly Rule[] {
  return directions.flatMap((direction) =>
    (policy[direction]?.rules ?? []).filter(({ action }) => action === 'log'),
  )
}

/** Log decides nothing. */
function withoutLogs(set: PolicySet): PolicySet {
  const hasLogs = set.tiers.some(({ policies }) => policies.some((one) => logsOf(one).length > 0))
  if (!hasLogs) return set
  return {
    tiers: set.tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => ({
        ...policy,
        ingress: withoutLog(policy.ingress),
        egress: withoutLog(policy.egress),
      })),
    })),
  }
}

function withoutLog(section: Policy['ingress']): Policy['ingress'] {
  return section && { ...section, rules: section.rules.filter(({ action }) => action !== 'log') }
}
