// Sets of whole numbers as sorted, disjoint, non-adjacent intervals: one form for one set.

/** `from` and `to` are both inside. */
export interface Interval {
  readonly from: bigint
  readonly to: bigint
}

/** Sorted, disjoint and not adjacent. */
export type IntervalSet = readonly Interval[]

/** The set of all numbers that some interval covers, in normal form. */
export function union(intervals: readonly Interval[]): IntervalSet {
  const sorted = [...intervals].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const merged: Interval[] = []
  for (const next of sorted) {
    const last = merged.at(-1)
    if (last === undefined || next.from > last.to + 1n) merged.push(next)
    else if (next.to > last.to) merged[merged.length - 1] = { from: last.from, to: next.to }
  }
  return merged
}

/** The numbers of `a` that are not in `b`; both in normal form, as is the result. */
export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  const rest: Interval[] = []
  let next = 0
  for (const { from, to } of a) {
    let start = from
    while (next < b.length && (b[next] as Interval).to < start) next += 1
    for (let at = next; at < b.length && (b[at] as Interval).from <= to; at += 1) {
      const hole = b[at] as Interval
      if (hole.from > start) rest.push({ from: start, to: hole.from - 1n })
      start = hole.to + 1n
    }
    if (start <= to) rest.push({ from: start, to })
  }
  return rest
}

/** The numbers that are in both; both in normal form, as is the result. */
export function meet(a: IntervalSet, b: IntervalSet): IntervalSet {
  return subtract(a, subtract(a, b))
}

/** Whether a set in normal form holds the number. */
export function holds(set: IntervalSet, value: bigint): boolean {
  let low = 0
  let high = set.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const { from, to } = set[middle] as Interval
    if (value < from) high = middle - 1
    else if (value > to) low = middle + 1
    else return true
  }
  return false
}

/** Whether two sets in normal form have a number in common. */
export function overlaps(a: IntervalSet, b: IntervalSet): boolean {
  return b.some((hole) => a.some((own) => own.from <= hole.to && hole.from <= own.to))
}
