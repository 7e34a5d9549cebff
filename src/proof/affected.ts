// The pods of a cluster that a set of flows is about.
import { type Diagram, nothing } from '../algebra/diagram.ts'
import type { Cluster, Pod } from '../cluster/types.ts'
import type { Sides } from './compare.ts'
import { absent, type End, names, type Owner } from './space.ts'

/** Pods at each end of some flow of the set, as `namespace/name`. */
export interface Affected {
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
}

/** Finds the pods that can be an end of a flow in the set, by their labels and addresses. */
export function affectedPods(flows: Diagram, sides: Sides, cluster: Cluster): Affected {
  const { store } = sides.encoder
  const at = (end: End): readonly string[] =>
    cluster.pods
      .filter((pod) => store.and(flows, flowsOf(pod, end, sides)) !== nothing)
      .map(({ namespace, name }) => `${namespace.name}/${name}`)
  return { sources: at('source'), destinations: at('destination') }
}

function flowsOf(pod: Pod, end: End, { encoder, space }: Sides): Diagram {
  const { store } = encoder
  const owned: readonly (readonly [Owner, Readonly<Record<string, string>>])[] = [
    ['pod', pod.labels],
    ['namespace', pod.namespace.labels],
    ['serviceAccount', pod.serviceAccount.labels],
  ]
  const labels = owned.flatMap(([owner, values]) => {
    const prefix = names.label(end, owner, '')
    return space.variables
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => encoder.is(name, values[name.slice(prefix.length)] ?? absent))
  })
  const addresses = pod.addresses.map(({ family, value }) =>
    encoder.addresses(end, family, [{ from: value, to: value }]),
  )
  return store.all([encoder.kind(end, 'pod'), ...labels, store.some(addresses)])
}
