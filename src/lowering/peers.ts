// Sets of endpoints, as peers of rules describe them, that can be cut and subtracted: pods and hosts by
// labels and addresses, and what is outside of the cluster by addresses alone.
import type { Cidr } from '../algebra/address.ts'
import type { Peer } from '../ir/types.ts'
import { blockOwners, type IpBlockReading } from '../semantics/evaluate.ts'
import {
  type AddressSet,
  allAddresses,
  inBlocks,
  isNoAddress,
  joinAddresses,
  meetAddresses,
  minusAddresses,
  noAddress,
} from './addresses.ts'
import {
  boxesOf,
  everything,
  isOwnNode,
  type LabelBox,
  meet,
  meetAll,
  meets,
  minus,
  podBoxes,
} from './labels.ts'
import { refuse } from './limit.ts'

/** Pods or hosts with labels of a kind and addresses of a kind. */
export interface Part {
  readonly labels: LabelBox
  readonly addresses: AddressSet
}

/** A set of endpoints. */
export interface PeerSet {
  readonly pods: readonly Part[]
  readonly hosts: readonly Part[]
  readonly external: AddressSet
}

/** What there can be at all, and whose addresses blocks mean. */
export interface World {
  readonly reading: IpBlockReading
  readonly all: PeerSet
}

/** What is known of the cluster's addresses; empty lists where nothing is. */
export interface ClusterBlocks {
  readonly podCidrs: readonly Cidr[]
  readonly nodeCidrs: readonly Cidr[]
}

/** The world that premises leave: what is known of one kind of addresses no other kind has. */
export function worldOf(reading: IpBlockReading, { podCidrs, nodeCidrs }: ClusterBlocks): World {
  const [ofPods, ofNodes] = [inBlocks(podCidrs), inBlocks(nodeCidrs)]
  const part = (own: AddressSet, others: AddressSet): readonly Part[] => {
    const addresses = isNoAddress(own) ? minusAddresses(allAddresses, others) : own
    return [{ labels: everything, addresses }]
  }
  const external = minusAddresses(allAddresses, joinAddresses(ofPods, ofNodes))
  return { reading, all: { pods: part(ofPods, ofNodes), hosts: part(ofNodes, ofPods), external } }
}

/** No endpoint. */
export const nobody: PeerSet = { pods: [], hosts: [], external: noAddress }

/** The endpoints that one of the peers matches. Throws `Refusal` past the limits of boxes. */
export function peerSetOf(peers: readonly Peer[], world: World): PeerSet {
  return peers.map((peer) => setOf(peer, world)).reduce(join, nobody)
}

function setOf(peer: Peer, world: World): PeerSet {
  const { all, reading } = world
  switch (peer.kind) {
    case 'any':
      return all
    case 'pods':
      return { ...nobody, pods: parts(podBoxes(peer), all.pods) }
    case 'hosts': {
      const boxes = boxesOf(peer.nodes, 'nodes')
      const chosen =
        peer.which === 'any' ? boxes : meetAll(boxes, [isOwnNode(peer.which === 'own')])
      return { ...nobody, hosts: parts(chosen, all.hosts) }
    }
    case 'external':
      return { ...nobody, external: all.external }
    case 'cidr': {
      const addresses = minusAddresses(inBlocks([peer.cidr]), inBlocks(peer.except))
      return withAddresses(all, addresses, reading)
    }
    case 'not':
      return minusPeers(all, setOf(peer.of, world))
    case 'and':
      return peer.of.map((one) => setOf(one, world)).reduce(meetPeers, all)
    case 'or':
      return peerSetOf(peer.of, world)
  }
}

function parts(boxes: readonly LabelBox[], all: readonly Part[]): readonly Part[] {
  return all.flatMap(({ addresses }) => boxes.map((labels) => ({ labels, addresses })))
}

