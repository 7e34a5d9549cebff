// Tests that are asked a second time within one rule of nft, since something with an effect stood between
// them and what follows.
import type { Action, Match } from '../../../src/ruleset/types.ts'
import type { Span } from '../../../src/source/source.ts'

/** A test whose answer nobody can tell, anew each time. */
export function unsure(text: string, at: Span): Match {
  return { kind: 'unknown', text, stable: false, negated: false, at }
}

/** Whether what follows an action may look at something else. */
export function hasEffect({ kind }: Action): boolean {
  return kind !== 'log' && kind !== 'none' && kind !== 'change set'
}

/** A test that is asked once more: what actions have changed since may have turned it. */
export function askedAgain(match: Match, actions: readonly Action[]): Match {
  const depends = actions.some((action) => {
    switch (action.kind) {
      case 'mark':
      case 'unknown mark':
        return looksAtMark(match, action.of)
      case 'copy mark':
        return looksAtMark(match, action.to)
      case 'notrack':
        return looksAtState(match)
      default:
        return action.kind === 'unknown' && action.mayDecide && !isFixed(match)
    }
  })
  const again = (): Match => unsure('what was asked before', match.at)
  return depends || (match.kind === 'unknown' && !match.stable) ? again() : match
}

/** Tests that nothing can turn that leaves the packet its addresses. */
function isFixed({ kind }: Match): boolean {
  return kind === 'family' || kind === 'protocol' || kind === 'interface' || kind === 'constant'
}

function looksAtMark(match: Match, of: 'packet' | 'connection'): boolean {
  switch (match.kind) {
    case 'mark':
      return match.of === of
    case 'set':
    case 'boxes':
      return match.fields.some((field) => field.kind === 'mark' && field.of === of)
    case 'any':
      return match.of.some((all) => all.some((one) => looksAtMark(one, of)))
  }
  return false
}

function looksAtState(match: Match): boolean {
  if (match.kind === 'any') return match.of.some((all) => all.some(looksAtState))
  if (match.kind === 'set' || match.kind === 'boxes') {
    return match.fields.some(({ kind }) => kind === 'state')
  }
  return match.kind === 'state' || match.kind === 'translated'
}
