// Subjects and peers → endpoints. Namespaces and pods mean pods, never those of the host network; networks
// are addresses of whatever owner; nodes are hosts; a domain name is a condition, since no flow shows it.
import { all, everyone } from '../../../src/ir/selector.ts'
import type { Direction, Peer, PodMatch } from '../../../src/ir/types.ts'
import { readCidr } from '../../../src/schema/cidr.ts'
import { readSelector } from '../../../src/schema/labelSelector.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import { domainCondition, domainFault } from '../domains.ts'
import { filled, onlyKey, reportRepeats } from './checks.ts'
import type { RawNamespacedPod, RawPeer, RawSubject } from './schema.ts'

/** Peers under the same conditions; a rule with domain names has several such groups. */
export interface PeerGroup {
  readonly peers: readonly Peer[]
  readonly conditions: readonly string[]
}

/** Most items of `networks`, and of `domainNames`. */
const maxNames = 25

/** The pods that a policy is for; undefined after reporting. */
export function readSubject(raw: RawSubject, place: Place): PodMatch | undefined {
  const key = onlyKey(raw, podKeys, 'the subject', 'NP2019', place)
  return key === undefined ? undefined : readPods(raw, key, place)
}

/** The groups of a rule's peers: all that need no condition first. */
export function readPeers(
  raw: readonly RawPeer[],
  direction: Direction,
  maxItems: number,
  place: Place,
): readonly PeerGroup[] {
  const read = filled(place, raw, maxItems, 'peers', 'NP2009').map(({ item, at }) =>
    readPeer(item, direction, at),
  )
  const peers = read.flatMap((one) => one.peers)
  const conditional = read.flatMap(({ domains }) => domains)
  return [
    ...(peers.length === 0 ? [] : [{ peers, conditions: [] }]),
    ...conditional.map((name) => ({ peers: everyone, conditions: [domainCondition(name)] })),
  ]
}

interface ReadPeer {
  readonly peers: readonly Peer[]
  readonly domains: readonly string[]
}

const podKeys = ['namespaces', 'pods'] as const
const peerKeys = [...podKeys, 'networks', 'nodes', 'domainNames'] as const

function readPeer(raw: RawPeer, direction: Direction, place: Place): ReadPeer {
  const keys = direction === 'ingress' ? podKeys : peerKeys
  const key = onlyKey<(typeof peerKeys)[number]>(raw, keys, 'the peer', 'NP2009', place)
  switch (key) {
    case undefined:
      return { peers: [], domains: [] }
    case 'namespaces':
    case 'pods': {
      const peer: Peer = { kind: 'pods', ...readPods(raw, key, place) }
      return { peers: [peer], domains: [] }
    }
    case 'networks':
      return { peers: readNetworks(raw.networks ?? [], into(place, key)), domains: [] }
    case 'nodes': {
      const nodes = readSelector(raw.nodes, into(place, key))
      return { peers: [{ kind: 'hosts', nodes, which: 'any' }], domains: [] }
    }
    case 'domainNames':
      return { peers: [], domains: readDomains(raw.domainNames ?? [], into(place, key)) }
  }
}

function readPods(raw: RawSubject, key: 'namespaces' | 'pods', place: Place): PodMatch {
  const at = into(place, key)
  if (key === 'namespaces') {
    return { namespaces: readSelector(raw.namespaces, at), pods: all, serviceAccounts: all }
  }
  const { namespaceSelector, podSelector }: Partial<RawNamespacedPod> = raw.pods ?? {}
  return {
    namespaces: readSelector(namespaceSelector, into(at, 'namespaceSelector')),
    pods: readSelector(podSelector, into(at, 'podSelector')),
    serviceAccounts: all,
  }
}

function readNetworks(raw: readonly string[], place: Place): readonly Peer[] {
  const items = filled(place, raw, maxNames, 'networks', 'NP2009')
  reportRepeats(items, 'NP2009')
  return items.flatMap(({ item, at }): Peer[] => {
    const cidr = readCidr(item, at)
    return cidr === undefined ? [] : [{ kind: 'cidr', cidr, except: [] }]
  })
}

function readDomains(raw: readonly string[], place: Place): readonly string[] {
  const items = filled(place, raw, maxNames, 'domain names', 'NP2009')
  reportRepeats(items, 'NP2009')
  for (const { item, at } of items) {
    const fault = domainFault(item)
    if (fault === undefined) continue
    const message = `"${item}" is not a domain name: ${fault}`
    const help = 'such as "example.com", or "*.example.com" for all names below it'
    complain(at, 'NP2009', { message, help })
  }
  if (items.length > 0) {
    complain(place, 'NP3008', {
      on: 'key',
      message: `which addresses ${items.map(({ item }) => `"${item}"`).join(', ')} has is not known: the rule is carried as a condition`,
    })
  }
  return items.map(({ item }) => item)
}
