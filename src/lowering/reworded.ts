// Policies that keep their order and their tiers, with rules in the words that a target has.
import { type Direction, directions, type Policy, type PolicySet, type Rule } from '../ir/types.ts'
import { matchOf, productOf } from './decisions.ts'
import { Refusal } from './limit.ts'
import { type LoweringContext, rulesOf } from './sayPieces.ts'
import { isPlain } from './sayRules.ts'

/** The set with each rule that the target has no words for in other words; what has none is said. */
export function reworded(set: PolicySet, context: LoweringContext): PolicySet {
  return {
    tiers: set.tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => rewordedPolicy(policy, context)),
    })),
  }
}

function rewordedPolicy(policy: Policy, context: LoweringContext): Policy {
  const isSaid = directions.every((direction) =>
    (policy[direction]?.rules ?? []).every((rule) => isSaidRule(rule, direction, context)),
  )
  if (isSaid) return policy
  const [ingress, egress] = directions.map((direction) => {
    const section = policy[direction]
    return (
      section && {
        ...section,
        rules: section.rules.flatMap((rule) => inWords(rule, policy, direction, context)),
      }
    )
  })
  return { ...policy, ingress: ingress ?? null, egress: egress ?? null }
}

function isSaidRule(rule: Rule, direction: Direction, { words }: LoweringContext): boolean {
  const verdict = rule.action === 'deny' ? 'deny' : 'allow'
  return rule.conditions.length === 0 && isPlain(rule, words[verdict][direction])
}

function inWords(
  rule: Rule,
  policy: Policy,
  direction: Direction,
  context: LoweringContext,
): readonly Rule[] {
  if (isSaidRule(rule, direction, context)) return [rule]
  try {
    const verdict = rule.action === 'deny' ? 'deny' : 'allow'
    const product = productOf(matchOf(policy, rule, context.world))
    return rulesOf({ verdict, policy, rule, product, isIntact: true }, direction, context)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    context.unsaid({ policy, rule, reason: error.message })
    return []
  }
}
