// Selectors in one order: nested conjunctions opened, parts sorted, repeats dropped.

import { byCodeUnit, uniqueBy } from '../algebra/order.ts'
import { and, everyone } from '../ir/selector.ts'
import type { Peer, PodMatch, Selector } from '../ir/types.ts'
import type { Pass } from './pass.ts'

/** Rewrites the selector of each subject. */
export const sortSubjectSelectors: Pass = {
  name: 'sortSubjectSelectors',
  of: 'policy',
  change: (policy) => {
    const subject = sortMatch(policy.subject)
    return subject === policy.subject ? policy : { ...policy, subject }
  },
}

/** Rewrites the selectors of each rule's peers. */
export const sortPeerSelectors: Pass = {
  name: 'sortPeerSelectors',
  of: 'rule',
  change: (rule) => {
    const peers = rule.peers.map(sortPeer)
    const subjects = rule.subjects === everyone ? everyone : rule.subjects.map(sortPeer)
    const isSame =
      peers.every((peer, at) => peer === rule.peers[at]) &&
      subjects.every((subject, at) => subject === rule.subjects[at])
    return isSame ? rule : { ...rule, subjects, peers }
  },
}

function sortPeer(peer: Peer): Peer {
  switch (peer.kind) {
    case 'any':
    case 'external':
    case 'cidr':
      return peer
    case 'pods': {
      const sorted = sortMatch(peer)
      return sorted === peer ? peer : { kind: 'pods', ...sorted }
    }
    case 'hosts':
      return { ...peer, nodes: sortSelector(peer.nodes) }
    case 'not':
      return { kind: 'not', of: sortPeer(peer.of) }
    case 'and':
    case 'or':
      return { kind: peer.kind, of: peer.of.map(sortPeer) }
  }
}

/** Most selectors are sorted as they come: those are handed back, not copied. */
function sortMatch(match: PodMatch): PodMatch {
  const namespaces = sortSelector(match.namespaces)
  const pods = sortSelector(match.pods)
  const serviceAccounts = sortSelector(match.serviceAccounts)
  const isSame =
    namespaces === match.namespaces &&
    pods === match.pods &&
    serviceAccounts === match.serviceAccounts
  return isSame ? match : { namespaces, pods, serviceAccounts }
}

/** The selector with sorted values and parts; it holds for the same labels. */
export function sortSelector(selector: Selector): Selector {
  switch (selector.kind) {
    case 'all':
    case 'exists':
    case 'part':
      return selector
    case 'in':
      if (selector.values.length < 2) return selector
      return { ...selector, values: [...new Set(selector.values)].sort() }
    case 'not': {
      const of = sortSelector(selector.of)
      return of === selector.of ? selector : { kind: 'not', of }
    }
    case 'and':
      return and(sortParts(selector.of.map(sortSelector), 'and'))
    case 'or': {
      const parts = sortParts(selector.of.map(sortSelector), 'or')
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', of: parts }
    }
  }
}

function sortParts(parts: readonly Selector[], kind: 'and' | 'or'): readonly Selector[] {
  if (parts.length < 2) return parts
  const opened = parts.flatMap((part) => (part.kind === kind ? part.of : [part]))
  return uniqueBy(opened, sortKey).sort((a, b) => byCodeUnit(sortKey(a), sortKey(b)))
}

// By label key first, so that tests of one label stand together.
function sortKey(selector: Selector): string {
  const bare = selector.kind === 'not' ? selector.of : selector
  const label = 'key' in bare ? bare.key : ''
  return JSON.stringify([label, selector])
}
