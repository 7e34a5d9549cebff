// Policies that differ in nothing but their subject, as readers make them of one policy whose selector
// has alternatives: together they are one policy of Calico again.
import { groupBy } from '../../src/algebra/order.ts'
import { directions, type PodMatch, type Section } from '../../src/ir/types.ts'
import type { Piece } from './bands.ts'

/** A piece for the first of its subjects, and all of them. */
export interface JoinedPiece {
  readonly piece: Piece
  readonly subjects: readonly PodMatch[]
}

/** Pieces of one name, order and content become one; the others stay alone. */
export function joinAlternatives(pieces: readonly Piece[]): readonly JoinedPiece[] {
  const twins = groupBy(pieces, nameOf)
  // Only what shares its name is worth a look at what it says.
  const keyOf = (piece: Piece): string => {
    const name = nameOf(piece)
    return twins.get(name)?.length === 1 ? name : `${name} ${contentOf(piece)}`
  }
  return [...groupBy(pieces, keyOf).values()].flatMap((same) => {
    const [piece] = same
    return piece === undefined
      ? []
      : [{ piece, subjects: same.map(({ policy }) => policy.subject) }]
  })
}

function nameOf({ policy: { namespace, name }, band }: Piece): string {
  return JSON.stringify([namespace, name, band])
}

/** What a piece says, wherever it was written. */
function contentOf({ policy, order }: Piece): string {
  const contents = directions.map((direction) => sectionWords(policy[direction]))
  return JSON.stringify([order, contents])
}

function sectionWords(section: Section | null): string {
  return JSON.stringify(section, (key, value: unknown) =>
    key === 'origins' ? undefined : typeof value === 'bigint' ? `${value}` : value,
  )
}
