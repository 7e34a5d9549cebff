// Decision diagrams against brute force: over a universe small enough to list, a diagram holds exactly
// the points that the expression holds for.
import fc, { type Arbitrary } from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Diagram,
  DiagramStore,
  everything,
  nothing,
  type Variable,
} from '../../src/algebra/diagram.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('algebra')

const texts = ['a', 'b', 'c', 'any other']
const variables: readonly Variable[] = [
  { name: 'x', domain: 'text' },
  { name: 'n', domain: 'number', first: 0, last: 7 },
  { name: 'y', domain: 'text' },
  { name: 'm', domain: 'number', first: 0n, last: 3n },
]

interface Point {
  readonly x: string
  readonly n: number
  readonly y: string
  readonly m: bigint
}

const points: readonly Point[] = texts.flatMap((x) =>
  Array.from({ length: 8 }, (_, n) => n).flatMap((n) =>
    texts.flatMap((y) => [0n, 1n, 2n, 3n].map((m) => ({ x, n, y, m }))),
  ),
)

type Expression =
  | { readonly kind: 'text'; readonly on: 'x' | 'y'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly on: 'n' | 'm'; readonly from: number; readonly to: number }
  | { readonly kind: 'not'; readonly of: Expression }
  | {
      readonly kind: 'and' | 'or' | 'minus' | 'xor'
      readonly a: Expression
      readonly b: Expression
    }

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5 },
    fc.record({
      kind: fc.constant('text' as const),
      on: fc.constantFrom('x' as const, 'y' as const),
      values: fc.subarray(texts.slice(0, 3)),
    }),
    fc.record({
      kind: fc.constant('number' as const),
      on: fc.constantFrom('n' as const, 'm' as const),
      from: fc.nat(7),
      to: fc.nat(7),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('expression') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const, 'minus' as const, 'xor' as const),
      a: tie('expression'),
      b: tie('expression'),
    }),
  ),
})) as { expression: Arbitrary<Expression> }

function holds(one: Expression, point: Point): boolean {
  switch (one.kind) {
    case 'text':
      return one.values.includes(point[one.on])
    case 'number':
      return one.from <= Number(point[one.on]) && Number(point[one.on]) <= one.to
    case 'not':
      return !holds(one.of, point)
    case 'and':
      return holds(one.a, point) && holds(one.b, point)
    case 'or':
      return holds(one.a, point) || holds(one.b, point)
    case 'minus':
      return holds(one.a, point) && !holds(one.b, point)
    case 'xor':
      return holds(one.a, point) !== holds(one.b, point)
  }
}

function build(one: Expression, store: DiagramStore): Diagram {
  switch (one.kind) {
    case 'text':
      return store.isOneOf(one.on === 'x' ? 0 : 2, one.values)
    case 'number': {
      if (one.from > one.to) return nothing
      if (one.on === 'n') return store.isIn(1, [{ from: one.from, to: one.to }])
      return store.isIn(3, [{ from: BigInt(one.from), to: BigInt(one.to) }])
    }
    case 'not':
      return store.not(build(one.of, store))
    case 'and':
    case 'or':
    case 'minus':
    case 'xor':
      return store[one.kind](build(one.a, store), build(one.b, store))
  }
}

function inside(diagram: Diagram, { x, n, y, m }: Point, store: DiagramStore): boolean {
  const values = [x, n, y, m] as const
  let at = diagram
  for (;;) {
    const branches = store.branches(at)
    if (branches === null) return at === everything
    const value = values[branches.variable] ?? 0
    if (branches.kind === 'text') {
      const place = branches.values.indexOf(String(value))
      at = place < 0 ? branches.other : (branches.children[place] ?? nothing)
    } else {
      const place = branches.starts.findLastIndex((start) => Number(start) <= Number(value))
      at = branches.children[place] ?? nothing
    }
  }
}

test('a diagram holds the points of its expression, and equal sets are one diagram', () => {
  let equal = 0
  fc.assert(
    fc.property(expression, expression, (one, other) => {
      const store = new DiagramStore(variables, 1_000_000)
      const [a, b] = [build(one, store), build(other, store)]
      for (const point of points) assert.is(inside(a, point, store), holds(one, point))
      const isSame = points.every((point) => holds(one, point) === holds(other, point))
      assert.is(a === b, isSame)
      equal += isSame ? 1 : 0
    }),
    { seed, numRuns: 1000 },
  )
  saySeed(`algebra: 1000 pairs, ${equal} equal`)
  assert.ok(equal > 10)
})

test('what is simplified is the same inside of what matters', () => {
  fc.assert(
    fc.property(expression, expression, (one, care) => {
      const store = new DiagramStore(variables, 1_000_000)
      const [a, c] = [build(one, store), build(care, store)]
      const simple = store.simplify(a, c)
      assert.is(store.and(simple, c), store.and(a, c))
    }),
    { seed, numRuns: 500 },
  )
})

test('a forgotten variable leaves the points that some value of it would do for', () => {
  fc.assert(
    fc.property(expression, fc.subarray([0, 1, 2, 3]), (one, forgotten) => {
      const store = new DiagramStore(variables, 1_000_000)
      const left = store.forget(build(one, store), new Set(forgotten))
      const keyOf = ({ x, n, y, m }: Point): string =>
        [x, n, y, m].filter((_, index) => !forgotten.includes(index)).join()
      const held = new Set(points.filter((point) => holds(one, point)).map(keyOf))
      for (const point of points) {
        assert.is(inside(left, point, store), held.has(keyOf(point)))
      }
    }),
    { seed, numRuns: 500 },
  )
})

test.run()
