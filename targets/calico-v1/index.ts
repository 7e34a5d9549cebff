// The Calico v1 dialect: what calicoctl of Calico 2 took, anybody's files. What each construct means is
// in the README.
import type { Dialect, ReadContext } from '../../src/dialect.ts'
import { all, podsOfNamespace } from '../../src/ir/selector.ts'
import { type Direction, directions, type Policy, type Tier } from '../../src/ir/types.ts'
import { makeShapeCheck, type ShapeCheck } from '../../src/schema/checkShape.ts'
import { complain, into, originOf, type Place, rootOf } from '../../src/schema/place.ts'
import { reportTwins } from '../../src/schema/twins.ts'
import { spanAt } from '../../src/source/located.ts'
import type { Resource } from '../../src/source/resources.ts'
import { adoptKubernetes } from '../calico/reading/tiers.ts'
import { withKnownKeys } from './keys.ts'
import { backstopName, readPolicy } from './policy.ts'
import { type Profile, type Profiles, profilesOf, readProfile } from './profiles.ts'
import { readSection } from './rules.ts'
import { keyHomes, policySchema, profileSchema, type RawPolicy, type RawProfile } from './schema.ts'

/**
 * Reads policies and profiles into a tier each. ipPool, bgpPeer, node and workloadEndpoint hold no
 * policy: they are none of its kinds, and so passed over as Kubernetes' own are.
 */
export const calicoV1Dialect: Dialect = {
  name: 'calico-v1',
  title: 'Calico v1',
  kinds: ['policy', 'profile', 'hostEndpoint'].map((kind) => ({
    apiVersion: 'v1',
    kind,
    anyCase: true,
  })),
  read,
  adopt: (own, kubernetes) =>
    own.some(({ name }) => name === 'default')
      ? adoptKubernetes(own, kubernetes)
      : [...adoptKubernetes([], kubernetes), ...own],
}

const checkPolicy = makeShapeCheck<RawPolicy>(policySchema, keyHomes)
const checkProfile = makeShapeCheck<RawProfile>(profileSchema, keyHomes)

function read(resources: readonly Resource[], context: ReadContext): readonly Tier[] {
  const of = (kind: string): readonly Resource[] =>
    resources.filter((one) => one.kind.toLowerCase() === kind)
  for (const { document } of of('hostendpoint')) {
    refuseHostEndpoint(into(rootOf(document, context.reporter), 'kind'))
  }
  const profiles = named(of('profile'), 'profile', checkProfile, context).map((one) => ({
    ...one,
    profile: readProfile(one.raw, one.name, one.place),
  }))
  const known = profilesOf(profiles.map(({ profile }) => profile))
  const policies = named(of('policy'), 'policy', checkPolicy, context)
  const scope = {
    profiles: known,
    v1Types: context.v1Types ?? 'both',
    hasBackstop: policies.some(({ name }) => name === backstopName),
  }
  return [
    tierOf(
      'default',
      policies.flatMap(({ raw, name, place }) => readPolicy(raw, name, scope, place)),
    ),
    tierOf(
      'profiles',
      profiles.flatMap(({ raw, profile, place }) => rulesOf(raw, profile, known, place)),
    ),
  ].filter((tier) => tier.policies.length > 0)
}

/** What its own node sends to a pod is never policed; what the pod sends there is. */
function tierOf(name: string, policies: readonly Policy[]): Tier {
  const ownNode = 'ingress-allowed'
  return { name, combining: 'first-match', default: 'deny', ownNode, policies }
}

interface Named<T> {
  readonly raw: T
  readonly name: string
  readonly place: Place
}

function named<T extends { readonly metadata: { readonly name?: string | null | undefined } }>(
  resources: readonly Resource[],
  what: 'policy' | 'profile',
  check: ShapeCheck<T>,
  { reporter }: ReadContext,
): readonly Named<T>[] {
  const found = resources.flatMap(({ document }): Named<T>[] => {
    const own = withKnownKeys(document, reporter)
    const raw = check(own, reporter)
    const place = rootOf(own, reporter)
    const name = raw === null ? undefined : readName(raw.metadata.name, what, place)
    return raw === null || name === undefined ? [] : [{ raw, name, place }]
  })
  const twins = found.map(({ name, place }) => ({
    name,
    namespace: null,
    at: spanAt(place.document, ['metadata', 'name']),
  }))
  reportTwins({ policy: 'policies', profile: 'profiles' }[what], twins, reporter)
  return found
}

/** The name, by which ties of order are broken; `/`, dots and upper case are fine in it. */
function readName(name: string | null | undefined, what: string, place: Place): string | undefined {
  const metadata = into(place, 'metadata')
  if (name == null || name === '') {
    complain(metadata, 'NP2016', { on: 'key', message: `the ${what} has no name` })
    return undefined
  }
  if (!/^[a-zA-Z0-9_./-]{1,128}$/.test(name)) {
    complain(into(metadata, 'name'), 'NP2005', {
      message: `the ${what}'s name "${name}" is not valid`,
      help: 'up to 128 letters, digits, "_", ".", "/" and "-"',
    })
  }
  return name
}

/** What pods of a namespace fall back on where no policy decided. */
function rulesOf(
  raw: RawProfile,
  { name, namespace }: Profile,
  profiles: Profiles,
  place: Place,
): readonly Policy[] {
  const spec = raw.spec ?? {}
  const at = into(place, 'spec')
  const sectionOf = (direction: Direction): Policy['ingress'] =>
    readSection(spec, direction, { profiles, owner: 'profile' }, at)
  const [ingress, egress] = [sectionOf('ingress'), sectionOf('egress')]
  if (namespace === null) return []
  for (const direction of directions.filter((one) => (spec[one] ?? []).length === 0)) {
    complain(into(place, 'metadata', 'name'), 'NP3006', {
      message: `the profile has no ${direction} rules: ${direction} of the pods of namespace "${namespace}" that no policy decides is denied`,
      help: `write "${direction}: [{ action: allow }]" to let it through`,
    })
  }
  const subject = podsOfNamespace(namespace, all)
  return [{ name, namespace: null, subject, ingress, egress, order: null, origin: originOf(place) }]
}

function refuseHostEndpoint(place: Place): void {
  complain(place, 'NP2024', {
    message: 'the host endpoint is not carried: no output protects the node that it stands for',
    help: 'take it out of the input to look at pods alone, and keep the node guarded by hand: a HostEndpoint of projectcalico.org/v3 named "<node>.<name>", with a GlobalNetworkPolicy that selects its labels',
  })
}
