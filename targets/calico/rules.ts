// One rule of the IR as Calico rules: one for each subject, kind of traffic and peer, cut where a list is
// too long.
import { chunks } from '../../src/algebra/order.ts'
import type { Action, Direction, Rule } from '../../src/ir/types.ts'
import { type RuleConditions, readConditions } from './conditionFields.ts'
import { maxPorts } from './limits.ts'
import { everyPod, type PeerContext, type PeerMatch, peerMatches } from './peers.ts'
import { type TrafficMatch, trafficMatches } from './traffic.ts'
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
  const subjects = peerMatches(rule.subjects, 'subject', context)
  const peers = peerMatches(rule.peers, 'peer', context)
  const conditions = readConditions(rule, direction, context)
  if (conditions === null) return []
  return trafficMatches(rule, context.complain).flatMap((traffic) =>
    subjects.flatMap((subject) =>
      peers.flatMap((peer) =>
        combine({ action: rule.action, direction, traffic, subject, peer, conditions }, context),
      ),
    ),
  )
}

/** What one Calico rule, or several where its ports are many, is made of. */
interface Parts {
  readonly action: Action
  readonly direction: Direction
  readonly traffic: TrafficMatch
  readonly subject: PeerMatch
  readonly peer: PeerMatch
  readonly conditions: RuleConditions
}

function combine(parts: Parts, { complain }: PeerContext): readonly CalicoRule[] {
  const { action, direction, traffic, subject, peer, conditions } = parts
  const families = new Set([traffic.family, subject.family, peer.family].filter(Boolean))
  // Calico refuses ICMP next to IPv6 blocks and the reverse; such a pair matches nothing anyway.
  if (families.size > 1) return []
  const fault = conditions.fault(traffic, direction)
  if (fault !== undefined) {
    complain('NP5001', fault)
    return []
  }
  return portGroups(direction, traffic, peer).flatMap(({ ports, ofPods }) => {
    const other = ofPods ? { ...peer.entity, ...everyPod } : peer.entity
    const [from, to] = direction === 'ingress' ? [other, subject.entity] : [subject.entity, other]
    const source = conditions.on('source', from)
    // Ports are those of the destination, whichever end the peer is.
    const destination = conditions.on('destination', { ...to, ...portFields(ports, traffic) })
    if (source === null || destination === null) {
      complain('NP5001', 'Calico takes "services" only alone in its source or destination')
      return []
    }
    return [
      {
        action: actionNames[action],
        ipVersion: ipVersionOf(parts),
        protocol: traffic.protocol ?? undefined,
        notProtocol: traffic.notProtocol ?? undefined,
        icmp: traffic.icmp ?? undefined,
        notICMP: traffic.notIcmp ?? undefined,
        http: conditions.http,
        source: filled(source),
        destination: filled(destination),
      },
    ]
  })
}

function portFields(
  ports: readonly CalicoPort[],
  { notPorts }: TrafficMatch,
): Pick<CalicoEntity, 'ports' | 'notPorts'> {
  return {
    ...(ports.length === 0 ? {} : { ports }),
    ...(notPorts.length === 0 ? {} : { notPorts }),
  }
}

/** Written where neither the protocol nor a block says it. */
function ipVersionOf({ traffic, subject, peer }: Parts): 4 | 6 | undefined {
  const family = traffic.family ?? subject.family ?? peer.family
  const isSaid =
    traffic.protocol === 'ICMP' ||
    traffic.protocol === 'ICMPv6' ||
    [subject, peer].some(({ entity }) => entity.nets !== undefined)
  return family === null || isSaid ? undefined : family
}

/** Ports of one rule, and whether they need the test that the destination is a pod. */
interface PortGroup {
  readonly ports: readonly CalicoPort[]
  readonly ofPods: boolean
}

/**
 * Calico finds port names of host endpoints too, where the IR knows them of pods alone; so names
 * towards a peer that may be a host go into rules of their own that ask for a pod.
 */
function portGroups(
  direction: Direction,
  { named, numbers }: TrafficMatch,
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
