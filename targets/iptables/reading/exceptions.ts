// Sets of blocks with exceptions (`nomatch`): of the blocks that hold an address the narrowest decides.
import { type Family, intervalOf, toCidrs } from '../../../src/algebra/address.ts'
import { type Interval, subtract, union } from '../../../src/algebra/interval.ts'
import type { SetElement } from '../../../src/ruleset/types.ts'

interface Block extends Interval {
  readonly element: SetElement
  readonly order: number
}

/**
 * The elements of a set of single blocks without exceptions: each holds the addresses that it decides,
 * and no two hold the same. What an exception decides, no element holds.
 */
export function withoutExceptions(
  elements: readonly SetElement[],
  family: Family,
): readonly SetElement[] {
  const blocks = decidingBlocks(elements, family)
  const held = new Map<SetElement, Interval[]>()
  const open: { readonly block: Block; readonly inner: Interval[] }[] = []
  const close = (): void => {
    const last = open.pop()
    if (last === undefined || last.block.element.isException) return
    const { from, to, element } = last.block
    const own = held.get(element) ?? []
    own.push(...subtract([{ from, to }], union(last.inner)))
    held.set(element, own)
  }
  for (const block of blocks) {
    while ((open.at(-1)?.block.to ?? block.to) < block.from) close()
    open.at(-1)?.inner.push({ from: block.from, to: block.to })
    open.push({ block, inner: [] })
  }
  while (open.length > 0) close()
  return elements.flatMap((element) => {
    const set = held.get(element)
    return set === undefined ? [] : [{ ...element, parts: [{ kind: 'numbers', set: union(set) }] }]
  })
}

/** All blocks, those that begin first and are widest in front; of two equal ones the last was taken. */
function decidingBlocks(elements: readonly SetElement[], family: Family): readonly Block[] {
  const blocks = new Map<string, Block>()
  for (const [order, element] of elements.entries()) {
    const [part] = element.parts
    if (part?.kind !== 'numbers') continue
    for (const cidr of toCidrs(family, part.set)) {
      const { from, to } = intervalOf(cidr)
      blocks.set(`${from}-${to}`, { from, to, element, order })
    }
  }
  return [...blocks.values()].sort((a, b) =>
    a.from !== b.from ? (a.from < b.from ? -1 : 1) : a.to > b.to ? -1 : 1,
  )
}
