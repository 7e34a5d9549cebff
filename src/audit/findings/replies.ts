// NP8117: hooks that drop what they do not know, and let on no replies.
import { allActions } from '../../ruleset/calls.ts'
import type { HookName, Match, Rule } from '../../ruleset/types.ts'
import { type FindingContext, firstLine, nameTable, type RulePlace } from './context.ts'
import { chainsAt, type HookChain, holdsFor, isForLoopback, rulesFrom } from './hooks.ts'

/** One finding for each chain that ends in a drop and has no rule that packets of connections pass by. */
export function repliesNotLetOn(context: FindingContext): void {
  const seen = new Set<HookChain['chain']>()
  for (const hook of ['input', 'forward', 'output'] as const) {
    for (const family of [4, 6] as const) {
      for (const at of chainsAt(context, hook, family)) {
        if (at.end !== 'drop' || seen.has(at.chain)) continue
        seen.add(at.chain)
        if (hasConnections(at) && !letsRepliesOn(at)) report(context, hook, at)
      }
    }
  }
}

/** A chain that passes nothing on has no replies to forward or to send; but own requests get some. */
function hasConnections({ base, mayAccept }: HookChain): boolean {
  return mayAccept || base.hook === 'input'
}

function letsRepliesOn(at: HookChain): boolean {
  for (const place of rulesFrom(at)) {
    if (letsOn(at, place) && mayHoldForReplies(place.rule)) return true
  }
  return false
}

/** Whether a rule may accept by itself: returning does at the top of a chain whose policy accepts. */
function letsOn({ chain, base, table }: HookChain, place: RulePlace): boolean {
  const isEnd = place.chain === chain && base.policy === 'accept'
  return allActions(place.rule, table).some(
    (action) =>
      action.kind === 'accept' ||
      (action.kind === 'return' && isEnd) ||
      (action.kind === 'unknown' && action.mayDecide),
  )
}

/** Whether a rule names replies, or nothing that only requests have. */
function mayHoldForReplies(rule: Rule): boolean {
  const { matches } = rule
  if (isForLoopback(rule)) return false
  if (matches.some(({ kind }) => kind === 'state')) {
    return matches.every((match) => match.kind !== 'state' || holdsFor(match, 'established'))
  }
  return matches.every((match) => !isForRequests(match))
}

/** Replies come to a port that was free, which no rule for services names. */
function isForRequests(match: Match): boolean {
  if (match.kind === 'icmp') return true
  if (match.kind !== 'port' || match.end !== 'destination') return false
  return !match.ranges.some(({ from, to }) => from <= freePort && freePort <= to) !== match.negated
}

/** A port that requests are sent from. */
const freePort = 40_000

function report({ reporter }: FindingContext, hook: HookName, { chain, table }: HookChain): void {
  reporter.report('NP8117', {
    message: `chain ${chain.name} of ${nameTable(table)} drops what no rule accepts, and no rule at ${hook} accepts packets of known connections`,
    at: firstLine(chain.at),
    label: 'ends in a drop',
    help: 'accept packets of state RELATED and ESTABLISHED first',
  })
}
