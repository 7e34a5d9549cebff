// Peers of a rule as addresses of one family, and the words that match them.
import {
  type Address,
  addressesOf,
  bitsOf,
  contains,
  type Family,
  intervalOf,
  printAddress,
  printCidr,
  toCidrs,
} from '../../src/algebra/address.ts'
import { type Interval, type IntervalSet, union } from '../../src/algebra/interval.ts'
import type { Pod } from '../../src/cluster/types.ts'
import { plainPeers } from '../../src/emit/plain.ts'
import type { Peer, PlainPeer } from '../../src/ir/types.ts'
import type { PodFinder } from './pods.ts'
import type { SetCollector } from './sets.ts'

/** What every match of one family's rules needs. */
export interface FamilyContext {
  readonly family: Family
  readonly finder: PodFinder
  readonly sets: SetCollector
}

/** All addresses of the family that the peers stand for; pods count by their addresses. */
export function peerAddresses(peers: readonly Peer[], context: FamilyContext): IntervalSet {
  return union(plainPeers(peers).flatMap((peer) => intervalsOf(peer, context)))
}

function intervalsOf(peer: PlainPeer, { family, finder }: FamilyContext): readonly Interval[] {
  switch (peer.kind) {
    case 'any':
      return [intervalOf({ family, base: 0n, prefix: 0 })]
    case 'pods':
      return finder.find(peer).flatMap((pod) => addressIntervals(pod, family))
    case 'cidr':
      return peer.cidr.family === family ? addressesOf(peer.cidr, peer.except) : []
  }
}

/**
 * The words that match an address in the set, at the end that `flag` names: none where every address
 * is in it, a plain block where it is one, else a set. Null for no address: nothing can match.
 */
export function addressWords(
  addresses: IntervalSet,
  end: 'source' | 'destination',
  { family, sets }: FamilyContext,
): readonly string[] | null {
  if (addresses.length === 0) return null
  const blocks = toCidrs(family, addresses)
  const [first] = blocks
  if (blocks.length === 1 && first !== undefined) {
    return first.prefix === 0 ? [] : [end === 'source' ? '-s' : '-d', printCidr(first)]
  }
  const name = sets.add(family, 'hash:net', blocks.map(printCidr))
  return ['-m set --match-set', name, end === 'source' ? 'src' : 'dst']
}

/** The pods that a destination may be, for the names of their ports. */
export function destinationPods(
  peers: readonly Peer[],
  all: readonly Pod[],
  context: FamilyContext,
): readonly Pod[] {
  return [...new Set(plainPeers(peers).flatMap((peer) => podsOf(peer, all, context)))]
}

function podsOf(peer: PlainPeer, all: readonly Pod[], { finder }: FamilyContext): readonly Pod[] {
  switch (peer.kind) {
    case 'any':
      return all
    case 'pods':
      return finder.find(peer)
    case 'cidr':
      return all.filter(({ addresses }) => addresses.some((address) => isIn(peer, address)))
  }
}

function isIn({ cidr, except }: Extract<PlainPeer, { kind: 'cidr' }>, address: Address): boolean {
  return contains(cidr, address) && !except.some((hole) => contains(hole, address))
}

/** `10.0.0.7,tcp:8080` for each address of the family and number that a pod gives the name. */
export function namedPortElements(
  pods: readonly Pod[],
  name: string,
  protocol: string,
  family: Family,
): readonly string[] {
  return pods.flatMap(({ addresses, ports }) =>
    ports
      .filter((port) => port.name === name && port.protocol === protocol)
      .flatMap(({ port }) =>
        addresses
          .filter((address) => address.family === family)
          .map((address) => `${printAddress(address)},${protocol.toLowerCase()}:${port}`),
      ),
  )
}

function addressIntervals(pod: Pod, family: Family): readonly Interval[] {
  return pod.addresses.flatMap((address) =>
    address.family === family ? [{ from: address.value, to: address.value }] : [],
  )
}

/** The prefix length of a single address. */
export function hostPrefix(family: Family): number {
  return bitsOf(family)
}
