// Whether a target can say what a policy set says, by what the target declares about itself.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { testsOnlyNames, testsParts } from '../ir/selector.ts'
import {
  directions,
  type Peer,
  type PodMatch,
  type Policy,
  type PolicySet,
  type Rule,
  type Tier,
} from '../ir/types.ts'
import type { Capabilities, Target } from './target.ts'

/** Reports each construct that the target cannot express, as NP5001 at the place it comes from. */
export function checkCapabilities(set: PolicySet, target: Target, reporter: Reporter): void {
  const { capabilities } = target
  const used = set.tiers.filter(({ policies }) => policies.length > 0)
  if (used.length > capabilities.maxTiers) {
    reporter.report('NP5001', {
      message: `${target.name} has ${capabilities.maxTiers} tier, the policies make up ${used.length}: ${used.map(({ name }) => name).join(', ')}`,
    })
  }
  for (const tier of used) {
    for (const policy of tier.policies) {
      for (const { fact, at } of missing(policy, tier, capabilities)) {
        const { span, path } = at
        const message = `${target.name} cannot express ${fact}`
        reporter.report('NP5001', { message, at: span, label: path })
      }
    }
  }
}

interface Lack {
  readonly fact: string
  readonly at: Policy['origin']
}

function missing(policy: Policy, tier: Tier, can: Capabilities): readonly Lack[] {
  const rules = directions.flatMap((direction) => policy[direction]?.rules ?? [])
  return [
    ...lackingInPolicy(policy, tier, can).map((fact) => ({ fact, at: policy.origin })),
    ...rules.flatMap((rule) =>
      lackingInRule(rule, can).map((fact) => ({ fact, at: rule.origins[0] })),
    ),
  ]
}

/** What a target has no words for in a policy, its rules left aside. */
export function lackingInPolicy(policy: Policy, tier: Tier, can: Capabilities): readonly string[] {
  const sections = directions.flatMap((direction) => policy[direction] ?? [])
  const facts = [
    policy.namespace === null && !can.clusterPolicies && 'a policy of the whole cluster',
    !can.tierDefaults.includes(tier.default) && `a tier that ends in ${tier.default}`,
    // Where nothing denies or passes, the order of rules has no meaning and both algorithms agree.
    !can.combining.includes(tier.combining) &&
      sections.some(({ rules }) => rules.some(({ action }) => action !== 'allow')) &&
      `a tier that combines rules by ${tier.combining}`,
    // A tier that lets the own node in says no more of it where nothing is said of egress.
    !can.ownNode.includes(tier.ownNode) &&
      (tier.ownNode === 'governed' || policy.egress !== null) &&
      `a tier in which ${ownNodeFacts[tier.ownNode]}`,
    sections.some(({ isolates }) => !isolates) &&
      !can.nonIsolating &&
      'a policy that selects without isolating',
  ]
  if (!saysAccounts(policy.subject, can)) facts.push('a subject by its service account')
  if (!can.partTests && matchTestsParts(policy.subject)) {
    facts.push('a subject by a part of a label')
  }
  return facts.flatMap((fact) => (fact ? [fact] : []))
}

/** What a target has no words for in a rule. */
export function lackingInRule(rule: Rule, can: Capabilities): readonly string[] {
  const kinds = new Set(rule.traffic.map(({ kind }) => kind))
  const peers = rule.peers.filter(({ kind }) => can.peers.includes(kind))
  return [
    ...rule.peers.flatMap(({ kind }) => (can.peers.includes(kind) ? [] : [peerFacts[kind]])),
    ...(peers.every((peer) => peer.kind !== 'pods' || saysAccounts(peer, can))
      ? []
      : ['a peer by its service account']),
    ...(!can.partTests && peers.some(peerTestsParts) ? ['a peer by a part of a label'] : []),
    ...(can.ruleSubjects || rule.subjects.every(({ kind }) => kind === 'any')
      ? []
      : ['a rule for a part of the subject']),
    ...rule.conditions
      .filter((one) => !can.conditions.some((form) => form.test(one)))
      .map((one) => `the condition "${one}"`),
    ...(can.actions.includes(rule.action) ? [] : [`the action ${rule.action}`]),
    ...[...kinds].filter((kind) => !can.traffic.includes(kind)).map((kind) => `${kind} traffic`),
  ]
}

const ownNodeFacts: Readonly<Record<Tier['ownNode'], string>> = {
  'always-allowed': 'a pod and its own node always reach each other',
  'ingress-allowed': 'a pod reaches its own node only where a rule allows it',
  governed: 'policies govern what a pod and its own node send each other',
}

const peerFacts: Readonly<Record<Peer['kind'], string>> = {
  any: 'a peer that is everybody',
  pods: 'pods as peers',
  hosts: 'nodes as peers',
  external: 'all external addresses as a peer',
  cidr: 'address blocks as peers',
  not: 'a peer by what it is not',
  and: 'a peer by several tests at once',
  or: 'a peer by several tests at once',
}

function matchTestsParts({ namespaces, pods, serviceAccounts }: PodMatch): boolean {
  return [namespaces, pods, serviceAccounts].some(testsParts)
}

function peerTestsParts(peer: Peer): boolean {
  return peer.kind === 'pods' && matchTestsParts(peer)
}

function saysAccounts({ serviceAccounts }: PodMatch, can: Capabilities): boolean {
  if (can.serviceAccounts === 'names') return testsOnlyNames(serviceAccounts)
  return can.serviceAccounts === 'any' || serviceAccounts.kind === 'all'
}
