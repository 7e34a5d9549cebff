// Policies of any kind as NetworkPolicies can be: each in one namespace, allowing only, isolating whom it
// selects, under names that no two share.
import { aboutPolicy } from '../../../src/emit/complain.ts'
import { validName } from '../../../src/emit/names.ts'
import type { EmitContext, Target } from '../../../src/emit/target.ts'
import {
  alternatives,
  and,
  exists,
  isIn,
  not,
  onlyNamespace,
  type Requirement,
  testsParts,
} from '../../../src/ir/selector.ts'
import type { Policy, PolicySet, Section, Selector, Tier } from '../../../src/ir/types.ts'
import { lowerToUnordered } from '../../../src/lowering/index.ts'
import { perNamespace } from '../../../src/lowering/snapshot.ts'
import type { Origin } from '../../../src/source/origin.ts'
import { allowWords, denyWords } from './capabilities.ts'
import { hasAdminTiers } from './options.ts'

const tier: Omit<Tier, 'policies'> = {
  name: 'kubernetes',
  combining: 'deny-overrides',
  default: 'deny',
  ownNode: 'always-allowed',
}

/** Where denies stand that come before every NetworkPolicy. */
export const adminTier: Omit<Tier, 'policies'> = {
  name: 'admin',
  combining: 'first-match',
  default: 'pass',
  ownNode: 'governed',
}

/** The set as NetworkPolicies can say it; what they cannot is reported. */
export function lower(set: PolicySet, target: Target, context: EmitContext): PolicySet {
  const { name, proof } = target
  const canDeny = hasAdminTiers(context.options) ? denyWords : null
  const unordered = lowerToUnordered(
    set,
    { name, proof, can: allowWords, canDeny, tier, alwaysIsolates: true },
    context,
  )
  const policies = unordered.tiers.flatMap((one) => one.policies)
  reportMissing(policies, context)
  const single = policies
    .flatMap((policy) => onlyWith(policy, 'allow'))
    .flatMap((policy) => inNamespaces(policy, context))
    .flatMap(withOneSelector)
    .map(isolating)
  const denies = policies
    .flatMap((policy) => onlyWith(policy, 'deny'))
    .map((policy) => ({ ...policy, namespace: null }))
  const homes = new Map(
    set.tiers.flatMap((one) =>
      one.policies.map(({ namespace, name, origin }) => [`${namespace}/${name}`, origin] as const),
    ),
  )
  const kept = { ...tier, policies: named(single, homes, context) }
  return { tiers: denies.length === 0 ? [kept] : [{ ...adminTier, policies: denies }, kept] }
}

/** The part of a policy that allows and isolates, or the one that denies; none where it is empty. */
function onlyWith(policy: Policy, action: 'allow' | 'deny'): readonly Policy[] {
  const of = (section: Section | null): Section | null => {
    if (section === null) return null
    const rules = section.rules.filter((rule) => rule.action === action)
    const isolates = action === 'allow' && section.isolates
    return isolates || rules.length > 0 ? { isolates, rules } : null
  }
  const [ingress, egress] = [of(policy.ingress), of(policy.egress)]
  return ingress === null && egress === null ? [] : [{ ...policy, ingress, egress }]
}

function inNamespaces(policy: Policy, { cluster, reporter }: EmitContext): readonly Policy[] {
  const found = perNamespace(policy, cluster)
  if (found !== null) return found
  aboutPolicy(policy, reporter)(
    'NP5001',
    'kubernetes cannot express a policy of the whole cluster',
    {
      help: 'with --cluster it is written for each namespace of a snapshot',
    },
  )
  return []
}

/** Where policies of the cluster are written for each namespace of a snapshot, it must have them all. */
function reportMissing(policies: readonly Policy[], { cluster, reporter }: EmitContext): void {
  if (cluster === null || policies.every((one) => perNamespace(one, null) !== null)) return
  const known = new Set(cluster.namespaces.map(({ name }) => name))
  for (const policy of policies) {
    const own = onlyNamespace(policy.subject.namespaces)
    if (own === null || known.has(own)) continue
    aboutPolicy(policy, reporter)('NP4003', `the snapshot has no namespace "${own}"`)
    known.add(own)
  }
}

/** A podSelector has no "or": each alternative becomes a policy. */
function withOneSelector(policy: Policy): readonly Policy[] {
  const { subject } = policy
  if (testsParts(subject.pods)) return [policy]
  const cases = alternatives(subject.pods)
  if (cases.length === 1) return [policy]
  return cases.map((requirements) => {
    return { ...policy, subject: { ...subject, pods: and(requirements.map(testOf)) } }
  })
}

function testOf({ key, operator, values }: Requirement): Selector {
  switch (operator) {
    case 'In':
      return isIn(key, values)
    case 'NotIn':
      return not(isIn(key, values))
    case 'Exists':
      return exists(key)
    case 'DoesNotExist':
      return not(exists(key))
  }
}

/** To be selected is to be isolated. */
function isolating(policy: Policy): Policy {
  const of = (section: Section | null): Section | null => section && { ...section, isolates: true }
  return { ...policy, ingress: of(policy.ingress), egress: of(policy.egress) }
}

/** Longest name, with room for a number behind it. */
const maxLength = 245

/**
 * Names that the API server takes, each once in its namespace. `homes` tells whose a name is in the
 * source: a policy of the cluster must not take the place of one of the namespace.
 */
function named(
  policies: readonly Policy[],
  homes: ReadonlyMap<string, Origin>,
  { reporter }: EmitContext,
): readonly Policy[] {
  const taken = new Set(policies.map(({ namespace, name }) => `${namespace}/${name}`))
  const used = new Set<string>()
  return policies.map((policy) => {
    const base = validName(policy.name, maxLength)
    let name = base
    const isFree = (one: string): boolean => {
      const key = `${policy.namespace}/${one}`
      const isOwn = one === policy.name ? homes.get(key) === policy.origin : !taken.has(key)
      return !used.has(key) && (isOwn || !homes.has(key))
    }
    for (let at = 2; !isFree(name); at += 1) name = `${base}-${at}`
    used.add(`${policy.namespace}/${name}`)
    if (name === policy.name) return policy
    aboutPolicy(policy, reporter)(
      'NP5008',
      `it is named "${policy.namespace}/${name}" in Kubernetes`,
    )
    return { ...policy, name }
  })
}
