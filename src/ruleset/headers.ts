// The headers of packets as a space of sets: what rules can look at, of one IP version. Beside the
// packet's own fields these are the interfaces it comes in and goes out by, whether its destination is
// the machine's own, and for each test that is not modelled and always answers alike, its answer.
import type { Family } from '../algebra/address.ts'
import {
  type Bound,
  type Branches,
  type Diagram,
  everything,
  nothing,
  type Variable,
} from '../algebra/diagram.ts'
import type { IntervalSet } from '../algebra/interval.ts'
import { Packets, type PacketVariable } from '../proof/packets.ts'
import { askedIn, type InterfaceNames } from './asked.ts'
import type { InterfacePattern, NumberRange, Ruleset } from './types.ts'

/** More tests than these get no variable of their own: they are taken to answer as they like. */
const maxUnknowns = 64

const inName = 'in interface'
const outName = 'out interface'
const sourcePortName = 'source port'
const localName = 'destination is local'
const unknownName = (text: string): string => `holds: ${text}`

/** Stands for a text that no rule writes out. */
const otherText = ''

const plainOfBoth: readonly (readonly [string, Bound])[] = [
  ['protocol', 6],
  ['port', 80],
  [sourcePortName, 40000],
  ['ICMP type', 8],
  ['ICMP code', 0],
]

/** Addresses are those for documentation: RFC 5737, RFC 3849. */
const plainValues: Readonly<Record<Family, ReadonlyMap<string, Bound>>> = {
  4: new Map([...plainOfBoth, ['source', 0xc0000207], ['destination', 0xc6336407]]),
  6: new Map([
    ...plainOfBoth,
    ['source', (0x20010db8n << 96n) + 7n],
    ['destination', (0x20010db8n << 96n) + 0x1_0007n],
  ]),
}

/** Values of one packet, by the indexes of variables. */
export type Header = ReadonlyMap<number, Bound | string>

/** Sets of headers, for the rules of a machine. */
export class Headers {
  readonly packets: Packets
  readonly family: Family
  readonly #indexes: ReadonlyMap<string, number>
  readonly #names: ReadonlySet<string>
  readonly #prefixes: readonly string[]

  /** Over packets that somebody else made: tests of what these have not are unknown. */
  constructor(packets: Packets, names: InterfaceNames = noNames) {
    this.packets = packets
    this.family = packets.family
    this.#indexes = new Map(packets.store.variables.map(({ name }, index) => [name, index]))
    this.#names = names.names
    this.#prefixes = names.prefixes
  }

  /** Headers that have all that the rules ask for. `budget`: steps of computation. */
  static of(
    ruleset: Ruleset,
    family: Family,
    budget: number,
    moreInterfaces: readonly string[] = [],
  ): Headers {
    const asked = askedIn(ruleset)
    const names = { ...asked, names: new Set([...asked.names, ...moreInterfaces]) }
    const text = (name: string): Variable => ({ name, domain: 'text' })
    const unknowns = [...asked.unknowns].slice(0, maxUnknowns)
    const port: Variable = { name: sourcePortName, domain: 'number', first: 0, last: 65535 }
    const packets = new Packets(family, budget, {
      before: [text(inName), text(outName)],
      after: [port, text(localName), ...unknowns.map((one) => text(unknownName(one)))],
    })
    return new Headers(packets, names)
  }

  /** Packets of one interface, or of all that a pattern stands for; null where that cannot be told. */
  interfaces(end: 'in' | 'out', patterns: readonly InterfacePattern[]): Diagram | null {
    const index = this.#indexes.get(end === 'in' ? inName : outName)
    if (index === undefined) return null
    if (patterns.some(({ text, isPrefix }) => isPrefix && text === '')) return everything
    return this.packets.store.isOneOf(
      index,
      patterns.flatMap((one) => this.#valuesOf(one)),
    )
  }

  /** Packets with source ports in the ranges; null where that cannot be told. */
  sourcePorts(ranges: readonly NumberRange[]): Diagram | null {
    const index = this.#indexes.get(sourcePortName)
    return index === undefined ? null : this.#inRanges(index, ranges)
  }

  /** Packets with a field of their own in the ranges. */
  field(
    variable: Exclude<PacketVariable, 'source' | 'destination'>,
    ranges: readonly NumberRange[],
  ): Diagram {
    // Nobody has port 0: the variable knows the others.
    const least = variable === 'port' ? 1 : 0
    const possible = ranges.flatMap(({ from, to }) =>
      to < least ? [] : [{ from: Math.max(from, least), to }],
    )
    return this.#inRanges(this.packets.indexOf(variable), possible)
  }

  addresses(end: 'source' | 'destination', set: IntervalSet): Diagram {
    return this.packets.addresses(end, set)
  }

  /** Packets to the machine's own addresses; null where that cannot be told. */
  toLocal(): Diagram | null {
    const index = this.#indexes.get(localName)
    return index === undefined ? null : this.packets.store.isOneOf(index, ['yes'])
  }

  /** Packets that a test which is not modelled holds for; null where it has no variable. */
  holding(text: string): Diagram | null {
    const index = this.#indexes.get(unknownName(text))
    return index === undefined ? null : this.packets.store.isOneOf(index, ['yes'])
  }

  /** A set without regard to what no packet shows: tests that are not modelled. */
  forgetUnknown(set: Diagram): Diagram {
    return this.#forget(set, isUnknownName)
  }

  /** A set without regard to interfaces either. */
  forgetInterfaces(set: Diagram): Diagram {
    return this.#forget(set, (name) => name === inName || name === outName)
  }

  /** A set without regard to some of the packet's own fields. */
  forgetFields(set: Diagram, fields: readonly PacketVariable[]): Diagram {
    return this.packets.store.forget(set, new Set(fields.map((one) => this.packets.indexOf(one))))
  }

  forgetSourcePorts(set: Diagram): Diagram {
    return this.#forget(set, (name) => name === sourcePortName)
  }

  /** Some header of a set, with plain values where there is a choice. Null for the empty set. */
  someOf(set: Diagram): Header | null {
    if (set === nothing) return null
    const { store } = this.packets
    const values = new Map(this.#plain())
    for (let at = set; ; ) {
      const branches = store.branches(at)
      if (branches === null) return values
      const { variable, children } = branches
      const plain = values.get(variable)
      const favourite = next(branches, plain)
      if (favourite !== nothing && !this.#isUnknown(variable)) {
        at = favourite
        continue
      }
      const step = children.findIndex((child) => child !== nothing)
      const isOther = branches.kind === 'text' && branches.other !== nothing
      const firstValue = branches.kind === 'number' ? branches.starts[step] : branches.values[step]
      values.set(variable, isOther ? otherText : (firstValue ?? 0))
      at = isOther ? branches.other : (children[step] ?? nothing)
    }
  }

  /** A connection to a web server between addresses that are nobody's. */
  #plain(): Header {
    const values = plainValues[this.family]
    return new Map(
      [...this.#indexes].flatMap(([name, index]) => {
        const value = values.get(name)
        return value === undefined ? [] : [[index, value] as const]
      }),
    )
  }

