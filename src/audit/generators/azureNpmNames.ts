// Hashes in Azure NPM's names, of both its generations.
import { sha256 } from '../../algebra/sha256.ts'

/** What the name of a policy's chain may end with: `namespace/name` hashed. */
export function chainHashes(policy: string): readonly string[] {
  return [fnv(policy), wideDigest(policy)]
}

/** Policies by what the names of their chains may end with. */
export function policyHashes(policies: readonly string[]): ReadonlyMap<string, string> {
  return new Map(policies.flatMap((title) => chainHashes(title).map((hash) => [hash, title])))
}

/** Titles of sets (`podlabel-app:web`) by the sets' names. */
export function setHashes(titles: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const title of titles) {
    names.set(`azure-npm-${fnv(title)}`, title)
    names.set(`azure-npm-${base36(digestNumber(title)).padStart(20, '0').slice(0, 20)}`, title)
  }
  return names
}

/** FNV-1a of 32 bits, in decimal digits. */
function fnv(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return `${hash}`
}

const chainDigits = 10

/** The last digits of the SHA-256, as a number in base 36. */
function wideDigest(text: string): string {
  return base36(digestNumber(text) % 36n ** BigInt(chainDigits)).padStart(chainDigits, '0')
}

function digestNumber(text: string): bigint {
  return sha256(utf8(text)).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function base36(value: bigint): string {
  return value.toString(36)
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
