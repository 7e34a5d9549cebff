// Marks of packets and connections: 32 bits, of which some may be unknown. Rules change them and ask for
// them, so their values are followed from rule to rule.
import type { NumberRange } from './types.ts'

/** Bits that are unknown are 0 in `value`. Both are unsigned. */
export interface Mark {
  readonly value: number
  readonly unknown: number
}

/** What a packet has that nobody marked. */
export const unmarked: Mark = { value: 0, unknown: 0 }

/** mark = (mark & ~mask) ^ value; what is unknown and not overwritten stays unknown. */
export function change({ value, unknown }: Mark, mask: number, by: number): Mark {
  const left = (unknown & ~mask) >>> 0
  return { value: (((value & ~mask) ^ by) & ~left) >>> 0, unknown: left }
}

/** to = (to & ~toMask) ^ (from & fromMask) */
export function copy(to: Mark, from: Mark, fromMask: number, toMask: number): Mark {
  const unknown = ((to.unknown & ~toMask) | (from.unknown & fromMask)) >>> 0
  const value = (to.value & ~toMask) ^ (from.value & fromMask)
  return { value: (value & ~unknown) >>> 0, unknown }
}

/** The bits of the mask get values that nobody knows. */
export function blur({ value, unknown }: Mark, mask: number): Mark {
  return { value: (value & ~mask) >>> 0, unknown: (unknown | mask) >>> 0 }
}

/** Whether `mark & mask` is in one of the ranges: null where that is not known. */
export function isIn(
  { value, unknown }: Mark,
  mask: number,
  ranges: readonly NumberRange[],
): boolean | null {
  const open = (unknown & mask) >>> 0
  const known = (value & mask) >>> 0
  if (open === 0) return ranges.some(({ from, to }) => from <= known && known <= to)
  // The least and the greatest value that the mark can have: outside of them nothing is possible.
  const most = (known | open) >>> 0
  if (ranges.some(({ from, to }) => from <= known && most <= to)) return true
  return ranges.some((range) => canBeIn(range, known, open, most)) ? null : false
}

function canBeIn({ from, to }: NumberRange, known: number, open: number, most: number): boolean {
  if (from === to) return (from & ~open) >>> 0 === known
  return from <= most && known <= to
}
