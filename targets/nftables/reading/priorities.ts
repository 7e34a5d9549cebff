// Where base chains sit: nft(8), "chains".
import { type Base, hooks } from '../../../src/ruleset/types.ts'

const named: ReadonlyMap<string, number> = new Map(
  Object.entries({ raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 }),
)

/** What `filter - 5`, `-300` or `srcnat` stand for; undefined for what is no priority. */
export function priorityOf(text: string): number | undefined {
  const [, word, sign, number] = /^([a-z]*) ?([+-]?) ?(\d*)$/.exec(text) ?? []
  if (word === undefined || (word === '' && number === '')) return undefined
  const from = word === '' ? 0 : named.get(word)
  if (from === undefined || (word !== '' && (sign === '') !== (number === ''))) return undefined
  return from + (sign === '-' ? -Number(number) : Number(number))
}

const types: readonly Base['type'][] = ['filter', 'nat', 'route']

/** A base without its policy; null where packets of IP do not come by there. */
export function baseAt(type: string, hook: string, priority: number): Base | null {
  const known = types.find((one) => one === type)
  const place = hooks.find((one) => one === hook)
  if (known === undefined || place === undefined) return null
  return { type: known, hook: place, priority, policy: 'accept' }
}

/** Hooks before those that are audited. */
export const earlyHooks: readonly string[] = ['ingress', 'egress']
