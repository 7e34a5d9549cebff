// The part of Calico's NetworkPolicy that this target writes, with what each rule comes from. Types of
// what is printed are aliases, not interfaces, so that they are manifest data as they stand; their keys
// are made in the order in which they are printed.
import type { Origin } from '../../src/source/origin.ts'

/** Actions as Calico spells them. */
export type CalicoAction = 'Allow' | 'Deny' | 'Pass' | 'Log'

/** Protocols that this target names. Calico compares them case-sensitively. */
export type CalicoProtocol = 'TCP' | 'UDP' | 'SCTP' | 'ICMP' | 'ICMPv6'

/** A number, a range `80:90`, or the name of a port. */
export type CalicoPort = number | string

/** One end of a rule: all fields are ANDed, the items of a list ORed. */
export type CalicoEntity = {
  readonly nets?: readonly string[]
  readonly notNets?: readonly string[]
  readonly namespaceSelector?: string
  readonly selector?: string
  readonly ports?: readonly CalicoPort[]
}

/** Type and code of an ICMP message; Calico takes a code only with a type. */
export type CalicoIcmp = {
  readonly type: number
  readonly code?: number
}

/** One rule of a Calico policy. */
export type CalicoRule = {
  readonly action: CalicoAction
  readonly protocol: CalicoProtocol | undefined
  readonly icmp: CalicoIcmp | undefined
  readonly source: CalicoEntity | undefined
  readonly destination: CalicoEntity | undefined
}

/** A rule and, in words, the places it comes from. */
export interface TracedRule {
  readonly rule: CalicoRule
  readonly places: string
}

/** One Calico NetworkPolicy, before it is printed. */
export interface CalicoPolicy {
  readonly name: string
  readonly namespace: string
  /** null before Calico 3.29, which has no such field. */
  readonly tier: string | null
  /** null comes last. */
  readonly order: number | null
  readonly selector: string
  readonly types: readonly ('Ingress' | 'Egress')[]
  /** null where the direction is not governed. */
  readonly ingress: readonly TracedRule[] | null
  readonly egress: readonly TracedRule[] | null
  readonly origin: Origin
}
