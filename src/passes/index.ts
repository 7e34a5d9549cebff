// The passes that every policy set goes through before it is emitted, in their order.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { PolicySet } from '../ir/types.ts'
import { dropInertRules } from './dropInertRules.ts'
import { mergePeers } from './mergePeers.ts'
import { mergeTraffic } from './mergeTraffic.ts'
import { type Pass, runPasses } from './pass.ts'
import { sortPolicies } from './sortPolicies.ts'
import { sortPeerSelectors, sortSubjectSelectors } from './sortSelectors.ts'

/** The normal form is what stands after the last of them; running them again changes nothing. */
export const passes: readonly Pass[] = [
  sortSubjectSelectors,
  sortPeerSelectors,
  mergeTraffic,
  mergePeers,
  dropInertRules,
  sortPolicies,
]

/** The normal form of a policy set: every verdict is that of the set as read. */
export function normalise({ tiers }: PolicySet, reporter: Reporter): PolicySet {
  return { tiers: tiers.map((tier) => runPasses(passes, tier, reporter)) }
}
