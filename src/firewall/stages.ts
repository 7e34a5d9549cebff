// What the policies mean for one node: for each way that a packet can pass it, which pods are governed
// there and by which rules. Pods with the same policies share a profile. This is the common ground of the
// targets that write firewalls; how it is said is theirs.

import type { Address, Family } from '../algebra/address.ts'
import { digestName } from '../algebra/sha256.ts'
import type { Cluster, Host, Pod } from '../cluster/types.ts'
import { everyone } from '../ir/selector.ts'
import type { Direction, Policy, PolicySet, Rule, Tier } from '../ir/types.ts'
import { byOrder, matchesPeer, sparesOwnNode } from '../semantics/evaluate.ts'
import type { PeerView } from './peers.ts'
import type { PodFinder } from './pods.ts'

/**
 * A way of packets past governed pods. `egress` and `ingress`: what the node forwards, at the sender's
 * and at the receiver's side; `to-host`: from a pod to its own node; `from-host`: the other way.
 */
export type StageKind = 'egress' | 'ingress' | 'to-host' | 'from-host'

/** What decides in each stage, and how the other end is seen. */
export const stageFacts: Readonly<
  Record<StageKind, { readonly direction: Direction; readonly view: PeerView }>
> = {
  egress: { direction: 'egress', view: 'network' },
  ingress: { direction: 'ingress', view: 'network' },
  'to-host': { direction: 'egress', view: 'own-host' },
  'from-host': { direction: 'ingress', view: 'own-host' },
}

/** A pod by one of its addresses. */
export interface Subject {
  readonly pod: Pod
  readonly address: Address
}

/** What holds for some pods in one stage. */
export interface Profile {
  /** Names the profile: the same for the same policies, whatever their rules say. */
  readonly id: string
  /** Whom it is for, in the cluster's order; at least one. */
  readonly subjects: readonly Subject[]
  /** At least one. */
  readonly tiers: readonly ProfileTier[]
}

/** The part of a tier that is about a profile's pods. */
export interface ProfileTier {
  readonly tier: Tier
  readonly policies: readonly Policy[]
  /** The first that matches decides. */
  readonly rules: readonly { readonly policy: Policy; readonly rule: Rule }[]
  /** What becomes of the rest: it is denied, or goes on to the next tier, and is allowed after the last. */
  readonly end: 'deny' | 'next'
}

/** The profiles of one stage. */
export interface Stage {
  readonly kind: StageKind
  readonly profiles: readonly Profile[]
}

/** Whether what the own node sends to pods is beyond policies unless a tier governs it, or never. */
export type HostTraffic = 'policy' | 'deny'

/** What stages are made from. */
export interface StageContext {
  readonly cluster: Cluster
  readonly finder: PodFinder
  readonly hostTraffic: HostTraffic
}

/** Makes the stages of any node; the set is indexed once. Stages in which no pod can be denied anything are left out. */
export function stageMaker(
  set: PolicySet,
  context: StageContext,
): (node: Host, family: Family) => readonly Stage[] {
  const selecting = indexPolicies(set, context.finder)
  const keys = policyKeys(set)
  return (node, family) => {
    const local = context.cluster.pods
      .filter((pod) => pod.node === node.name)
      .flatMap((pod) => pod.addresses.map((address) => ({ pod, address })))
      .filter(({ address }) => address.family === family)
    return stageKinds
      .map((kind) => ({ kind, profiles: profilesOf(kind, local, selecting, keys, context) }))
      .filter(({ profiles }) => profiles.length > 0)
  }
}

const stageKinds: readonly StageKind[] = ['egress', 'ingress', 'to-host', 'from-host']

type Selecting = readonly {
  readonly tier: Tier
  readonly byPod: ReadonlyMap<Pod, readonly Policy[]>
}[]

/** Each tier's policies of each pod, in the order in which they are asked. */
function indexPolicies({ tiers }: PolicySet, finder: PodFinder): Selecting {
  return tiers.map((tier) => {
    const byPod = new Map<Pod, Policy[]>()
    for (const policy of [...tier.policies].sort(byOrder)) {
      for (const pod of finder.find(policy.subject)) {
        const known = byPod.get(pod)
        if (known === undefined) byPod.set(pod, [policy])
        else known.push(policy)
      }
    }
    return { tier, byPod }
  })
}

