// Marks: what rules make of them, with bits that are known and bits that are not.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { blur, change, copy, isIn, type Mark, unmarked } from '../../../src/ruleset/marks.ts'

const test = suite('marks')

/** Four bits are enough to list all marks that one stands for. */
const bits = 4
const all = Array.from({ length: 2 ** bits }, (_, value) => value)
const valuesOf = ({ value, unknown }: Mark): readonly number[] =>
  all.filter((one) => (one & ~unknown) === value)
const marks: readonly Mark[] = all.flatMap((unknown) =>
  all.filter((value) => (value & unknown) === 0).map((value) => ({ value, unknown })),
)
const sorted = (values: Iterable<number>): readonly number[] =>
  [...new Set(values)].sort((a, b) => a - b)

test('a change is that of every value that the mark can have', () => {
  for (const mark of marks) {
    for (const [mask, by] of [
      [15, 5],
      [3, 1],
      [0, 6],
      [12, 0],
      [5, 10],
    ] as const) {
      const expected = sorted(valuesOf(mark).map((value) => (value & ~mask) ^ by))
      const found = sorted(valuesOf(change(mark, mask, by)))
      for (const value of expected) assert.ok(found.includes(value))
      assert.is(found.length, expected.length)
    }
  }
})

test('a copy takes the bits of its mask, known or not', () => {
  for (const to of marks.slice(0, 30)) {
    for (const from of marks) {
      const found = valuesOf(copy(to, from, 6, 12))
      for (const a of valuesOf(to)) {
        for (const b of valuesOf(from)) assert.ok(found.includes((a & ~12) ^ (b & 6)))
      }
    }
  }
})

test('a question is answered where every value answers alike', () => {
  for (const mark of marks) {
    for (const mask of [15, 6, 1]) {
      for (const from of all) {
        for (const to of all.filter((one) => one >= from)) {
          const answers = valuesOf(mark).map((one) => from <= (one & mask) && (one & mask) <= to)
          const answer = isIn(mark, mask, [{ from, to }])
          if (answer !== null) assert.ok(answers.every((one) => one === answer))
          else if (from === to) assert.ok(answers.includes(true) && answers.includes(false))
        }
      }
    }
  }
})

test('the highest bit is a bit like others', () => {
  const marked = change(unmarked, 0, 0x80000000)
  assert.is(marked.value, 0x80000000)
  assert.is(isIn(marked, 0x80000000, [{ from: 0x80000000, to: 0x80000000 }]), true)
  assert.is(blur(marked, 0x80000000).unknown, 0x80000000)
  assert.is(isIn(blur(marked, 0x80000000), 0xffffffff, [{ from: 1, to: 1 }]), false)
})

test.run()
