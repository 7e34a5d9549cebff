// Policies of equal order: Calico sorts them by texts of its own, which need not agree with the source,
// as the names may have changed. Orders of their own keep them in their sequence.
import { byCodeUnit, groupBy } from '../../src/algebra/order.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy } from '../../src/emit/complain.ts'
import { directions, type Policy } from '../../src/ir/types.ts'
import { byOrder } from '../../src/semantics/evaluate.ts'
import { beyond, type Piece } from './bands.ts'
import { type VersionRange, versionRanges } from './versions.ts'

/** A piece and its name in Calico. */
export interface NamedPiece extends Piece {
  readonly name: string
}

/**
 * The pieces of a first-match tier, with orders of their own where policies that one pod can meet have
 * the same order and Calico would sort them otherwise than the source does. Where all do the same,
 * their order has no meaning, and it is kept.
 */
export function withoutTies(
  pieces: readonly NamedPiece[],
  version: VersionRange,
  reporter: Reporter,
): readonly NamedPiece[] {
  const orders = [...new Set(pieces.flatMap(({ order }) => order ?? []))].sort((a, b) => a - b)
  const changed = new Map<NamedPiece, number>()
  for (const [order, tied] of groupBy(pieces, (one) => one.order)) {
    if (!tiesOf(tied).some((group) => isMoved(group, version))) continue
    const spread = spreadOf(order, orders, tied.length)
    if (spread === undefined) reportNoRoom(tied, reporter)
    else for (const [at, piece] of tied.toSorted(bySource).entries()) changed.set(piece, spread(at))
  }
  return pieces.map((piece) => {
    const order = changed.get(piece)
    if (order === undefined || order === piece.order) return piece
    aboutPolicy(piece.policy, reporter)(
      'NP5013',
      `it has the order ${order} in Calico, not ${piece.order ?? 'none'}: names would sort policies of that order differently`,
    )
    return { ...piece, order }
  })
}

function reportNoRoom([first]: readonly NamedPiece[], reporter: Reporter): void {
  if (first === undefined) return
  aboutPolicy(first.policy, reporter)(
    'NP5001',
    `calico would sort the policies of order ${first.order ?? 'none'} by names, and there are not enough numbers behind it to give them orders of their own`,
    { help: 'give the policies orders that are further apart, or smaller' },
  )
}

function bySource({ policy: a }: NamedPiece, { policy: b }: NamedPiece): number {
  return byOrder({ ...a, order: null }, { ...b, order: null })
}

function isMoved(tied: readonly NamedPiece[], version: VersionRange): boolean {
  if (tied.every(({ policy }) => actsBy(policy, 'allow'))) return false
  if (tied.every(({ policy }) => actsBy(policy, 'deny'))) return false
  const own = tied.toSorted(bySource)
  // A cluster that is upgraded must not decide otherwise, nor whoever reads the output as the newest does.
  return [version, versionRanges.at(-1) ?? version].some(({ tieKey }) => {
    const keyOf = ({ name, policy }: NamedPiece): string => tieKey(name, policy.namespace)
    const sorted = own.toSorted((a, b) => byCodeUnit(keyOf(a), keyOf(b)))
    return own.some((piece, at) => piece !== sorted[at])
  })
}

type Spread = (at: number) => number

/**
 * Orders from the tied one on that stay before the next; without an order, behind all that have one.
 * Undefined where the numbers that there are lie too far apart for that.
 */
function spreadOf(
  order: number | null,
  orders: readonly number[],
  count: number,
): Spread | undefined {
  if (order === null) {
    const first = beyond(Math.floor(orders.at(-1) ?? 0))
    const step = beyond(first) - first
    const behind: Spread = (at) => first + at * step
    return isBetween(behind, count, first, Number.POSITIVE_INFINITY) ? behind : undefined
  }
  const next = orders.find((one) => one > order) ?? beyond(order)
  const parts = decimalParts(count, next - order)
  const short: Spread = (at) => Math.round((order + at / parts) * parts) / parts
  const even: Spread = (at) => order + (at / count) * (next - order)
  return [short, even].find((spread) => isBetween(spread, count, order, next))
}

/** Into how many parts 1 is cut for `count` of them to have room: orders with few digits. */
function decimalParts(count: number, room: number): number {
  return 10 ** Math.max(1, Math.floor(Math.log10(count / room)) + 1)
}

/** Whether each order is a number of its own, from `start` on and before `end`: rounding may say no. */
function isBetween(spread: Spread, count: number, start: number, end: number): boolean {
  const orders = Array.from({ length: count }, (_, at) => spread(at))
  const isBeforeNext = (one: number, at: number): boolean => one < (orders[at + 1] ?? end)
  return (orders[0] ?? start) >= start && orders.every(isBeforeNext)
}

/** Policies of one order by their namespace, with those of the whole cluster among them. */
function tiesOf(tied: readonly NamedPiece[]): readonly (readonly NamedPiece[])[] {
  const spaces = groupBy(tied, ({ policy }) => policy.namespace)
  const cluster = spaces.get(null) ?? []
  if (spaces.size === 1) return tied.length > 1 ? [tied] : []
  return [...spaces].flatMap(([namespace, own]) =>
    namespace === null || own.length + cluster.length < 2 ? [] : [[...cluster, ...own]],
  )
}

function actsBy(policy: Policy, wanted: 'allow' | 'deny'): boolean {
  return directions.every(
    (direction) => policy[direction]?.rules.every(({ action }) => action === wanted) ?? true,
  )
}
