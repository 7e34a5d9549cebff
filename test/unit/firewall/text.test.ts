// Texts of users in rule files: on one line, and as long as there is room.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { leading, oneLine, shorten } from '../../../src/firewall/text.ts'

const test = suite('texts of firewalls')

const bytesOf = (text: string): number => Buffer.byteLength(text)

test('whatever ends a line or has no shape is a question mark', () => {
  for (const one of [
    '\n',
    '\r',
    '\u0000',
    '\u001b',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u202e',
    '\ud800',
  ]) {
    assert.is(oneLine(`a${one}b`), 'a?b', JSON.stringify(one))
  }
  assert.is(oneLine('a\r\nb'), 'a??b')
})

test('all other characters stay', () => {
  const text = 'shop/wéb "x" \'y\' \\ # ; { } $(z) `ß` 漢字 😀'
  assert.is(oneLine(text), text)
})

test('what fits is not touched, by bytes and not by characters', () => {
  assert.is(shorten('abcdef', 6), 'abcdef')
  assert.is(shorten('äöü', 6), 'äöü')
  assert.not.equal(shorten('äöüx', 6), 'äöüx')
})

test('what does not fit keeps its beginning and its end', () => {
  const text = `policy/${'x'.repeat(100)} file.yaml:7`
  const short = shorten(text, 40)
  assert.match(short, /^policy\/x+\.\.\.x* file\.yaml:7$/)
  assert.ok(bytesOf(short) <= 40, short)
})

test('no character is cut in two, however the bytes fall', () => {
  for (let bytes = 3; bytes < 60; bytes += 1) {
    const short = shorten('😀漢é'.repeat(12), bytes)
    assert.ok(bytesOf(short) <= bytes, `${bytes}: ${short}`)
    assert.match(short, /^[😀漢é]*\.\.\.[😀漢é]*$/u)
    assert.match(leading('😀漢é'.repeat(12), bytes), /^[😀漢é]*$/u)
    assert.ok(bytesOf(leading('😀漢é'.repeat(12), bytes)) <= bytes)
  }
})

test('the first characters are all of a text that has room', () => {
  assert.is(leading('shop', 4), 'shop')
  assert.is(leading('shop', 3), 'sho')
  assert.is(leading('shop', 0), '')
})

test.run()
