// Which pods a match selects, asked often and answered from an index.
import { groupBy } from '../algebra/order.ts'
import type { Cluster, Labels, Namespace, Pod, PodNotes } from '../cluster/types.ts'
import { onlyNamespace, selects } from '../ir/selector.ts'
import type { PodMatch, Selector } from '../ir/types.ts'

/** Finds pods of a cluster. */
export interface PodFinder {
  /** The pods that a match selects, in the cluster's order. */
  find(match: PodMatch): readonly Pod[]
}

/** A label that all pods of a selector have, where one test says so. */
function neededLabel(selector: Selector): { readonly key: string; readonly value: string } | null {
  if (selector.kind === 'and') {
    return selector.of.reduce<ReturnType<typeof neededLabel>>(
      (found, one) => found ?? neededLabel(one),
      null,
    )
  }
  const [value] = selector.kind === 'in' ? selector.values : []
  return selector.kind === 'in' && selector.values.length === 1 && value !== undefined
    ? { key: selector.key, value }
    : null
}

/** The pods of a namespace with a label; a key is looked through when it is asked for first. */
function makeLabelIndex(
  byNamespace: ReadonlyMap<string, readonly Pod[]>,
): (namespace: string, key: string, value: string) => readonly Pod[] {
  const indexes = new Map<string, ReadonlyMap<string | undefined, readonly Pod[]>>()
  return (namespace, key, value) => {
    const name = JSON.stringify([namespace, key])
    const own = byNamespace.get(namespace) ?? []
    const index = indexes.get(name) ?? groupBy(own, ({ labels }) => labelOf(labels, key))
    indexes.set(name, index)
    return index.get(value) ?? []
  }
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

/** Whether a match selects what is known of a pod. */
export function selectsPod(
  match: PodMatch,
  { namespace, labels, serviceAccount }: PodNotes,
): boolean {
  return (
    selects(match.namespaces, namespace.labels) &&
    selects(match.pods, labels) &&
    selects(match.serviceAccounts, serviceAccount.labels)
  )
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
  const byLabel = makeLabelIndex(byNamespace)
  const search = (match: PodMatch): readonly Pod[] => {
    const label = neededLabel(match.pods)
    return candidates(match)
      .filter(({ labels }) => selects(match.namespaces, labels))
      .flatMap(({ name }) =>
        label === null ? (byNamespace.get(name) ?? []) : byLabel(name, label.key, label.value),
      )
      .filter((pod) => selectsPod(match, pod))
  }
  return {
    find(match) {
      const key = JSON.stringify([match.namespaces, match.pods, match.serviceAccounts])
      const found = known.get(key) ?? search(match)
      known.set(key, found)
      return found
    },
  }
}
