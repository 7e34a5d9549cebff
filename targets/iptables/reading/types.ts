// Rule sets of iptables as values.
import type { Cidr } from '../../../src/algebra/address.ts'
import type { Span } from '../../../src/source/source.ts'

/** A range of numbers, ends included. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A test of a packet. */
export type Match = (
  | { readonly kind: 'address'; readonly end: 'source' | 'destination'; readonly block: Cidr }
  | { readonly kind: 'protocol'; readonly number: number }
  | { readonly kind: 'port'; readonly ranges: readonly Range[] }
  | { readonly kind: 'icmp'; readonly type: number; readonly code: number | null }
  | { readonly kind: 'set'; readonly name: string; readonly flags: readonly ('src' | 'dst')[] }
  /** Whether the address is one of the node's own. */
  | { readonly kind: 'addrtype'; readonly end: 'source' | 'destination' }
  | { readonly kind: 'state'; readonly states: readonly string[] }
) & { readonly negated: boolean; readonly at: Span }

/** What becomes of a packet that all matches hold for. */
export type Target =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

export interface FirewallRule {
  readonly matches: readonly Match[]
  readonly target: Target
  readonly comment: string | null
  readonly at: Span
}

/** A chain; a built-in one has a policy. */
export interface Chain {
  readonly policy: 'accept' | 'drop' | null
  readonly rules: readonly FirewallRule[]
}

/** Chains by name, of each table by name. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Chain>>
