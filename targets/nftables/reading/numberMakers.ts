// Numbers that rules make: `numgen`, `jhash`, `symhash`: nft(8), "numgen expression", "hash expressions".
import type { Cursor } from './cursor.ts'
import { print } from './print.ts'
import type { Expression } from './syntax.ts'

export type NumberMaker = Expression & { readonly kind: 'number maker' }

/** Reads one, if one is next; `readKey` reads what is hashed. */
export function readNumberMaker(
  cursor: Cursor,
  readKey: () => Expression | undefined,
): NumberMaker | undefined {
  const start = cursor.position
  const how = cursor.takesAny(['numgen', 'jhash', 'symhash'] as const)
  if (how === undefined) return undefined
  const of =
    how === 'numgen' ? (cursor.takesAny(['random', 'inc']) ?? '') : how === 'jhash' ? readKey() : ''
  if (of === undefined || !cursor.takes('mod')) return undefined
  const modulus = Number(cursor.takesKind('number'))
  let [seed, offset] = ['', 0]
  for (;;) {
    if (cursor.takes('seed')) seed = cursor.takesKind('number') ?? ''
    else if (cursor.takes('offset')) offset = Number(cursor.takesKind('number'))
    else break
  }
  const words = typeof of === 'string' ? of : print(of)
  const made = { how, words, modulus, offset, seed: seed === '' ? null : Number(seed) }
  return { ...numberMaker(made), at: cursor.spanFrom(start) }
}

/** Puts one together; `words` are the mode, or what is hashed. */
export function numberMaker({
  how,
  words,
  modulus,
  offset,
  seed,
}: {
  readonly how: 'numgen' | 'jhash' | 'symhash'
  readonly words: string
  readonly modulus: number
  readonly offset: number
  readonly seed: number | null
}): Omit<NumberMaker, 'at'> {
  const more = [
    `mod ${modulus}`,
    ...(seed === null ? [] : [`seed ${seed}`]),
    ...(offset === 0 ? [] : [`offset ${offset}`]),
  ]
  const text = [how, ...(words === '' ? [] : [words]), ...more].join(' ')
  return { kind: 'number maker', text, modulus, offset, stable: how !== 'numgen' }
}
