// What may stand behind an element of a set: how long it stays, what is counted, a remark.

import { readCondition } from './conditions.ts'
import type { Cursor } from './cursor.ts'

/** What it means for the element. */
export interface Options {
  readonly isPassing: boolean
  readonly isConditional: boolean
  /** Limits and the like, in one form for one meaning. */
  readonly conditions: readonly string[]
}

/** Reads all that stand here; none is fine. */
export function readOptions(cursor: Cursor): Options {
  let isPassing = false
  const conditions: string[] = []
  for (;;) {
    if (cursor.peek.kind === 'line') skipToOption(cursor)
    if (cursor.peek.kind !== 'word') break
    if (cursor.takesAny(['timeout', 'expires']) !== undefined) {
      isPassing = true
      cursor.next()
    } else if (cursor.takes('comment')) cursor.next()
    else if (cursor.takes('counter')) skipCounter(cursor)
    else if (cursor.takes('last')) skipLast(cursor)
    else {
      const condition = readCondition(cursor)
      if (condition === undefined) break
      conditions.push(condition)
    }
  }
  return { isPassing, isConditional: conditions.length > 0, conditions }
}

/** Lists go over several lines, and so may an element. */
function skipToOption(cursor: Cursor): void {
  const start = cursor.position
  cursor.skipLines()
  const { kind, text } = cursor.peek
  if (kind !== 'word' || !optionWords.has(text)) cursor.back(start)
}

const optionWords: ReadonlySet<string> = new Set([
  ...['timeout', 'expires', 'comment', 'counter', 'last', 'limit', 'quota', 'ct'],
])

function skipCounter(cursor: Cursor): void {
  while (cursor.takesAny(['packets', 'bytes']) !== undefined) cursor.next()
}

/** `last used 5s`, `last used never` */
export function skipLast(cursor: Cursor): void {
  if (cursor.takes('used')) cursor.next()
}
