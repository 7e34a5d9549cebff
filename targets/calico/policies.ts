// One piece of a tier as one Calico policy.

import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy, aboutRule, type Complain } from '../../src/emit/complain.ts'
import { type Action, type Direction, directions, type PodMatch } from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import type { Band } from './bands.ts'
import { maxRules } from './limits.ts'
import type { CalicoOptions } from './options.ts'
import { calicoRules } from './rules.ts'
import { calicoSubject } from './subject.ts'
import type { NamedPiece } from './ties.ts'
import type { CalicoPolicy, TracedRule } from './types.ts'

/** The policy of a piece, for all of its subjects; null where nothing can or need be written. */
export function calicoPolicy(
  piece: NamedPiece,
  subjects: readonly PodMatch[],
  tier: string,
  { version }: CalicoOptions,
  reporter: Reporter,
): CalicoPolicy | null {
  const { policy, name, band, order } = piece
  const { namespace } = policy
  const complain = aboutPolicy(policy, reporter)
  const subject = calicoSubject(subjects, { namespace, complain, ...version })
  if (subject === null) return null
  const governed = directions.filter((direction) => policy[direction] !== null)
  // Types must not be empty: Calico would read that as its default, not as "none".
  if (governed.length === 0) return null
  if (band === 'whole' && name !== policy.name)
    complain('NP5008', `it is named "${name}" in Calico`)
  return {
    name,
    namespace,
    tier: version.tiers ? tier : null,
    order,
    subject,
    types: governed.map((direction) => typeNames[direction]),
    ingress: tracedRules(piece, 'ingress', version, reporter),
    egress: tracedRules(piece, 'egress', version, reporter),
    comment: `from ${describeOrigin(policy.origin)}${bandWords[band]}`,
    origin: policy.origin,
  }
}

const typeNames = { ingress: 'Ingress', egress: 'Egress' } as const

const bandWords: Readonly<Record<Band, string>> = {
  whole: '',
  deny: ': what it denies, before all that is allowed',
  'default-deny': ': what no rule of the tier decided is denied',
  'default-pass': ': what no rule of the tier decided is left to what comes later',
}

function tracedRules(
  { policy }: NamedPiece,
  direction: Direction,
  version: CalicoOptions['version'],
  reporter: Reporter,
): readonly TracedRule[] | null {
  const section = policy[direction]
  if (section === null) return null
  const traced = section.rules.flatMap((rule) => {
    const complain = aboutRule(policy, rule, reporter)
    checkAction(rule.action, version.tiers, complain)
    const { enforcesLimits } = version
    const context = { namespace: policy.namespace, enforcesLimits, complain }
    const places = rule.origins.map(describeOrigin).join(', ')
    return calicoRules(rule, direction, context).map((one) => ({ rule: one, places }))
  })
  if (version.enforcesLimits && traced.length > maxRules) {
    const fact = `${direction} has ${traced.length} rules in Calico's form, and Calico takes ${maxRules}`
    aboutPolicy(policy, reporter)('NP5014', fact, { help: 'split the policy in two' })
  }
  return traced
}

function checkAction(action: Action, tiers: boolean, complain: Complain): void {
  if (action === 'pass' && !tiers) complain('NP5014', 'Calico has no Pass before 3.29')
}
