// One rule of the IR as Cilium rules: one for each kind of peer and each kind of traffic, since
// Cilium refuses two kinds in one rule, and then enforces nothing of the whole policy.
import { printCidr } from '../../src/algebra/address.ts'
import type { ManifestMap } from '../../src/emit/manifest.ts'
import type { Fidelity } from '../../src/emit/target.ts'
import type { Direction, Peer, Rule } from '../../src/ir/types.ts'
import type { Complain } from './complain.ts'
import { checkBlock } from './inCluster.ts'
import type { CiliumOptions } from './options.ts'
import { peerSelectors } from './selector.ts'
import { trafficParts } from './traffic.ts'

/** The prefix of peer keys: `fromEndpoints` in ingress, `toEndpoints` in egress. */
const peerWords = { ingress: 'from', egress: 'to' } as const

/** A rule that matches nothing: it isolates, and no Cilium version takes it for anything else. */
export function nobody(direction: Direction): ManifestMap {
  return { [`${peerWords[direction]}Entities`]: ['none'] }
}

/** The Cilium rules that together match what the rule matches; none where it never matches. */
export function ciliumRules(
  rule: Rule,
  direction: Direction,
  options: CiliumOptions,
  fidelity: Fidelity,
  complain: Complain,
): readonly ManifestMap[] {
  const peers = peerParts(rule.peers, direction, options, fidelity, complain)
  const traffic = trafficParts(rule.traffic, options.minor, complain)
  return peers.flatMap((peer) => traffic.map((part) => ({ ...peer, ...part })))
}

function peerParts(
  peers: readonly Peer[],
  direction: Direction,
  options: CiliumOptions,
  fidelity: Fidelity,
  complain: Complain,
): readonly ManifestMap[] {
  const word = peerWords[direction]
  if (peers.some(({ kind }) => kind === 'any')) return [{ [`${word}Entities`]: ['all'] }]
  const endpoints = peers.flatMap((peer) =>
    peer.kind === 'pods' ? endpointsOf(peer, complain) : [],
  )
  const blocks = peers.flatMap((peer) => {
    if (peer.kind !== 'cidr') return []
    checkBlock(peer, direction, options, fidelity, complain)
    const except = peer.except.map(printCidr)
    return [{ cidr: printCidr(peer.cidr), except: except.length === 0 ? undefined : except }]
  })
  return [
    // An empty list would be dropped on the way and then mean anybody.
    ...(endpoints.length > 0 ? [{ [`${word}Endpoints`]: endpoints }] : []),
    ...(blocks.length > 0 ? [{ [`${word}CIDRSet`]: blocks }] : []),
  ]
}

function endpointsOf(
  peer: Extract<Peer, { kind: 'pods' }>,
  complain: Complain,
): readonly ManifestMap[] {
  const result = peerSelectors(peer)
  if (result.ok) return result.selectors
  complain('NP5001', result.fault)
  return []
}
