// Telling the user what cannot be written, with the place in their text that it is about.
import type { Code } from '../../src/diagnostics/catalog.ts'
import type { Finding, Reporter } from '../../src/diagnostics/diagnostic.ts'
import type { Policy } from '../../src/ir/types.ts'
import type { Origin } from '../../src/source/origin.ts'

/** Reports a fact about one place; severity and help are the catalogue's unless given. */
export type Complain = (code: Code, fact: string, more?: Pick<Finding, 'severity' | 'help'>) => void

/** Complaints about a place of a policy. */
export function complainAbout(policy: Policy, origin: Origin, reporter: Reporter): Complain {
  const name = policy.namespace === null ? policy.name : `${policy.namespace}/${policy.name}`
  return (code, fact, more = {}) =>
    reporter.report(code, {
      message: `policy "${name}": ${fact}`,
      at: origin.span,
      label: origin.path,
      ...more,
    })
}
