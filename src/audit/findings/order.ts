// NP8103 and NP8104: rules that match some of the same packets and decide otherwise, so that moving one
// of them would change what happens.
import { labelOthers, reportFacts, ruleNumbers } from './compared.ts'
import { type FindingContext, nameRule } from './context.ts'

/** One finding for each rule that has exceptions in front of it. */
export function generalisation(context: FindingContext): void {
  reportFacts(context, 'NP8103', 'generalises', (told) => {
    const { fact, place, decision } = told
    return {
      message: `${nameRule(context, place)}, ${decision.verb} more than ${ruleNumbers(place.chain, fact.of)} of the chain, which ${fact.of.length === 1 ? 'is an exception' : 'are exceptions'} to it`,
      at: place.rule.at,
      label: decision.verb,
      also: labelOthers(context, told, fact.of),
    }
  })
}

/** One finding for each rule that correlates with earlier ones. */
export function correlation(context: FindingContext): void {
  reportFacts(context, 'NP8104', 'correlates', (told) => {
    const { fact, place, decision } = told
    return {
      message: `${nameRule(context, place)}, and ${ruleNumbers(place.chain, fact.with)} of the chain match some packets both and decide otherwise: their order matters`,
      at: place.rule.at,
      label: decision.verb,
      also: labelOthers(context, told, fact.with),
    }
  })
}
