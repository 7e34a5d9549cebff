// Decisions about cells of traffic as few sets, each looked up once: addresses for all traffic, addresses
// with whole protocols, addresses with ports, addresses with ICMP messages. The elements of a set are
// disjoint boxes, as the kernel wants them.
import type { Family } from '../../src/algebra/address.ts'
import {
  type Interval,
  type IntervalSet,
  meet,
  subtract,
  union,
} from '../../src/algebra/interval.ts'
import { groupBy } from '../../src/algebra/order.ts'
import type { Cell, RuleOf, Share } from '../../src/firewall/decisions.ts'
import { icmpNumbers, protocolNumbers } from '../../src/ir/types.ts'

/** The addresses of a cell that a layer is about, by the rules that decided. */
export interface CellShares {
  readonly cell: Cell
  readonly shares: readonly Share[]
}

/** A box: addresses, and what the layer has beside them. */
export interface Box {
  readonly addresses: Interval
  /** Further fields in the layer's order, each a range of numbers. */
  readonly fields: readonly Interval[]
  /** The rules that decided, none where tiers came to their end. */
  readonly by: readonly RuleOf[]
}

/** What the elements of a layer's set are made of. */
export type LayerKind = 'all' | 'protocols' | 'ports' | 'icmp'

/** One set of boxes, or where those would be too many a set of addresses and one of ports. */
export type Layer =
  | { readonly kind: LayerKind; readonly boxes: readonly Box[] }
  | {
      readonly kind: 'product'
      /** Addresses alone. */
      readonly boxes: readonly Box[]
      /** Protocols and ports. */
      readonly ports: readonly (readonly Interval[])[]
    }

/** The layers that together are the shares of all cells; empty ones are left out. */
export function layersOf(cells: readonly CellShares[], family: Family): readonly Layer[] {
  const everywhere = inAll(cells)
  const some = without(cells, everywhere)
  const byProtocol = [...groupBy(some, protocolKey).values()]
  const whole = byProtocol.map((own) => ({ own, addresses: inAll(own) }))
  const wholeBoxes = whole.flatMap(({ own, addresses }) =>
    credited(own, addresses).flatMap((share) =>
      boxesOf(share, [protocolRange(own[0]?.cell, family)]),
    ),
  )
  const parts = whole.flatMap(({ own, addresses }) => without(own, addresses))
  const layers: readonly Layer[] = [
    {
      kind: 'all',
      boxes: credited(cells, everywhere).flatMap((share) => boxesOf(share, [])),
    },
    { kind: 'protocols', boxes: merged(wholeBoxes) },
    ...portLayers(parts.filter(({ cell }) => cell.kind === 'ports')),
    {
      kind: 'icmp',
      boxes: merged(parts.filter(({ cell }) => cell.kind === 'icmp').flatMap(partBoxes)),
    },
  ]
  return layers.filter(({ boxes }) => boxes.length > 0)
}

/** Cells of one protocol that has ports or messages; every other cell is a protocol of its own. */
function protocolKey({ cell }: CellShares): string {
  switch (cell.kind) {
    case 'ports':
      return cell.protocol
    case 'icmp':
      return 'icmp'
    case 'others':
      return `${cell.range.from}`
  }
}

function protocolRange(cell: Cell | undefined, family: Family): Interval {
  if (cell === undefined) throw new Error('a protocol without cells')
  if (cell.kind === 'others') return cell.range
  const number = BigInt(cell.kind === 'icmp' ? icmpNumbers[family] : protocolNumbers[cell.protocol])
  return { from: number, to: number }
}

function inAll(cells: readonly CellShares[]): IntervalSet {
  const [first, ...rest] = cells.map(({ shares }) => addressesIn(shares))
  return rest.reduce((left, one) => (left.length === 0 ? left : meet(left, one)), first ?? [])
}

function addressesIn(shares: readonly Share[]): IntervalSet {
  return union(shares.flatMap(({ addresses }) => addresses))
}

function without(cells: readonly CellShares[], taken: IntervalSet): readonly CellShares[] {
  return cells.map(({ cell, shares }) => ({
    cell,
    shares: shares.flatMap(({ addresses, by }) => {
      const rest = subtract(addresses, taken)
      return rest.length === 0 ? [] : [{ addresses: rest, by }]
    }),
  }))
}

/** Addresses with all rules that let them be in some cell. */
interface Credit {
  readonly addresses: IntervalSet
  readonly by: readonly RuleOf[]
}

