// What stands inside of a table in the text of nft: chains with their rules: nft(8), "chains", "rules".
import type { Base } from '../../../src/ruleset/types.ts'
import type { Cursor } from './cursor.ts'
import type { Expressions } from './expressions.ts'
import { baseAt, earlyHooks, priorityOf } from './priorities.ts'
import { readStatement } from './statements.ts'
import type { ChainTree, RuleTree, Statement } from './syntax.ts'
import type { Variables } from './variables.ts'

/** What reading one text needs. */
export interface Reading {
  readonly cursor: Cursor
  readonly expressions: Expressions
  readonly variables: Variables
}

/** Reads `{ … }`, statement for statement; of those that fail, the rest is passed over. */
export function readBlock({ cursor, variables }: Reading, readOne: () => boolean): void {
  const open = cursor.spanOf(cursor.peek)
  if (!cursor.takes('{')) {
    cursor.fault(open, `"{" is expected here, not "${cursor.peek.text.trim()}"`)
    cursor.skipStatement()
    return
  }
  variables.open()
  for (;;) {
    cursor.skipSeparators()
    if (cursor.takes('}')) break
    if (cursor.peek.kind === 'end') {
      cursor.cutOff('a block is not closed: the text is cut off')
      break
    }
    const start = cursor.position
    const { text } = cursor.peek
    if (readOne() && cursor.atEnd) continue
    cursor.skipStatement()
    cursor.fault(cursor.spanFrom(start), `the line of "${text.trim()}" cannot be read`)
  }
  variables.close()
}

/** Reads `{ … }` of a chain, behind its name. Null for one that is passed over. */
export function readChain(
  reading: Reading,
  head: Pick<ChainTree, 'name' | 'at'>,
): ChainTree | null {
  const { cursor } = reading
  const rules: RuleTree[] = []
  let base: Base | null = null
  let policy: Base['policy'] | null = null
  let isPassedOver = false
  readBlock(reading, () => {
    if (readDefinition(reading)) return true
    if (cursor.sees('type') && cursor.second.kind === 'word') {
      const start = cursor.position
      const read = readBase(reading)
      if (read === undefined) return false
      if (read === 'early') {
        isPassedOver = true
        cursor.passOver(cursor.spanFrom(start), `chain "${head.name}" comes before the hooks of IP`)
      } else base = read
      return true
    }
    if (cursor.takes('policy')) {
      const word = reading.expressions.name()
      if (word !== 'accept' && word !== 'drop') return false
      policy = word
      return true
    }
    // A remark on the chain; those on rules stand at their end.
    if (cursor.takes('comment')) return cursor.takesKind('text') !== undefined
    if (cursor.takesAny(['devices', 'device', 'flags']) !== undefined) {
      cursor.skipStatement()
      return true
    }
    rules.push(readRule(reading))
    return true
  })
  if (isPassedOver) return null
  return { ...head, base: withPolicy(base, policy), rules }
}

function withPolicy(base: Base | null, policy: Base['policy'] | null): Base | null {
  return base === null || policy === null ? base : { ...base, policy }
}

/** `define`, `redefine`, `undefine`: whether one was next. */
export function readDefinition({ cursor, expressions, variables }: Reading): boolean {
  const start = cursor.position
  const verb = cursor.takesAny(['define', 'redefine', 'undefine'])
  if (verb === undefined) return false
  const name = cursor.takesKind('word')
  if (name !== undefined && verb === 'undefine') {
    variables.undefine(name)
    return true
  }
  const from = cursor.position
  const value = name !== undefined && cursor.takes('=') ? expressions.right() : undefined
  if (name !== undefined && value !== undefined && cursor.atEnd) {
    variables.define(name, value)
    return true
  }
  // Numbers below zero and sums, of priorities: their text says it all.
  cursor.back(from)
  cursor.takes('=')
  const at = cursor.position
  cursor.skipStatement()
  const text = cursor.textFrom(at)
  if (name === undefined || priorityOf(text) === undefined) {
    cursor.fault(cursor.spanFrom(start), 'this definition cannot be read')
  } else variables.define(name, { kind: 'value', text, at: cursor.spanFrom(at) })
  return true
}

/** `type … hook … priority …`; `early` for hooks that are passed over. */
export function readBase({ cursor, variables }: Reading): Base | 'early' | undefined {
  cursor.takes('type')
  const type = cursor.takesKind('word')
  const hook = cursor.takes('hook') ? cursor.takesKind('word') : undefined
  if (type === undefined || hook === undefined) return undefined
  if (earlyHooks.includes(hook)) {
    cursor.skipStatement()
    return 'early'
  }
  if (!cursor.takes('priority')) return undefined
  const start = cursor.position
  while (!cursor.atEnd) cursor.next()
  const text = cursor.textFrom(start)
  const variable = text.startsWith('$') ? variables.get(text.slice(1)) : undefined
  const priority = priorityOf(variable?.kind === 'value' ? variable.text : text)
  return priority === undefined ? undefined : (baseAt(type, hook, priority) ?? undefined)
}

/** Reads a rule up to its end; what is not known in it is kept as it is written. */
export function readRule({ cursor, expressions }: Reading): RuleTree {
  const start = cursor.position
  const statements: Statement[] = []
  let comment: string | null = null
  while (!cursor.atEnd) {
    if (cursor.sees('comment')) {
      cursor.next()
      comment = cursor.next().text
      continue
    }
    const from = cursor.position
    const read = readStatement(cursor, expressions)
    if (read === undefined) statements.push(readUnknown(cursor, from))
    else statements.push(read)
  }
  return { statements, comment, at: cursor.spanFrom(start) }
}

/** The rest of a rule from a statement on that cannot be read: it may hold or not, and do anything. */
function readUnknown(cursor: Cursor, from: number): Statement {
  const { text } = cursor.peek
  cursor.back(from)
  cursor.skipStatement()
  if (cursor.position === from) cursor.next()
  const at = cursor.spanFrom(from)
  cursor.fault(at, `"${text.trim()}" cannot be read: the rest of the rule is kept as unknown`)
  return {
    ...{ kind: 'unmodelled', text: cursor.textFrom(from), mayStop: true, mayDecide: true },
    at,
  }
}
