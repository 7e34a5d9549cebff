// Which addresses are behind which interfaces of a machine, as far as names and routes tell.
import type { Family } from '../algebra/address.ts'
import { type Interval, type IntervalSet, subtract, union } from '../algebra/interval.ts'
import type { Host } from '../cluster/types.ts'
import { type AddressesByInterface, nowhere } from './drift/interfaces.ts'
import type { Facts } from './facts.ts'
import type { Recognition } from './generators/types.ts'
import { addressesBehind, interfacesOf, type Routes } from './routes.ts'

/**
 * Addresses by the interface that leads to them: those of pods by its name, where a generator makes it
 * from the pod's, all others by the routes. Those of the machine itself are behind none.
 */
export function podInterfaces(
  recognition: Recognition,
  facts: Pick<Facts, 'cluster' | 'node'>,
  routes: Routes | null,
): AddressesByInterface {
  const named = podsByInterface(recognition, facts)
  const known = routes === null ? null : withNowhere(routes)
  const names = [...new Set([...named.keys(), ...(known === null ? [] : interfacesOf(known))])]
  const behind = (name: string, family: Family): IntervalSet => {
    const own = union((named.get(name) ?? []).flatMap((one) => one[family]))
    const others = union(
      [...named].flatMap(([other, held]) =>
        other === name ? [] : held.flatMap((one) => one[family]),
      ),
    )
    const routed = known === null ? [] : addressesBehind(known, name, family)
    return subtract(union([...own, ...subtract(routed, others)]), localAddresses(facts, family))
  }
  return new Map(names.map((name) => [name, { 4: behind(name, 4), 6: behind(name, 6) }]))
}

/** Routes in which what is thrown away goes nowhere. */
function withNowhere({ routes }: Routes): Routes {
  return {
    routes: routes.map((one) =>
      one.interfaces.length > 0 ? one : { ...one, interfaces: [nowhere] },
    ),
  }
}

type Held = Readonly<Record<Family, readonly Interval[]>>

/** Addresses of the node's pods by the interface that is named after each. */
function podsByInterface(
  { interfaces }: Recognition,
  { cluster, node }: Pick<Facts, 'cluster' | 'node'>,
): ReadonlyMap<string, readonly Held[]> {
  const pods = new Map(
    (cluster?.pods ?? [])
      .filter((pod) => pod.node === node?.name)
      .map((pod) => [`${pod.namespace.name}/${pod.name}`, pod]),
  )
  return new Map(
    [...interfaces].flatMap(([name, { namespace, pod }]) => {
      const found = pods.get(`${namespace}/${pod}`)
      return found === undefined ? [] : [[name, [heldBy(found)]] as const]
    }),
  )
}

function heldBy({ addresses }: { readonly addresses: Host['addresses'] }): Held {
  const of = (wanted: Family): readonly Interval[] =>
    addresses
      .filter(({ family }) => family === wanted)
      .map(({ value }) => ({ from: value, to: value }))
  return { 4: of(4), 6: of(6) }
}

/** What packets never have by way of a route: loopback, and the addresses of the node. */
function localAddresses({ node }: Pick<Facts, 'node'>, family: Family): IntervalSet {
  const loopback = family === 4 ? { from: 0x7f000000n, to: 0x7fffffffn } : { from: 1n, to: 1n }
  return union([loopback, ...(node === null ? [] : heldBy(node)[family])])
}
