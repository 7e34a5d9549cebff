// The policies that are known beside a dump, as their authors count their rules.
import { groupBy } from '../../algebra/order.ts'
import type { Direction, Policy, Rule, Section, Tier } from '../../ir/types.ts'
import type { RecognitionHints } from './types.ts'

/** A policy and the tier that it is in. */
export interface KnownPolicy {
  readonly policy: Policy
  readonly tier: Tier
}

/** All policies that are given. */
export function policiesOf({ policies }: RecognitionHints): readonly KnownPolicy[] {
  return (policies?.tiers ?? []).flatMap((tier) =>
    tier.policies.map((policy) => ({ policy, tier })),
  )
}

/** A rule as its author counts: `number` is its place in the document, from 1. */
export interface WrittenRule {
  readonly number: number
  /** What it is in the intermediate representation, where it may be several. */
  readonly rules: readonly Rule[]
}

/** The rules of a section as written, in their order. None for a direction that is not governed. */
export function writtenRules(section: Section | null): readonly WrittenRule[] {
  const numbered = (section?.rules ?? []).map((rule, index) => ({
    rule,
    number: numberOf(rule) ?? index + 1,
  }))
  return [...groupBy(numbered, ({ number }) => number)].map(([number, group]) => ({
    number,
    rules: group.map(({ rule }) => rule),
  }))
}

/** What a policy says for a direction. */
export function sectionOf(policy: Policy, direction: Direction): Section | null {
  return direction === 'ingress' ? policy.ingress : policy.egress
}

/** `ingress[1].from[0]` is of rule 2. */
export function ruleNumber(path: string): number | null {
  const [, index] = /(?:^|\.)(?:ingress|egress)\[(\d+)\]/.exec(path) ?? []
  return index === undefined ? null : Number(index) + 1
}

function numberOf({ origins: [origin] }: Rule): number | null {
  return ruleNumber(origin.path)
}
