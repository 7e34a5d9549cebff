// Rewriting a policy set into what a target has words for, before it is asked whether it has words for
// all of it.
import type { PolicySet } from '../ir/types.ts'
import type { EmitContext, Target } from './target.ts'

/** The set as the target would say it; the proof sees the set as it was. */
export function lowered(set: PolicySet, { lower }: Target, context: EmitContext): PolicySet {
  return lower === undefined ? set : lower(set, context)
}
