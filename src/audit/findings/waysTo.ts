// What packets have met on their way to a chain.
import type { Chain, Match } from '../../ruleset/types.ts'
import type { Flow } from './flow.ts'
import { asEarlierQuestions } from './questions.ts'

/** More ways to a chain than these tell nothing of its packets. */
const fewWays = 8

/** What packets have met when they come to a chain, by each rule that leads to it. */
export function waysTo(chain: Chain, flow: Flow, depth: number = 4): readonly (readonly Match[])[] {
  const calls = flow.callers.get(chain.name) ?? []
  if (chain.base !== null || calls.length === 0 || calls.length > fewWays || depth === 0) return []
  if (calls.some(({ rule, action }) => !rule.actions.includes(action))) return []
  const ways = calls.flatMap((call) => {
    const own = asEarlierQuestions(call.rule.matches)
    const before = waysTo(call.chain, flow, depth - 1)
    return before.length === 0 ? [own] : before.map((way) => [...way, ...own])
  })
  return ways.length > fewWays ? [] : ways
}
