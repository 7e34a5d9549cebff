// Lowering of a whole policy set, whatever its tiers and orders, into one tier without order: allows and,
// where the target has them, denies that win. Exact as far as the target has words; the rest is said.
import {
  type Direction,
  directions,
  type Policy,
  type PolicySet,
  type Rule,
  type Section,
} from '../ir/types.ts'
import { type LabelBox, podBoxes, podMatchOf } from './labels.ts'
import { subjectsText, unorderedOf } from './pieces.ts'
import { type LoweringContext, rulesOf } from './sayPieces.ts'
import { simplified } from './simplify.ts'

/** Policies without order that together mean what the set means; several may have one name. */
export function unorderedPolicies(set: PolicySet, context: LoweringContext): readonly Policy[] {
  const { world, shape, unsaid } = context
  const groups = new Groups()
  for (const direction of directions) {
    const { pieces, isolations } = unorderedOf(set, direction, world, shape, unsaid)
    for (const { policy, subjects } of isolations) groups.isolate(policy, direction, subjects)
    for (const piece of pieces) {
      groups.add(
        piece.policy,
        direction,
        piece.product.subjects,
        rulesOf(piece, direction, context),
      )
    }
  }
  const order = new Map(set.tiers.flatMap(({ policies }) => policies).map((one, at) => [one, at]))
  return groups.policies(order)
}

interface Group {
  readonly policy: Policy
  /** Null for all of the policy's own subject. */
  readonly box: LabelBox | null
  readonly sections: Record<Direction, { isolates: boolean; rules: Rule[] } | null>
}

/** What is written for each policy and each part of its subject. */
class Groups {
  private readonly byPolicy = new Map<Policy, Map<string, Group>>()
  private readonly own = new Map<Policy, string>()

  /** Rules for some subjects of a policy; without any, the subjects are isolated all the same. */
  add(
    policy: Policy,
    direction: Direction,
    subjects: readonly LabelBox[],
    rules: readonly Rule[],
  ): void {
    for (const section of this.sectionsFor(policy, direction, subjects))
      section.rules.push(...rules)
  }

  isolate(policy: Policy, direction: Direction, subjects: readonly LabelBox[]): void {
    for (const section of this.sectionsFor(policy, direction, subjects)) section.isolates = true
  }

  private sectionsFor(
    policy: Policy,
    direction: Direction,
    subjects: readonly LabelBox[],
  ): readonly { isolates: boolean; rules: Rule[] }[] {
    const isWhole = subjectsText(subjects) === this.ownText(policy)
    const boxes = isWhole ? [null] : simplified(subjects)
    return boxes.map((box) => {
      const { sections } = this.groupFor(policy, box)
      const section = sections[direction] ?? { isolates: false, rules: [] }
      sections[direction] = section
      return section
    })
  }

  private ownText(policy: Policy): string {
    const known = this.own.get(policy) ?? subjectsText(podBoxes(policy.subject))
    this.own.set(policy, known)
    return known
  }

  private groupFor(policy: Policy, box: LabelBox | null): Group {
    const groups = this.byPolicy.get(policy) ?? new Map<string, Group>()
    this.byPolicy.set(policy, groups)
    const key = box === null ? '' : subjectsText([box])
    const group = groups.get(key) ?? { policy, box, sections: { ingress: null, egress: null } }
    groups.set(key, group)
    return group
  }

  /** In the order of the source. */
  policies(order: ReadonlyMap<Policy, number>): readonly Policy[] {
    return [...this.byPolicy]
      .sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
      .flatMap(([, groups]) => [...groups.values()].map(policyOf))
      .filter(({ ingress, egress }) => says(ingress) || says(egress))
  }
}

function policyOf({ policy, box, sections }: Group): Policy {
  return {
    ...policy,
    subject: box === null ? policy.subject : podMatchOf(box),
    ingress: sections.ingress,
    egress: sections.egress,
    order: null,
  }
}

function says(section: Section | null): boolean {
  return section !== null && (section.isolates || section.rules.length > 0)
}
