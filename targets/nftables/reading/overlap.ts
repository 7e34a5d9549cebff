// Boxes that have points in common, found without looking at every pair.
import type { Interval } from '../../../src/algebra/interval.ts'

interface Boxed {
  readonly box: readonly Interval[]
}

/**
 * Two items of different kinds whose boxes, of as many intervals each, overlap; null if there are none.
 * The first of the two comes before the second in the list.
 */
export function findOverlap<T extends Boxed>(
  items: readonly T[],
  kindOf: (item: T) => string,
): readonly [T, T] | null {
  const part = mostDivided(items)
  const at = ({ box }: Boxed): Interval => box[part] ?? everywhere
  const sorted = items.map((item, index) => ({ item, index, kind: kindOf(item) }))
  sorted.sort((a, b) => (at(a.item).from < at(b.item).from ? -1 : 1))
  let open: typeof sorted = []
  for (const next of sorted) {
    const { from } = at(next.item)
    open = open.filter(({ item }) => at(item).to >= from)
    const other = open.find(({ item, kind }) => kind !== next.kind && meet(item, next.item))
    if (other !== undefined) {
      return other.index < next.index ? [other.item, next.item] : [next.item, other.item]
    }
    open.push(next)
  }
  return null
}

const everywhere: Interval = { from: 0n, to: 0n }

/** The part of the boxes in which they start at the most places: sorted by it, few are open at once. */
function mostDivided(items: readonly Boxed[]): number {
  const counts = (items[0]?.box ?? []).map(
    (_, part) => new Set(items.map(({ box }) => box[part]?.from)).size,
  )
  return Math.max(0, counts.indexOf(Math.max(...counts)))
}

function meet(a: Boxed, b: Boxed): boolean {
  return a.box.every(({ from, to }, part) => {
    const other = b.box[part] ?? everywhere
    return from <= other.to && other.from <= to
  })
}
