// Whether two rules say the same, wherever they stand: deleting a rule names it by what it says.
import type { Rule } from '../../../src/ruleset/types.ts'

/** Whether matches, in whatever order, actions and comment are equal. */
export function sameRule(a: Rule, b: Rule): boolean {
  return (
    a.matches.length === b.matches.length &&
    a.matches.every((match) => b.matches.some((other) => isSame(match, other))) &&
    isSame([a.actions, a.comment], [b.actions, b.comment])
  )
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b
  const [left, right] = [entriesOf(a), entriesOf(b)]
  return (
    left.length === right.length &&
    left.every(([key, value], at) => key === right[at]?.[0] && isSame(value, right[at]?.[1]))
  )
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([key]) => key !== 'at')
}
