// Names that Calico accepts, and that no two policies share.
import { digestName } from '../../src/algebra/sha256.ts'
import { maxNameLength } from './limits.ts'
import type { VersionRange } from './versions.ts'

/** Calico's own conversions of Kubernetes policies use these; a name with one would be taken for theirs. */
const reservedPrefix = /^(knp|kcnp|kanp|kbanp|ossg)\./
const digestLength = 16
/** Stands before the digest; digests have no zero, so that few words look like a changed name. */
const marker = '-np0'
/** What is appended: a name that already ends so is changed too, or two could meet. */
const changedForm = /-np0[a-z2-7]{16}$/

/**
 * The Calico name of a policy. A name that the version accepts is kept; any other has its dots (and
 * whatever no name may hold) replaced, is cut, and ends in a digest of the original.
 */
export function calicoName(name: string, tier: string, version: VersionRange): string {
  const prefix = version.tierInName && tier !== 'default' ? `${tier}.` : ''
  const room = maxNameLength - (version.storesTierInName ? tier.length + 1 : 0)
  if (isKept(name, version) && name.length <= room) return `${prefix}${name}`
  const digest = digestName([name], digestLength)
  const words = name
    .toLowerCase()
    .slice(0, room - digestLength - marker.length)
    .split(/[^a-z0-9-]+/)
  const stem = words.join('-').replace(/^-+|-+$/g, '')
  return `${prefix}${stem === '' ? 'policy' : stem}${marker}${digest}`
}

/** What a name is made of. */
export interface Named {
  readonly name: string
  readonly namespace: string | null
  readonly tier: string
  /** What is appended, for a part of a policy; empty for the policy itself. */
  readonly suffix: string
}

/** A name for each, in their order; no two of one namespace have the same. */
export function calicoNames(all: readonly Named[], version: VersionRange): readonly string[] {
  const taken = new Set<string>()
  const names = new Map<Named, string>()
  const take = (one: Named): void => {
    const { namespace, suffix, tier } = one
    for (let more = 0; !names.has(one); more += 1) {
      const words = [withoutTier(one, version), suffix].filter((word) => word !== '').join('-')
      // A name with a slash is nobody's: it is always changed, and each time into another.
      const name = calicoName(more === 0 ? words : `${words}/${more}`, tier, version)
      const key = `${namespace ?? ''}/${name}`
      if (!taken.has(key)) names.set(one, name)
      taken.add(key)
    }
  }
  // Whole policies first: a part gives way to a policy that is called like it.
  for (const one of all.filter(({ suffix }) => suffix === '')) take(one)
  for (const one of all.filter(({ suffix }) => suffix !== '')) take(one)
  return all.map((one) => names.get(one) ?? one.name)
}

/** A name that already begins with its tier, as versions want that have it in the name. */
function withoutTier({ name, tier }: Named, { tierInName }: VersionRange): string {
  const prefix = `${tier}.`
  return tierInName && name.startsWith(prefix) && name.length > prefix.length
    ? name.slice(prefix.length)
    : name
}

function isKept(name: string, { dottedNames }: VersionRange): boolean {
  const labels = name.split('.')
  if (labels.length > (dottedNames ? 2 : 1) || !labels.every(isLabel)) return false
  return !reservedPrefix.test(name) && !changedForm.test(name)
}

function isLabel(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text) && !text.startsWith('-') && !text.endsWith('-')
}
