// Three ways to hold sets of flows, on the same sets: what the choice in src/proof rests on. A set is a
// union of products: labels of the peer are not in a few values, and the port is in a range.
import {
  type Diagram,
  DiagramStore,
  LimitReached,
  type Variable,
} from '../../src/algebra/diagram.ts'
import { seconds, timed } from './timing.ts'

interface Product {
  readonly key: number
  readonly values: readonly string[]
  readonly from: number
  readonly to: number
}

const keys = 30

function productsOf(count: number): readonly Product[] {
  return Array.from({ length: count }, (_, index) => ({
    key: index % keys,
    values: [`c-${index}`, `d-${index % 11}`],
    from: 2000 + index,
    to: 2100 + index,
  }))
}

/** The same union built in two orders, and found to be the same. */
export function benchRepresentations(): void {
  console.log('# representations: a union of n products, built in two orders and compared')
  for (const count of [10, 20, 40, 80, 160]) {
    const cells = Object.entries(ways).map(([name, way]) => {
      const products = productsOf(count)
      const result = timed(() => way(products, [...products].reverse()))
      return `${name} ${result.value === null ? 'given up' : seconds(result.ms)}`
    })
    console.log(`${String(count).padStart(4)}: ${cells.join('; ')}`)
  }
}

/** Whether the two unions are equal; null where it was given up. */
type Way = (a: readonly Product[], b: readonly Product[]) => boolean | null

const ways: Readonly<Record<string, Way>> = {
  'diagrams, numbers first': (a, b) => byDiagrams(a, b, true),
  'diagrams, labels first': (a, b) => byDiagrams(a, b, false),
  'lists of disjoint products': byLists,
}

const budget = 10_000_000

function byDiagrams(
  a: readonly Product[],
  b: readonly Product[],
  isFirst: boolean,
): boolean | null {
  const port: Variable = { name: 'port', domain: 'number', first: 1, last: 65535 }
  const labels = Array.from(
    { length: keys },
    (_, at): Variable => ({ name: `${at}`, domain: 'text' }),
  )
  const store = new DiagramStore(isFirst ? [port, ...labels] : [...labels, port], budget)
  const union = (products: readonly Product[]): Diagram =>
    store.some(
      products.map(({ key, values, from, to }) =>
        store.and(
          store.not(store.isOneOf(isFirst ? key + 1 : key, values)),
          store.isIn(isFirst ? 0 : keys, [{ from, to }]),
        ),
      ),
    )
  try {
    return union(a) === union(b)
  } catch (error) {
    if (error instanceof LimitReached) return null
    throw error
  }
}

/** A product with a list of excluded values for each key that it tests, or of the only ones left. */
interface Box {
  readonly labels: ReadonlyMap<
    number,
    { readonly isIn: boolean; readonly values: readonly string[] }
  >
  readonly from: number
  readonly to: number
}

const maxBoxes = 20_000

function byLists(a: readonly Product[], b: readonly Product[]): boolean | null {
  const [first, second] = [a, b].map((products) => products.map(boxOf))
  if (first === undefined || second === undefined) return null
  const [left, right] = [remainder(first, second), remainder(second, first)]
  return left === null || right === null ? null : left.length === 0 && right.length === 0
}

function boxOf({ key, values, from, to }: Product): Box {
  return { labels: new Map([[key, { isIn: false, values }]]), from, to }
}

function remainder(from: readonly Box[], less: readonly Box[]): readonly Box[] | null {
  let left = from
  for (const one of less) {
    left = left.flatMap((box) => subtract(box, one))
    if (left.length > maxBoxes) return null
  }
  return left
}

/** What is left of a box: a piece for each way of being outside of the other. */
function subtract(box: Box, other: Box): readonly Box[] {
  if (box.to < other.from || other.to < box.from) return [box]
  const pieces: Box[] = []
  if (box.from < other.from) pieces.push({ ...box, to: other.from - 1 })
  if (other.to < box.to) pieces.push({ ...box, from: other.to + 1 })
  let inside: Box = {
    ...box,
    from: Math.max(box.from, other.from),
    to: Math.min(box.to, other.to),
  }
  for (const [key, test] of other.labels) {
    const outside = narrowed(inside, key, { isIn: !test.isIn, values: test.values })
    if (outside !== null) pieces.push(outside)
    const rest = narrowed(inside, key, test)
    if (rest === null) return pieces
    inside = rest
  }
  return pieces
}

type LabelTest = { readonly isIn: boolean; readonly values: readonly string[] }

function narrowed(box: Box, key: number, test: LabelTest): Box | null {
  const known = box.labels.get(key)
  const both = known === undefined ? test : meet(known, test)
  if (both.isIn && both.values.length === 0) return null
  return { ...box, labels: new Map([...box.labels, [key, both]]) }
}

function meet(a: LabelTest, b: LabelTest): LabelTest {
  if (a.isIn)
    return { isIn: true, values: a.values.filter((one) => b.values.includes(one) === b.isIn) }
  if (b.isIn) return meet(b, a)
  return { isIn: false, values: [...new Set([...a.values, ...b.values])] }
}
