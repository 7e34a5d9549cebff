// One policy of the IR as the rule, or rules, of one CiliumNetworkPolicy.

import { aboutPolicy, aboutRule } from '../../src/emit/complain.ts'
import { type Commented, commented, type ManifestMap } from '../../src/emit/manifest.ts'
import type { EmitContext } from '../../src/emit/target.ts'
import {
  type Direction,
  directions,
  type Policy,
  type Rule,
  type Section,
} from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { checkBlocks } from './inCluster.ts'
import type { CiliumOptions } from './options.ts'
import { ciliumRules, nobody, unseenHelp, unseenText } from './rules.ts'
import { subjectSelectors } from './selector.ts'
import { since } from './versions.ts'

/** The rules, one for each alternative of the subject; empty where nothing can or need be written. */
export function policyRules(
  policy: Policy,
  options: CiliumOptions,
  context: EmitContext,
): readonly ManifestMap[] {
  const complain = aboutPolicy(policy, context.reporter)
  const subject = subjectSelectors(policy)
  if (!subject.ok) {
    for (const { code, fact } of subject.faults) complain(code, fact)
    return []
  }
  for (const key of subject.unseen) complain('NP5005', unseenText(key), { help: unseenHelp })
  const sections = directions.flatMap((direction) => {
    const section = policy[direction]
    return section === null ? [] : sectionLists(policy, direction, section, options, context)
  })
  // Cilium refuses a rule without any list; such a policy says nothing anyway.
  if (sections.length === 0) return []
  return subject.selectors.map((endpointSelector) => ({
    description: `from ${describeOrigin(policy.origin)}`,
    endpointSelector,
    enableDefaultDeny: options.minor >= since.enableDefaultDeny ? defaultDeny(policy) : undefined,
    ...Object.fromEntries(sections),
  }))
}

/** Said for both directions: left out, Cilium would guess it from the rules. */
function defaultDeny({ ingress, egress }: Policy): ManifestMap {
  return { ingress: ingress?.isolates ?? false, egress: egress?.isolates ?? false }
}

/** The lists of one direction by their keys: `ingress`, and `ingressDeny` where something denies. */
function sectionLists(
  policy: Policy,
  direction: Direction,
  section: Section,
  options: CiliumOptions,
  context: EmitContext,
): readonly [string, readonly (Commented | ManifestMap)[]][] {
  if (!section.isolates && options.minor < since.enableDefaultDeny) {
    const complain = aboutPolicy(policy, context.reporter)
    const fact = `Cilium before 1.${since.enableDefaultDeny} cannot select a pod without isolating it`
    complain('NP5001', fact)
  }
  const made = (action: Rule['action']): readonly Commented[] =>
    section.rules
      .filter((rule) => rule.action === action)
      .flatMap((rule) => tracedRules(policy, rule, direction, options, context))
  const [allow, deny] = [made('allow'), made('deny')]
  const marker = section.isolates && allow.length + deny.length === 0 ? [nobody(direction)] : []
  const lists: readonly [string, readonly (Commented | ManifestMap)[]][] = [
    [direction, [...allow, ...marker]],
    [`${direction}Deny`, deny],
  ]
  return lists.filter(([, list]) => list.length > 0)
}

function tracedRules(
  policy: Policy,
  rule: Rule,
  direction: Direction,
  options: CiliumOptions,
  { fidelity, reporter }: EmitContext,
): readonly Commented[] {
  const complain = aboutRule(policy, rule, reporter)
  const places = rule.origins.map(describeOrigin).join(', ')
  checkBlocks(rule, direction, options, fidelity, complain)
  return ciliumRules(rule, direction, options.minor, complain).map((one) => commented(places, one))
}
