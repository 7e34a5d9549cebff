// What a snapshot of the cluster lets be written out: tests of parts of labels as lists of the values that
// there are, and policies of the whole cluster as one for each namespace that there is.
import type { Cluster, Labels } from '../cluster/types.ts'
import { hasPart, isIn, namespaceNameLabel, onlyNamespace, selects } from '../ir/selector.ts'
import {
  directions,
  type Peer,
  type PodMatch,
  type Policy,
  type PolicySet,
  type Section,
  type Selector,
} from '../ir/types.ts'
import type { KnownLabels } from '../proof/universe.ts'

/** Whose labels: the parts of a pod match. */
type Owner = keyof PodMatch

/**
 * The set with each test of a part of a value as the values that pass it: those of the snapshot, and those
 * that other tests of the set name. A test of labels of which the snapshot has none stays as it is.
 */
export function withPartsListed(set: PolicySet, cluster: Cluster): PolicySet {
  const known = new Map(
    partsIn(set, cluster).map(({ owner, key, values }) => [`${owner} ${key}`, values]),
  )
  if (known.size === 0) return set
  const values: Values = (owner, key) => known.get(`${owner} ${key}`) ?? null
  const match = <T extends PodMatch>(one: T): T => ({
    ...one,
    namespaces: listed(one.namespaces, 'namespaces', values),
    pods: listed(one.pods, 'pods', values),
    serviceAccounts: listed(one.serviceAccounts, 'serviceAccounts', values),
  })
  const peer = (one: Peer): Peer => {
    switch (one.kind) {
      case 'pods':
        return match(one)
      case 'not':
        return { ...one, of: peer(one.of) }
      case 'and':
      case 'or':
        return { ...one, of: one.of.map(peer) }
      default:
        return one
    }
  }
  const section = (one: Section | null): Section | null =>
    one && {
      ...one,
      rules: one.rules.map((rule) => ({
        ...rule,
        peers: rule.peers.map(peer),
        subjects: rule.subjects.map(peer),
      })),
    }
  return mapPolicies(set, (policy) => ({
    ...policy,
    subject: match(policy.subject),
    ingress: section(policy.ingress),
    egress: section(policy.egress),
  }))
}

function mapPolicies(set: PolicySet, change: (policy: Policy) => Policy): PolicySet {
  return {
    tiers: set.tiers.map((tier) => ({ ...tier, policies: tier.policies.map(change) })),
  }
}

/** The values that a label can have; null where nothing is known. */
type Values = (owner: Owner, key: string) => readonly string[] | null

function listed(selector: Selector, owner: Owner, values: Values): Selector {
  switch (selector.kind) {
    case 'part': {
      const { key, test, text } = selector
      const known = values(owner, key)
      if (known === null) return selector
      return isIn(
        key,
        known.filter((value) => hasPart(test, text, value)),
      )
    }
    case 'not':
      return { kind: 'not', of: listed(selector.of, owner, values) }
    case 'and':
    case 'or':
      return { ...selector, of: selector.of.map((one) => listed(one, owner, values)) }
    default:
      return selector
  }
}

interface KnownValues {
  readonly owner: Owner
  readonly key: string
  readonly values: readonly string[]
}

/** What is known of the labels of which the set tests parts. */
function partsIn(set: PolicySet, cluster: Cluster): readonly KnownValues[] {
  const leaves = leavesOf(set)
  const labels = labelsIn(cluster)
  const keys = new Map(
    leaves.flatMap(({ owner, selector }) =>
      selector.kind === 'part' ? [[`${owner} ${selector.key}`, { owner, key: selector.key }]] : [],
    ),
  )
  return [...keys.values()]
    .filter(({ owner }) => labels[owner].length > 0)
    .map(({ owner, key }) => {
      const named = leaves.flatMap((one) =>
        one.owner === owner && one.selector.kind === 'in' && one.selector.key === key
          ? one.selector.values
          : [],
      )
      const found = labels[owner].flatMap((one) => one[key] ?? [])
      return { owner, key, values: [...new Set([...found, ...named])].sort() }
    })
}

/** All labels that the snapshot has, of pods without address too. */
function labelsIn({ namespaces, pods, others = [] }: Cluster): Record<Owner, readonly Labels[]> {
  const all = [...pods, ...others]
  return {
    namespaces: namespaces.map(({ labels }) => labels),
    pods: all.map(({ labels }) => labels),
    serviceAccounts: all.map(({ serviceAccount }) => serviceAccount.labels),
  }
}

/** The values that tests of parts of labels were written out to, as a fact of the proof. */
export function listedValues(set: PolicySet, cluster: Cluster | null): KnownLabels['values'] {
  if (cluster === null) return []
  return partsIn(set, cluster).map((one) => ({ ...one, owner: proofOwners[one.owner] }))
}

const proofOwners = {
  namespaces: 'namespace',
  pods: 'pod',
  serviceAccounts: 'serviceAccount',
} as const

interface Leaf {
  readonly owner: Owner
  readonly selector: Selector
}

/** The tests that the selectors of a set are made of. */
function leavesOf({ tiers }: PolicySet): readonly Leaf[] {
  return tiers
    .flatMap(({ policies }) => policies)
    .flatMap((policy) => [
      ...leavesOfMatch(policy.subject),
      ...directions
        .flatMap((direction) => policy[direction]?.rules ?? [])
        .flatMap(({ peers, subjects }) => [...peers, ...subjects].flatMap(leavesOfPeer)),
    ])
}

function leavesOfPeer(peer: Peer): readonly Leaf[] {
  switch (peer.kind) {
    case 'pods':
      return leavesOfMatch(peer)
    case 'not':
      return leavesOfPeer(peer.of)
    case 'and':
    case 'or':
      return peer.of.flatMap(leavesOfPeer)
    default:
      return []
  }
}

function leavesOfMatch(match: PodMatch): readonly Leaf[] {
  const owners: readonly Owner[] = ['namespaces', 'pods', 'serviceAccounts']
  return owners.flatMap((owner) =>
    leavesOfSelector(match[owner]).map((selector) => ({ owner, selector })),
  )
}

function leavesOfSelector(selector: Selector): readonly Selector[] {
  switch (selector.kind) {
    case 'not':
      return leavesOfSelector(selector.of)
    case 'and':
    case 'or':
      return selector.of.flatMap(leavesOfSelector)
    default:
      return [selector]
  }
}

/**
 * Policies each of one namespace: those that are not become one for each namespace of the snapshot
 * that they select. Null stands for a policy that would need a snapshot.
 */
export function perNamespace(policy: Policy, cluster: Cluster | null): readonly Policy[] | null {
  const only = onlyNamespace(policy.subject.namespaces)
  if (only !== null) return [{ ...policy, namespace: only }]
  const named = namesOf(policy.subject.namespaces)
  if (named !== null) return named.map((name) => inNamespace(policy, name))
  if (cluster === null || cluster.namespaces.length === 0) return null
  return cluster.namespaces
    .filter(({ labels }) => selects(policy.subject.namespaces, labels))
    .map(({ name }) => inNamespace(policy, name))
}

/** The names that a selector lists, where it tests nothing else. */
function namesOf(selector: Selector): readonly string[] | null {
  return selector.kind === 'in' && selector.key === namespaceNameLabel ? selector.values : null
}

function inNamespace(policy: Policy, name: string): Policy {
  const namespaces = isIn(namespaceNameLabel, [name])
  return { ...policy, namespace: name, subject: { ...policy.subject, namespaces } }
}
