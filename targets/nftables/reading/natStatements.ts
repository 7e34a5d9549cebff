// Statements that give packets other addresses, in the text of nft: nft(8), "NAT statements".
import type { Cursor } from './cursor.ts'
import type { Expressions } from './expressions.ts'
import type { Form } from './statements.ts'
import type { Statement } from './syntax.ts'

type Nat = Statement & { readonly kind: 'nat' }

/** Reads one behind its first word. */
export function readNat(
  how: Nat['how'],
): (cursor: Cursor, expressions: Expressions) => Form | undefined {
  return (cursor, expressions) => {
    const version = cursor.takesAny(['ip', 'ip6'] as const)
    const family = version === undefined ? null : version === 'ip' ? 4 : 6
    skipShape(cursor)
    let place: Place | undefined = { address: null, port: null }
    if (cursor.takes('to')) place = readPlace(cursor, expressions, how)
    if (place === undefined) return undefined
    while (cursor.takesAny(flags) !== undefined);
    return { kind: 'nat', how, family, ...place }
  }
}

const flags = ['random', 'fully-random', 'persistent', ',']

/** `addr . port`, `prefix`, `interval`: what the values behind are; they tell it themselves. */
function skipShape(cursor: Cursor): void {
  if (cursor.takes('addr')) {
    cursor.takes('.')
    cursor.takes('port')
  }
  while (cursor.takesAny(['prefix', 'interval']) !== undefined);
}

type Place = Pick<Nat, 'address' | 'port'>

function readPlace(cursor: Cursor, expressions: Expressions, how: Nat['how']): Place | undefined {
  skipShape(cursor)
  if (cursor.takes(':')) {
    const port = expressions.read('selectors')
    return port && { address: null, port }
  }
  const address = expressions.read('selectors')
  if (address === undefined) return undefined
  if (how === 'redirect' || how === 'masquerade') return { address: null, port: address }
  if (!cursor.takes(':')) return { address, port: null }
  const port = expressions.read('selectors')
  return port && { address, port }
}
