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

/** The set with each test of a part of a value as the values of the snapshot that pass it. */
export function withPartsListed(set: PolicySet, cluster: Cluster): PolicySet {
  const values = (owner: Owner, key: string): readonly string[] => valuesIn(cluster, owner, key)
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

type Values = (owner: Owner, key: string) => readonly string[]

function listed(selector: Selector, owner: Owner, values: Values): Selector {
  switch (selector.kind) {
    case 'part': {
      const { key, test, text } = selector
      return isIn(
        key,
        values(owner, key).filter((value) => hasPart(test, text, value)),
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

/** The values that a label has in the snapshot, sorted. */
function valuesIn(cluster: Cluster, owner: Owner, key: string): readonly string[] {
  const labels: Readonly<Record<Owner, readonly Labels[]>> = {
    namespaces: cluster.namespaces.map((one) => one.labels),
    pods: cluster.pods.map((one) => one.labels),
    serviceAccounts: cluster.pods.map((one) => one.serviceAccount.labels),
  }
  return [...new Set(labels[owner].flatMap((one) => one[key] ?? []))].sort()
}

/** The values that tests of parts of labels were written out to, as a fact of the proof. */
export function listedValues(set: PolicySet, cluster: Cluster | null): KnownLabels['values'] {
  if (cluster === null) return []
  return partKeys(set).map(({ owner, key }) => ({
    owner: proofOwners[owner],
    key,
    values: valuesIn(cluster, owner, key),
  }))
}

const proofOwners = {
  namespaces: 'namespace',
  pods: 'pod',
  serviceAccounts: 'serviceAccount',
} as const

/** The keys of which the set tests parts of values. */
function partKeys({ tiers }: PolicySet): readonly { owner: Owner; key: string }[] {
  const found = new Map<string, { owner: Owner; key: string }>()
  const note = (selector: Selector, owner: Owner): void => {
    if (selector.kind === 'part')
      found.set(`${owner} ${selector.key}`, { owner, key: selector.key })
    else if (selector.kind === 'not') note(selector.of, owner)
    else if (selector.kind === 'and' || selector.kind === 'or') {
      for (const one of selector.of) note(one, owner)
    }
  }
  const noteMatch = ({ namespaces, pods, serviceAccounts }: PodMatch): void => {
    note(namespaces, 'namespaces')
    note(pods, 'pods')
    note(serviceAccounts, 'serviceAccounts')
  }
  const notePeer = (peer: Peer): void => {
    if (peer.kind === 'pods') noteMatch(peer)
    else if (peer.kind === 'not') notePeer(peer.of)
    else if (peer.kind === 'and' || peer.kind === 'or') for (const one of peer.of) notePeer(one)
  }
  for (const policy of tiers.flatMap(({ policies }) => policies)) {
    noteMatch(policy.subject)
    for (const { rules } of directions.flatMap((direction) => policy[direction] ?? [])) {
      for (const rule of rules) for (const one of [...rule.peers, ...rule.subjects]) notePeer(one)
    }
  }
  return [...found.values()]
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
  if (cluster === null) return null
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
