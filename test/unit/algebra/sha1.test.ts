import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha1 } from '../../../src/algebra/sha1.ts'

const test = suite('sha1')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const published: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['"abc"', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  [
    'the two-block message of FIPS 180-4',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
  ],
]
for (const [name, text, want] of published) {
  test(`the digest of ${name} is the published one`, () => {
    assert.is(hex(sha1(utf8(text))), want)
  })
}

test('every length around the block size is hashed as Node hashes it', () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 41 + length) & 255)
    assert.is(hex(sha1(bytes)), createHash('sha1').update(bytes).digest('hex'), `${length}`)
  }
})

test.run()
