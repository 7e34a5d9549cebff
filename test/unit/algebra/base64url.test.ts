import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { base64url } from '../../../src/algebra/base64url.ts'

const test = suite('base64url')

test('every length and every byte comes out as Node writes it', () => {
  for (let length = 0; length < 70; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 83 + length * 7) & 255)
    assert.is(base64url(bytes), Buffer.from(bytes).toString('base64url'), `${length}`)
  }
  assert.is(base64url(Uint8Array.of(0xfb, 0xff)), '-_8')
})

test.run()
