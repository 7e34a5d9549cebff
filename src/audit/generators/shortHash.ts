// What kube-router and kube-proxy put into names.
import { base32, sha256 } from '../../algebra/sha256.ts'

/** The first 16 characters of a text's SHA-256 in base32, in upper case. */
export function shortHash(text: string): string {
  return base32(sha256(new TextEncoder().encode(text)))
    .slice(0, 16)
    .toUpperCase()
}
