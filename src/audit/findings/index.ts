// What an audit looks for, as a list. One file for each kind of finding.
import { acceptAll } from './acceptAll.ts'
import { beforePolicies } from './beforePolicies.ts'
import { circles } from './circles.ts'
import { type FindingContext, type FindingInput, makeContext } from './context.ts'
import { contradictions } from './contradictions.ts'
import { emptyChains } from './emptyChains.ts'
import { emptySets } from './emptySets.ts'
import { familyDifferences } from './families.ts'
import { fullSets } from './fullSets.ts'
import { limits } from './limits.ts'
import { markConflicts } from './marks.ts'
import { missingChains } from './missingChains.ts'
import { missingSets } from './missingSets.ts'
import { openHooks } from './openHooks.ts'
import { correlation, generalisation } from './order.ts'
import { redundancy } from './redundancy.ts'
import { repliesNotLetOn } from './replies.ts'
import { shadowing } from './shadowing.ts'
import { spoofing } from './spoofing.ts'
import { twoEngines } from './twoEngines.ts'
import { unreachedChains } from './unreachedChains.ts'
import { unreachedRules } from './unreachedRules.ts'
import { unusedSets } from './unusedSets.ts'

export { type FindingContext, type FindingInput, nobodyKnown } from './context.ts'

/** All kinds of findings, in the order in which they are reported. */
export const findings: readonly ((context: FindingContext) => void)[] = [
  missingChains,
  circles,
  missingSets,
  acceptAll,
  openHooks,
  repliesNotLetOn,
  familyDifferences,
  beforePolicies,
  spoofing,
  markConflicts,
  twoEngines,
  contradictions,
  unreachedRules,
  shadowing,
  redundancy,
  generalisation,
  correlation,
  unreachedChains,
  emptyChains,
  emptySets,
  unusedSets,
  fullSets,
  limits,
]

/** Reports everything that is odd in a rule set. */
export function findAll(input: FindingInput): void {
  const context = makeContext(input)
  for (const find of findings) find(context)
}
