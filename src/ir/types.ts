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

/** What IANA calls them in an IP header. */
export const protocolNumbers: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 }
/** ICMP of IPv4 and of IPv6. */
export const icmpNumbers: Readonly<Record<4 | 6, number>> = { 4: 1, 6: 58 }

/** Where in a label's value a text is looked for. */
export type PartTest = 'contains' | 'starts with' | 'ends with'

/**
 * A test of a set of labels. `in`: the label is there and has one of the values (none: never true).
 * Everything else is built from it; an absent label makes `in` and `exists` false.
 */
export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'in'; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: 'exists'; readonly key: string }
  /** The label is there, and its value has the text in it, in front, or at its end. */
  | {
      readonly kind: 'part'
      readonly key: string
      readonly test: PartTest
      readonly text: string
    }
  | { readonly kind: 'not'; readonly of: Selector }
  | { readonly kind: 'and'; readonly of: readonly Selector[] }
  | { readonly kind: 'or'; readonly of: readonly Selector[] }

/**
 * Pods, by the labels of their namespace, their own, and those of their service account. The
 * namespace label `kubernetes.io/metadata.name` is the namespace's name, and the account's label
 * `serviceAccountNameLabel` its name, so "in namespace shop" is a selector too.
 * Host-network pods are hosts, never pods.
 */
export interface PodMatch {
  readonly namespaces: Selector
  readonly pods: Selector
  readonly serviceAccounts: Selector
}

/** A test of one end of a flow. */
export type Peer =
  /** Every endpoint: pods, hosts and external addresses. */
  | { readonly kind: 'any' }
  | ({ readonly kind: 'pods' } & PodMatch)
  /** Nodes by their labels: the other end's own node, the others, or any. */
  | { readonly kind: 'hosts'; readonly nodes: Selector; readonly which: 'any' | 'own' | 'other' }
  /** Every address that belongs to no pod and no node. */
  | { readonly kind: 'external' }
  /** Every endpoint, of whatever kind, whose address is in `cidr` and in none of `except`. */
  | { readonly kind: 'cidr'; readonly cidr: Cidr; readonly except: readonly Cidr[] }
  | { readonly kind: 'not'; readonly of: Peer }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Peer[] }

/** The tests that every dialect has. */
export type PlainPeer = Extract<Peer, { readonly kind: 'any' | 'pods' | 'cidr' }>

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
  /** IP protocols by number, 0 to 255, bounds included; those that have ports or types too. */
  | { readonly kind: 'protocols'; readonly from: number; readonly to: number }
  /** Everything over this IP version. */
  | { readonly kind: 'family'; readonly family: 4 | 6 }
  | { readonly kind: 'not'; readonly of: Traffic }
  | { readonly kind: 'and'; readonly of: readonly Traffic[] }

/**
 * Matches when one of the subjects, one of the peers and one of the kinds of traffic match, and all
 * conditions hold; an empty list of subjects, peers or traffic never matches.
 */
export interface Rule {
  readonly action: Action
  /** Which of the policy's endpoints it is for; `everyone` for all of them. */
  readonly subjects: readonly Peer[]
  readonly peers: readonly Peer[]
  readonly traffic: readonly Traffic[]
  /**
   * What else must hold and cannot be known from a flow's ends and ports, such as a path of HTTP:
   * each a canonical text. The same text means the same condition, two texts are independent.
   */
  readonly conditions: readonly string[]
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
  /**
   * Its place among the tiers of an engine that numbers them, ascending; null comes last, and it is
   * absent where the source has no such numbers. What decides is the sequence of the tiers alone.
   */
  readonly order?: number | null
  readonly combining: 'first-match' | 'deny-overrides'
  /** For flows of isolated endpoints that no rule decided. */
  readonly default: 'deny' | 'pass'
  /** Whether traffic between a pod and its own node is beyond the tier's reach, or only node to pod. */
  readonly ownNode: 'always-allowed' | 'ingress-allowed' | 'governed'
  readonly policies: readonly Policy[]
}

/** What is compiled, compared and explained. */
export interface PolicySet {
  readonly tiers: readonly Tier[]
}
