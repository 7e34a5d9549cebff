// The proof of a migration: what is written, read back, against what it came from; and for each policy
// of the source whether some flow that it decides differs.
import { nothing } from '../algebra/diagram.ts'
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
  /** Whether assumption A2 was needed. */
  readonly ownNodeAssumed: boolean
}

/** Compares source and output in both directions, over every endpoint that could exist. */
export function proveMigration(
  source: PolicySet,
  output: PolicySet,
  premises: Premises,
): MigrationProof {
  const results = directions.map((direction) => ({
    direction,
    result: compareDirection(source, output, direction, premises),
  }))
  return {
    differences: results.flatMap(({ direction, result }) =>
      result.kind === 'different' ? differencesOf(direction, result, source, output, premises) : [],
    ),
    undecided: results.flatMap(({ direction, result }) =>
      result.kind === 'undecided' ? [direction] : [],
    ),
    ownNodeAssumed: results.some(
      ({ result }) => result.kind !== 'undecided' && result.ownNodeAssumed,
    ),
  }
}

type Different = Extract<Comparison, { kind: 'different' }>

/** One difference for each rule and policy that decides flows that differ. */
function differencesOf(
  direction: Direction,
  { sides, opened, closed }: Different,
  source: PolicySet,
  output: PolicySet,
  premises: Premises,
): readonly Difference[] {
  const { encoder, before, after } = sides
  const { store } = encoder
  const losses = [
    { loss: 'narrower', flows: closed },
    { loss: 'wider', flows: opened },
  ] as const
  return losses.flatMap(({ loss, flows }) => {
    if (flows === nothing) return []
    const inSource = decidersOf(before, flows, encoder)
    const left = inSource.reduce((rest, one) => store.minus(rest, one.flows), flows)
    const inOutput = decidersOf(after, left, encoder)
    const deciders = [
      ...inSource.map((one) => ({ ...one, side: 'source' as const })),
      ...inOutput.map((one) => ({ ...one, side: 'output' as const })),
    ]
    return deciders.map(({ flows: set, policy, rule, side }): Difference => {
      const example = witness(set, sides)
      recheck(example, loss, direction, [source, output], premises)
      return { loss, direction, example, policy, rule, side }
    })
  })
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
