// The proof of a migration: what is written, read back, against what it came from; and for each policy
// of the source whether some flow that it decides differs.
import { type Diagram, LimitReached, nothing } from '../algebra/diagram.ts'
import type { Flow } from '../cluster/types.ts'
import { type Direction, directions, type Policy, type PolicySet, type Rule } from '../ir/types.ts'
import { decidersOf } from '../proof/attribute.ts'
import { type Comparison, compareDirection, type Premises } from '../proof/compare.ts'
import { witness } from '../proof/witness.ts'
import { decide } from '../semantics/evaluate.ts'

/** Which way an output differs. */
export type Loss = 'narrower' | 'wider'

/** A flow that a policy of the source, or of the output, decides, and that the two decide differently. */
export interface Difference {
  readonly loss: Loss
  readonly direction: Direction
  readonly example: Flow
  /** Null where neither has a policy that decides it. */
  readonly policy: Policy | null
  readonly rule: Rule | null
  readonly side: 'source' | 'output'
}

/** What was found out. */
export interface MigrationProof {
  readonly differences: readonly Difference[]
  /** Directions that the budget did not suffice for. */
  readonly undecided: readonly Direction[]
  /** Whether each difference is known by what decides it; else any policy may be the reason. */
  readonly isAttributed: boolean
  /** Whether assumption A2 was needed. */
  readonly ownNodeAssumed: boolean
}

/**
 * Compares source and output in both directions, over every endpoint that could exist. Never throws for
 * lack of budget: a direction is undecided, or its differences are of no policy.
 */
export function proveMigration(
  source: PolicySet,
  output: PolicySet,
  premises: Premises,
): MigrationProof {
  const results = directions.map((direction) => {
    const result = compareDirection(source, output, direction, premises)
    const found = result.kind === 'different' ? differencesOf(direction, result) : []
    for (const { loss, example } of found ?? []) {
      recheck(example, loss, direction, [source, output], premises)
    }
    return { direction, result, found }
  })
  return {
    differences: results.flatMap(({ found }) => found ?? []),
    undecided: results.flatMap(({ direction, result, found }) =>
      result.kind === 'undecided' || found === null ? [direction] : [],
    ),
    isAttributed: results.every(({ found }) => found?.every(({ policy }) => policy) ?? false),
    ownNodeAssumed: results.some(
      ({ result }) => result.kind !== 'undecided' && result.ownNodeAssumed,
    ),
  }
}

type Different = Extract<Comparison, { kind: 'different' }>

/** The differences by what decides them; where that takes too long, one flow of each loss; else null. */
function differencesOf(direction: Direction, result: Different): readonly Difference[] | null {
  const ways = [attributed, unattributed]
  for (const way of ways) {
    result.sides.encoder.store.renewBudget()
    try {
      return lossesOf(result).flatMap(({ loss, flows }) => way(loss, flows, direction, result))
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error
    }
  }
  return null
}

function lossesOf({ closed, opened }: Different): readonly { loss: Loss; flows: Diagram }[] {
  const both = [
    { loss: 'narrower', flows: closed },
    { loss: 'wider', flows: opened },
  ] as const
  return both.filter(({ flows }) => flows !== nothing)
}

/** One difference for each rule and policy that decides flows that differ. */
function attributed(
  loss: Loss,
  flows: Diagram,
  direction: Direction,
  { sides }: Different,
): readonly Difference[] {
  const { encoder, before, after } = sides
  const inSource = decidersOf(before, flows, encoder)
  const left = inSource.reduce((rest, one) => encoder.store.minus(rest, one.flows), flows)
  const inOutput = decidersOf(after, left, encoder)
  return [
    ...inSource.map((one) => ({ ...one, side: 'source' as const })),
    ...inOutput.map((one) => ({ ...one, side: 'output' as const })),
  ].map(({ flows: set, policy, rule, side }) => {
    return { loss, direction, example: witness(set, sides), policy, rule, side }
  })
}

function unattributed(
  loss: Loss,
  flows: Diagram,
  direction: Direction,
  { sides }: Different,
): readonly Difference[] {
  const example = witness(flows, sides)
  return [{ loss, direction, example, policy: null, rule: null, side: 'source' }]
}

/** Every example is decided once more, by the interpreter; a disagreement is a fault of ours. */
function recheck(
  example: Flow,
  loss: Loss,
  direction: Direction,
  sets: readonly [PolicySet, PolicySet],
  premises: Premises,
): void {
  const [before, after] = sets.map((set) => decide(set, example, direction, premises).verdict)
  const expected = loss === 'narrower' ? 'allow' : 'deny'
  if (before !== expected || after === expected) {
    throw new Error(`the proof calls a flow ${loss} that is not (${before}, ${after})`)
  }
}