/** The addresses that all cells have, apart where other rules decided about them. */
function credited(cells: readonly CellShares[], within: IntervalSet): readonly Credit[] {
  return cells.reduce<readonly Credit[]>(
    (credits, { shares }) =>
      credits.flatMap(({ addresses, by }) =>
        shares.flatMap((share) => {
          const both = meet(addresses, share.addresses)
          return both.length === 0 ? [] : [{ addresses: both, by: withRule(by, share.by) }]
        }),
      ),
    within.length === 0 ? [] : [{ addresses: within, by: [] }],
  )
}

function withRule(by: readonly RuleOf[], rule: RuleOf | null): readonly RuleOf[] {
  return rule === null || by.some((one) => one.rule === rule.rule) ? by : [...by, rule]
}

function boxesOf({ addresses, by }: Credit, fields: readonly Interval[]): readonly Box[] {
  return addresses.map((one) => ({ addresses: one, fields, by }))
}

function partBoxes({ cell, shares }: CellShares): readonly Box[] {
  return shares.flatMap((share) => boxesOf(creditOf(share), fieldsOf(cell)))
}

function creditOf({ addresses, by }: Share): Credit {
  return { addresses, by: by === null ? [] : [by] }
}

function fieldsOf(cell: Cell): readonly Interval[] {
  switch (cell.kind) {
    case 'ports': {
      const number = BigInt(protocolNumbers[cell.protocol])
      return [{ from: number, to: number }, cell.range]
    }
    case 'icmp':
      return [cell.types, cell.codes]
    case 'others':
      return [cell.range]
  }
}

/** Boxes that two sets may save, before they are worth a second look. */
const worthwhile = 64

/** Many addresses with many ports are two sets and not their product. */
function portLayers(cells: readonly CellShares[]): readonly Layer[] {
  const groups = [...groupBy(cells, ({ shares }) => addressKey(shares)).values()].map((own) => {
    const boxes = own
      .slice(0, 1)
      .flatMap(({ shares }) => shares.flatMap((share) => boxesOf(creditOf(share), [])))
    const whole: Credit = { addresses: [{ from: 0n, to: 0n }], by: [] }
    const ports = merged(own.flatMap(({ cell }) => boxesOf(whole, fieldsOf(cell))))
    return { own, boxes, ports: ports.map(({ fields }) => fields) }
  })
  const isProduct = ({ boxes, ports }: (typeof groups)[number]): boolean =>
    boxes.length * ports.length > boxes.length + ports.length + worthwhile
  const plain = groups.filter((group) => !isProduct(group)).flatMap(({ own }) => own)
  return [
    { kind: 'ports', boxes: merged(plain.flatMap(partBoxes)) },
    ...groups
      .filter(isProduct)
      .map(({ boxes, ports }): Layer => ({ kind: 'product', boxes, ports })),
  ]
}

function addressKey(shares: readonly Share[]): string {
  return addressesIn(shares)
    .map(({ from, to }) => `${from}-${to}`)
    .join(' ')
}

/** Boxes that differ in the last field alone, where the next begins as the one ends, are one. */
function merged(boxes: readonly Box[]): readonly Box[] {
  return [...groupBy(boxes, boxKey).values()].flatMap((own) => {
    const done: { box: Box; last: Interval }[] = []
    for (const box of own.toSorted(byLastField)) {
      const last = box.fields.at(-1)
      const previous = done.at(-1)
      if (last === undefined) continue
      if (previous?.last.to === last.from - 1n && isSameCredit(previous.box, box)) {
        previous.last = { from: previous.last.from, to: last.to }
      } else done.push({ box, last })
    }
    return done.map(({ box, last }) => ({ ...box, fields: [...box.fields.slice(0, -1), last] }))
  })
}

function byLastField(a: Box, b: Box): number {
  const [first, second] = [a.fields.at(-1)?.from ?? 0n, b.fields.at(-1)?.from ?? 0n]
  return first < second ? -1 : first > second ? 1 : 0
}

function isSameCredit(a: Box, b: Box): boolean {
  return a.by.length === b.by.length && a.by.every(({ rule }, index) => rule === b.by[index]?.rule)
}

function boxKey({ addresses, fields }: Box): string {
  return [addresses, ...fields.slice(0, -1)].map(({ from, to }) => `${from}-${to}`).join(' ')
}
