// Tests of rules as sets of packets.
import { type Diagram, everything, nothing } from '../../../src/algebra/diagram.ts'
import { holds, type Interval, type IntervalSet, union } from '../../../src/algebra/interval.ts'
import { groupBy } from '../../../src/algebra/order.ts'
import type { Packets } from '../../../src/proof/packets.ts'
import type { AddressFacts } from '../../../src/proof/paths.ts'
import type { Field } from './fields.ts'
import { addressTypeNames, familyNames } from './names.ts'
import { newConnection, passesNew } from './states.ts'
import type { Element, Match, NftTable } from './types.ts'

/** Turns tests of one table into sets of packets; sets with names are looked at once. */
export class Tests {
  readonly #table: NftTable
  readonly #packets: Packets
  readonly #constants: Readonly<Partial<Record<Field['part'], bigint>>>
  readonly #named = new Map<string, Diagram>()

  constructor(table: NftTable, packets: Packets, facts: AddressFacts) {
    this.#table = table
    this.#packets = packets
    this.#constants = {
      family: BigInt(familyNames.get(packets.family === 4 ? 'ipv4' : 'ipv6') ?? 0),
      state: BigInt(newConnection),
      'source type': addressType(facts.source),
      'destination type': addressType(facts.destination),
    }
  }

  match(match: Match): Diagram {
    switch (match.kind) {
      case 'state':
        return passesNew(match) ? everything : nothing
      case 'family':
        return match.family === this.#packets.family ? everything : nothing
      case 'protocol':
        return this.#packets.protocols(match.protocol, match.protocol)
      case 'values': {
        const { store } = this.#packets
        const found = this.#values(match)
        const held = match.negated ? store.not(found) : found
        return store.and(this.headers(match.fields), held)
      }
    }
  }

  /** Packets with the headers that fields are in; a turned test does not hold for others either. */
  headers(fields: readonly Field[]): Diagram {
    const { store, family: own } = this.#packets
    if (fields.some(({ family }) => family !== null && family !== own)) return nothing
    return store.all(
      fields.map(({ protocol }) =>
        protocol === null ? everything : this.#packets.protocols(protocol, protocol),
      ),
    )
  }

  /** Packets whose fields have values in some element. */
  elements(fields: readonly Field[], elements: readonly Element[]): Diagram {
    const { store, family: own } = this.#packets
    if (fields.some(({ family }) => family !== null && family !== own)) return nothing
    // Elements that differ in their addresses alone are one set of addresses beside the same rest.
    const joined = Math.max(
      fields.findIndex(({ part }) => part === 'source' || part === 'destination'),
      0,
    )
    const isRest = (_: unknown, index: number): boolean => index !== joined
    const restOf = ({ box }: Element): string => box.filter(isRest).map(printed).join(' ')
    const groups = [...groupBy(elements, restOf).values()]
    return store.some(
      groups.map((group) => {
        const inJoined = union(group.flatMap(({ box }) => box[joined] ?? []))
        const box = group[0]?.box ?? []
        return store.all(
          fields.map((field, index) => {
            const interval = box[index]
            const rest = interval === undefined ? [] : [interval]
            return this.#field(field, index === joined ? inJoined : rest)
          }),
        )
      }),
    )
  }

  #values({ fields, values }: Match & { readonly kind: 'values' }): Diagram {
    if (values.kind === 'elements') return this.elements(fields, values.elements)
    const key = `${values.name} ${fields.map(({ words }) => words).join(' . ')}`
    const known = this.#named.get(key)
    if (known !== undefined) return known
    const made = this.elements(fields, this.#table.sets.get(values.name)?.elements ?? [])
    this.#named.set(key, made)
    return made
  }

  #field({ part }: Field, intervals: IntervalSet): Diagram {
    const packets = this.#packets
    const some = (make: (from: number, to: number) => Diagram): Diagram =>
      packets.store.some(intervals.map(({ from, to }) => make(Number(from), Number(to))))
    switch (part) {
      case 'source':
      case 'destination':
        return packets.addresses(part, intervals)
      case 'protocol':
        return some((from, to) => packets.protocols(from, to))
      case 'port':
        return some((from, to) => packets.ports(from, to))
      case 'ICMP type':
        return some((from, to) => each(from, to, packets, (type) => packets.icmp(type, null)))
      case 'ICMP code':
        return some((from, to) => each(from, to, packets, (code) => packets.icmp(null, code)))
      default:
        return holds(intervals, this.#constants[part] ?? -1n) ? everything : nothing
    }
  }
}

function printed({ from, to }: Interval): string {
  return `${from}-${to}`
}

function each(
  from: number,
  to: number,
  { store }: Packets,
  make: (value: number) => Diagram,
): Diagram {
  return store.some(Array.from({ length: to - from + 1 }, (_, at) => make(from + at)))
}

/** Of an address that is not the node's own no more is known than that. */
function addressType(fact: 'local' | 'foreign'): bigint {
  return fact === 'local' ? BigInt(addressTypeNames.get('local') ?? 0) : -1n
}
