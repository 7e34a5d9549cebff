// The files to apply, numbered in the order in which that is safe.
//
// No moment is wider than before: the policies of the source stay in force until all files are applied,
// each file allows only what the source allows, and the source's policies go last first, so that what
// stays behind decides as it did. What isolates nobody comes first, so that a pod loses a flow only from
// the moment it is isolated to the moment its last file is there; then what denies, before what only
// allows. A file that takes the place of a policy of the source, having its name, comes when all the
// others are there.
import { groupBy } from '../algebra/order.ts'
import type { ObjectName, OutputFile } from '../emit/target.ts'
import { directions, type Policy, type PolicySet } from '../ir/types.ts'
import type { Origin } from '../source/origin.ts'

/** Output files under `apply/`, numbered; `replaced` are the objects of the source, as `objectKey` has them. */
export function numbered(
  files: readonly OutputFile[],
  output: PolicySet,
  replaced: ReadonlySet<string>,
): readonly OutputFile[] {
  const policies = groupBy(
    output.tiers.flatMap((tier) => tier.policies),
    ({ origin }) => placeOf(origin),
  )
  const rank = ({ origin, object }: OutputFile): number => {
    if (object !== undefined && replaced.has(objectKey(object))) return 4
    if (origin === undefined) return 0
    const own = policies.get(placeOf(origin)) ?? []
    if (!own.some(isolates)) return 1
    return own.some(denies) ? 2 : 3
  }
  const sorted = files
    .map((file, at) => ({ file, at, rank: rank(file) }))
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
  const digits = Math.max(3, String(files.length).length)
  return sorted.map(({ file }, at) => ({
    ...file,
    path: `apply/${String(at + 1).padStart(digits, '0')}-${file.path}`,
  }))
}

/** A text for an object that no other object of a cluster has. */
export function objectKey({ group, kind, namespace, name }: ObjectName): string {
  // The API server of Calico keeps its objects in the resources of the other group.
  return `${group.replace(/^crd\./, '')} ${kind} ${namespace ?? ''}/${name}`
}

function isolates(policy: Policy): boolean {
  return directions.some((direction) => policy[direction]?.isolates === true)
}

function denies(policy: Policy): boolean {
  return directions.some((direction) =>
    policy[direction]?.rules.some(({ action }) => action === 'deny'),
  )
}

/** A text for a place in the source: policies that one policy became share it. */
export function placeOf({ span }: Origin): string {
  return `${span.source.name} ${span.start}`
}
