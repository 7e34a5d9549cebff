// What a pass is: a step from one form of the IR to a simpler one that means the same.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Policy, Rule, Section, Tier } from '../ir/types.ts'

/** What a pass works on at a time. It never changes a verdict; it may report what it finds. */
export type Pass =
  /** One rule; null drops it. */
  | {
      readonly name: string
      readonly of: 'rule'
      readonly change: (rule: Rule, reporter: Reporter) => Rule | null
    }
  /** One policy as a whole, its rules being what they are. */
  | { readonly name: string; readonly of: 'policy'; readonly change: (policy: Policy) => Policy }
  /** One tier, after its policies are done. */
  | { readonly name: string; readonly of: 'tier'; readonly change: (tier: Tier) => Tier }

/** Runs passes, in their order, in one walk over a tier. */
export function runPasses(passes: readonly Pass[], tier: Tier, reporter: Reporter): Tier {
  const done = {
    ...tier,
    policies: tier.policies.map((policy) => runOnPolicy(passes, policy, reporter)),
  }
  return passes.reduce<Tier>(
    (current, pass) => (pass.of === 'tier' ? pass.change(current) : current),
    done,
  )
}

function runOnPolicy(passes: readonly Pass[], policy: Policy, reporter: Reporter): Policy {
  const ingress = policy.ingress && runOnSection(passes, policy.ingress, reporter)
  const egress = policy.egress && runOnSection(passes, policy.egress, reporter)
  const isSame = ingress === policy.ingress && egress === policy.egress
  return passes.reduce<Policy>(
    (current, pass) => (pass.of === 'policy' ? pass.change(current) : current),
    isSame ? policy : { ...policy, ingress, egress },
  )
}

/** What no pass changes is handed back as it is. */
function runOnSection(passes: readonly Pass[], section: Section, reporter: Reporter): Section {
  const rules = section.rules.flatMap((rule) => runOnRule(passes, rule, reporter) ?? [])
  const isSame =
    rules.length === section.rules.length && rules.every((rule, at) => rule === section.rules[at])
  return isSame ? section : { ...section, rules }
}

function runOnRule(passes: readonly Pass[], rule: Rule, reporter: Reporter): Rule | null {
  let current: Rule | null = rule
  for (const pass of passes) {
    if (current !== null && pass.of === 'rule') current = pass.change(current, reporter)
  }
  return current
}
