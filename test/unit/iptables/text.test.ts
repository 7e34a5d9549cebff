// Words of the user's in rule files: whatever they are, they stay inside of one comment.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { oneLine } from '../../../src/firewall/text.ts'
import { chainName, quoteComment, setName } from '../../../targets/iptables/text.ts'
import { seed } from '../../support/property.ts'

const test = suite('iptables: texts')

/** What iptables-restore makes of a quoted word: a backslash takes the next character literally. */
function unquote(word: string): string | null {
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(word)?.[1]
  return inner === undefined ? null : inner.replace(/\\(.)/gs, '$1')
}

for (const [text, quoted] of [
  ['shop/db db.yaml:14', '"shop/db db.yaml:14"'],
  ['say "no"', '"say \\"no\\""'],
  ['back\\slash', '"back\\\\slash"'],
  ["it's", '"it\'s"'],
  ['a\n-A FORWARD -j ACCEPT', '"a?-A FORWARD -j ACCEPT"'],
  ['a\r\u2028b\u0000', '"a??b?"'],
  ['# -j ACCEPT', '"# -j ACCEPT"'],
  ['', '""'],
] as const) {
  test(`${JSON.stringify(text)} becomes ${quoted}`, () => assert.is(quoteComment(text), quoted))
}

test(`any text is one word of one line, at most 255 bytes long (seed ${seed})`, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
  )
  fc.assert(
    fc.property(text, (one) => {
      const word = quoteComment(one)
      const read = unquote(word)
      assert.ok(read !== null, word)
      assert.not.match(word, /[\n\r]/)
      assert.ok(new TextEncoder().encode(read).length <= 255)
      assert.ok(oneLine(one).startsWith(read))
    }),
    { seed },
  )
})

test('names fit: 28 characters for a chain, 31 for a set, and nothing of the user in them', () => {
  assert.match(chainName('DE', ['x'.repeat(1000)]), /^NP-DE-[a-z2-7]{16}$/)
  assert.ok(chainName('DI', ['']).length <= 28)
  assert.match(setName(6, ['"; rm']), /^np6-[a-z2-7]{16}$/)
})

test('lists are told apart, however they are cut', () => {
  assert.is.not(setName(4, ['ab', 'c']), setName(4, ['a', 'bc']))
})

test.run()
