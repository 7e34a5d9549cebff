// NP8115: rules that accept whatever comes in or through. Accepting what one interface brings, replies,
// or loopback is not that.
import { countRules, ruleNumber } from '../../ruleset/ruleNumbers.ts'
import { type FindingContext, nameRule, nameTable, type RulePlace } from './context.ts'
import { accepts, chainsAt, type HookChain, isForAll, rulesFrom } from './hooks.ts'

/** One finding for each rule that accepts everything that a hook sees, where something is filtered. */
export function acceptAll(context: FindingContext): void {
  const seen = new Set<RulePlace['rule']>()
  for (const hook of ['input', 'forward'] as const) {
    for (const family of [4, 6] as const) {
      for (const at of chainsAt(context, hook, family)) {
        const place = openRule(at)
        if (place === undefined || seen.has(place.rule)) continue
        seen.add(place.rule)
        report(context, at, place)
      }
    }
  }
}

/** A rule that all packets of the hook come to, and that accepts them all. */
function openRule(at: HookChain): RulePlace | undefined {
  for (const place of rulesFrom(at)) {
    if (!accepts(place.rule) || !isForAll(place.rule, at.table)) continue
    const reaches = at.flow.reached.get(place.chain.name) ?? []
    if (reaches.some(({ from, isWhole }) => from === at.chain && isWhole)) return place
  }
  return undefined
}

function report(context: FindingContext, at: HookChain, place: RulePlace): void {
  const where = `at ${at.base.hook} of ${nameTable(at.table)}`
  const behind = countRules(place.chain) - ruleNumber(place.chain, place.rule)
  const also = behind > 0 ? `; ${behind} more stand behind it in its chain` : ''
  context.reporter.report('NP8115', {
    message: `${nameRule(context, place)}, accepts every packet that comes to it ${where}${also}`,
    at: place.rule.at,
    label: 'accepts everything',
  })
}
