// How people count the rules of a chain: as they are written. A reader may have made several of one, all
// with the same place in the text.
import type { Chain, Rule } from './types.ts'

/** The numbers of a chain's written rules, by where they start. */
type Numbers = ReadonlyMap<number, number>

const numbers = new WeakMap<Chain, Numbers>()

/** A rule's place in its chain, from 1. Quick after the first time for a chain. Throws for others' rules. */
export function ruleNumber(chain: Chain, { at }: Rule): number {
  const found = numbersOf(chain).get(at.start)
  if (found === undefined) throw new Error(`chain "${chain.name}" has no such rule`)
  return found
}

/** How many rules were written into a chain. */
export function countRules(chain: Chain): number {
  return numbersOf(chain).size
}

function numbersOf(chain: Chain): Numbers {
  const known = numbers.get(chain)
  if (known !== undefined) return known
  const made = new Map<number, number>()
  for (const { at } of chain.rules) if (!made.has(at.start)) made.set(at.start, made.size + 1)
  numbers.set(chain, made)
  return made
}
