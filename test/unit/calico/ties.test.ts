// Orders that policies of equal order get: numbers of their own, however large, or a refusal.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { type NamedPiece, withoutTies } from '../../../targets/calico/ties.ts'
import { versionRanges } from '../../../targets/calico/versions.ts'
import { isolating, policyOf, ruleOf } from './building.ts'

const test = suite('calico ties')

const pieceOf = (source: string, name: string, order: number | null, index: number): NamedPiece => {
  const rule = ruleOf(undefined, undefined, index % 2 === 0 ? 'deny' : 'allow')
  return {
    name,
    order,
    band: 'whole',
    policy: policyOf({ name: source, order, ingress: isolating(rule) }),
  }
}

/** The orders of policies whose names in Calico go the other way, and what is reported. */
function spread(
  order: number | null,
  others: readonly number[] = [],
  count = 3,
): { readonly orders: readonly (number | null)[]; readonly codes: readonly string[] } {
  const [version] = versionRanges.slice(-1)
  const reporter = makeReporter()
  const tied = Array.from({ length: count }, (_, at) =>
    pieceOf(`p-${100 + at}`, `p-${900 - at}`, order, at),
  )
  const rest = others.map((one, at) => pieceOf(`q-${at}`, `q-${at}`, one, at))
  assert.ok(version)
  const pieces = withoutTies([...tied, ...rest], version, reporter)
  return {
    orders: pieces.slice(0, count).map((one) => one.order),
    codes: [...new Set(reporter.diagnostics.map(({ code }) => code))],
  }
}

const isAscending = (orders: readonly (number | null)[]): boolean =>
  orders.every((order, at) => at === 0 || (order ?? 0) > (orders[at - 1] ?? 0))

test('small orders get few digits', () => {
  assert.equal(spread(100).orders, [100, 100.1, 100.2])
  assert.equal(spread(100, [100.1]).orders, [100, 100.01, 100.02])
  assert.equal(spread(null, [7.5]).orders, [8, 9, 10])
})

for (const order of [1e16, 1e300, 4.5e15, 2 ** 53, -1e16, -1e300, -4.5e15, -7, 0.123456, 5e-324]) {
  test(`policies of order ${order} get orders of their own`, () => {
    const { orders, codes } = spread(order)
    assert.equal(codes, ['NP5013'])
    assert.ok(isAscending(orders), orders.join())
    assert.ok((orders[0] ?? Number.NEGATIVE_INFINITY) >= order)
  })
}

for (const last of [1e16, 1e300, 4.5e15, -1e16]) {
  test(`policies without order come behind order ${last}`, () => {
    const { orders } = spread(null, [last])
    assert.ok(isAscending([last, ...orders]), orders.join())
  })
}

test('they stay before the next order, and not before an earlier one', () => {
  for (const [order, next] of [
    [1e16, 1e16 + 100],
    [4.5e15, 4.5e15 + 2],
    [-1e16, -1e16 + 100],
    [0.123456, 0.123457],
  ] as const) {
    const { orders, codes } = spread(order, [next])
    assert.equal(codes, ['NP5013'])
    assert.ok(isAscending([...orders, next]), orders.join())
    assert.ok((orders[0] ?? 0) >= order)
  }
})

test('where there are no numbers between, that is refused', () => {
  for (const [order, next] of [
    [1e16, 1e16 + 2],
    [4.5e15, 4.5e15 + 1],
    [-1e16, -1e16 + 2],
    [0, 5e-324],
  ] as const) {
    const { orders, codes } = spread(order, [next])
    assert.equal(codes, ['NP5001'])
    assert.equal(orders, [order, order, order])
  }
  assert.equal(spread(Number.MAX_VALUE).codes, ['NP5001'])
  assert.equal(spread(null, [Number.MAX_VALUE]).codes, ['NP5001'])
})

test.run()
