// NetworkPolicyPeer → peer. A podSelector alone means the policy's own namespace; a
// namespaceSelector alone means all pods of the namespaces it selects; both are ANDed.
import { type Cidr, covers, printCidr } from '../../src/algebra/address.ts'
import { all, isIn, namespaceNameLabel } from '../../src/ir/selector.ts'
import type { Peer } from '../../src/ir/types.ts'
import { readCidr } from '../../src/schema/cidr.ts'
import { readSelector } from '../../src/schema/labelSelector.ts'
import { complain, each, into, type Place } from '../../src/schema/place.ts'
import type { RawIpBlock, RawPeer } from './schema.ts'

/** Absent, null and empty lists of peers mean anybody. */
export function readPeers(
  raw: readonly RawPeer[] | null | undefined,
  namespace: string,
  place: Place,
): readonly Peer[] {
  const peers = each(place, raw)
  if (peers.length === 0) return [{ kind: 'any' }]
  return peers.flatMap(({ item, at }) => readPeer(item, namespace, at))
}

function readPeer(raw: RawPeer, namespace: string, place: Place): readonly Peer[] {
  const { podSelector, namespaceSelector, ipBlock } = raw
  const selectors = podSelector != null || namespaceSelector != null
  if (ipBlock != null && selectors) {
    complain(into(place, 'ipBlock'), 'NP2009', {
      on: 'key',
      message: '"ipBlock" stands beside a selector in one peer',
      help: 'make two items of it, each with its own "-"; a peer is either an address block or pods',
    })
    return []
  }
  if (ipBlock != null) return readIpBlock(ipBlock, into(place, 'ipBlock'))
  if (!selectors) {
    complain(place, 'NP2009', {
      message: 'the peer is empty',
      help: 'write "podSelector: {}" for all pods of the namespace, "namespaceSelector: {}" for all pods, or drop the list for everybody',
    })
    return []
  }
  const namespaces =
    namespaceSelector == null
      ? isIn(namespaceNameLabel, [namespace])
      : readSelector(namespaceSelector, into(place, 'namespaceSelector'))
  const pods = podSelector == null ? all : readSelector(podSelector, into(place, 'podSelector'))
  return [{ kind: 'pods', namespaces, pods, serviceAccounts: all }]
}

function readIpBlock(raw: RawIpBlock, place: Place): readonly Peer[] {
  const cidr = readCidr(raw.cidr, into(place, 'cidr'))
  const except: Cidr[] = []
  for (const { item, at } of each(into(place, 'except'), raw.except)) {
    const hole = readCidr(item, at)
    if (hole === undefined) continue
    if (cidr === undefined || isInside(hole, cidr, at)) except.push(hole)
  }
  return cidr === undefined ? [] : [{ kind: 'cidr', cidr, except }]
}

function isInside(hole: Cidr, cidr: Cidr, place: Place): boolean {
  if (hole.family !== cidr.family) {
    const message = `"except" ${printCidr(hole)} and "cidr" ${printCidr(cidr)} are of different IP versions`
    complain(place, 'NP2011', { message })
    return false
  }
  if (covers(cidr, hole) && hole.prefix > cidr.prefix) return true
  const fault = covers(hole, cidr)
    ? hole.prefix === cidr.prefix
      ? 'is all of'
      : 'is wider than'
    : 'is outside of'
  complain(place, 'NP2011', {
    message: `"except" ${printCidr(hole)} ${fault} "cidr" ${printCidr(cidr)}`,
    help: 'an exception is a strict part of the block that it is taken from',
  })
  return false
}
