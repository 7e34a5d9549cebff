// Values of sets and tests in the numbers of the neutral rule set: src/ruleset/types.ts.
import { type Interval, union } from '../../../src/algebra/interval.ts'
import {
  type InterfacePattern,
  type PacketState,
  packetStates,
  type SetPart,
} from '../../../src/ruleset/types.ts'
import { type DataType, intervalOf, notationOf } from './dataTypes.ts'
import { etherTypeNames, familyNames, stateNames } from './names.ts'
import { print } from './print.ts'
import type { Expression } from './syntax.ts'

/** One part of a key; `unknown` where it is not of the type, or the type is not modelled. */
export function partOf(expression: Expression, type: DataType | null): SetPart {
  const unknown: SetPart = { kind: 'unknown', text: print(expression) }
  if (type === null) return unknown
  if (notationOf(type).kind === 'interface') {
    const name = patternOf(expression)
    return name === null ? unknown : { kind: 'interface', name }
  }
  const interval = intervalOf(expression, type)
  return interval === null ? unknown : { kind: 'numbers', set: numbered([interval], type) }
}

/** Values of nft in the numbers of the rule set: families are 4 and 6, states their place in the list. */
export function numbered(intervals: readonly Interval[], type: DataType): readonly Interval[] {
  const values = special[type]
  if (values === undefined) return intervals.length === 1 ? intervals : union(intervals)
  const found = values.filter(({ value }) =>
    intervals.some(({ from, to }) => from <= value && value <= to),
  )
  return union(found.map(({ number }) => ({ from: number, to: number })))
}

interface Renumbered {
  readonly value: bigint
  readonly number: bigint
}

const special: Readonly<Partial<Record<DataType, readonly Renumbered[]>>> = {
  nf_proto: renumber(familyNames, { ipv4: 4, ipv6: 6 }),
  ether_type: renumber(etherTypeNames, { ip: 4, ip6: 6 }),
  ct_state: renumber(
    stateNames,
    Object.fromEntries(packetStates.map((state, index) => [state, index])),
  ),
}

function renumber(
  names: ReadonlyMap<string, number>,
  numbers: Readonly<Record<string, number>>,
): readonly Renumbered[] {
  return Object.entries(numbers).map(([name, number]) => ({
    value: BigInt(names.get(name) ?? -1),
    number: BigInt(number),
  }))
}

/** States whose bits pass a test. */
export function statesThat(passes: (bit: bigint) => boolean): readonly PacketState[] {
  return packetStates.filter((state) => passes(BigInt(stateNames.get(state) ?? 0)))
}

/** Names of interfaces: a star at the end stands for the rest, unless a backslash is before it. */
export function patternOf(expression: Expression): InterfacePattern | null {
  if (expression.kind === 'any') return { text: '', isPrefix: true }
  if (expression.kind !== 'value') return null
  const { text } = expression
  if (text.endsWith('\\*')) return { text: `${text.slice(0, -2)}*`, isPrefix: false }
  if (text.endsWith('*')) return { text: text.slice(0, -1), isPrefix: true }
  return { text, isPrefix: false }
}
