// Where rules send packets: addresses and ports from values, ranges and maps: nft(8), "NAT statements".
import type { Family } from '../../../src/algebra/address.ts'
import type { Interval } from '../../../src/algebra/interval.ts'
import type { Deed, NatPlace, NumberRange } from '../../../src/ruleset/types.ts'
import { intervalOf } from './dataTypes.ts'
import {
  type Expression,
  type SetItem,
  type Statement,
  seenBy,
  type TableFamily,
} from './syntax.ts'

type Nat = Statement & { readonly kind: 'nat' }
/** The elements of a map; null where they are not all known. */
export type MapItems = (data: Expression) => readonly SetItem[] | null

/** What the statement does, where the keys of its maps are there. */
export function lowerNat(
  { how, family, address, port }: Nat,
  table: TableFamily,
  items: MapItems,
): Deed {
  if (how === 'snat' || how === 'masquerade') return { kind: 'snat' }
  if (how === 'redirect') return { kind: 'redirect', ports: portsOf(port, items) }
  const ports = portsOf(port, items)
  if (port !== null && ports === null) return { kind: 'dnat', to: null }
  const families = family === null ? seenBy[table] : [family]
  if (address === null) {
    const to = families.map((one): NatPlace => ({ family: one, addresses: null, ports }))
    return { kind: 'dnat', to }
  }
  const values = valuesOf(address, items)
  const to = values?.map((value) => placeOf(value, families, ports)) ?? [null]
  return { kind: 'dnat', to: to.every((place) => place !== null) ? to : null }
}

/** The values that an expression may have; null where they are not all known. */
function valuesOf(expression: Expression, items: MapItems): readonly Expression[] | null {
  if (expression.kind !== 'map') return [expression]
  const found = items(expression.data)
  if (found === null) return null
  const values: Expression[] = []
  for (const { answer } of found) {
    if (answer === null || answer.kind === 'verdict') return null
    values.push(answer)
  }
  return values
}

function placeOf(
  value: Expression,
  families: readonly Family[],
  ports: NumberRange | null,
): NatPlace | null {
  const [first, second] = value.kind === 'concat' ? value.parts : [value]
  if (first === undefined) return null
  const own = second === undefined ? ports : rangeOf(intervalOf(second, 'inet_service'))
  if (second !== undefined && own === null) return null
  for (const family of families) {
    const addresses = intervalOf(first, family === 4 ? 'ipv4_addr' : 'ipv6_addr')
    if (addresses !== null) return { family, addresses, ports: own }
  }
  return null
}

/** The ports from the lowest to the highest; null where none is said, or they are not known. */
function portsOf(port: Expression | null, items: MapItems): NumberRange | null {
  const values = port === null ? null : valuesOf(port, items)
  if (values === null || values.length === 0) return null
  const found = values.map((value) => intervalOf(value, 'inet_service'))
  const known = found.filter((one) => one !== null)
  if (known.length < found.length) return null
  const lowest = Math.min(...known.map(({ from }) => Number(from)))
  return { from: lowest, to: Math.max(...known.map(({ to }) => Number(to))) }
}

function rangeOf(interval: Interval | null): NumberRange | null {
  return interval && { from: Number(interval.from), to: Number(interval.to) }
}
