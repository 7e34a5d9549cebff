// What every target can say of peers. The core has refused everything else before a target runs.
import type { Peer, PlainPeer } from '../ir/types.ts'

/** The peers of a rule that `checkCapabilities` has let through; throws where it has not. */
export function plainPeers(peers: readonly Peer[]): readonly PlainPeer[] {
  return peers.map((peer) => {
    if (isPlain(peer)) return peer
    throw new Error(`peer of kind "${peer.kind}" reached a target that does not declare it`)
  })
}

function isPlain(peer: Peer): peer is PlainPeer {
  return peer.kind === 'any' || peer.kind === 'pods' || peer.kind === 'cidr'
}
