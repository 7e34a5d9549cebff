// The intermediate representation: tiers of policies of rules, with the meaning that
// src/semantics/evaluate.ts gives them. All values are readonly; a pass returns a new one.
import type { Cidr } from '../algebra/address.ts'
import type { Origin, Origins } from '../source/origin.ts'

export type Direction = 'ingress' | 'egress'
export const directions: readonly Direction[] = ['ingress', 'egress']

export type Action = 'allow' | 'deny' | 'pass' | 'log'
export type Verdict = 'allow' | 'deny'

/** Protocols that have ports. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP'
export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

/**
 * A test of a set of labels. `in`: the label is there and has one of the values (none: never true).
 * Everything else is built from it; an absent label makes `in` and `exists` false.
 */
export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'in'; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: 'exists'; readonly key: string }
  | { readonly kind: 'not'; readonly of: Selector }
  | { readonly kind: 'and'; readonly of: readonly Selector[] }
  | { readonly kind: 'or'; readonly of: readonly Selector[] }

/**
 * Pods, by the labels of their namespace and their own. The namespace label
 * `kubernetes.io/metadata.name` is the namespace's name, so "in namespace shop" is a selector too.
 * Host-network pods are hosts, never pods.
 */
export interface PodMatch {
  readonly namespaces: Selector
  readonly pods: Selector
}

/** The other end of a flow. */
export type Peer =
  /** Every endpoint: pods, hosts and external addresses. */
  | { readonly kind: 'any' }
  | ({ readonly kind: 'pods' } & PodMatch)
  /** Every endpoint, of whatever kind, whose address is in `cidr` and in none of `except`. */
  | { readonly kind: 'cidr'; readonly cidr: Cidr; readonly except: readonly Cidr[] }

/** Destination ports. Numbers are 1 to 65535 (0 is never a destination), bounds included. */
export type Ports =
  | { readonly kind: 'all' }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** The number that the destination pod gives this name with this protocol; none elsewhere. */
  | { readonly kind: 'named'; readonly name: string }

/** What is sent. */
export type Traffic =
  /** Every protocol, ICMP and unknown ones included. */
  | { readonly kind: 'all' }
  | { readonly kind: 'ports'; readonly protocol: Protocol; readonly ports: Ports }
  /** `type` and `code` 0 to 255; null stands for any. */
  | {
      readonly kind: 'icmp'
      readonly family: 4 | 6
      readonly type: number | null
      readonly code: number | null
    }

/** Matches when one of the peers and one of the kinds of traffic match; empty lists never do. */
export interface Rule {
  readonly action: Action
  readonly peers: readonly Peer[]
  readonly traffic: readonly Traffic[]
  readonly origins: Origins
}

/** What a policy says for one direction. */
export interface Section {
  /** Being selected turns the tier's default on for the endpoint. */
  readonly isolates: boolean
  readonly rules: readonly Rule[]
}

/** A named policy. A direction that is null is not governed by it. */
export interface Policy {
  readonly name: string
  /** null for a policy of the whole cluster. */
  readonly namespace: string | null
  readonly subject: PodMatch
  readonly ingress: Section | null
  readonly egress: Section | null
  /** Ascending; null comes last. Means nothing in a `deny-overrides` tier. */
  readonly order: number | null
  readonly origin: Origin
}

/** Policies that are decided together. */
export interface Tier {
  readonly name: string
  readonly combining: 'first-match' | 'deny-overrides'
  /** For flows of isolated endpoints that no rule decided. */
  readonly default: 'deny' | 'pass'
  /** Whether traffic between a pod and its own node is beyond the tier's reach. */
  readonly ownNode: 'always-allowed' | 'governed'
  readonly policies: readonly Policy[]
}

/** What is compiled, compared and explained. */
export interface PolicySet {
  readonly tiers: readonly Tier[]
}
