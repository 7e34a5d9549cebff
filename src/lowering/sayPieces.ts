// Pieces back as rules of the IR, in the words that a target has.
import type { Capabilities } from '../emit/target.ts'
import { everyone } from '../ir/selector.ts'
import type { Direction, Rule } from '../ir/types.ts'
import type { Unsaid } from './decisions.ts'
import { Refusal } from './limit.ts'
import type { World } from './peers.ts'
import type { Piece, Shape } from './pieces.ts'
import { isPlain, sayProduct, saysConditions } from './sayRules.ts'

/** What a set is lowered for. */
export interface LoweringContext {
  readonly world: World
  /** What rules of each kind can say in each direction. */
  readonly words: Readonly<Record<'allow' | 'deny', Readonly<Record<Direction, Capabilities>>>>
  readonly shape: Shape
  /** Called for what has no exact words, with the reason. */
  readonly unsaid: (one: Unsaid) => void
}

/** A piece as rules; what has no words is left out of an allow, and said. */
export function rulesOf(
  piece: Piece,
  direction: Direction,
  { world, words: said, unsaid }: LoweringContext,
): readonly Rule[] {
  const { policy, rule, product, isIntact, verdict } = piece
  const can = said[verdict][direction]
  const made = (words: Pick<Rule, 'peers' | 'traffic'>): Rule => ({
    ...words,
    action: verdict,
    subjects: everyone,
    conditions: product.conditions,
    origins: rule?.origins ?? [policy.origin],
  })
  if (!saysConditions(product.conditions, can)) {
    unsaid({ policy, rule, reason: `the condition "${product.conditions.join('", "')}"` })
    return []
  }
  if (isIntact && rule !== null && isPlain(rule, can)) return [made(rule)]
  try {
    const { words, lost } = sayProduct(product, world, can)
    for (const reason of lost) unsaid({ policy, rule, reason })
    return words.map(made)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    unsaid({ policy, rule, reason: error.message })
    return []
  }
}
