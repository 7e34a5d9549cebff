// Telling the user what a target cannot write, with the place in their text that it is about.
import type { Code } from '../diagnostics/catalog.ts'
import type { Finding, Reporter } from '../diagnostics/diagnostic.ts'
import type { Policy, Rule } from '../ir/types.ts'
import type { Origin } from '../source/origin.ts'

/** Reports a fact about one place; severity and help are the catalogue's unless given. */
export type Complain = (code: Code, fact: string, more?: Pick<Finding, 'severity' | 'help'>) => void

/** Complaints about a policy as a whole. */
export function aboutPolicy(policy: Policy, reporter: Reporter): Complain {
  return about(policy, policy.origin, reporter)
}

/** Complaints about one rule of a policy. */
export function aboutRule(policy: Policy, rule: Rule, reporter: Reporter): Complain {
  return about(policy, rule.origins[0], reporter)
}

function about(policy: Policy, origin: Origin, reporter: Reporter): Complain {
  const name = policy.namespace === null ? policy.name : `${policy.namespace}/${policy.name}`
  return (code, fact, more = {}) =>
    reporter.report(code, {
      message: `policy "${name}": ${fact}`,
      at: origin.span,
      label: origin.path,
      ...more,
    })
}
