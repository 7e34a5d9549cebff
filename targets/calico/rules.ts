// One rule of the IR as Calico rules: one for each protocol and peer, cut where a list is too long.
import { chunks } from '../../src/algebra/order.ts'
import type { Action, Direction, Rule } from '../../src/ir/types.ts'
import { maxPorts } from './limits.ts'
import { everyPod, type PeerContext, type PeerMatch, peerMatches } from './peers.ts'
import { familyOf, type ProtocolMatch, protocolMatches } from './traffic.ts'
import type { CalicoAction, CalicoEntity, CalicoPort, CalicoRule } from './types.ts'

/** The IR's actions in Calico's words. */
export const actionNames: Readonly<Record<Action, CalicoAction>> = {
  allow: 'Allow',
  deny: 'Deny',
  pass: 'Pass',
  log: 'Log',
}

/**
 * The Calico rules that together match what the rule matches, with its action; none where it never
 * matches. What cannot be written is complained about and left out.
 */
export function calicoRules(
  rule: Rule,
  direction: Direction,
  context: PeerContext,
): readonly CalicoRule[] {
  const peers = peerMatches(rule, context)
  return protocolMatches(rule, context.complain).flatMap((traffic) =>
    peers
      .filter((peer) => canMeet(traffic, peer))
      .flatMap((peer) => combine(rule.action, direction, traffic, peer)),
  )
}

// Calico refuses ICMP next to IPv6 blocks and the reverse; such a pair matches nothing anyway.
function canMeet(traffic: ProtocolMatch, peer: PeerMatch): boolean {
  const family = familyOf(traffic)
  return family === null || peer.family === null || family === peer.family
}

/** Ports of one rule, and whether they need the test that the destination is a pod. */
interface PortGroup {
  readonly ports: readonly CalicoPort[]
  readonly ofPods: boolean
}

function combine(
  action: Action,
  direction: Direction,
  traffic: ProtocolMatch,
  peer: PeerMatch,
): readonly CalicoRule[] {
  return portGroups(direction, traffic, peer).map(({ ports, ofPods }) => {
    const entity = ofPods ? { ...peer.entity, ...everyPod } : peer.entity
    const [source, destination] = direction === 'ingress' ? [entity, {}] : [{}, entity]
    return {
      action: actionNames[action],
      protocol: traffic.protocol ?? undefined,
      icmp: traffic.icmp ?? undefined,
      source: filled(source),
      // Ports are those of the destination, whichever end the peer is.
      destination: filled(ports.length === 0 ? destination : { ...destination, ports }),
    }
  })
}

/**
 * Calico finds port names of host endpoints too, where the IR knows them of pods alone; so names
 * towards a peer that may be a host go into rules of their own that ask for a pod.
 */
function portGroups(
  direction: Direction,
  { named, numbers }: ProtocolMatch,
  peer: PeerMatch,
): readonly PortGroup[] {
  if (named.length + numbers.length === 0) return [{ ports: [], ofPods: false }]
  if (direction === 'ingress' || peer.podsOnly) return grouped([...named, ...numbers], false)
  return [...grouped(named, true), ...grouped(numbers, false)]
}

function grouped(ports: readonly CalicoPort[], ofPods: boolean): readonly PortGroup[] {
  return chunks(ports, maxPorts).map((part) => ({ ports: part, ofPods }))
}

function filled(entity: CalicoEntity): CalicoEntity | undefined {
  return Object.keys(entity).length === 0 ? undefined : entity
}
