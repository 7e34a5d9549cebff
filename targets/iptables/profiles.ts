// Profiles: what holds for a pod in one direction, as one chain. Pods with the same policies share it.
// In a profile RETURN means "no objection" and the last rule drops the rest, so a packet that passes
// the source's profile still has to pass the destination's.
import type { Pod } from '../../src/cluster/types.ts'
import type { Direction, Policy, Rule } from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import {
  addressWords,
  destinationPods,
  type FamilyContext,
  namedPortElements,
  peerAddresses,
} from './peers.ts'
import { chainName, quoteComment } from './text.ts'
import { type TrafficMatch, trafficMatches } from './traffic.ts'

/** A chain of iptables. */
export interface Chain {
  readonly name: string
  /** Each without `-A` and the chain's name. */
  readonly rules: readonly string[]
}

/** What profiles of one direction and family are made from. */
export interface ProfileContext extends FamilyContext {
  readonly direction: Direction
  readonly pods: readonly Pod[]
}

const prefixes = { egress: 'E', ingress: 'I' } as const
/** The end of the packet that is the peer. */
const peerEnds = { egress: 'destination', ingress: 'source' } as const

/** The profile of pods that exactly these policies select in the direction. */
export function profileChain(policies: readonly Policy[], context: ProfileContext): Chain {
  const names = policies.map(titleOf).join(', ')
  const rules = [
    ...policies.flatMap((policy) =>
      (policy[context.direction]?.rules ?? []).flatMap((rule) => ruleLines(rule, policy, context)),
    ),
    `-m comment --comment ${quoteComment(`else denied: isolated by ${names}`)} -j DROP`,
  ]
  return { name: chainName(prefixes[context.direction], rules), rules }
}

function ruleLines(rule: Rule, policy: Policy, context: ProfileContext): readonly string[] {
  const peer = addressWords(
    peerAddresses(rule.peers, context),
    peerEnds[context.direction],
    context,
  )
  if (peer === null) return []
  const places = rule.origins.map(describeOrigin).join(', ')
  const comment = `-m comment --comment ${quoteComment(`${titleOf(policy)} ${places}`)}`
  return trafficMatches(rule.traffic, context.family).flatMap((match) => {
    const traffic = trafficWords(match, rule, policy, context)
    return traffic === null ? [] : [[...peer, ...traffic, comment, '-j RETURN'].join(' ')]
  })
}

/** Null where the traffic can have no number: no destination gives a port that name. */
function trafficWords(
  match: TrafficMatch,
  rule: Rule,
  policy: Policy,
  context: ProfileContext,
): readonly string[] | null {
  if (match.kind === 'words') return match.words
  const { direction, family, finder, pods, sets } = context
  const destinations =
    direction === 'egress'
      ? destinationPods(rule.peers, pods, context)
      : finder.find(policy.subject)
  const elements = namedPortElements(destinations, match.name, match.protocol, family)
  if (elements.length === 0) return null
  const name = sets.add(family, 'hash:ip,port', elements)
  return ['-p', match.protocol.toLowerCase(), '-m set --match-set', name, 'dst,dst']
}

function titleOf({ namespace, name }: Policy): string {
  return namespace === null ? name : `${namespace}/${name}`
}
