// SHA-256 (FIPS 180-4) and the short names made from it. Written out because names must come out
// the same, at once and without a promise, in Node and in a browser.
import { digits } from './digits.ts'

/** SHA-256 of a byte string: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const message = padded(bytes)
  const state = Uint32Array.from(initialState)
  for (let at = 0; at < message.length; at += blockBytes) {
    compress(state, scheduleOf(new DataView(message.buffer, at, blockBytes)))
  }
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, index) => {
    digest.setUint32(index * 4, word)
  })
  return new Uint8Array(digest.buffer)
}

/**
 * The first `length` characters (1 to 52) of the lower-case base32 form (a-z, 2-7) of the SHA-256 of
 * the fields. Each field is hashed as its length in UTF-8 bytes, a colon and those bytes, so no two
 * different lists are hashed as one text.
 */
export function digestName(fields: readonly string[], length: number): string {
  const encoder = new TextEncoder()
  const parts = fields.map((field) => encoder.encode(field))
  const framed = parts.flatMap((part) => [encoder.encode(`${part.length}:`), part])
  return base32(sha256(concatenated(framed))).slice(0, length)
}

/** Bytes as lower-case base32 (RFC 4648 alphabet), without padding characters. */
export function base32(bytes: Uint8Array): string {
  return digits(bytes, 5, alphabet)
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const blockBytes = 64
const rounds = 64
const primes = firstPrimes(rounds)

/** Leading 32 bits of the fractions of the square roots of the first eight primes. */
const initialState = primes.slice(0, 8).map((prime) => rootFraction(prime, 2))
/** Leading 32 bits of the fractions of the cube roots of the first 64 primes. */
const roundConstants = Uint32Array.from(primes.map((prime) => rootFraction(prime, 3)))

/** The message, a one bit, zeros, and the length in bits as 64 bits, in whole blocks. */
function padded(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil((bytes.length + 9) / blockBytes)
  const message = new Uint8Array(blocks * blockBytes)
  message.set(bytes)
  message[bytes.length] = 0x80
  new DataView(message.buffer).setBigUint64(message.length - 8, BigInt(bytes.length) * 8n)
  return message
}

function scheduleOf(block: DataView): Uint32Array {
  const words = new Uint32Array(rounds)
  const word = (at: number): number => words[at] ?? 0
  for (let at = 0; at < rounds; at += 1) {
    if (at < 16) words[at] = block.getUint32(at * 4)
    else words[at] = word(at - 16) + small0(word(at - 15)) + word(at - 7) + small1(word(at - 2))
  }
  return words
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let round = 0; round < rounds; round += 1) {
    const mixed = h + large1(e) + ((e & f) ^ (~e & g))
    const first = mixed + (roundConstants[round] ?? 0) + (words[round] ?? 0)
    const second = large0(a) + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = (d + first) >>> 0
    d = c
    c = b
    b = a
    a = (first + second) >>> 0
  }
  const mixedIn = [a, b, c, d, e, f, g, h]
  mixedIn.forEach((value, index) => {
    state[index] = (state[index] ?? 0) + value
  })
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))
const large0 = (word: number): number => rotate(word, 2) ^ rotate(word, 13) ^ rotate(word, 22)
const large1 = (word: number): number => rotate(word, 6) ^ rotate(word, 11) ^ rotate(word, 25)
const small0 = (word: number): number => rotate(word, 7) ^ rotate(word, 18) ^ (word >>> 3)
const small1 = (word: number): number => rotate(word, 17) ^ rotate(word, 19) ^ (word >>> 10)

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}

/** The first 32 bits after the point of the `degree`-th root of a number, by whole numbers only. */
function rootFraction(value: number, degree: number): number {
  const scaled = BigInt(value) << BigInt(32 * degree)
  let low = 0n
  let high = BigInt(value) << 32n
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle ** BigInt(degree) <= scaled) low = middle
    else high = middle - 1n
  }
  return Number(low & 0xffffffffn)
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
