// Log decides nothing, and the targets without order have no rule that logs.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { aboutRule } from '../emit/complain.ts'
import { directions, type Policy, type PolicySet, type Rule, type Section } from '../ir/types.ts'

/** The set without its rules that log, each of which is reported as NP5011. */
export function withoutLogs(set: PolicySet, reporter: Reporter): PolicySet {
  let hasLogs = false
  for (const policy of set.tiers.flatMap(({ policies }) => policies)) {
    for (const rule of logsOf(policy)) {
      hasLogs = true
      aboutRule(policy, rule, reporter)('NP5011', 'nothing is logged in the output')
    }
  }
  if (!hasLogs) return set
  return {
    tiers: set.tiers.map((tier) => ({ ...tier, policies: tier.policies.map(withoutLog) })),
  }
}

function logsOf(policy: Policy): readonly Rule[] {
  return directions.flatMap((direction) =>
    (policy[direction]?.rules ?? []).filter(({ action }) => action === 'log'),
  )
}

function withoutLog(policy: Policy): Policy {
  const of = (section: Section | null): Section | null =>
    section && { ...section, rules: section.rules.filter(({ action }) => action !== 'log') }
  return { ...policy, ingress: of(policy.ingress), egress: of(policy.egress) }
}
