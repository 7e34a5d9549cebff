// The state of a packet's connection: nft(8), "conntrack expressions". It is compared bit by bit, and what
// a list of states means depends on the operator before it; `nft --debug=netlink` shows it.
import { stateNames } from './names.ts'
import type { Cursor } from './tokens.ts'
import type { Match, StateTest } from './types.ts'

const operators: readonly (readonly [string, StateTest])[] = [
  ['==', 'equal'],
  ['eq', 'equal'],
  ['!=', 'unequal'],
  ['ne', 'unequal'],
  ['!', 'none'],
]

/** The state of a packet that begins a connection. */
export const newConnection: number = stateNames.get('new') ?? 0

/** Reads the operator behind `ct state`, if there is one. */
export function readStateTest(cursor: Cursor): StateTest {
  return operators.find(([word]) => cursor.takes(word))?.[1] ?? 'some'
}

/** Reads the states behind the operator; those in braces are values like any others. */
export function readStates(
  cursor: Cursor,
  test: StateTest,
): (Match & { readonly kind: 'state' }) | undefined {
  const isEnclosed = cursor.takes('(')
  let bits = 0
  do {
    const token = cursor.peek
    const bit = token.kind === 'word' ? stateNames.get(token.text) : undefined
    if (bit === undefined) return cursor.fault(token, `"${token.text}" is no state of a connection`)
    cursor.next()
    bits |= bit
  } while (cursor.takes(',') || cursor.takes('|'))
  if (isEnclosed && !cursor.expect(')')) return undefined
  return { kind: 'state', test, bits }
}

/** Whether the first packet of a connection passes the test. */
export function passesNew({ test, bits }: Match & { readonly kind: 'state' }): boolean {
  switch (test) {
    case 'some':
      return (bits & newConnection) !== 0
    case 'none':
      return (bits & newConnection) === 0
    case 'equal':
      return bits === newConnection
    case 'unequal':
      return bits !== newConnection
  }
}
