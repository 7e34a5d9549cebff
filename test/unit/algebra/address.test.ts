// Addresses, blocks and sets of numbers, held against ipaddr.js and against counting.
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Address,
  addressesOf,
  bitsOf,
  blockOf,
  type Cidr,
  cidrsOverlap,
  contains,
  covers,
  type Family,
  intervalOf,
  parseAddress,
  parseCidr,
  printAddress,
  printCidr,
  toCidrs,
} from '../../../src/algebra/address.ts'
import { holds, type Interval, overlaps, subtract, union } from '../../../src/algebra/interval.ts'
import { seed } from '../../support/property.ts'

const test = suite('addresses')

const family = fc.constantFrom<Family>(4, 6)
const address: fc.Arbitrary<Address> = family.chain((one) =>
  fc
    .bigInt({ min: 0n, max: (1n << BigInt(bitsOf(one))) - 1n })
    .map((value) => ({ family: one, value })),
)
const cidr: fc.Arbitrary<Cidr> = address.chain((one) =>
  fc.nat(bitsOf(one.family)).map((prefix) => blockOf(one, prefix)),
)
/** Blocks in a universe of 32 addresses, where everything can be counted. */
const tiny: fc.Arbitrary<Cidr> = fc
  .tuple(fc.nat(31), fc.integer({ min: 27, max: 32 }))
  .map(([value, prefix]) => blockOf({ family: 4, value: BigInt(value) }, prefix))
const tinyAddresses: readonly Address[] = Array.from({ length: 32 }, (_, value) => ({
  family: 4,
  value: BigInt(value),
}))
const intervals: fc.Arbitrary<Interval[]> = fc.array(
  fc
    .tuple(fc.nat(40), fc.nat(40))
    .map(([a, b]) => ({ from: BigInt(Math.min(a, b)), to: BigInt(Math.max(a, b)) })),
  { maxLength: 6 },
)
const numbers = Array.from({ length: 42 }, (_, value) => BigInt(value))
const inSome = (set: readonly Interval[], value: bigint): boolean =>
  set.some(({ from, to }) => from <= value && value <= to)

test("printing and parsing are each other's reverse, as ipaddr.js has it", () => {
  fc.assert(
    fc.property(address, (one) => {
      const text = printAddress(one)
      assert.equal(parseAddress(text), one)
      assert.is(
        ipaddr.parse(text).toString(),
        text.includes(':') ? ipaddr.parse(text).toString() : text,
      )
    }),
    { seed },
  )
})

test('blocks hold what ipaddr.js says they hold', () => {
  fc.assert(
    fc.property(cidr, address, (block, one) => {
      const [base, prefix] = ipaddr.parseCIDR(printCidr(block))
      const other = ipaddr.parse(printAddress(one))
      assert.is(contains(block, one), base.kind() === other.kind() && other.match(base, prefix))
    }),
    { seed, numRuns: 500 },
  )
})

test('two blocks either nest or have nothing in common', () => {
  fc.assert(
    fc.property(tiny, tiny, (a, b) => {
      const common = tinyAddresses.filter((one) => contains(a, one) && contains(b, one))
      assert.is(cidrsOverlap(a, b), common.length > 0)
      assert.is(
        covers(a, b),
        tinyAddresses.every((one) => !contains(b, one) || contains(a, one)),
      )
    }),
    { seed, numRuns: 500 },
  )
})

test('a block minus others is counted right, and written in the fewest blocks', () => {
  fc.assert(
    fc.property(tiny, fc.array(tiny, { maxLength: 5 }), (block, holes) => {
      const left = addressesOf(block, holes)
      const blocks = toCidrs(4, left)
      for (const one of tinyAddresses) {
        const expected = contains(block, one) && !holes.some((hole) => contains(hole, one))
        assert.is(holds(left, one.value), expected)
        assert.is(blocks.filter((part) => contains(part, one)).length, expected ? 1 : 0)
      }
      // No two neighbours make up a bigger block.
      for (const [at, part] of blocks.entries()) {
        const next = blocks[at + 1]
        if (next === undefined || next.prefix !== part.prefix || part.prefix === 0) continue
        const parent = blockOf({ family: 4, value: part.base }, part.prefix - 1)
        assert.not(covers(parent, next) && covers(parent, part))
      }
    }),
    { seed, numRuns: 500 },
  )
})

test('sets of numbers: union, difference and overlap by counting', () => {
  fc.assert(
    fc.property(intervals, intervals, (a, b) => {
      const [first, second] = [union(a), union(b)]
      const rest = subtract(first, second)
      for (const value of numbers) {
        assert.is(holds(first, value), inSome(a, value))
        assert.is(holds(rest, value), inSome(a, value) && !inSome(b, value))
      }
      assert.is(
        overlaps(first, second),
        numbers.some((value) => inSome(a, value) && inSome(b, value)),
      )
      assert.equal(union(first), first, 'one form for one set')
    }),
    { seed, numRuns: 500 },
  )
})

for (const [text, printed] of [
  ['10.0.0.1', '10.0.0.1'],
  ['FD00:0:0::1', 'fd00::1'],
  ['::', '::'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
] as const) {
  test(`${text} is printed ${printed}`, () => {
    const one = parseAddress(text)
    assert.is(one && printAddress(one), printed)
  })
}

for (const text of [
  '10.0.0',
  '10.0.0.256',
  '010.0.0.1',
  '0x0a.0.0.1',
  '10',
  '10.0.0.1/8',
  ' 10.0.0.1',
  'fe80::1%eth0',
  ':',
  '1::2::3',
  '',
]) {
  test(`"${text}" is no address`, () => assert.is(parseAddress(text), undefined))
}

for (const text of [
  '10.0.0.0',
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/08',
  '10.0.0.0/-1',
  'fd00::/129',
  '/8',
  '10.0.0.0/8/8',
]) {
  test(`"${text}" is no block`, () => assert.is(parseCidr(text), undefined))
}

test('bits beyond the prefix are told', () => {
  assert.is(parseCidr('10.0.0.1/8')?.hostBits, true)
  assert.is(parseCidr('10.0.0.0/8')?.hostBits, false)
  assert.equal(intervalOf(parseCidr('10.0.0.1/31')?.cidr ?? { family: 4, base: 0n, prefix: 0 }), {
    from: 167772160n,
    to: 167772161n,
  })
})

test.run()
