// Rules as boxes around what they match, for one IP version: quick to compare, and never too small.
import type { Family } from '../../algebra/address.ts'
import type { Match, NamedSet, PacketField, Rule, SetElement } from '../../ruleset/types.ts'

/** The sides of boxes, in the order in which they are looked at. */
export const sides = ['source', 'destination', 'port', 'protocol', 'in', 'out'] as const
export type Side = (typeof sides)[number]

/** Both ends included; null: all there are. Names of interfaces have numbers. */
export type Extent = { readonly from: bigint; readonly to: bigint } | null

export type Box = Readonly<Record<Side, Extent>>

/** Numbers for names of interfaces that are met. */
export class InterfaceNumbers {
  readonly #numbers = new Map<string, bigint>()

  of(name: string): bigint {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const made = BigInt(this.#numbers.size)
    this.#numbers.set(name, made)
    return made
  }

  /** That of a name that was met; one that nobody has otherwise. */
  knownOf(name: string): bigint {
    return this.#numbers.get(name) ?? -1n
  }
}

/** The box of a rule; null where it matches no packet of the IP version. */
export function boxOf(
  { matches }: Rule,
  family: Family,
  names: InterfaceNumbers,
  setOf: (name: string) => NamedSet | undefined,
): Box | null {
  let box: Box | null = whole
  for (const match of matches) {
    const own: Box | null = match.negated ? whole : boxOfMatch(match, family, names, setOf)
    box = box === null || own === null ? null : both(box, own)
  }
  return box
}

/** Whether two boxes can have a packet in common. */
export function meet(a: Box, b: Box): boolean {
  return sides.every((side) => meetExtents(a[side], b[side]))
}

export function meetExtents(a: Extent, b: Extent): boolean {
  return a === null || b === null || (a.from <= b.to && b.from <= a.to)
}

const whole: Box = {
  source: null,
  destination: null,
  port: null,
  protocol: null,
  in: null,
  out: null,
}

function boxOfMatch(
  match: Match,
  family: Family,
  names: InterfaceNumbers,
  setOf: (name: string) => NamedSet | undefined,
): Box | null {
  switch (match.kind) {
    case 'address':
      return match.family === family ? { ...whole, [match.end]: hull(match.set) } : null
    case 'family':
      return match.family === family ? whole : null
    case 'protocol':
      return { ...whole, protocol: hull(match.ranges) }
    case 'port':
      return match.end === 'destination' ? { ...whole, port: hull(match.ranges) } : whole
    case 'interface': {
      const [only] = match.names
      if (match.names.length !== 1 || only === undefined || only.isPrefix) return whole
      const number = names.of(only.text)
      return { ...whole, [match.end]: { from: number, to: number } }
    }
    case 'set': {
      const set = setOf(match.name)
      return set === undefined || !set.isKnown ? whole : boxOfElements(match.fields, set.elements)
    }
    case 'boxes':
      return boxOfElements(match.fields, match.elements)
    default:
      return whole
  }
}

/** Around the first field of elements, where that is an address. */
function boxOfElements(fields: readonly PacketField[], elements: readonly SetElement[]): Box {
  const [first] = fields
  if (first?.kind !== 'address' || elements.length === 0) return whole
  const parts = elements.flatMap(({ parts: [part] }) => (part === undefined ? [] : [part]))
  if (parts.some(({ kind }) => kind !== 'numbers')) return whole
  return {
    ...whole,
    [first.end]: hull(parts.flatMap((part) => (part.kind === 'numbers' ? part.set : []))),
  }
}

/** Nothing at all has no extent: then the rule's exact set tells that it matches nothing. */
function hull(
  ranges: readonly { readonly from: bigint | number; readonly to: bigint | number }[],
): Extent {
  let extent: Extent = null
  for (const { from, to } of ranges) {
    const own = { from: BigInt(from), to: BigInt(to) }
    extent = extent === null ? own : around(extent, own)
  }
  return extent
}

function around(a: NonNullable<Extent>, b: NonNullable<Extent>): NonNullable<Extent> {
  return { from: less(a.from, b.from), to: more(a.to, b.to) }
}

function less(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}

function more(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

/** The common part; null where there is none. */
function both(a: Box, b: Box): Box | null {
  if (!meet(a, b)) return null
  const cut = (side: Side): Extent => {
    const [x, y] = [a[side], b[side]]
    if (x === null || y === null) return x ?? y
    return { from: more(x.from, y.from), to: less(x.to, y.to) }
  }
  return {
    source: cut('source'),
    destination: cut('destination'),
    port: cut('port'),
    protocol: cut('protocol'),
    in: cut('in'),
    out: cut('out'),
  }
}