/** The endpoints with some addresses, of the kinds that blocks mean. */
function withAddresses(all: PeerSet, addresses: AddressSet, reading: IpBlockReading): PeerSet {
  const owners = blockOwners[reading]
  const of = (kind: 'pod' | 'host', whole: readonly Part[]): readonly Part[] =>
    owners.includes(kind) ? meetParts(whole, [{ labels: everything, addresses }]) : []
  return {
    pods: of('pod', all.pods),
    hosts: of('host', all.hosts),
    external: meetAddresses(all.external, addresses),
  }
}

/** What is in both. */
export function meetPeers(a: PeerSet, b: PeerSet): PeerSet {
  return {
    pods: meetParts(a.pods, b.pods),
    hosts: meetParts(a.hosts, b.hosts),
    external: meetAddresses(a.external, b.external),
  }
}

/** Whether some endpoint with an address of these IP versions is in both: found without listing them. */
export function haveCommonPeer(a: PeerSet, b: PeerSet, families: readonly (4 | 6)[]): boolean {
  const common = (one: AddressSet, other: AddressSet): boolean => {
    const both = meetAddresses(one, other)
    return families.some((family) => both[family].length > 0)
  }
  const some = (left: readonly Part[], right: readonly Part[]): boolean =>
    left.some((one) =>
      right.some(
        (other) => meets(one.labels, other.labels) && common(one.addresses, other.addresses),
      ),
    )
  return some(a.pods, b.pods) || some(a.hosts, b.hosts) || common(a.external, b.external)
}

/** What is in the first and not in the second. */
export function minusPeers(a: PeerSet, b: PeerSet): PeerSet {
  return {
    pods: minusParts(a.pods, b.pods),
    hosts: minusParts(a.hosts, b.hosts),
    external: minusAddresses(a.external, b.external),
  }
}

function join(a: PeerSet, b: PeerSet): PeerSet {
  return {
    pods: [...a.pods, ...b.pods],
    hosts: [...a.hosts, ...b.hosts],
    external: joinAddresses(a.external, b.external),
  }
}

/** Whether nothing is in the set. */
export function isNobody({ pods, hosts, external }: PeerSet): boolean {
  return pods.length === 0 && hosts.length === 0 && isNoAddress(external)
}

/** Whether the second holds all of the first. */
export function isWithinPeers(a: PeerSet, b: PeerSet): boolean {
  return isNobody(minusPeers(a, b))
}

/** The part of a set that has addresses of one of the IP versions. */
export function ofFamilies(set: PeerSet, families: readonly (4 | 6)[]): PeerSet {
  if (families.length === 2) return set
  const kept: AddressSet = {
    4: families.includes(4) ? allAddresses[4] : [],
    6: families.includes(6) ? allAddresses[6] : [],
  }
  return meetPeers(set, {
    pods: [{ labels: everything, addresses: kept }],
    hosts: [{ labels: everything, addresses: kept }],
    external: kept,
  })
}

function meetParts(a: readonly Part[], b: readonly Part[]): readonly Part[] {
  return limited(
    a.flatMap((left) =>
      b.flatMap((right) => {
        const labels = meet(left.labels, right.labels)
        const addresses = meetAddresses(left.addresses, right.addresses)
        return labels === null || isNoAddress(addresses) ? [] : [{ labels, addresses }]
      }),
    ),
  )
}

/** The endpoints of some parts that are in none of others. */
export function minusParts(a: readonly Part[], b: readonly Part[]): readonly Part[] {
  return b.reduce<readonly Part[]>(
    (left, right) => limited(left.flatMap((one) => minusPart(one, right))),
    a,
  )
}

function minusPart(a: Part, b: Part): readonly Part[] {
  const common = meet(a.labels, b.labels)
  if (common === null) return [a]
  const outside = minus(a.labels, b.labels).map((labels) => ({ ...a, labels }))
  const addresses = minusAddresses(a.addresses, b.addresses)
  return isNoAddress(addresses) ? outside : [...outside, { labels: common, addresses }]
}

/** More parts than this and nobody could read what came of it. */
const maxParts = 256

function limited(found: readonly Part[]): readonly Part[] {
  return found.length > maxParts
    ? refuse(`peers that fall into more than ${maxParts} cases`)
    : found
}
