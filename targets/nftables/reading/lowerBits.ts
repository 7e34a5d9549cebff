// Tests of fields whose values are bits: states of connections, flags of TCP: nft(8), "bitmask type".
// Without an operator they ask for some of the bits; with `!` for none; with `==` for just these.
import { type DataType, numberOf } from './dataTypes.ts'
import { statesThat } from './keys.ts'
import type { Comparing, Tested } from './lowerTest.ts'
import { statusNames } from './names.ts'
import type { Comparison, Expression } from './syntax.ts'

/** The test; null where it is not modelled. */
export function lowerBits(comparing: Comparing, type: DataType): Tested | null {
  const asked = readAsked(comparing, type)
  if (asked === null) return null
  if (type === 'ct_state') {
    // A packet has one state, so all forms are a list of states.
    return { kind: 'state', states: statesThat((bit) => holds(asked, bit)), negated: false }
  }
  return type === 'tcp_flag' ? lowerFlags(asked) : lowerStatus(asked)
}

interface Asked {
  readonly mask: bigint | null
  /** `some` and `none` of the bits; `equal` to one of the values, or `unequal` to all. */
  readonly how: 'some' | 'none' | 'equal' | 'unequal'
  readonly values: readonly bigint[]
}

function readAsked({ mask, comparison, right }: Comparing, type: DataType): Asked | null {
  const bits = mask === null ? null : numberOf(mask, type)
  if (mask !== null && bits === null) return null
  const isSet = right.kind === 'set'
  const values: bigint[] = []
  for (const key of isSet ? right.items.map((item) => item.key) : [right]) {
    const value = numberOf(key, type)
    if (value === null) return null
    values.push(value)
  }
  const how = howOf(comparison, isSet || mask !== null)
  return how && { mask: bits, how, values }
}

function howOf(comparison: Comparison, isPlain: boolean): Asked['how'] | null {
  switch (comparison) {
    case 'implicit':
      return isPlain ? 'equal' : 'some'
    case '!':
      return isPlain ? null : 'none'
    case '==':
      return 'equal'
    case '!=':
      return 'unequal'
  }
  return null
}

function holds({ mask, how, values }: Asked, own: bigint): boolean {
  const seen = mask === null ? own : own & mask
  switch (how) {
    case 'some':
      return values.some((value) => (seen & value) !== 0n)
    case 'none':
      return values.every((value) => (seen & value) === 0n)
    case 'equal':
      return values.includes(seen)
    case 'unequal':
      return !values.includes(seen)
  }
}

function lowerFlags({ mask, how, values }: Asked): Tested | null {
  const [first] = values
  const flags = (bits: bigint, value: bigint, negated: boolean): Tested => ({
    ...{ kind: 'tcp flags', mask: Number(bits), value: Number(value) },
    negated,
  })
  if (first === undefined) return null
  const isOne = (first & (first - 1n)) === 0n
  if (how === 'some') return isOne ? flags(first, first, false) : flags(first, 0n, true)
  if (how === 'none') return flags(first, 0n, false)
  const bits = mask ?? 0xffn
  const negated = how === 'unequal'
  // `& syn != 0` is `& syn == syn`.
  const isBit = values.length === 1 && first === 0n && bits !== 0n && (bits & (bits - 1n)) === 0n
  if (isBit) return flags(bits, negated ? bits : 0n, false)
  if (values.length === 1) return flags(bits, first, negated)
  return null
}

const translated = [
  { bit: BigInt(statusNames.get('dnat') ?? 0), end: 'destination' },
  { bit: BigInt(statusNames.get('snat') ?? 0), end: 'source' },
] as const

/** Of what became of a connection, only whether its addresses are others. */
function lowerStatus({ mask, how, values }: Asked): Tested | null {
  const [first] = values
  if (first === undefined || values.length > 1) return null
  const single = mask ?? first
  const found = translated.find(({ bit }) => bit === single)
  if (found === undefined) return null
  const { bit, end } = found
  const test = (negated: boolean): Tested => ({ kind: 'translated', end, negated })
  if (mask === null) return how === 'some' ? test(false) : how === 'none' ? test(true) : null
  if (first === bit) return test(how === 'unequal')
  return first === 0n ? test(how === 'equal') : null
}

/** Sets of flags, as their single values; null where a test is not one of several values. */
export function alternatives({
  comparison,
  right,
  ...rest
}: Comparing): readonly Comparing[] | null {
  const isAny = comparison === 'implicit' || comparison === '=='
  if (right.kind !== 'set' || !isAny || right.items.length < 2) return null
  return right.items.map(({ key }): Comparing => ({ ...rest, comparison: '==', right: key }))
}

/** Bits of a list, one test each: `dnat,snat`. */
export function eachBit({ comparison, right, ...rest }: Comparing): readonly Comparing[] | null {
  if (comparison !== 'implicit' || right.kind !== 'list') return null
  return right.items.map((item: Expression): Comparing => ({ ...rest, comparison, right: item }))
}
