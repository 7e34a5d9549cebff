// Peers as addresses of one IP version: what a firewall can see of the other end of a packet.
import { addressesOf, type Family, intervalOf } from '../algebra/address.ts'
import { type Interval, type IntervalSet, meet, subtract, union } from '../algebra/interval.ts'
import type { Cluster, Host, Pod } from '../cluster/types.ts'
import { selects } from '../ir/selector.ts'
import type { Peer } from '../ir/types.ts'
import type { PodFinder } from './pods.ts'

/**
 * Who the other end may be. `network`: anybody, told by the address. `own-host`: the pods' own node,
 * whichever of its addresses it uses, as the hooks INPUT and OUTPUT tell.
 */
export type PeerView = 'network' | 'own-host'

/** What peers are looked up in. */
export interface PeerContext {
  readonly family: Family
  /** The node that the governed pods run on. */
  readonly node: Host
  readonly cluster: Cluster
  readonly finder: PodFinder
}

/** Every address of an IP version. */
export function allAddresses(family: Family): IntervalSet {
  return [intervalOf({ family, base: 0n, prefix: 0 })]
}

/** The addresses that one of the peers matches, in normal form. */
export function peerAddresses(
  peers: readonly Peer[],
  view: PeerView,
  context: PeerContext,
): IntervalSet {
  return union(peers.flatMap((peer) => addressesOfPeer(peer, view, context)))
}

function addressesOfPeer(peer: Peer, view: PeerView, context: PeerContext): IntervalSet {
  const { family, finder, cluster } = context
  const whole = allAddresses(family)
  const inside = (one: Peer): IntervalSet => addressesOfPeer(one, view, context)
  switch (peer.kind) {
    case 'any':
      return whole
    case 'pods':
      return view === 'own-host' ? [] : ownAddresses(finder.find(peer), family)
    case 'hosts':
      return hostAddresses(peer, view, context)
    case 'external':
      return view === 'own-host'
        ? []
        : subtract(whole, ownAddresses([...cluster.pods, ...cluster.nodes], family))
    case 'cidr':
      return peer.cidr.family === family ? addressesOf(peer.cidr, peer.except) : []
    case 'not':
      return subtract(whole, inside(peer.of))
    case 'or':
      return union(peer.of.flatMap(inside))
    case 'and':
      return peer.of.map(inside).reduce(meet, whole)
  }
}

function hostAddresses(
  { nodes, which }: Extract<Peer, { kind: 'hosts' }>,
  view: PeerView,
  { cluster, node, family }: PeerContext,
): IntervalSet {
  const chosen = cluster.nodes.filter(
    (one) =>
      selects(nodes, one.labels) &&
      (which === 'any' || (one.name === node.name) === (which === 'own')),
  )
  if (view === 'network') return ownAddresses(chosen, family)
  return chosen.some(({ name }) => name === node.name) ? allAddresses(family) : []
}

/** The addresses of pods or nodes. */
export function ownAddresses(owners: readonly (Pod | Host)[], family: Family): IntervalSet {
  const single = ({ value }: { readonly value: bigint }): Interval => ({ from: value, to: value })
  return union(
    owners.flatMap(({ addresses }) =>
      addresses.filter((address) => address.family === family).map(single),
    ),
  )
}
