// Selectors that are longer than Calico takes, cut into alternatives.
import type { Selector } from '../../src/ir/types.ts'
import { joined, printSelector } from './selector.ts'

/**
 * Cuts a selector in normal form into alternatives that each satisfy `fits`; together they hold
 * exactly where the whole does. Null where no cut helps or more than `most` pieces would be needed.
 * Only sets of values and `||` can be cut: a "not in" needs all of its values at once.
 */
export function cutToFit(
  selector: Selector,
  fits: (piece: Selector) => boolean,
  most: number,
): readonly Selector[] | null {
  const done: Selector[] = []
  const pending = [selector]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (fits(next)) {
      done.push(next)
      continue
    }
    const halves = halve(next)
    if (halves === null || done.length + pending.length + 2 > most) return null
    pending.push(halves[1], halves[0])
  }
  return done
}

type Halves = readonly [Selector, Selector]

function halve(selector: Selector): Halves | null {
  switch (selector.kind) {
    case 'all':
    case 'exists':
    case 'part':
    case 'not':
      return null
    case 'in': {
      const { key, values } = selector
      return halveList(values, (part) => ({ kind: 'in', key, values: part }))
    }
    case 'or':
      return halveList(selector.of, (part) => joined('or', part))
    case 'and':
      return halveLongest(selector.of)
  }
}

function halveList<T>(items: readonly T[], make: (part: readonly T[]) => Selector): Halves | null {
  if (items.length < 2) return null
  const middle = Math.ceil(items.length / 2)
  return [make(items.slice(0, middle)), make(items.slice(middle))]
}

function halveLongest(parts: readonly Selector[]): Halves | null {
  const byLength = parts
    .map((part, at) => ({ at, length: printSelector(part).length, halves: halve(part) }))
    .sort((a, b) => b.length - a.length || a.at - b.at)
  const cut = byLength.find((part) => part.halves !== null)
  if (cut?.halves == null) return null
  const [left, right] = cut.halves
  return [joined('and', parts.with(cut.at, left)), joined('and', parts.with(cut.at, right))]
}
