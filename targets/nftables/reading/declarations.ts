// What stands inside of a table: sets, maps and chains: nft(8), "sets", "maps", "chains".
import { type DataType, fields, notations } from './fields.ts'
import { readRule } from './rules.ts'
import type { Cursor } from './tokens.ts'
import {
  type BaseHook,
  hooks,
  type NftMap,
  type NftSet,
  type Rule,
  type TableFamily,
} from './types.ts'
import { readElements, readMapElements, readQuoted } from './values.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** What a block says of a chain. */
export interface ChainBlock {
  readonly base: BaseHook | null
  readonly comment: string | null
  readonly rules: readonly Rule[]
}

/** Reads `{ … }` of a set, behind its name. Undefined where its type cannot be read. */
export function readSet(
  cursor: Cursor,
  head: Pick<NftSet, 'name' | 'at'>,
): Mutable<NftSet> | undefined {
  const set: Mutable<NftSet> = { ...emptySet, ...head, elements: [] }
  return readDeclared(cursor, set, false, () => {
    const elements = readElements(cursor, set.type)
    if (elements !== undefined) set.elements = elements
    return elements !== undefined
  })
}

/** Reads `{ … }` of a verdict map, behind its name. Undefined where its type cannot be read. */
export function readMap(
  cursor: Cursor,
  head: Pick<NftMap, 'name' | 'at'>,
): Mutable<NftMap> | undefined {
  const map: Mutable<NftMap> = { ...emptySet, ...head, elements: [] }
  return readDeclared(cursor, map, true, () => {
    const elements = readMapElements(cursor, map.type)
    if (elements !== undefined) map.elements = elements
    return elements !== undefined
  })
}

/** Reads `{ … }` of a chain, behind its name. */
export function readChain(cursor: Cursor, family: TableFamily): ChainBlock {
  const chain: { base: BaseHook | null; comment: string | null; readonly rules: Rule[] } = {
    base: null,
    comment: null,
    rules: [],
  }
  readBlock(cursor, () => {
    const { text, kind } = cursor.peek
    if (kind === 'word' && text === 'type') {
      chain.base = readBase(cursor) ?? null
      return chain.base !== null
    }
    if (kind === 'word' && text === 'policy') return readPolicy(cursor, chain)
    if (chain.rules.length === 0 && cursor.takes('comment')) {
      chain.comment = readQuoted(cursor) ?? null
      return chain.comment !== null
    }
    const rule = readRule(cursor, family)
    if (rule !== undefined) chain.rules.push(rule)
    return rule !== undefined
  })
  return chain
}

/** Reads `{ … }`, statement for statement; one that tells that it failed is passed over. */
export function readBlock(cursor: Cursor, readStatement: () => boolean): void {
  if (!cursor.expect('{')) {
    cursor.skipStatement()
    return
  }
  for (;;) {
    cursor.skipSeparators()
    if (cursor.takes('}')) return
    if (cursor.peek.kind === 'end') {
      cursor.fault(cursor.peek, 'a block is not closed: the text is cut off')
      return
    }
    if (readStatement() && !cursor.atEnd) {
      cursor.fault(cursor.peek, `"${cursor.peek.text}" is not expected here`)
    }
    if (!cursor.atEnd) cursor.skipStatement()
  }
}

const emptySet = { type: [], flags: [], autoMerge: false, size: null, comment: null } as const

function readDeclared<T extends Mutable<NftSet> | Mutable<NftMap>>(
  cursor: Cursor,
  set: T,
  isMap: boolean,
  readOwn: () => boolean,
): T | undefined {
  const start = cursor.peek
  let isUnderstood = true
  readBlock(cursor, () => {
    const understood = readLine(cursor, set, isMap, readOwn)
    isUnderstood &&= understood
    return understood
  })
  if (isUnderstood && set.type.length === 0) cursor.fault(start, 'the type is not declared')
  return set.type.length === 0 ? undefined : set
}

