// Names and priorities of the pieces: the priority says the order, and a name is there once in a cluster.
import { digestName } from '../../src/algebra/sha256.ts'
import { subdomainFault } from '../../src/schema/names.ts'
import { maxPriority } from './limits.ts'
import type { Piece } from './policies.ts'

/**
 * The priorities of pieces that stand in this order: those of the source where they are whole numbers
 * that ascend, else 0, 10, 20 and so on, or 0, 1, 2 where those are too many. Null past all priorities.
 */
export function prioritiesOf(pieces: readonly Piece[]): readonly number[] | null {
  const own = pieces.map(({ policy }) => policy.order ?? Number.NaN)
  const isKept = own.every(
    (order, at) =>
      Number.isInteger(order) &&
      order >= 0 &&
      order <= maxPriority &&
      (at === 0 || order > (own[at - 1] ?? order)),
  )
  if (isKept) return own
  if (pieces.length > maxPriority + 1) return null
  const step = (pieces.length - 1) * 10 <= maxPriority ? 10 : 1
  return pieces.map((_, at) => at * step)
}

/** The name of each piece: those of whole policies are given out first, so that most are kept. */
export function namesOf(pieces: readonly Piece[]): ReadonlyMap<Piece, string> {
  const taken = new Set<string>()
  const names = new Map<Piece, string>()
  const whole = pieces.filter(({ number }) => number === null)
  for (const piece of [...whole, ...pieces.filter(({ number }) => number !== null)]) {
    const name = freeName(wantedName(piece), taken)
    taken.add(name)
    names.set(piece, name)
  }
  return names
}

function wantedName({ policy: { namespace, name }, number }: Piece): string {
  const own = namespace === null ? name : `${namespace}.${name}`
  const full = number === null ? own : `${own}-${number}`
  if (subdomainFault(full) === undefined) return full
  // A digest of the whole keeps names apart whose beginnings are the same.
  const stem = own
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 200)
  const digest = digestName([namespace ?? '', name, `${number ?? ''}`], 16)
  return `${stem.replace(/^-+|-+$/g, '') || 'policy'}-${digest}`
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let count = 2; ; count += 1) {
    const name = `${wanted.slice(0, 240).replace(/[-.]+$/, '')}-${count}`
    if (!taken.has(name)) return name
  }
}
