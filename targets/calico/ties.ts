// Policies of equal order: Calico sorts them by texts of its own, which need not agree with the source.
import { byCodeUnit, groupBy } from '../../src/algebra/order.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutPolicy } from '../../src/emit/complain.ts'
import { directions, type Policy } from '../../src/ir/types.ts'
import type { Piece } from './bands.ts'
import type { VersionRange } from './versions.ts'

/** A piece and its name in Calico. */
export interface NamedPiece extends Piece {
  readonly name: string
}

/**
 * Reports, in a first-match tier, policies that one pod can meet and that have one order, where Calico
 * would sort them otherwise than by name. Where all do the same, their order has no meaning, and
 * nothing is reported.
 */
export function reportTies(
  pieces: readonly NamedPiece[],
  version: VersionRange,
  reporter: Reporter,
): void {
  const keyOf = ({ name, policy: { namespace } }: NamedPiece): string =>
    version.tieKey(name, namespace)
  for (const tied of tiesOf(pieces)) {
    if (tied.every(({ policy }) => actsBy(policy, 'allow'))) continue
    if (tied.every(({ policy }) => actsBy(policy, 'deny'))) continue
    const own = tied.toSorted(
      (a, b) =>
        byCodeUnit(a.policy.name, b.policy.name) ||
        byCodeUnit(a.policy.namespace ?? '', b.policy.namespace ?? ''),
    )
    const sorted = own.toSorted((a, b) => byCodeUnit(keyOf(a), keyOf(b)))
    const moved = own.find((piece, at) => piece !== sorted[at])
    if (moved === undefined) continue
    aboutPolicy(moved.policy, reporter)(
      'NP5001',
      `Calico ${version.title} sorts policies of equal order differently`,
      { help: 'give the policies different orders' },
    )
  }
}

/** Policies of one order and namespace, with those of the whole cluster among them. */
function tiesOf(pieces: readonly NamedPiece[]): readonly (readonly NamedPiece[])[] {
  return [...groupBy(pieces, ({ order }) => order).values()].flatMap((tied) => {
    const spaces = groupBy(tied, ({ policy }) => policy.namespace)
    const cluster = spaces.get(null) ?? []
    if (spaces.size === 1) return tied.length > 1 ? [tied] : []
    return [...spaces].flatMap(([namespace, own]) =>
      namespace === null || own.length + cluster.length < 2 ? [] : [[...cluster, ...own]],
    )
  })
}

function actsBy(policy: Policy, wanted: 'allow' | 'deny'): boolean {
  return directions.every(
    (direction) => policy[direction]?.rules.every(({ action }) => action === wanted) ?? true,
  )
}
