// Tests of one field of the packet, as tests of the neutral rule set.
import type { Interval } from '../../../src/algebra/interval.ts'
import { union } from '../../../src/algebra/interval.ts'
import { icmpNumbers } from '../../../src/ir/types.ts'
import type { Match, NumberRange, Test } from '../../../src/ruleset/types.ts'
import { type DataType, intervalOf, notationOf, numberOf } from './dataTypes.ts'
import { numbered, patternOf } from './keys.ts'
import { lowerBits } from './lowerBits.ts'
import { addressTypeNames } from './names.ts'
import { type Field, isKeyField } from './packetFields.ts'
import type { Comparison, Expression } from './syntax.ts'

/** A test and whether it is turned around. */
export type Tested = Test & { readonly negated: boolean }

/** `field & mask` is compared with something; no mask: all bits. */
export interface Comparing {
  readonly field: Field
  readonly mask: Expression | null
  readonly comparison: Comparison
  readonly right: Expression
}

/** The test; null where it is not modelled. */
export function lowerTest(comparing: Comparing): Tested | null {
  const { field, comparison, right, mask } = comparing
  const { type } = field
  if (type === null) return null
  if (right.kind === 'set name') return mask === null ? lookUp(field, comparison, right.name) : null
  if (type === 'ct_state' || type === 'ct_status' || type === 'tcp_flag') {
    return lowerBits(comparing, type)
  }
  const negated = comparison === '!='
  if (comparison === '!') return null
  if (notationOf(type).kind === 'interface') {
    const names = mask === null ? patternsIn(right, type) : null
    if (names === null || field.field.kind !== 'interface') return null
    return { kind: 'interface', end: field.field.end, names, negated }
  }
  const intervals = intervalsIn(right, type, comparison)
  if (intervals === null) return null
  if (mask !== null) return masked(comparing, intervals, negated)
  const test = plain(field, intervals, type)
  return test && { ...test, negated }
}

function lookUp(field: Field, comparison: Comparison, name: string): Tested | null {
  if (!['implicit', '==', '!='].includes(comparison)) return null
  const negated = comparison === '!='
  const key = isKeyField(field.field)
    ? field.field
    : ({ kind: 'unknown', text: field.words } as const)
  return { kind: 'set', name, fields: [key], isConditional: false, negated }
}

/** All values that the right side holds; null where one is not of the type. */
function intervalsIn(
  right: Expression,
  type: DataType,
  comparison: Comparison,
): readonly Interval[] | null {
  const found: Interval[] = []
  for (const key of right.kind === 'set' ? right.items.map((item) => item.key) : [right]) {
    const interval = intervalOf(key, type)
    if (interval === null) return null
    found.push(interval)
  }
  const [first] = found
  const most = intervalOf({ kind: 'any', at: right.at }, type)?.to ?? 0n
  if (first === undefined || !ordered.includes(comparison)) return found
  const { from: value } = first
  if (comparison === '<') return value === 0n ? [] : [{ from: 0n, to: value - 1n }]
  if (comparison === '<=') return [{ from: 0n, to: value }]
  if (comparison === '>') return value === most ? [] : [{ from: value + 1n, to: most }]
  return [{ from: value, to: most }]
}

const ordered: readonly Comparison[] = ['<', '>', '<=', '>=']

function patternsIn(
  right: Expression,
  type: DataType,
): (Test & { readonly kind: 'interface' })['names'] | null {
  const keys = right.kind === 'set' ? right.items.map(({ key }) => key) : [right]
  const names = keys.map(patternOf)
  // An index is a number where the interface has no name any more.
  const isKnown = (name: (typeof names)[number]): name is NonNullable<typeof name> =>
    name !== null && !(type === 'iface_index' && /^\d+$/.test(name.text))
  return names.every(isKnown) ? names : null
}

