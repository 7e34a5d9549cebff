// Why a policy or a rule has no say in a flow: the first test that fails, and what it was put to.
import { printAddress } from '../algebra/address.ts'
import type { Endpoint, FlowEnd, Labels, Pod } from '../cluster/types.ts'
import { printPeer, printSelector } from '../ir/print.ts'
import { namespaceNameLabel, selects } from '../ir/selector.ts'
import type { Peer, PodMatch, Rule, Selector } from '../ir/types.ts'
import { trafficWords } from '../proof/words.ts'
import { matchesPeer, matchesTraffic } from '../semantics/evaluate.ts'
import type { View } from './trace.ts'

/** Why pods that are looked for are not this end: `is for pods app=db, and this has app=cache`. */
export function notSelected(match: PodMatch, { endpoint }: FlowEnd): string {
  if (endpoint.kind !== 'pod') return `is for pods, and this is ${nameOf(endpoint)}`
  const { wanted, actual } = failedTest(match, endpoint)
  return `is for ${wanted}, and this ${actual}`
}

/** The first test that a pod fails, and how it is instead, both in words. */
function failedTest(
  { namespaces, pods, serviceAccounts }: PodMatch,
  { namespace, labels, serviceAccount }: Pod,
): { readonly wanted: string; readonly actual: string } {
  const place = failing(namespaces, namespace.labels)
  if (place !== null) {
    const isName = keysOf(place).every((key) => key === namespaceNameLabel)
    const has = isName ? `is in ${namespace.name}` : labelsUsed(place, namespace.labels)
    const actual = isName ? has : `is in ${namespace.name} with ${has}`
    return { wanted: `namespaces ${printSelector(place)}`, actual }
  }
  const own = failing(pods, labels)
  if (own !== null) {
    return { wanted: `pods ${printSelector(own)}`, actual: `has ${labelsUsed(own, labels)}` }
  }
  const wanted = `service accounts ${printSelector(serviceAccounts)}`
  return { wanted, actual: `has ${serviceAccount.name}` }
}

/** The first reason why a rule does not match; null where it does. */
export function mismatch(rule: Rule, view: View): string | null {
  const { flow, subject, peer, direction, assume } = view
  if (!rule.subjects.some((one) => matchesPeer(one, subject, peer, assume))) {
    return `is for ${whoWords(rule.subjects, subject)}`
  }
  if (!rule.peers.some((one) => matchesPeer(one, peer, subject, assume))) {
    return `is ${direction === 'ingress' ? 'from' : 'to'} ${whoWords(rule.peers, peer)}`
  }
  if (!rule.traffic.some((one) => matchesTraffic(one, flow))) {
    const wanted = rule.traffic.map(trafficWords).join(', ')
    return `is on ${wanted === '' ? 'nothing' : wanted}`
  }
  const missing = rule.conditions.find((one) => !flow.conditions?.includes(one))
  return missing === undefined ? null : `holds only if ${missing}`
}

/** Who is looked for, and who this is: of one selector of pods just the test that fails. */
function whoWords(peers: readonly Peer[], { endpoint, address }: FlowEnd): string {
  if (peers.length === 0) return 'nobody'
  const [only] = peers
  const isOnePodMatch = peers.length === 1 && only?.kind === 'pods' && endpoint.kind === 'pod'
  const actual = isOnePodMatch
    ? failedTest(only, endpoint).actual
    : `is ${printAddress(address)}, ${nameOf(endpoint)}`
  return `${peers.map(printPeer).join(' or ')}, and this ${actual}`
}

function nameOf(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'pod':
      return `a pod of ${endpoint.namespace.name} with ${allLabels(endpoint.labels)}`
    case 'host':
      return `node ${endpoint.name}`
    case 'external':
      return 'an external address'
  }
}

function allLabels(labels: Labels): string {
  const words = Object.entries(labels).map(([key, value]) => labelWords(key, value))
  return words.length === 0 ? 'no labels' : words.sort().join(',')
}

const labelWords = (key: string, value: string): string =>
  printSelector({ kind: 'in', key, values: [value] })

/** The part of a conjunction that labels fail; the selector where it is none, null where they pass. */
function failing(selector: Selector, labels: Labels): Selector | null {
  if (selects(selector, labels)) return null
  const part =
    selector.kind === 'and' ? selector.of.find((one) => !selects(one, labels)) : undefined
  return part === undefined ? selector : failing(part, labels)
}

/** The labels that a selector speaks of, as they are: `app=cache`, `no tier`. */
function labelsUsed(selector: Selector, labels: Labels): string {
  const words = [...new Set(keysOf(selector))].map((key) =>
    Object.hasOwn(labels, key)
      ? labelWords(key, labels[key] ?? '')
      : `no ${printSelector({ kind: 'exists', key })}`,
  )
  return words.length === 0 ? 'none of them' : words.join(', ')
}

function keysOf(selector: Selector): readonly string[] {
  switch (selector.kind) {
    case 'all':
      return []
    case 'in':
    case 'exists':
    case 'part':
      return [selector.key]
    case 'not':
      return keysOf(selector.of)
    case 'and':
    case 'or':
      return selector.of.flatMap(keysOf)
  }
}
