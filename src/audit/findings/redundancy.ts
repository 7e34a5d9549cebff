// NP8102: rules without which every packet would be treated the same.
import { labelOthers, reportFacts, ruleNumbers } from './compared.ts'
import { type FindingContext, nameRule } from './context.ts'

/** One finding for each redundant rule, with the rules that do its work. */
export function redundancy(context: FindingContext): void {
  reportFacts(context, 'NP8102', 'covered', (told) => {
    const { fact, place } = told
    if (!fact.same) return null
    return {
      message: `${nameRule(context, place)}, is redundant: ${ruleNumbers(place.chain, fact.by)} of the chain ${fact.by.length === 1 ? 'does' : 'do'} the same with all its packets before`,
      at: place.rule.at,
      label: 'never needed',
      also: labelOthers(context, told, fact.by),
    }
  })
  reportFacts(context, 'NP8102', 'repeated', (told) => {
    const { fact, place } = told
    const end = place.chain.base === null ? 'the end of the chain' : 'the policy of the chain'
    const rules = fact.by.length === 0 ? [] : [`${ruleNumbers(place.chain, fact.by)} behind it`]
    const who = [...rules, ...(fact.end ? [end] : [])].join(' and ')
    const isOne = fact.by.length + (fact.end ? 1 : 0) === 1
    return {
      message: `${nameRule(context, place)}, is redundant: ${who} ${isOne ? 'does' : 'do'} the same with its packets`,
      at: place.rule.at,
      label: 'can go',
      also: labelOthers(context, told, fact.by),
    }
  })
}
