// SHA-1 (FIPS 180-4), for names that other programs made with it; nothing here relies on it being
// strong. Written out because core code runs in a browser too.

/** SHA-1 of a byte string: 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  const message = padded(bytes)
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  for (let at = 0; at < message.length; at += blockBytes) {
    compress(state, scheduleOf(new DataView(message.buffer, at, blockBytes)))
  }
  const digest = new DataView(new ArrayBuffer(20))
  state.forEach((word, index) => {
    digest.setUint32(index * 4, word)
  })
  return new Uint8Array(digest.buffer)
}

const blockBytes = 64
const rounds = 80

/** The message, a one bit, zeros, and the length in bits as 64 bits, in whole blocks. */
function padded(bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes)
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
    else words[at] = rotate(word(at - 3) ^ word(at - 8) ^ word(at - 14) ^ word(at - 16), 1)
  }
  return words
}

/** What each twenty rounds mix in, and how. */
const stages: readonly {
  readonly constant: number
  readonly mix: (b: number, c: number, d: number) => number
}[] = [
  { constant: 0x5a827999, mix: (b, c, d) => (b & c) | (~b & d) },
  { constant: 0x6ed9eba1, mix: (b, c, d) => b ^ c ^ d },
  { constant: 0x8f1bbcdc, mix: (b, c, d) => (b & c) | (b & d) | (c & d) },
  { constant: 0xca62c1d6, mix: (b, c, d) => b ^ c ^ d },
]

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state
  for (const [index, { constant, mix }] of stages.entries()) {
    for (const word of words.subarray(index * 20, index * 20 + 20)) {
      const next = (rotate(a, 5) + mix(b, c, d) + e + constant + word) >>> 0
      e = d
      d = c
      c = rotate(b, 30) >>> 0
      b = a
      a = next
    }
  }
  const mixedIn = [a, b, c, d, e]
  mixedIn.forEach((value, index) => {
    state[index] = (state[index] ?? 0) + value
  })
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
