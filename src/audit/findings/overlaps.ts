// Which rules of a long chain can have packets in common with one of them, without asking each: every
// rule is filed under its narrowest side, in a tree of intervals.
import { type Box, type Extent, meet, meetExtents, type Side, sides } from './boxes.ts'

/** Boxes by their place in the chain; null where a rule matches nothing. */
export class Overlaps {
  readonly #boxes: readonly (Box | null)[]
  readonly #trees: ReadonlyMap<Side, IntervalTree>
  #looked = 0
  /** Rules without a narrow side. */
  readonly #wide: readonly number[]

  constructor(boxes: readonly (Box | null)[]) {
    this.#boxes = boxes
    const filed = new Map<Side | null, Entry[]>()
    for (const [index, box] of boxes.entries()) {
      if (box === null) continue
      const side = narrowest(box)
      const extent = side === null ? null : box[side]
      const entry = { index, from: extent?.from ?? 0n, to: extent?.to ?? 0n }
      const group = filed.get(side)
      if (group === undefined) filed.set(side, [entry])
      else group.push(entry)
    }
    this.#wide = (filed.get(null) ?? []).map(({ index }) => index)
    this.#trees = new Map(
      sides.flatMap((side) => {
        const entries = filed.get(side)
        return entries === undefined ? [] : [[side, new IntervalTree(entries)] as const]
      }),
    )
  }

  /** How many boxes were looked at so far. */
  get looked(): number {
    return this.#looked
  }

  /** The rules whose boxes meet that of a rule, itself left out, in order; null where more than `limit`. */
  of(index: number, limit: number): readonly number[] | null {
    const box = this.#boxes[index] ?? null
    if (box === null) return []
    const found: number[] = []
    let looked = 0
    const isComplete = this.#each(box, (other, theirs) => {
      looked += 1
      if (other !== index && meet(box, theirs)) found.push(other)
      return found.length <= limit && looked <= limit * 16
    })
    return isComplete ? found.sort((a, b) => a - b) : null
  }

  /** Some rule in front of one whose box meets a box, and that is as wanted. */
  someInFrontOf(index: number, box: Box, isWanted: (other: number) => boolean): number | null {
    let found: number | null = null
    this.#each(box, (other, theirs) => {
      if (other < index && meet(box, theirs) && isWanted(other)) found = other
      return found === null
    })
    return found
  }

  /** Visits rules among which are all that meet the box, until the visitor has enough. */
  #each(box: Box, visit: (index: number, theirs: Box) => boolean): boolean {
    const take = (other: number): boolean => {
      this.#looked += 1
      const theirs = this.#boxes[other] ?? null
      return theirs === null || visit(other, theirs)
    }
    return (
      this.#wide.every(take) && [...this.#trees].every(([side, tree]) => tree.each(box[side], take))
    )
  }
}

/** How many values each side has, by their binary digits. */
const digits: Readonly<Record<Side, number>> = {
  source: 128,
  destination: 128,
  port: 16,
  protocol: 8,
  in: 0,
  out: 0,
}

/** The side on which the box is smallest; null where it is no smaller than all on every side. */
function narrowest(box: Box): Side | null {
  let best: Side | null = null
  let least = Infinity
  for (const side of sides) {
    const extent = box[side]
    if (extent === null) continue
    const size = (extent.to - extent.from + 1n).toString(2).length - 1
    // Few protocols and interfaces are in use: their names tell less than an address or a port.
    const weight = side === 'protocol' ? 100 : digits[side] === 0 ? 8 : size
    if (weight < least) [best, least] = [side, weight]
  }
  return best
}

interface Entry {
  readonly index: number
  readonly from: bigint
  readonly to: bigint
}

/** Intervals in a balanced tree that lies in an array sorted by starts. */
class IntervalTree {
  readonly #entries: readonly Entry[]
  /** The greatest end in the part of the array that has its middle here. */
  readonly #greatest: bigint[]

  constructor(entries: readonly Entry[]) {
    this.#entries = [...entries].sort((a, b) =>
      a.from < b.from ? -1 : a.from > b.from ? 1 : a.index - b.index,
    )
    this.#greatest = this.#entries.map(({ to }) => to)
    this.#measure(0, entries.length)
  }

  /** Visits all that meet an extent until the visitor has enough; whether it had not. */
  each(extent: Extent, visit: (index: number) => boolean): boolean {
    return this.#visit(0, this.#entries.length, extent, visit)
  }

  #measure(start: number, end: number): bigint {
    if (start >= end) return -1n
    const middle = (start + end) >> 1
    const ends = [
      this.#entries[middle]?.to ?? -1n,
      this.#measure(start, middle),
      this.#measure(middle + 1, end),
    ]
    const greatest = ends.reduce((a, b) => (a > b ? a : b))
    this.#greatest[middle] = greatest
    return greatest
  }

  #visit(start: number, end: number, extent: Extent, visit: (index: number) => boolean): boolean {
    if (start >= end) return true
    const middle = (start + end) >> 1
    const entry = this.#entries[middle]
    if (entry === undefined) return true
    if (extent !== null && (this.#greatest[middle] ?? -1n) < extent.from) return true
    if (!this.#visit(start, middle, extent, visit)) return false
    if (extent !== null && entry.from > extent.to) return true
    if (meetExtents(entry, extent) && !visit(entry.index)) return false
    return this.#visit(middle + 1, end, extent, visit)
  }
}
