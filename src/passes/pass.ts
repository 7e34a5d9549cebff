// What a pass is: a step from one form of the IR to a simpler one that means the same.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Policy, PolicySet, Rule, Section } from '../ir/types.ts'

/** A step of the pipeline. It never changes a verdict; it may report what it finds. */
export interface Pass {
  /** Verb and noun, in camel case. */
  readonly name: string
  readonly run: (set: PolicySet, reporter: Reporter) => PolicySet
}

/** A pass that works on one rule at a time; a rule for which `change` gives null is dropped. */
export function rulePass(
  name: string,
  change: (rule: Rule, policy: Policy, reporter: Reporter) => Rule | null,
): Pass {
  return policyPass(name, (policy, reporter) => {
    const inSection = ({ isolates, rules }: Section): Section => ({
      isolates,
      rules: rules.flatMap((rule) => change(rule, policy, reporter) ?? []),
    })
    const { ingress, egress } = policy
    return {
      ...policy,
      ingress: ingress && inSection(ingress),
      egress: egress && inSection(egress),
    }
  })
}

/** A pass that works on one policy at a time. */
export function policyPass(
  name: string,
  change: (policy: Policy, reporter: Reporter) => Policy,
): Pass {
  return {
    name,
    run: ({ tiers }, reporter) => ({
      tiers: tiers.map((tier) => ({
        ...tier,
        policies: tier.policies.map((policy) => change(policy, reporter)),
      })),
    }),
  }
}
