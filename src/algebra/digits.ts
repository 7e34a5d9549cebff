// Bytes as text of few characters: RFC 4648.

/** The bits of bytes, `width` at a time, as characters of an alphabet of 2^width; no padding characters. */
export function digits(bytes: Uint8Array, width: number, alphabet: string): string {
  const mask = (1 << width) - 1
  let text = ''
  let pending = 0
  let bits = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    bits += 8
    while (bits >= width) {
      bits -= width
      text += alphabet.charAt((pending >>> bits) & mask)
    }
    pending &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + alphabet.charAt((pending << (width - bits)) & mask)
}
