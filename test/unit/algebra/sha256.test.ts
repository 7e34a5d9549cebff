import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { base32, digestName, sha256 } from '../../../src/algebra/sha256.ts'

const test = suite('sha256')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const published: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['"abc"', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'the two-block message of FIPS 180-4',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
]
for (const [name, text, want] of published) {
  test(`the digest of ${name} is the published one`, () => {
    assert.is(hex(sha256(utf8(text))), want)
  })
}

test('every length around the block size is hashed as Node hashes it', () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255)
    assert.is(hex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'), `${length}`)
  }
})

test('a view into a larger buffer is hashed without its surroundings', () => {
  const whole = utf8('xxabcxx')
  assert.is(hex(sha256(whole.subarray(2, 5))), hex(sha256(utf8('abc'))))
})

test('base32 gives the vectors of RFC 4648 in lower case without padding', () => {
  const vectors = [
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ] as const
  for (const [text, want] of vectors) assert.is(base32(utf8(text)), want)
})

test('a digest name is the base32 form of the hash of length-prefixed fields', () => {
  const digest = createHash('sha256').update('2:ns5:n\u00e4me').digest()
  assert.is(digestName(['ns', 'n\u00e4me'], 52), base32(digest))
  assert.is(digestName(['ns', 'n\u00e4me'], 10), base32(digest).slice(0, 10))
})

test('moving text from one field to the next changes the name', () => {
  assert.is.not(digestName(['ab', 'c'], 20), digestName(['a', 'bc'], 20))
  assert.is.not(digestName(['1:a'], 20), digestName(['', 'a'], 20))
  assert.is.not(digestName(['a', ''], 20), digestName(['a'], 20))
})

test.run()