function readLine(
  cursor: Cursor,
  set: Mutable<NftSet> | Mutable<NftMap>,
  isMap: boolean,
  readOwn: () => boolean,
): boolean {
  const token = cursor.next()
  switch (token.kind === 'word' ? token.text : '') {
    case 'type':
    case 'typeof':
      set.type = readTypes(cursor, token.text) ?? []
      return set.type.length > 0 && (!isMap || readVerdictType(cursor))
    case 'flags':
      return readFlags(cursor, set)
    case 'auto-merge':
      set.autoMerge = true
      return true
    case 'size': {
      const size = cursor.expectKind('number', 'a number')
      if (size !== undefined) set.size = Number(size.text)
      return size !== undefined
    }
    case 'comment':
      set.comment = readQuoted(cursor) ?? null
      return set.comment !== null
    case 'elements':
      if (set.type.length > 0) return cursor.expect('=') && readOwn()
      cursor.fault(token, 'elements stand behind the type')
      return false
    default:
      cursor.refuse(token, `"${token.text}" of a set is not read`)
      return false
  }
}

function readVerdictType(cursor: Cursor): boolean {
  if (!cursor.expect(':')) return false
  const token = cursor.peek
  if (cursor.takes('verdict')) return true
  cursor.refuse(token, `maps to "${token.text}" are not read`)
  return false
}

function readFlags(cursor: Cursor, set: Mutable<NftSet>): boolean {
  do {
    const token = cursor.next()
    if (token.text !== 'interval' && token.text !== 'constant') {
      cursor.refuse(token, `the flag "${token.text}" is not read`)
      return false
    }
    set.flags = [...set.flags, token.text]
  } while (cursor.takes(','))
  return true
}

function readTypes(cursor: Cursor, how: string): readonly DataType[] | undefined {
  const types: DataType[] = []
  do {
    const token = cursor.peek
    const type = how === 'type' ? namedType(cursor.next().text) : typeOfField(cursor)
    if (type === undefined) return cursor.refuse(token, `the type "${token.text}" is not read`)
    types.push(type)
  } while (cursor.takes('.'))
  return types
}

function namedType(word: string): DataType | undefined {
  return (Object.keys(notations) as DataType[]).find((type) => type === word)
}

function typeOfField(cursor: Cursor): DataType | undefined {
  const start = cursor.position
  cursor.next()
  if (!cursor.atEnd) cursor.next()
  return fields.get(cursor.textFrom(start))?.type
}

/** `priority` is a number, or a name and what is added to it; all chains of a hook have their say. */
function readBase(cursor: Cursor): BaseHook | undefined {
  cursor.next()
  const type = cursor.next()
  if (type.text !== 'filter') {
    return cursor.refuse(type, `chains of type "${type.text}" are not read`)
  }
  if (!cursor.expect('hook')) return undefined
  const token = cursor.next()
  const hook = hooks.find((one) => one === token.text)
  if (hook === undefined) return cursor.refuse(token, `the hook "${token.text}" is not read`)
  if (!cursor.expect('priority')) return undefined
  const start = cursor.position
  const first = cursor.peek
  while (!cursor.atEnd) cursor.next()
  const priority = cursor.textFrom(start)
  return priorityForm.test(priority)
    ? { hook, priority, policy: 'accept' }
    : cursor.fault(first, `"${priority}" is no priority`)
}

const priorityForm = /^(- ?)?\d+$|^(raw|mangle|dstnat|filter|security|srcnat)( ?[+-] ?\d+)?$/

function readPolicy(cursor: Cursor, chain: { base: BaseHook | null }): boolean {
  const token = cursor.next()
  const word = cursor.next()
  if (chain.base === null) cursor.fault(token, 'only a chain with a hook has a policy')
  else if (word.text !== 'accept' && word.text !== 'drop') {
    cursor.fault(word, `"${word.text}" is no policy`)
  } else {
    chain.base = { ...chain.base, policy: word.text }
    return true
  }
  return false
}