/** A text for each policy that no other has; objects of several kinds may have one name. */
function policyKeys({ tiers }: PolicySet): ReadonlyMap<Policy, string> {
  const seen = new Map<string, number>()
  const keys = new Map<Policy, string>()
  for (const { name, policies } of tiers) {
    for (const policy of policies) {
      const text = JSON.stringify([name, policy.namespace, policy.name])
      const count = seen.get(text) ?? 0
      seen.set(text, count + 1)
      keys.set(policy, count === 0 ? text : `${text}#${count}`)
    }
  }
  return keys
}

function profilesOf(
  kind: StageKind,
  local: readonly Subject[],
  selecting: Selecting,
  keys: ReadonlyMap<Policy, string>,
  context: StageContext,
): readonly Profile[] {
  const { direction } = stageFacts[kind]
  const found = new Map<string, { tiers: readonly ProfileTier[]; subjects: Subject[] }>()
  for (const subject of local) {
    const parts = selecting
      .filter(({ tier }) => !isSpared(kind, tier, context.hostTraffic))
      .map(({ tier, byPod }) => {
        const own = byPod.get(subject.pod) ?? []
        return { tier, policies: own.filter((policy) => policy[direction] !== null) }
      })
      .filter(({ policies }) => policies.length > 0)
    if (parts.length === 0) continue
    const key = JSON.stringify(
      parts.map(({ policies }) =>
        policies.map((policy) => partKey(policy, subject, direction, keys)),
      ),
    )
    const known = found.get(key)
    if (known !== undefined) known.subjects.push(subject)
    else found.set(key, { tiers: tiersOf(direction, subject, parts), subjects: [subject] })
  }
  return [...found]
    .filter(([, { tiers }]) => canDo(tiers))
    .map(([key, profile]) => ({ id: digestName([kind, key], idLength), ...profile }))
}

/** 80 bits: two of a million profiles are alike with a probability of one in 10^12. */
const idLength = 16

/** Tells a policy, and which of its rules are for the pod where not all of them need be. */
function partKey(
  policy: Policy,
  subject: Subject,
  direction: Direction,
  keys: ReadonlyMap<Policy, string>,
): string {
  const rules = policy[direction]?.rules ?? []
  const key = keys.get(policy) ?? ''
  if (rules.every(({ subjects }) => isEveryone(subjects))) return key
  return `${key} ${rules.map((rule) => (isFor(rule, subject) ? '1' : '0')).join('')}`
}

function isEveryone(subjects: Rule['subjects']): boolean {
  return subjects === everyone || subjects.some(({ kind }) => kind === 'any')
}

function isFor({ subjects }: Rule, { pod, address }: Subject): boolean {
  if (isEveryone(subjects)) return true
  const end = { endpoint: pod, address }
  return subjects.some((one) => matchesPeer(one, end, end, { ipBlock: 'literal' }))
}

interface TierPart {
  readonly tier: Tier
  readonly policies: readonly Policy[]
}

/** Up to the tier that nothing gets past. */
function tiersOf(
  direction: Direction,
  subject: Subject,
  parts: readonly TierPart[],
): readonly ProfileTier[] {
  const tiers = parts.map((part) => profileTier(direction, subject, part))
  const last = tiers.findIndex(
    ({ end, rules }) => end === 'deny' && rules.every(({ rule }) => rule.action !== 'pass'),
  )
  return last === -1 ? tiers : tiers.slice(0, last + 1)
}

function isSpared(kind: StageKind, tier: Tier, hostTraffic: HostTraffic): boolean {
  if (stageFacts[kind].view === 'network') return false
  if (kind === 'from-host' && hostTraffic === 'deny') return false
  return sparesOwnNode(tier, stageFacts[kind].direction)
}

function profileTier(
  direction: Direction,
  subject: Subject,
  { tier, policies }: TierPart,
): ProfileTier {
  const rules = policies.flatMap((policy) =>
    (policy[direction]?.rules ?? [])
      .filter((rule) => isFor(rule, subject))
      .map((rule) => ({ policy, rule })),
  )
  const isolates = policies.some((policy) => policy[direction]?.isolates)
  return {
    tier,
    policies,
    rules:
      tier.combining === 'first-match'
        ? rules
        : denyOrder.flatMap((action) => rules.filter(({ rule }) => rule.action === action)),
    end: isolates && tier.default === 'deny' ? 'deny' : 'next',
  }
}

/** Where any rule that denies has the last word. */
const denyOrder: readonly Rule['action'][] = ['log', 'deny', 'allow']

/** A profile that denies and logs nothing needs no rules. */
function canDo(tiers: readonly ProfileTier[]): boolean {
  return tiers.some(
    ({ end, rules }) =>
      end === 'deny' || rules.some(({ rule }) => rule.action === 'deny' || rule.action === 'log'),
  )
}
