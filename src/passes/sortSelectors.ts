// Selectors in one order: nested conjunctions opened, parts sorted, repeats dropped.
import { and } from '../ir/selector.ts'
import type { Peer, PodMatch, Selector } from '../ir/types.ts'
import { byCodeUnit, uniqueBy } from './order.ts'
import { type Pass, policyPass, rulePass } from './pass.ts'

const ofSubjects = policyPass('sortSubjectSelectors', (policy) => ({
  ...policy,
  subject: sortMatch(policy.subject),
}))

const ofPeers = rulePass('sortPeerSelectors', (rule) => ({
  ...rule,
  peers: rule.peers.map(
    (peer): Peer => (peer.kind === 'pods' ? { kind: 'pods', ...sortMatch(peer) } : peer),
  ),
}))

/** Rewrites the selectors of subjects and peers. */
export const sortSelectors: Pass = {
  name: 'sortSelectors',
  run: (set, reporter) => ofPeers.run(ofSubjects.run(set, reporter), reporter),
}

function sortMatch({ namespaces, pods }: PodMatch): PodMatch {
  return { namespaces: sortSelector(namespaces), pods: sortSelector(pods) }
}

/** The selector with sorted values and parts; it holds for the same labels. */
export function sortSelector(selector: Selector): Selector {
  switch (selector.kind) {
    case 'all':
    case 'exists':
      return selector
    case 'in':
      if (selector.values.length < 2) return selector
      return { ...selector, values: [...new Set(selector.values)].sort() }
    case 'not':
      return { kind: 'not', of: sortSelector(selector.of) }
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
  const label = bare.kind === 'in' || bare.kind === 'exists' ? bare.key : ''
  return JSON.stringify([label, selector])
}
