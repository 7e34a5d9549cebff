// One policy of the IR as one Calico NetworkPolicy.

import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy, aboutRule, type Complain } from '../../src/emit/complain.ts'
import { onlyNamespace } from '../../src/ir/selector.ts'
import {
  type Action,
  type Direction,
  directions,
  type Policy,
  type Tier,
} from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { maxRules, maxSelectorLength } from './limits.ts'
import { calicoName } from './names.ts'
import type { CalicoOptions } from './options.ts'
import { calicoRules } from './rules.ts'
import { isNever, normalForm, printPodSelector, selectorFault } from './selector.ts'
import type { CalicoPolicy, TracedRule } from './types.ts'

/** The policy at `index` of its tier; null where nothing can or need be written. */
export function calicoPolicy(
  policy: Policy,
  index: number,
  tier: Tier,
  options: CalicoOptions,
  reporter: Reporter,
): CalicoPolicy | null {
  const { namespace } = policy
  const complain = aboutPolicy(policy, reporter)
  const selector = subjectSelector(policy, options, complain)
  if (namespace === null || selector === null) return null
  const governed = directions.filter((direction) => policy[direction] !== null)
  // Types must not be empty: Calico would read that as its default, not as "none".
  if (governed.length === 0) return null
  const name = calicoName(policy.name, options.tier, options.version)
  if (name !== policy.name) complain('NP5008', `it is named "${name}" in Calico`)
  return {
    name,
    namespace,
    tier: options.version.tiers ? options.tier : null,
    order: orderOf(policy, index, tier, options),
    selector,
    types: governed.map((direction) => typeNames[direction]),
    ingress: tracedRules(policy, 'ingress', namespace, options, reporter),
    egress: tracedRules(policy, 'egress', namespace, options, reporter),
    origin: policy.origin,
  }
}

const typeNames = { ingress: 'Ingress', egress: 'Egress' } as const

/** Where order has a meaning in the source it is kept; else the user's choice. */
function orderOf(
  policy: Policy,
  index: number,
  { combining }: Tier,
  { order, orderStep }: CalicoOptions,
): number | null {
  return combining === 'first-match' ? policy.order : order + index * orderStep
}

// A policy's own namespace is implied: Calico confines a NetworkPolicy to it.
function subjectSelector(
  { namespace, subject }: Policy,
  { version }: CalicoOptions,
  complain: Complain,
): string | null {
  if (onlyNamespace(subject.namespaces) !== namespace) {
    complain('NP5001', 'Calico confines a NetworkPolicy to pods of its own namespace')
    return null
  }
  const pods = normalForm(subject.pods)
  if (isNever(pods)) return null
  const fault = selectorFault(pods, 'pod')
  if (fault !== undefined) {
    complain(fault.code, fault.fact)
    return null
  }
  const text = printPodSelector(pods)
  if (version.enforcesLimits && text.length > maxSelectorLength) {
    complain('NP5001', tooLong('pod selector', 'characters', text.length, maxSelectorLength))
  }
  return text
}

function tracedRules(
  policy: Policy,
  direction: Direction,
  namespace: string,
  { version }: CalicoOptions,
  reporter: Reporter,
): readonly TracedRule[] | null {
  const section = policy[direction]
  if (section === null) return null
  const traced = section.rules.flatMap((rule) => {
    const complain = aboutRule(policy, rule, reporter)
    checkAction(rule.action, version.tiers, complain)
    const context = { namespace, enforcesLimits: version.enforcesLimits, complain }
    const places = rule.origins.map(describeOrigin).join(', ')
    return calicoRules(rule, direction, context).map((one) => ({ rule: one, places }))
  })
  if (version.enforcesLimits && traced.length > maxRules) {
    const fact = tooLong(direction, 'rules', traced.length, maxRules)
    aboutPolicy(policy, reporter)('NP5001', fact, { help: 'split the policy in two' })
  }
  return traced
}

function checkAction(action: Action, tiers: boolean, complain: Complain): void {
  if (action === 'pass' && !tiers) complain('NP5001', 'Calico has no Pass before 3.29')
}

function tooLong(what: string, unit: string, count: number, most: number): string {
  return `${what} has ${count} ${unit} in Calico's form, and Calico takes ${most}`
}
