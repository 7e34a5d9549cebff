// A policy set without what a target has no words for: the part of it that can be written at all.
import { directions, type Policy, type PolicySet, type Section, type Tier } from '../ir/types.ts'
import { lackingInPolicy, lackingInRule } from './capabilities.ts'
import type { Target } from './target.ts'

/** The rules and policies that a target can say; what is gone has been reported by the check. */
export function withoutLacking({ tiers }: PolicySet, { capabilities: can }: Target): PolicySet {
  const sections = (policy: Policy): Policy => {
    const [ingress, egress] = directions.map((direction): Section | null => {
      const section = policy[direction]
      return (
        section && {
          ...section,
          rules: section.rules.filter((rule) => lackingInRule(rule, can).length === 0),
        }
      )
    })
    return { ...policy, ingress: ingress ?? null, egress: egress ?? null }
  }
  const kept = (tier: Tier): readonly Policy[] =>
    tier.policies.filter((policy) => lackingInPolicy(policy, tier, can).length === 0).map(sections)
  return { tiers: tiers.map((tier) => ({ ...tier, policies: kept(tier) })) }
}
