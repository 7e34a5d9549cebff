// Alphabets of labels: every value has a letter, and tests hold for letters as they do for values.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hasPart } from '../../../src/ir/selector.ts'
import { isClass, makeAlphabet, type Part } from '../../../src/proof/alphabet.ts'
import { seed } from '../../support/property.ts'

const test = suite('alphabet')

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'x'), maxLength: 4 })
const part: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('part' as const),
  key: fc.constant('k'),
  test: fc.constantFrom('contains' as const, 'starts with' as const, 'ends with' as const),
  text: word.filter((text) => text !== ''),
})

test('a test holds for a value as it holds for the letter of the value', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { maxLength: 3 }),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.array(word, { minLength: 20, maxLength: 20 }),
      (named, parts, values) => {
        const alphabet = makeAlphabet(named, parts)
        for (const value of [...values, ...named]) {
          const letter = alphabet.letterOf(value)
          assert.ok(alphabet.letters.includes(letter), `${value} has no letter`)
          for (const one of parts) {
            assert.is(alphabet.having(one).includes(letter), hasPart(one.test, one.text, value))
          }
        }
      },
    ),
    { seed },
  )
})

test('an example of a class is of that class', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { maxLength: 3 }),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      (named, parts) => {
        const alphabet = makeAlphabet(named, parts)
        for (const code of alphabet.letters.filter(isClass)) {
          const example = alphabet.exampleOf(code)
          if (example !== null) assert.is(alphabet.letterOf(example), code)
        }
      },
    ),
    { seed },
  )
})

test('classes that cannot be are left out: two beginnings, and what implies what', () => {
  const starts = (text: string): Part => ({ kind: 'part', key: 'k', test: 'starts with', text })
  const { letters } = makeAlphabet([], [starts('ab'), starts('a'), starts('x')])
  assert.is(letters.length, 4)
})

test('too many tests are given up, not guessed', () => {
  const parts = Array.from({ length: 11 }, (_, at): Part => {
    return { kind: 'part', key: 'k', test: 'contains', text: `t${at}` }
  })
  assert.throws(() => makeAlphabet([], parts))
})

test.run()
