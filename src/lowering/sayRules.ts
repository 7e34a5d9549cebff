// Products back as rules of the IR, in the words that a target has.
import type { Capabilities } from '../emit/target.ts'
import { testsOnlyNames, testsParts } from '../ir/selector.ts'
import type { Peer, PodMatch, Rule, Traffic } from '../ir/types.ts'
import { Refusal } from './limit.ts'
import { ofFamilies, type World } from './peers.ts'
import type { Product } from './products.ts'
import { sayPeers } from './sayPeers.ts'
import { isSameBesidesIcmp, ofFamily, sayTraffic } from './sayTraffic.ts'
import { familiesOf } from './traffic.ts'

/** Peers and traffic of a rule. */
export type Words = Pick<Rule, 'peers' | 'traffic'>

/** A product in words, and what of it has none. */
export interface Said {
  readonly words: readonly Words[]
  /** Such as "nodes as peers"; the words leave it out. */
  readonly lost: readonly string[]
}

/** The words for a product; throws `Refusal` where there are none for any of it. */
export function sayProduct({ peers, traffic }: Product, world: World, can: Capabilities): Said {
  const families = familiesOf(traffic)
  if (families.length === 0) return { words: [], lost: [] }
  if (isSameBesidesIcmp(traffic[4], traffic[6])) {
    return both(
      sayable(sayPeers(peers, world, families), can),
      sayTraffic(traffic, families, can.traffic),
    )
  }
  const parts = families.map((family) => {
    const said = sayPeers(ofFamilies(peers, [family]), world, [family])
    return both(
      blocksAlone(said, family, can),
      sayTraffic(ofFamily(traffic, family), [family], can.traffic),
    )
  })
  return {
    words: parts.flatMap(({ words }) => words),
    lost: [...new Set(parts.flatMap(({ lost }) => lost))],
  }
}

/** Whether a target carries all of the conditions. */
export function saysConditions(conditions: readonly string[], can: Capabilities): boolean {
  return conditions.every((one) => can.conditions.some((form) => form.test(one)))
}

/** Whether there are words for all of a product. */
export function saysAll(product: Product, world: World, can: Capabilities): boolean {
  if (!saysConditions(product.conditions, can)) return false
  try {
    return sayProduct(product, world, can).lost.length === 0
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

interface SaidPeers {
  readonly peers: readonly Peer[]
  readonly lost: readonly string[]
}

function both(
  { peers, lost }: SaidPeers,
  said: { readonly traffic: readonly Traffic[]; readonly lost: readonly string[] },
): Said {
  const isEmpty = peers.length === 0 || said.traffic.length === 0
  return {
    words: isEmpty ? [] : [{ peers, traffic: said.traffic }],
    lost: [...new Set([...lost, ...said.lost])],
  }
}

/** Only blocks have an IP version of their own. */
function blocksAlone(peers: readonly Peer[], family: 4 | 6, can: Capabilities): SaidPeers {
  const whole: Peer = { kind: 'cidr', cidr: { family, base: 0n, prefix: 0 }, except: [] }
  const blocks = peers.flatMap((peer) =>
    peer.kind === 'any' ? [whole] : peer.kind === 'cidr' ? [peer] : [],
  )
  const isLossy = peers.some(({ kind }) => kind !== 'cidr')
  const { peers: said, lost } = sayable(blocks, can)
  return { peers: said, lost: [...lost, ...(isLossy ? ['pods over one IP version alone'] : [])] }
}

/** Peers without those that the target has no words for. */
function sayable(peers: readonly Peer[], can: Capabilities): SaidPeers {
  const faults = peers.map((peer) => ({ peer, fault: peerFault(peer, can) }))
  return {
    peers: faults.filter(({ fault }) => fault === undefined).map(({ peer }) => peer),
    lost: [...new Set(faults.flatMap(({ fault }) => fault ?? []))],
  }
}

function peerFault(peer: Peer, can: Capabilities): string | undefined {
  if (!can.peers.includes(peer.kind)) return peer.kind === 'hosts' ? 'nodes as peers' : peer.kind
  return peer.kind === 'pods' ? matchFault(peer, can) : undefined
}

/** What of a pod match a target has no words for. */
export function matchFault(match: PodMatch, can: Capabilities): string | undefined {
  const { namespaces, pods, serviceAccounts } = match
  if (!can.partTests && [namespaces, pods].some(testsParts)) return 'parts of labels'
  if (serviceAccounts.kind === 'all' || can.serviceAccounts === 'any') return undefined
  if (can.serviceAccounts === 'none') return 'service accounts'
  return testsOnlyNames(serviceAccounts) ? undefined : 'labels of service accounts'
}

/** Whether a target has words for a rule as it stands. */
export function isPlain({ peers, traffic }: Rule, can: Capabilities): boolean {
  return (
    peers.every((peer) => isPlainPeer(peer, can)) &&
    traffic.every(({ kind }) => kind !== 'not' && kind !== 'and' && can.traffic.includes(kind))
  )
}

function isPlainPeer(peer: Peer, can: Capabilities): boolean {
  const isSimple = peer.kind !== 'not' && peer.kind !== 'and' && peer.kind !== 'or'
  return isSimple && peerFault(peer, can) === undefined
}
