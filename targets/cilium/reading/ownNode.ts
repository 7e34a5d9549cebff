// The own node in rules that deny ingress. What it sends arrives whatever a rule says of it, as the tier
// has it (`ingress-allowed`); Cilium before 1.20 lets a deny of it win all the same.
import { all } from '../../../src/ir/selector.ts'
import type { Peer } from '../../../src/ir/types.ts'
import { complain, type Place } from '../../../src/schema/place.ts'
import type { PeerGroup } from './peers.ts'

/** What the selector of all that has no label `reserved:host` means. */
export const allButOwnNode: Peer = {
  kind: 'not',
  of: { kind: 'hosts', nodes: all, which: 'own' },
}

/** The peers of a rule that denies ingress; warns where the own node is among them. */
export function readDenied(groups: readonly PeerGroup[], place: Place): readonly PeerGroup[] {
  const reachesIt = groups.some(
    ({ peers, conditions }) => conditions.length === 0 && peers.some(holdsOwnNode),
  )
  if (reachesIt) {
    complain(place, 'NP3011', {
      message:
        'the rule denies what the own node of a pod sends, its probes too, in Cilium before 1.20; it is read as in later versions, which let that in',
    })
  }
  return groups.map((group) => ({ ...group, peers: group.peers.map(withOwnNode) }))
}

/** Whether the own node is meant; of addresses it is not known, and not assumed. */
function holdsOwnNode(peer: Peer): boolean {
  switch (peer.kind) {
    case 'any':
      return true
    case 'hosts':
      return peer.which !== 'other'
    case 'not':
      return !holdsOwnNode(peer.of)
    case 'and':
      return peer.of.every(holdsOwnNode)
    case 'or':
      return peer.of.some(holdsOwnNode)
    default:
      return false
  }
}

/**
 * The same peer with the own node in it where it is all that is missing: that decides no flow, and
 * "nodes" and "everybody" are words that other dialects have.
 */
function withOwnNode(peer: Peer): Peer {
  if (peer.kind === 'hosts' && peer.which === 'other') return { ...peer, which: 'any' }
  return peer === allButOwnNode ? { kind: 'any' } : peer
}
