// Names that Calico accepts, and that no two policies share.
import { digestName } from '../../src/algebra/sha256.ts'
import { maxNameLength } from './limits.ts'
import type { VersionRange } from './versions.ts'

/** Calico's own conversions of Kubernetes policies use these; a name with one would be taken for theirs. */
const reservedPrefix = /^(knp|kcnp|kanp|kbanp|ossg)\./
/** What this function appends: a name that already ends so is changed too, or two could meet. */
const changedForm = /-[a-z2-7]{16}$/
const digestLength = 16

/**
 * The Calico name of a policy. A name that the version accepts is kept; any other has its dots
 * replaced, is cut, and ends in a digest of the original.
 */
export function calicoName(name: string, tier: string, version: VersionRange): string {
  const prefix = version.tierInName && tier !== 'default' ? `${tier}.` : ''
  const room = maxNameLength - (version.storesTierInName ? tier.length + 1 : 0)
  if (isKept(name, version) && name.length <= room) return `${prefix}${name}`
  const digest = digestName([name], digestLength)
  const stem = name.replaceAll('.', '-').slice(0, room - digestLength - 1)
  return `${prefix}${stem.replace(/-+$/, '')}-${digest}`
}

function isKept(name: string, { dottedNames }: VersionRange): boolean {
  const dots = name.split('.').length - 1
  return dots <= (dottedNames ? 1 : 0) && !reservedPrefix.test(name) && !changedForm.test(name)
}
