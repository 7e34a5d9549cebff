// Which pods a selector selects, asked often and answered from an index.

import type { Cluster, Namespace, Pod } from '../../src/cluster/types.ts'
import { onlyNamespace, selects } from '../../src/ir/selector.ts'
import type { PodMatch } from '../../src/ir/types.ts'

/** Finds pods of a cluster. */
export interface PodFinder {
  /** The pods that a match selects, in the cluster's order. */
  find(match: PodMatch): readonly Pod[]
}

/** Makes a finder; each distinct match is worked out once. */
export function makePodFinder({ namespaces, pods }: Cluster): PodFinder {
  const byNamespace = new Map<string, Pod[]>(namespaces.map(({ name }) => [name, []]))
  for (const pod of pods) byNamespace.get(pod.namespace.name)?.push(pod)
  const named = new Map(namespaces.map((one) => [one.name, one]))
  const known = new Map<string, readonly Pod[]>()
  const candidates = (match: PodMatch): readonly Namespace[] => {
    const only = onlyNamespace(match.namespaces)
    if (only === null) return namespaces
    const one = named.get(only)
    return one === undefined ? [] : [one]
  }
  const search = (match: PodMatch): readonly Pod[] =>
    candidates(match)
      .filter(({ labels }) => selects(match.namespaces, labels))
      .flatMap(({ name }) => byNamespace.get(name) ?? [])
      .filter(({ labels }) => selects(match.pods, labels))
  return {
    find(match) {
      const key = JSON.stringify([match.namespaces, match.pods])
      const found = known.get(key) ?? search(match)
      known.set(key, found)
      return found
    },
  }
}
