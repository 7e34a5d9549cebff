// One rule of the IR as Cilium rules: one for each kind of peer and each kind of traffic, since
// Cilium refuses two kinds in one rule, and then enforces nothing of the whole policy.
import { printCidr } from '../../src/algebra/address.ts'
import type { Complain } from '../../src/emit/complain.ts'
import type { ManifestMap } from '../../src/emit/manifest.ts'
import { all } from '../../src/ir/selector.ts'
import type { Direction, Peer, Rule, Traffic } from '../../src/ir/types.ts'
import { peerSelectors } from './selector.ts'
import { trafficParts } from './traffic.ts'

/** The prefix of peer keys: `fromEndpoints` in ingress, `toEndpoints` in egress. */
const peerWords = { ingress: 'from', egress: 'to' } as const

/** A rule that matches nothing: it isolates, and no Cilium version takes it for anything else. */
export function nobody(direction: Direction): ManifestMap {
  return { [`${peerWords[direction]}Entities`]: ['none'] }
}

/**
 * The Cilium rules that together match what the rule matches; none where it never matches. `minor`
 * is the version of Cilium 1.
 */
export function ciliumRules(
  rule: Rule,
  direction: Direction,
  minor: number,
  complain: Complain,
): readonly ManifestMap[] {
  // A deny of the own node would stop its probes, which Cilium before 1.20 lets in only where nothing
  // denies them, and the source lets in always.
  const sparesOwnNode = rule.action === 'deny' && direction === 'ingress'
  const names = sparesOwnNode ? otherNodes : everyNode
  return matchGroups(rule, direction).flatMap(({ peers, traffic }) => {
    const parts = trafficParts(traffic, minor, complain)
    return peerParts(peers, direction, names, complain).flatMap((peer) =>
      parts.map((part) => ({ ...peer, ...part })),
    )
  })
}

type MatchGroup = Pick<Rule, 'peers' | 'traffic'>

/**
 * Only pods name ports, but Cilium looks a name up among all pods and then uses the number towards
 * any destination; so names towards a peer that may be no pod go into rules of their own.
 */
function matchGroups(rule: Rule, direction: Direction): readonly MatchGroup[] {
  const named = rule.traffic.filter(isNamed)
  const podsOnly = rule.peers.every(({ kind }) => kind === 'pods')
  if (direction === 'ingress' || podsOnly || named.length === 0) return [rule]
  return [
    { peers: rule.peers, traffic: rule.traffic.filter((one) => !isNamed(one)) },
    { peers: rule.peers.flatMap(podsAmong), traffic: named },
  ]
}

/** Whether a kind of traffic is a port by name. */
export function isNamed(traffic: Traffic): boolean {
  return traffic.kind === 'ports' && traffic.ports.kind === 'named'
}

function podsAmong(peer: Peer): readonly Peer[] {
  if (peer.kind === 'any') {
    return [{ kind: 'pods', namespaces: all, pods: all, serviceAccounts: all }]
  }
  return peer.kind === 'pods' ? [peer] : []
}

function peerParts(
  peers: readonly Peer[],
  direction: Direction,
  names: NodeNames,
  complain: Complain,
): readonly ManifestMap[] {
  const word = peerWords[direction]
  if (peers.some(({ kind }) => kind === 'any')) return [names.everybody(word)]
  const endpoints = peers.flatMap((peer) =>
    peer.kind === 'pods' ? endpointsOf(peer, complain) : [],
  )
  const blocks = peers.flatMap((peer) => {
    if (peer.kind !== 'cidr') return []
    const except = peer.except.map(printCidr)
    return [{ cidr: printCidr(peer.cidr), except: except.length === 0 ? undefined : except }]
  })
  const entities = peers.flatMap((peer) =>
    peer.kind === 'hosts' ? entitiesOf(peer, names, complain) : [],
  )
  return [
    ...(entities.length > 0 ? [{ [`${word}Entities`]: [...new Set(entities)] }] : []),
    // An empty list would be dropped on the way and then mean anybody.
    ...(endpoints.length > 0 ? [{ [`${word}Endpoints`]: endpoints }] : []),
    ...(blocks.length > 0 ? [{ [`${word}CIDRSet`]: blocks }] : []),
  ]
}

/** What nodes are called, and everybody. */
interface NodeNames {
  readonly everybody: (word: 'from' | 'to') => ManifestMap
  readonly entities: Readonly<Record<'any' | 'own' | 'other', readonly string[]>>
}

const everyNode: NodeNames = {
  everybody: (word) => ({ [`${word}Entities`]: ['all'] }),
  entities: { any: ['host', 'remote-node'], own: ['host'], other: ['remote-node'] },
}

/**
 * The same without the own node. No namespace or cluster is added to a selector by a reserved label, so
 * everybody who is not that node passes: pods of any kind, other nodes, and the world.
 */
const otherNodes: NodeNames = {
  everybody: (word) => ({
    [`${word}Endpoints`]: [
      { matchExpressions: [{ key: 'reserved:host', operator: 'DoesNotExist' }] },
    ],
  }),
  entities: { any: ['remote-node'], own: [], other: ['remote-node'] },
}

function entitiesOf(
  { nodes, which }: Extract<Peer, { kind: 'hosts' }>,
  names: NodeNames,
  complain: Complain,
): readonly string[] {
  if (nodes.kind === 'all') return names.entities[which]
  complain('NP5001', 'nodes by their labels are not written')
  return []
}

function endpointsOf(
  peer: Extract<Peer, { kind: 'pods' }>,
  complain: Complain,
): readonly ManifestMap[] {
  const result = peerSelectors(peer)
  if (!result.ok) {
    for (const { code, fact } of result.faults) complain(code, fact)
    return []
  }
  for (const key of result.unseen) complain('NP5005', unseenText(key), { help: unseenHelp })
  return result.selectors
}

/** What is wrong with a label that Cilium does not look at unless told to. */
export function unseenText(key: string): string {
  return `Cilium leaves the label "${key}" out of identities by default, and then no selector sees it`
}

/** What to do about it. */
export const unseenHelp =
  'include the label in the setting "labels" of Cilium, or select by another'
