// What gets through: a flow is allowed where the egress side of its source and the ingress side of its
// destination both allow it. Two sets may differ at an end and still let the same flows through.
import { type Diagram, DiagramStore, LimitReached, nothing } from '../algebra/diagram.ts'
import type { PolicySet } from '../ir/types.ts'
import {
  allowanceFor,
  assumesOwnNode,
  differences,
  happening,
  type Premises,
  type Sides,
} from './compare.ts'
import { allowedBy, type EncodedTier, encodeTiers } from './decide.ts'
import { Encoder } from './encode.ts'
import { spaceOf } from './space.ts'

/** The answer for flows as a whole. */
export type EndToEnd =
  | { readonly kind: 'equal' }
  | {
      readonly kind: 'different'
      /** Both over one space. */
      readonly ingress: Sides
      readonly egress: Sides
      /** Flows that only the second set lets through. */
      readonly opened: Diagram
      /** Flows that only the first set lets through. */
      readonly closed: Diagram
    }
  | { readonly kind: 'undecided' }

/** Compares what two sets let through; only flows are decided at an end of which they differ. */
export function compareEndToEnd(before: PolicySet, after: PolicySet, premises: Premises): EndToEnd {
  try {
    return compareBoth(before, after, premises)
  } catch (error) {
    if (error instanceof LimitReached) return { kind: 'undecided' }
    throw error
  }
}

function compareBoth(before: PolicySet, after: PolicySet, premises: Premises): EndToEnd {
  const space = spaceOf([before, after], 'ingress')
  const store = new DiagramStore(space.variables, premises.budget + allowanceFor([before, after]))
  const sidesOf = (direction: 'ingress' | 'egress'): Sides => {
    const encoder = new Encoder(store, space, direction, premises)
    return {
      encoder,
      space,
      direction,
      before: encodeTiers(before, direction, encoder),
      after: encodeTiers(after, direction, encoder),
    }
  }
  const [ingress, egress] = [sidesOf('ingress'), sidesOf('egress')]
  const touched = store.or(differences(ingress).flows, differences(egress).flows)
  const assumed = assumesOwnNode(ingress) || assumesOwnNode(egress)
  const open = happening(touched, ingress, assumed, premises.facts)
  const through = (side: 'before' | 'after'): Diagram =>
    store.and(allowed(ingress, side, open), allowed(egress, side, open))
  const [first, second] = [through('before'), through('after')]
  if (first === second) return { kind: 'equal' }
  const [opened, closed] = [store.minus(second, first), store.minus(first, second)]
  return { kind: 'different', ingress, egress, opened, closed }
}

function allowed(sides: Sides, side: 'before' | 'after', open: Diagram): Diagram {
  const tiers: readonly EncodedTier[] = sides[side]
  return open === nothing ? nothing : allowedBy(tiers, open, sides.encoder)
}
