// NP8101: rules that earlier ones leave no packet for, and that would have decided otherwise.
import { labelOthers, reportFacts, ruleNumbers } from './compared.ts'
import { type FindingContext, nameRule } from './context.ts'

/** One finding for each shadowed rule, with the rules that cover it. */
export function shadowing(context: FindingContext): void {
  reportFacts(context, 'NP8101', 'covered', (told) => {
    const { fact, place, decision } = told
    const doesNothing = decision.key === 'none' && !decision.hasEffects
    if (fact.same || doesNothing) return null
    return {
      message: `${nameRule(context, place)}, is shadowed: ${ruleNumbers(place.chain, fact.by)} of the chain ${fact.by.length === 1 ? 'decides' : 'decide'} about all its packets before`,
      at: place.rule.at,
      label: `${decision.verb} nothing`,
      also: labelOthers(context, told, fact.by),
    }
  })
}