function plain(field: Field, intervals: readonly Interval[], type: DataType): Test | null {
  const own = field.field
  switch (own.kind) {
    case 'address': {
      const family = type === 'ipv4_addr' ? 4 : 6
      return { kind: 'address', end: own.end, family, set: union(intervals) }
    }
    case 'protocol': {
      const ranges = rangesOf(intervals)
      const isFirst = field.words === 'ip6 nexthdr' && ranges.some(holdsExtension)
      return isFirst ? null : { kind: 'protocol', ranges }
    }
    case 'port':
      return { kind: 'port', end: own.end, ranges: rangesOf(intervals) }
    case 'icmp type':
      return { kind: 'icmp', types: rangesOf(intervals), codes: [all] }
    case 'icmp code':
      return { kind: 'icmp', types: [all], codes: rangesOf(intervals) }
    case 'mark':
      return { kind: 'mark', of: own.of, mask: 0xffffffff, ranges: rangesOf(intervals) }
    case 'family':
      return lowerFamily(intervals, type)
    case 'address type':
      return lowerAddressType(own.end, intervals)
  }
  return null
}

const all: NumberRange = { from: 0, to: 255 }

/** In front of the transport there may be others: single headers of IPv6 that tell no protocol. */
const extensions: readonly number[] = [0, 43, 44, 50, 51, 60, 135, 139, 140]

function holdsExtension({ from, to }: NumberRange): boolean {
  return from === to && extensions.includes(from)
}

/** Whole numbers of at most 32 bits. */
export function rangesOf(intervals: readonly Interval[]): readonly NumberRange[] {
  return union(intervals).map(({ from, to }) => ({ from: Number(from), to: Number(to) }))
}

function lowerFamily(intervals: readonly Interval[], type: DataType): Test {
  const found = numbered(intervals, type)
  const has = (family: bigint): boolean =>
    found.some(({ from, to }) => from <= family && family <= to)
  if (has(4n) && has(6n)) return { kind: 'constant', holds: true, why: 'both IP versions' }
  if (has(4n)) return { kind: 'family', family: 4 }
  if (has(6n)) return { kind: 'family', family: 6 }
  return { kind: 'constant', holds: false, why: 'no packet of IP is of this kind' }
}

function lowerAddressType(
  end: 'source' | 'destination',
  intervals: readonly Interval[],
): Test | null {
  const types = [...addressTypeNames].flatMap(([name, number]) =>
    intervals.some(({ from, to }) => from <= number && number <= to) ? [name] : [],
  )
  return types.length === 0 ? null : { kind: 'address type', end, types }
}

function masked(
  { field, mask, right }: Comparing,
  intervals: readonly Interval[],
  negated: boolean,
): Tested | null {
  const { type } = field
  const bits = type === null || mask === null ? null : numberOf(mask, type)
  if (bits === null) return null
  switch (field.field.kind) {
    case 'mark': {
      const ranges = rangesOf(intervals)
      return { kind: 'mark', of: field.field.of, mask: Number(bits), ranges, negated }
    }
    case 'fragment offset': {
      const isZero = intervals.length === 1 && intervals[0]?.from === 0n && intervals[0].to === 0n
      return bits === 0x1fffn && isZero ? { kind: 'fragment', negated: !negated } : null
    }
    case 'address': {
      const family = type === 'ipv4_addr' ? 4 : 6
      const set = right.kind === 'set' ? null : blockUnder(bits, intervals, family)
      return set && { kind: 'address', end: field.field.end, family, set, negated }
    }
  }
  return null
}

/** The addresses whose first bits are compared; null where the mask is not of first bits. */
function blockUnder(
  mask: bigint,
  [value]: readonly Interval[],
  family: 4 | 6,
): readonly Interval[] | null {
  const most = (1n << (family === 4 ? 32n : 128n)) - 1n
  const host = most ^ mask
  const isPrefix = (host & (host + 1n)) === 0n
  if (!isPrefix || value === undefined || value.from !== value.to) return null
  return (value.from & host) === 0n ? [{ from: value.from, to: value.from + host }] : []
}

/** The protocol of ICMP, where a field is one of it. */
export function isIcmp({ protocol }: Field): boolean {
  return protocol === icmpNumbers[4] || protocol === icmpNumbers[6]
}

/** A test as it stands in rules. */
export function matchOf(tested: Tested, at: Match['at']): Match {
  return { ...tested, at }
}
