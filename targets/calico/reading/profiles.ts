// Profiles: what decides where no policy does, and labels that pods inherit. Calico makes those of pods
// by itself, and the IR takes for granted that they are as it makes them; any others are refused.
import { directions } from '../../../src/ir/types.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import type { RawProfile, RawRule } from './schema.ts'

interface Kind {
  readonly form: RegExp
  /** How the labels begin that its pods inherit. */
  readonly prefix: string
  /** Whether it allows everything, or has no rules: profiles.go, conversion.go. */
  readonly allows: boolean
  readonly pods: string
}

/** The profiles that pods have, and no others. */
const kinds: readonly Kind[] = [
  { form: /^kns\.[^.]+$/, prefix: 'pcns.', allows: true, pods: 'pods of the namespace' },
  { form: /^ksa\.[^.]+\..+$/, prefix: 'pcsa.', allows: false, pods: 'pods of the service account' },
]

/** Made by Calico for host endpoints that it makes. */
const hostProfile = 'projectcalico-default-allow'

/** Reports what of a profile is not as Calico makes it. */
export function checkProfile(raw: RawProfile, name: string, place: Place): void {
  const kind = kinds.find(({ form }) => form.test(name))
  if (kind !== undefined) {
    checkRules(raw, kind, into(place, 'spec'))
    checkLabelsToApply(raw, kind, into(place, 'spec', 'labelsToApply'))
  } else if (name !== hostProfile) {
    complain(into(place, 'metadata', 'name'), 'NP3005', {
      message: `no pod has the profile "${name}"`,
      help: 'it is passed over; pods have "kns.<namespace>" and "ksa.<namespace>.<account>"',
    })
  }
}

function checkRules({ spec }: RawProfile, { allows, pods }: Kind, place: Place): void {
  for (const direction of directions) {
    const rules = spec?.[direction] ?? []
    const [first] = rules
    // Behind a rule that allows everything, no rule is asked.
    if (allows ? first !== undefined && isAllowAll(first) : rules.length === 0) continue
    const usual = allows ? 'everything is allowed there' : 'there are no rules there'
    complain(into(place, direction), 'NP2021', {
      on: 'key',
      message: `the profile decides ${direction} of ${pods} where no policy does, and that is not carried: as Calico makes it, ${usual}`,
      help: `write it as policies of a last tier; without the profile in the input, ${usual}`,
    })
  }
}

function checkLabelsToApply({ spec }: RawProfile, { prefix, pods }: Kind, place: Place): void {
  for (const label of Object.keys(spec?.labelsToApply ?? {})) {
    if (label.startsWith(prefix)) continue
    complain(into(place, label), 'NP2021', {
      on: 'key',
      message: `${pods} inherit the label "${label}", which is not carried: selectors would miss them`,
      help: 'give the pods the label themselves, and take it out of the profile',
    })
  }
}

function isAllowAll({ action, ...tests }: RawRule): boolean {
  return action === 'Allow' && asksNothing(tests)
}

/** Whether there is nothing in a value but empty mappings and lists. */
function asksNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  return typeof value === 'object' && Object.values(value).every(asksNothing)
}
