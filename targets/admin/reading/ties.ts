// Policies of equal priority: where two of them may match one flow and do different things with it, the
// API leaves open which decides. What cannot meet, or does the same, is passed over.
import { cidrsOverlap } from '../../../src/algebra/address.ts'
import { byName } from '../../../src/algebra/order.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import { alternatives, type Requirement } from '../../../src/ir/selector.ts'
import {
  directions,
  type Peer,
  type PodMatch,
  type Policy,
  type Rule,
  type Selector,
  type Traffic,
} from '../../../src/ir/types.ts'
import type { Span } from '../../../src/source/source.ts'
import type { ReadPolicy } from './policy.ts'

/** A policy, and where its name and its priority stand. */
export interface PlacedPolicy extends ReadPolicy {
  readonly at: Span
  /** The name where there is no priority. */
  readonly orderAt: Span
}

/** Reports (NP3009) policies of one tier whose order matters and is not defined, each with one other. */
export function reportTies(policies: readonly PlacedPolicy[], reporter: Reporter): void {
  const sorted = [...policies].sort((a, b) => byName(a.policy, b.policy))
  sorted.forEach((one, index) => {
    for (const other of sorted.slice(index + 1)) {
      const met = isTied(one.policy, other.policy) ? meeting(one.policy, other.policy) : undefined
      if (met === undefined) continue
      report(one, other, met, reporter)
      break
    }
  })
}

/** A BaselineAdminNetworkPolicy has no priority to be compared by. */
function isTied(one: Policy, other: Policy): boolean {
  return one.order === other.order || one.order === null || other.order === null
}

type Pair = readonly [Rule, Rule]

function report(one: PlacedPolicy, other: PlacedPolicy, met: Pair, reporter: Reporter): void {
  const [first, second] = met
  const words = ({ action, origins }: Rule): string => `${origins[0].path}: ${action}`
  const { order } = one.policy
  const rank = order === null || order !== other.policy.order ? 'no order' : `priority ${order}`
  reporter.report('NP3009', {
    message: `policies "${one.policy.name}" and "${other.policy.name}" have ${rank} in the ${one.tier} tier, and do different things with flows that both match`,
    at: one.orderAt,
    label: words(first),
    also: [{ span: other.orderAt, text: words(second) }],
  })
}

/** Two rules of different actions that some flow may match. */
function meeting(one: Policy, other: Policy): Pair | undefined {
  if (!matchesMeet(one.subject, other.subject)) return undefined
  for (const direction of directions) {
    const others = other[direction]?.rules ?? []
    for (const first of one[direction]?.rules ?? []) {
      const second = others.find((rule) => first.action !== rule.action && rulesMeet(first, rule))
      if (second !== undefined) return [first, second]
    }
  }
  return undefined
}

function rulesMeet(one: Rule, other: Rule): boolean {
  return (
    one.traffic.some((a) => other.traffic.some((b) => trafficMeets(a, b))) &&
    one.peers.some((a) => other.peers.some((b) => peersMeet(a, b)))
  )
}

function trafficMeets(a: Traffic, b: Traffic): boolean {
  if (a.kind !== 'ports' || b.kind !== 'ports') return true
  if (a.protocol !== b.protocol) return false
  if (a.ports.kind !== 'range' || b.ports.kind !== 'range') return true
  return a.ports.from <= b.ports.to && b.ports.from <= a.ports.to
}

function peersMeet(a: Peer, b: Peer): boolean {
  if (a.kind === 'pods' && b.kind === 'pods') return matchesMeet(a, b)
  if (a.kind === 'hosts' && b.kind === 'hosts') return selectorsMeet(a.nodes, b.nodes)
  if (a.kind === 'cidr' && b.kind === 'cidr') return cidrsOverlap(a.cidr, b.cidr)
  const kinds = [a.kind, b.kind]
  return !(kinds.includes('pods') && kinds.includes('hosts'))
}

function matchesMeet(a: PodMatch, b: PodMatch): boolean {
  return selectorsMeet(a.namespaces, b.namespaces) && selectorsMeet(a.pods, b.pods)
}

function selectorsMeet(a: Selector, b: Selector): boolean {
  return alternatives(a).some((own) => alternatives(b).some((its) => areCompatible(own, its)))
}

function areCompatible(own: readonly Requirement[], its: readonly Requirement[]): boolean {
  return own.every((a) => its.every((b) => a.key !== b.key || (admits(a, b) && admits(b, a))))
}

/** False where no value of the label, and not its absence either, meets both; asked both ways round. */
function admits(a: Requirement, b: Requirement): boolean {
  if (a.operator === 'DoesNotExist') return b.operator !== 'In' && b.operator !== 'Exists'
  if (a.operator !== 'In') return true
  if (b.operator === 'In') return a.values.some((value) => b.values.includes(value))
  return b.operator !== 'NotIn' || a.values.some((value) => !b.values.includes(value))
}
