// One policy of the IR as the ClusterNetworkPolicies that it needs: one for each alternative of its
// subject, and one for every 25 rules. In a sequence they decide as the one policy does: whom two
// alternatives select, the second tells nothing that the first has not told.
import { chunks } from '../../src/algebra/order.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy, aboutRule } from '../../src/emit/complain.ts'
import type { ManifestMap, ManifestValue } from '../../src/emit/manifest.ts'
import type { Direction, Policy } from '../../src/ir/types.ts'
import { maxRules } from './limits.ts'
import { adminRules } from './rules.ts'
import { podChoices } from './selector.ts'

/** What one ClusterNetworkPolicy says, before it has a name and a priority. */
export interface Piece {
  readonly policy: Policy
  /** Its place among those of the policy, or null for the only one. */
  readonly number: number | null
  readonly subject: ManifestMap
  /** Empty where the direction is left alone. */
  readonly ingress: readonly ManifestValue[]
  readonly egress: readonly ManifestValue[]
}

/** The pieces of a policy, in the order in which they must stand; none where it has no rules. */
export function piecesOf(policy: Policy, reporter: Reporter): readonly Piece[] {
  const ofDirection = (direction: Direction): readonly (readonly ManifestValue[])[] => {
    const rules = policy[direction]?.rules ?? []
    const made = adminRules(rules, direction, (rule) => aboutRule(policy, rule, reporter))
    return chunks(made, maxRules)
  }
  const [ingress, egress] = [ofDirection('ingress'), ofDirection('egress')]
  const parts = Array.from({ length: Math.max(ingress.length, egress.length) }, (_, at) => at)
  const pieces = podChoices(policy.subject, aboutPolicy(policy, reporter)).flatMap((subject) =>
    parts.map((at) => ({ subject, ingress: ingress[at] ?? [], egress: egress[at] ?? [] })),
  )
  const isOne = pieces.length === 1
  return pieces.map((piece, index) => ({ ...piece, policy, number: isOne ? null : index + 1 }))
}
