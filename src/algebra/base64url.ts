// Base64 for names (RFC 4648 §5): `-` and `_` for the two characters that names cannot hold.
import { digits } from './digits.ts'

/** Bytes as base64url, without padding characters. */
export function base64url(bytes: Uint8Array): string {
  return digits(bytes, 6, alphabet)
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
