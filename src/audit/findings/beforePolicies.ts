// NP8122: packets that are accepted in front of the chains that enforce policies.
import { allActions } from '../../ruleset/calls.ts'
import type { Rule } from '../../ruleset/types.ts'
import { type FindingContext, few, labelRule, nameRule, type RulePlace } from './context.ts'
import { accepts, chainsAt, type HookChain, isForLoopback, isForReplies } from './hooks.ts'
import { enforcesPolicies } from './policyGenerators.ts'

/** One finding for each rule of a base chain that may accept before the jump to chains of policies. */
export function beforePolicies(context: FindingContext): void {
  const seen = new Set<Rule>()
  for (const hook of ['forward', 'input', 'output'] as const) {
    for (const family of [4, 6] as const) {
      for (const at of chainsAt(context, hook, family)) reportEarly(context, at, seen)
    }
  }
}

function reportEarly(context: FindingContext, at: HookChain, seen: Set<Rule>): void {
  const { table, chain } = at
  const asks = chain.rules.findIndex((rule) => asksPolicies(context, at, rule))
  const asking = chain.rules[asks]
  if (asking === undefined) return
  const jump = labelRule(context, { table, chain, rule: asking, index: asks }, 'asks the policies')
  for (const [index, rule] of chain.rules.slice(0, asks).entries()) {
    const accepting = seen.has(rule) ? [] : acceptsOf(at, { table, chain, rule, index })
    const [first, ...others] = accepting
    if (first === undefined) continue
    seen.add(rule)
    const how = first.rule === rule ? 'accepts packets' : 'leads to a rule that accepts packets'
    context.reporter.report('NP8122', {
      message: `${nameRule(context, { table, chain, rule, index })}, ${how} before ${nameRule(context, { table, chain, rule: asking, index: asks })}, asks the policies`,
      at: first.rule.at,
      label: 'accepted here',
      also: [jump, ...few(others.map((one) => labelRule(context, one, 'accepts too')))],
    })
  }
}

function asksPolicies({ recognition }: FindingContext, { table }: HookChain, rule: Rule): boolean {
  return rule.actions.some((action) => {
    if (action.kind !== 'jump' && action.kind !== 'goto') return false
    const role = recognition.chain(table, action.chain)
    return role !== null && enforcesPolicies(role.generator)
  })
}

/** Rules that accept, of this one and of the chains that it leads to; not those for replies only. */
function acceptsOf({ flow, table }: HookChain, start: RulePlace): readonly RulePlace[] {
  const found: RulePlace[] = []
  const seen = new Set<string>()
  const waiting: RulePlace[] = [start]
  for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
    const { rule } = place
    if (isForReplies(rule) || isForLoopback(rule)) continue
    if (accepts(rule)) found.push(place)
    for (const action of allActions(rule, table)) {
      if (action.kind !== 'jump' && action.kind !== 'goto') continue
      const target = table.chains.get(action.chain)
      if (target === undefined || seen.has(target.name)) continue
      seen.add(target.name)
      for (const [at, next] of target.rules.entries()) {
        waiting.push({ table, chain: target, rule: next, index: at })
        if (!flow.endsOf(next).goOn) break
      }
    }
  }
  return found
}
