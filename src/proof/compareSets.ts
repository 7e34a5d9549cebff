// Two policy sets compared in every way that is reported: what each end enforces, and what gets
// through. The three answers are never mixed.
import { type Diagram, LimitReached } from '../algebra/diagram.ts'
import { type Direction, directions, type PolicySet } from '../ir/types.ts'
import { decide, verdict } from '../semantics/evaluate.ts'
import { type ChangedFlows, type Context, changedFlows } from './changes.ts'
import { compareDirection, happening, type Premises, type Sides } from './compare.ts'
import { compareEndToEnd } from './endToEnd.ts'
import { flowWords } from './words.ts'

/** What is compared: one of the directions, or flows from end to end. */
export type Scope = Direction | 'end-to-end'

/** The answer for one scope: a `Scope`, or a node and an IP version. */
export type ScopeAnswer =
  | { readonly kind: 'equal'; readonly scope: string }
  | {
      readonly kind: 'different'
      readonly scope: string
      readonly opened: Groups
      readonly closed: Groups
    }
  /** The budget was used up. */
  | { readonly kind: 'undecided'; readonly scope: string }

/** Flows that changed in one way. */
export interface Groups {
  readonly groups: readonly ChangedFlows[]
  /** Whether every flow that changed is in one of them. */
  readonly isAll: boolean
  /** The views that the groups' sets belong to. */
  readonly views: readonly Sides[]
}

/** All answers, and whether assumption A2 was needed. */
export interface SetComparison {
  readonly answers: readonly ScopeAnswer[]
  readonly ownNodeAssumed: boolean
}

/** Compares two sets; the answers are ingress, egress, end to end. */
export function compareSets(
  before: PolicySet,
  after: PolicySet,
  premises: Premises,
): SetComparison {
  const compared = directions.map((direction) => ({
    direction,
    result: compareDirection(before, after, direction, premises),
  }))
  const ownNodeAssumed = compared.some(
    ({ result }) => result.kind !== 'undecided' && result.ownNodeAssumed,
  )
  const sets = [before, after] as const
  const answers = compared.map(({ direction, result }): ScopeAnswer => {
    if (result.kind !== 'different') return { kind: result.kind, scope: direction }
    const { sides, opened, closed } = result
    return describe(direction, opened, closed, [sides], sets, premises, result.ownNodeAssumed)
  })
  const isEqual = answers.every(({ kind }) => kind === 'equal')
  const through: ScopeAnswer = isEqual
    ? { kind: 'equal', scope: 'end-to-end' }
    : endToEnd(sets, premises, ownNodeAssumed)
  return { answers: [...answers, through], ownNodeAssumed }
}

function endToEnd(
  sets: readonly [PolicySet, PolicySet],
  premises: Premises,
  ownNodeAssumed: boolean,
): ScopeAnswer {
  const result = compareEndToEnd(...sets, premises)
  if (result.kind !== 'different') return { kind: result.kind, scope: 'end-to-end' }
  const { ingress, egress, opened, closed } = result
  return describe('end-to-end', opened, closed, [ingress, egress], sets, premises, ownNodeAssumed)
}

/** A difference without a flow to show is none that can be told. */
function describe(...parts: Parameters<typeof describeChanges>): ScopeAnswer {
  try {
    return describeChanges(...parts)
  } catch (error) {
    if (error instanceof LimitReached) return { kind: 'undecided', scope: parts[0] }
    throw error
  }
}

function describeChanges(
  scope: Scope,
  opened: Diagram,
  closed: Diagram,
  views: readonly Sides[],
  sets: readonly [PolicySet, PolicySet],
  premises: Premises,
  ownNodeAssumed: boolean,
): ScopeAnswer {
  const [sides] = views
  const context: Context = {
    assume: premises,
    normal: (set) =>
      sides === undefined ? set : happening(set, sides, ownNodeAssumed, premises.facts),
  }
  const groupsOf = (change: 'opened' | 'closed', flows: Diagram): Groups => {
    const found = changedFlows(change, flows, views, sets, context)
    for (const group of found.groups) recheck(group, scope, sets, premises)
    return { ...found, views }
  }
  return {
    kind: 'different',
    scope,
    opened: groupsOf('opened', opened),
    closed: groupsOf('closed', closed),
  }
}

/** Every example shown is decided once more, by the interpreter; a disagreement is a fault of ours. */
function recheck(
  { change, example }: ChangedFlows,
  scope: Scope,
  [before, after]: readonly [PolicySet, PolicySet],
  premises: Premises,
): void {
  const of = (set: PolicySet): string =>
    (scope === 'end-to-end'
      ? verdict(set, example, premises)
      : decide(set, example, scope, premises)
    ).verdict
  const expected = change === 'opened' ? ['deny', 'allow'] : ['allow', 'deny']
  const found = [of(before), of(after)]
  if (found.join() !== expected.join()) {
    throw new Error(
      `the proof calls a flow ${change} that is not (${found.join()}): ${flowWords(example)}`,
    )
  }
}
