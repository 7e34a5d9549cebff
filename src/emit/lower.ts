// Rewriting peers into the words of a target, before it is asked whether it has words for all of them.
import { directions, type Peer, type Policy, type PolicySet, type Section } from '../ir/types.ts'
import type { Target } from './target.ts'

/** The set with each rule's peers as the target would say them; the proof sees the set as it was. */
export function lowered(set: PolicySet, { lower }: Target): PolicySet {
  if (lower === undefined) return set
  return {
    tiers: set.tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => loweredPolicy(policy, lower)),
    })),
  }
}

function loweredPolicy(policy: Policy, lower: (peer: Peer) => readonly Peer[]): Policy {
  const [ingress, egress] = directions.map((direction) => {
    const section: Section | null = policy[direction]
    if (section === null || section.rules.every(({ peers }) => peers.every(isKept(lower)))) {
      return section
    }
    const rules = section.rules.map((rule) => ({ ...rule, peers: rule.peers.flatMap(lower) }))
    return { ...section, rules }
  })
  return { ...policy, ingress: ingress ?? null, egress: egress ?? null }
}

function isKept(lower: (peer: Peer) => readonly Peer[]): (peer: Peer) => boolean {
  return (peer) => {
    const said = lower(peer)
    return said.length === 1 && said[0] === peer
  }
}
