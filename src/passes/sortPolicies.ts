// Policies in one order, whatever the order of files: the meaning of a tier does not depend on it.
import { byCodeUnit } from '../algebra/order.ts'
import type { Pass } from './pass.ts'

/** Sorts the policies of each tier by namespace, then name. Policies of the cluster come first. */
export const sortPolicies: Pass = {
  name: 'sortPolicies',
  of: 'tier',
  change: (tier) => ({
    ...tier,
    policies: [...tier.policies].sort(
      (a, b) => byCodeUnit(a.namespace ?? '', b.namespace ?? '') || byCodeUnit(a.name, b.name),
    ),
  }),
}
