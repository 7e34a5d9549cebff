// NP8106: rules behind one that decides about every packet.
import { countRules, ruleNumber } from '../../ruleset/ruleNumbers.ts'
import type { Rule } from '../../ruleset/types.ts'
import {
  count,
  type FindingContext,
  flowOf,
  labelRule,
  nameRule,
  type RulePlace,
} from './context.ts'
import type { Ends } from './flow.ts'

/** One finding for each chain that goes on behind a rule that nothing passes. */
export function unreachedRules(context: FindingContext): void {
  for (const table of context.ruleset.tables) {
    const { endsOf } = flowOf(context, table)
    for (const chain of table.chains.values()) {
      const last = chain.rules.findIndex((rule) => !endsOf(rule).goOn)
      const deciding = chain.rules[last]
      if (deciding === undefined) continue
      const isBehind = ({ at }: Rule, index: number): boolean =>
        index > last && at.start !== deciding.at.start
      const first = chain.rules.findIndex(isBehind)
      const rule = chain.rules[first]
      if (rule === undefined) continue
      const cause = { table, chain, rule: deciding, index: last }
      reportDead(context, { table, chain, rule, index: first }, cause, endsOf(deciding))
    }
  }
}

function reportDead(context: FindingContext, first: RulePlace, cause: RulePlace, ends: Ends): void {
  const dead = countRules(first.chain) - ruleNumber(first.chain, first.rule) + 1
  const name = nameRule(context, first)
  const which =
    dead === 1 ? `${name}, is never reached` : `${name}, and all behind it are never reached`
  context.reporter.report('NP8106', {
    message: `${which}: ${nameRule(context, cause)}, ${deedOf(ends)} every packet`,
    at: first.rule.at,
    label: dead === 1 ? 'never reached' : `${count(dead, 'rule')} from here on`,
    also: [labelRule(context, cause, `${deedOf(ends)} every packet`)],
  })
}

function deedOf({ accept, drop, leave }: Ends): string {
  if (accept && !drop && !leave) return 'accepts'
  if (drop && !accept && !leave) return 'drops'
  if (leave && !accept && !drop) return 'sends back'
  return 'decides about'
}
