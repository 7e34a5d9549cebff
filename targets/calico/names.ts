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

function isKept(name: string, { dottedNames }: VersionRange): boolean {
  const labels = name.split('.')
  if (labels.length > (dottedNames ? 2 : 1) || !labels.every(isLabel)) return false
  return !reservedPrefix.test(name) && !changedForm.test(name)
}

function isLabel(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text) && !text.startsWith('-') && !text.endsWith('-')
}
