// Checks that many fields of the admin tiers have in common: one of several keys, a list that is neither
// empty nor too long, a word out of few.
import type { Code } from '../../../src/diagnostics/catalog.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import { suggest } from '../../../src/schema/suggest.ts'

/** The one key that a mapping has; undefined after reporting that it has none, or several. */
export function onlyKey<Key extends string>(
  raw: Readonly<Partial<Record<Key, unknown>>>,
  keys: readonly Key[],
  what: string,
  code: Code,
  place: Place,
): Key | undefined {
  const [first, second] = keys.filter((key) => raw[key] != null)
  if (first !== undefined && second === undefined) return first
  const choice = keys.map((key) => `"${key}"`).join(', ')
  if (first === undefined) {
    complain(place, code, { message: `${what} is empty`, help: `write one of ${choice}` })
  } else {
    complain(into(place, second ?? first), code, {
      on: 'key',
      message: `"${second}" stands beside "${first}" in ${what}`,
      help: 'keep one of the two, or write each where it stands alone',
    })
  }
  return undefined
}

/** The items of a list, of which there may be 1 to `most`; more and none are reported. */
export function filled<T>(
  place: Place,
  items: readonly T[],
  most: number,
  unit: string,
  code: Code,
): { item: T; at: Place }[] {
  if (items.length === 0) {
    const message = `there are no ${unit} in the list`
    complain(place, code, { on: 'key', message, help: 'write at least one of them' })
  }
  return atMost(place, items, most, unit, code)
}

/** The items of a list that may be absent, of which there are `most` at most. */
export function atMost<T>(
  place: Place,
  items: readonly T[] | null | undefined,
  most: number,
  unit: string,
  code: Code,
): { item: T; at: Place }[] {
  const count = (items ?? []).length
  if (count > most) {
    const message = `there are ${count} ${unit}, more than ${most}`
    complain(place, code, { on: 'key', message, help: 'split the list' })
  }
  return each(place, items)
}

/** Reports each item of a set that another one repeats. */
export function reportRepeats(items: readonly { item: string; at: Place }[], code: Code): void {
  const seen = new Set<string>()
  for (const { item, at } of items) {
    if (seen.has(item)) {
      complain(at, code, { message: `"${item}" is listed twice`, help: 'remove one' })
    }
    seen.add(item)
  }
}

/** What a word stands for; undefined after reporting one that is not known. */
export function meaningOf<T>(
  word: string,
  known: ReadonlyMap<string, T>,
  what: string,
  code: Code,
  place: Place,
): T | undefined {
  const meaning = known.get(word)
  if (meaning === undefined) {
    const words = [...known.keys()]
    const near = suggest(word, words) ?? words.find((one) => one === otherWords.get(word))
    const help = near === undefined ? `known: ${words.join(', ')}` : `did you mean "${near}"?`
    complain(place, code, { message: `${what} "${word}" is not known here`, help })
  }
  return meaning
}

/** One API's word for what the other calls differently. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ['Allow', 'Accept'],
  ['Accept', 'Allow'],
])
