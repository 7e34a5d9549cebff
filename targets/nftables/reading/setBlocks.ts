// Sets and maps with names in the text of nft: nft(8), "sets", "maps".
import { type Reading, readBlock, readDefinition } from './blocks.ts'
import { readCondition } from './conditions.ts'
import { print } from './print.ts'
import { skipLast } from './setOptions.ts'
import type { SetItem, SetTree } from './syntax.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Reads `{ … }` of a set or map, behind its name. */
export function readSet(reading: Reading, head: Pick<SetTree, 'name' | 'at'>): SetTree {
  const set: Mutable<SetTree> = { ...head, ...emptySet, items: [] }
  readBlock(reading, () => readDefinition(reading) || readLine(reading, set))
  return set
}

export const emptySet: Omit<SetTree, 'name' | 'at'> = {
  keyTypes: [],
  answerTypes: null,
  flags: [],
  items: [],
  isPassing: false,
  size: null,
}

function readLine(reading: Reading, set: Mutable<SetTree>): boolean {
  const { cursor } = reading
  const word = cursor.takesAny(words)
  switch (word) {
    case 'type':
    case 'typeof':
      return readTypes(reading, set, word === 'typeof')
    case 'flags':
      do set.flags = [...set.flags, cursor.next().text]
      while (cursor.takes(','))
      return true
    case 'timeout':
    case 'gc-interval':
      set.isPassing ||= word === 'timeout'
      return cursor.next().kind !== 'end'
    case 'size':
      set.size = Number(cursor.takesKind('number'))
      return true
    case 'comment':
      return cursor.takesKind('text') !== undefined
    case 'auto-merge':
      return true
    case 'policy':
      return cursor.takesKind('word') !== undefined
    case 'counter':
      return true
    case 'last':
      skipLast(cursor)
      return true
    case 'elements':
      return cursor.takes('=') && readElements(reading, set)
  }
  const isCondition = readCondition(cursor) !== undefined
  set.isPassing ||= isCondition
  return isCondition
}

const words = [
  ...(['type', 'typeof', 'flags', 'timeout', 'gc-interval', 'size', 'comment'] as const),
  ...(['auto-merge', 'policy', 'counter', 'last', 'elements'] as const),
]

/** What cannot be read of a list is left out: the set then holds more than is known. */
function readElements({ cursor, expressions }: Reading, set: Mutable<SetTree>): boolean {
  const start = cursor.position
  const found = cursor.sees('{') ? readKept(cursor, expressions, start, set) : expressions.set()
  if (found?.kind !== 'set') return false
  set.items = set.items.length === 0 ? found.items : [...set.items, ...found.items]
  return true
}

function readKept(
  cursor: Reading['cursor'],
  expressions: Reading['expressions'],
  start: number,
  set: Mutable<SetTree>,
): { readonly kind: 'set'; readonly items: readonly SetItem[] } | undefined {
  cursor.next()
  const kept: SetItem[] = []
  const found = expressions.items(start, 'values', kept)
  if (found !== undefined) return found
  const at = cursor.spanOf(cursor.peek)
  if (cursor.peek.kind === 'end') cursor.cutOff('a list of elements is cut off')
  else cursor.fault(at, `"${cursor.peek.text.trim()}" cannot be read in a list of elements`)
  cursor.skipBlock()
  set.isPassing = true
  return { kind: 'set', items: kept }
}

function readTypes(
  { cursor, expressions }: Reading,
  set: Mutable<SetTree>,
  byExample: boolean,
): boolean {
  const read = (): readonly string[] | undefined => {
    if (byExample) {
      const found = expressions.read('selectors')
      return found && (found.kind === 'concat' ? found.parts : [found]).map(print)
    }
    const types: string[] = []
    do {
      const type = cursor.takesKind('word')
      if (type === undefined) return undefined
      types.push(type)
    } while (cursor.takes('.'))
    return types
  }
  const keys = read()
  if (keys === undefined) return false
  set.keyTypes = keys
  if (!cursor.takes(':')) return true
  cursor.takes('interval')
  const answers = cursor.takes('verdict') ? ['verdict'] : read()
  if (answers !== undefined) set.answerTypes = answers
  return answers !== undefined
}
