// Giving up on one piece of a lowering, with the reason: what was asked for cannot be said, or only at a
// length that nobody would want.

/** Why a piece cannot be lowered. Caught where the piece is known by the place it comes from. */
export class Refusal extends Error {}

/** Leaves the computation of one piece. */
export function refuse(reason: string): never {
  throw new Refusal(reason)
}
