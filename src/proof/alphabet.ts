// What the values of a label can be told apart by where parts of them are tested: the values that are
// named, and for all others the classes of those that pass the same tests.
import { LimitReached } from '../algebra/diagram.ts'
import { hasPart, isIn, not } from '../ir/selector.ts'
import type { Selector } from '../ir/types.ts'

/** A test of a part of a value. */
export type Part = Extract<Selector, { readonly kind: 'part' }>

/** The letters that a label's values are spelt in; absence is not one of them. */
export interface Alphabet {
  /** Named values, and the codes of classes. */
  readonly letters: readonly string[]
  /** The letters whose values pass a test. */
  readonly having: (part: Part) => readonly string[]
  /** The letter of a value. */
  readonly letterOf: (value: string) => string
  /** A value of a class; null where none was found, and there may be none. */
  readonly exampleOf: (code: string) => string | null
  /** A class as a selector of the label. */
  readonly selectorOf: (code: string, key: string) => Selector
}

const maxParts = 10

/** No label value starts so. */
const classMark = '\u0001'

/** Whether a letter is the code of a class. */
export function isClass(letter: string): boolean {
  return letter.startsWith(classMark)
}

interface Class {
  readonly code: string
  /** For each test, whether the values pass it. */
  readonly passes: readonly boolean[]
  readonly example: string | null
}

/**
 * The alphabet for the named values and tests. A class that pairs of tests rule out is left out; one that
 * no value is found for stays in, since leaving out one that exists could make two sets look equal.
 * Throws `LimitReached` for more tests than can be told apart.
 */
export function makeAlphabet(values: readonly string[], tests: readonly Part[]): Alphabet {
  const parts = [...new Map(tests.map((part) => [`${part.test} ${part.text}`, part])).values()]
  // Each test doubles the classes; no policy written by hand comes near.
  if (parts.length > maxParts) throw new LimitReached()
  const classes = vectors(parts.length)
    .filter((passes) => isConsistent(parts, passes))
    .map((passes) => makeClass(parts, passes, values))
  const codeOf = (value: string): string => codeFor(parts.map((part) => holds(part, value)))
  return {
    letters: [...values, ...classes.map(({ code }) => code)],
    having: (part) => {
      const at = parts.findIndex(({ test, text }) => test === part.test && text === part.text)
      return [
        ...values.filter((value) => holds(part, value)),
        ...classes.filter(({ passes }) => passes[at]).map(({ code }) => code),
      ]
    },
    letterOf: (value) => (values.includes(value) ? value : codeOf(value)),
    exampleOf: (code) => classes.find((one) => one.code === code)?.example ?? null,
    selectorOf: (code, key) => ({
      kind: 'and',
      of: [
        ...parts.map((part, at): Selector => {
          const test: Selector = { ...part, key }
          return code[at + 1] === '1' ? test : not(test)
        }),
        ...(values.length === 0 ? [] : [not(isIn(key, values))]),
      ],
    }),
  }
}

function holds({ test, text }: Part, value: string): boolean {
  return hasPart(test, text, value)
}

function codeFor(passes: readonly boolean[]): string {
  return `${classMark}${passes.map((one) => (one ? '1' : '0')).join('')}`
}

/** All ways to pass and fail n tests. */
function vectors(n: number): readonly (readonly boolean[])[] {
  return Array.from({ length: n }).reduce<readonly (readonly boolean[])[]>(
    (done) => done.flatMap((one) => [one.concat(true), one.concat(false)]),
    [[]],
  )
}

function isConsistent(parts: readonly Part[], passes: readonly boolean[]): boolean {
  return parts.every((a, i) =>
    parts.every((b, j) => {
      if (i === j || !passes[i]) return true
      return passes[j] ? !excludes(a, b) : !implies(a, b)
    }),
  )
}

/** Whether every value that passes the first test passes the second. */
function implies(a: Part, b: Part): boolean {
  if (b.test === 'contains') return a.text.includes(b.text)
  return a.test === b.test && hasPart(b.test, b.text, a.text)
}

/** Whether no value passes both: two beginnings, or two ends, of which neither has the other. */
function excludes(a: Part, b: Part): boolean {
  if (a.test !== b.test || a.test === 'contains') return false
  return !hasPart(a.test, b.text, a.text) && !hasPart(a.test, a.text, b.text)
}

function makeClass(
  parts: readonly Part[],
  passes: readonly boolean[],
  values: readonly string[],
): Class {
  const example = candidates(parts.filter((_, at) => passes[at])).find(
    (value) =>
      !values.includes(value) && parts.every((part, at) => holds(part, value) === passes[at]),
  )
  return { code: codeFor(passes), passes, example: example ?? null }
}

/** Letters to put between the texts; one of them is in no test, unless tests have them all. */
const fillers = ['', 'x', 'q', 'z9', 'k7k', 'jw']

/** Values that start, contain and end with what the tests ask for. */
function candidates(wanted: readonly Part[]): readonly string[] {
  const longest = (test: Part['test']): string =>
    wanted
      .filter((part) => part.test === test)
      .map(({ text }) => text)
      .reduce((a, b) => (b.length > a.length ? b : a), '')
  const [start, end] = [longest('starts with'), longest('ends with')]
  const inside = wanted.flatMap(({ test, text }) => (test === 'contains' ? [text] : []))
  return fillers.flatMap((filler) => [
    [start, ...inside, end].join(filler),
    [start, filler, ...inside, filler, end].join(''),
    `${start}${filler}${end}`,
    ...(start.endsWith(end) ? [start] : []),
    ...(end.startsWith(start) ? [end] : []),
  ])
}