  /**
   * Whether a header can be in a set, and whether it can be outside: both where that rests on something
   * that is not modelled. What else a header leaves open is plain: the least number, no name.
   */
  placeOf(header: Header, set: Diagram): { readonly canBeIn: boolean; readonly canBeOut: boolean } {
    const { store } = this.packets
    const seen = new Set<Diagram>()
    const ends = new Set<Diagram>()
    const visit = (at: Diagram): void => {
      if (seen.has(at)) return
      seen.add(at)
      const branches = store.branches(at)
      if (branches === null) {
        ends.add(at)
        return
      }
      const value = header.get(branches.variable)
      if (value === undefined && this.#isUnknown(branches.variable)) {
        for (const child of branches.children) visit(child)
        if (branches.kind === 'text') visit(branches.other)
      } else visit(next(branches, value))
    }
    visit(set)
    return { canBeIn: ends.has(everything), canBeOut: ends.has(nothing) }
  }

  /** A value of a header by the name of its variable; undefined where it is open. */
  valueOf(header: Header, name: string): Bound | string | undefined {
    const index = this.#indexes.get(name)
    return index === undefined ? undefined : header.get(index)
  }

  /** The header as one to the machine's own addresses, or to those of others. */
  withLocality(header: Header, isLocal: boolean): Header {
    return this.withValues(header, { [localName]: isLocal ? 'yes' : otherText })
  }

  /** The header with other values, by the names of variables; undefined opens one. */
  withValues(header: Header, values: Readonly<Record<string, Bound | string | undefined>>): Header {
    const changed = new Map(header)
    for (const [name, value] of Object.entries(values)) {
      const index = this.#indexes.get(name)
      if (index === undefined) continue
      if (value === undefined) changed.delete(index)
      else changed.set(index, value)
    }
    return changed
  }

  #isUnknown(variable: number): boolean {
    return isUnknownName(this.packets.store.variables[variable]?.name ?? '')
  }

  #forget(set: Diagram, isMeant: (name: string) => boolean): Diagram {
    const meant = [...this.#indexes].flatMap(([name, index]) => (isMeant(name) ? [index] : []))
    return this.packets.store.forget(set, new Set(meant))
  }

  #inRanges(index: number, ranges: readonly NumberRange[]): Diagram {
    const { store } = this.packets
    const sorted = merged(ranges)
    return sorted.length === 0 ? nothing : store.isIn(index, sorted)
  }

  /** Names that no rule writes out stand under the longest prefix that they have. */
  #valuesOf({ text, isPrefix }: InterfacePattern): readonly string[] {
    if (!isPrefix) return [text]
    return [
      ...[...this.#names].filter((name) => name.startsWith(text)),
      ...this.#prefixes.filter((prefix) => prefix.startsWith(text)).map((prefix) => `${prefix}*`),
    ]
  }
}

function isUnknownName(name: string): boolean {
  return name === localName || name.startsWith(unknownName(''))
}

/** Where a node goes on for a value; for none, for that of the least number or no name. */
function next(branches: Branches, value: Bound | string | undefined): Diagram {
  if (branches.kind === 'text') {
    const found = value === undefined ? -1 : branches.values.indexOf(String(value))
    return found < 0 ? branches.other : (branches.children[found] ?? nothing)
  }
  const { starts, children } = branches
  const beyond =
    value === undefined ? 1 : starts.findIndex((one) => typeof value !== 'string' && one > value)
  return children[beyond < 0 ? children.length - 1 : beyond - 1] ?? nothing
}

const noNames: InterfaceNames = { names: new Set(), prefixes: [] }

function merged(ranges: readonly NumberRange[]): readonly NumberRange[] {
  const done: NumberRange[] = []
  for (const next of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = done.at(-1)
    if (last === undefined || next.from > last.to + 1) done.push(next)
    else if (next.to > last.to) done[done.length - 1] = { from: last.from, to: next.to }
  }
  return done
}
