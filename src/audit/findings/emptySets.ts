// NP8113: rules that ask for members of a set that has none.
import type { NamedSet } from '../../ruleset/types.ts'
import {
  count,
  type FindingContext,
  few,
  firstLine,
  labelRule,
  listNames,
  nameRule,
} from './context.ts'
import { nameSet, type SetSpace, type SetUse, setSpaces } from './setUses.ts'

interface EmptySet {
  readonly set: NamedSet
  /** Rules that ask for members; asking for what is not in it always holds. */
  readonly uses: readonly SetUse[]
}

/** One finding for each empty set of nobody's, and one for all of a generator's. */
export function emptySets(context: FindingContext): void {
  for (const space of setSpaces(context.ruleset)) {
    const byOwner = new Map<string, EmptySet[]>()
    for (const set of space.sets.values()) {
      const uses = (space.uses.get(set.name) ?? []).filter(({ match }) => match?.negated === false)
      if (uses.length === 0 || !isEmpty(set, space, new Set())) continue
      const owner = context.recognition.set(set.name)?.generator
      if (owner === undefined) reportSet(context, space, { set, uses })
      else byOwner.set(owner, [...(byOwner.get(owner) ?? []), { set, uses }])
    }
    for (const [owner, empty] of byOwner) reportOwned(context, owner, empty)
  }
}

/** Whether a set surely has no member; a list has none where none of its sets has. */
function isEmpty(set: NamedSet, space: SetSpace, seen: Set<string>): boolean {
  if (!set.isKnown || set.elements.some(({ isException }) => !isException)) return false
  if (set.members === null) return true
  if (seen.has(set.name)) return true
  seen.add(set.name)
  return set.members.every((name) => {
    const member = space.sets.get(name)
    return member !== undefined && isEmpty(member, space, seen)
  })
}

function reportSet(context: FindingContext, space: SetSpace, { set, uses }: EmptySet): void {
  const [first, ...others] = uses
  if (first === undefined) return
  context.reporter.report('NP8113', {
    message: `${nameRule(context, first.place)}, asks for members of ${nameSet(set.name, space)}, which has none: it matches nothing`,
    at: first.match?.at ?? first.place.rule.at,
    label: 'no members',
    also: few([
      { span: firstLine(set.at), text: 'no members' },
      ...others.map(({ place }) => labelRule(context, place, 'asks for them too')),
    ]),
  })
}

function reportOwned(context: FindingContext, owner: string, empty: readonly EmptySet[]): void {
  const labels = empty.flatMap(({ set, uses }) =>
    uses.slice(0, 1).map(({ place }) => labelRule(context, place, `asks ${set.name}`)),
  )
  const [first, ...others] = labels
  const names = listNames(empty.map(({ set }) => set.name))
  context.reporter.report('NP8113', {
    message: `rules ask for members of ${count(empty.length, 'set')} of ${owner} without members: ${names}`,
    at: first?.span,
    label: first?.text ?? '',
    also: few(others),
  })
}
