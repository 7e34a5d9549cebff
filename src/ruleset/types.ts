// Rule sets of packet filters as values: what iptables and nftables have in common once their languages
// are read. A reader keeps what it does not understand, word for word, as something of unknown outcome;
// nothing is left out in silence. Every part knows its place in the dump.
import type { Family } from '../algebra/address.ts'
import type { IntervalSet } from '../algebra/interval.ts'
import type { Span } from '../source/source.ts'

/** What one machine runs: all tables of all engines, in no order; hooks and priorities order them. */
export interface Ruleset {
  readonly tables: readonly Table[]
  /** Sets of the kernel's ipset, by name. Those of nftables belong to their table. */
  readonly ipsets: ReadonlyMap<string, NamedSet>
  /** Whether a dump of ipsets was given: only then a set that is not in it is missing. */
  readonly knowsIpsets: boolean
  /** Whether something could not be read: what is here then says less than the text. */
  readonly isPartial: boolean
}

export interface Table {
  readonly engine: 'iptables' | 'nftables'
  /** IP versions that it sees. One of iptables has one, `inet` of nftables both. */
  readonly families: readonly Family[]
  readonly name: string
  readonly chains: ReadonlyMap<string, Chain>
  /** Sets and maps of nftables, by name; none in iptables. */
  readonly sets: ReadonlyMap<string, NamedSet>
  readonly at: Span
}

/** Hooks of the kernel, in the order in which packets come by. */
export const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const
export type HookName = (typeof hooks)[number]

/** Where a chain sits in the path of packets. */
export interface Base {
  readonly type: 'filter' | 'nat' | 'route'
  readonly hook: HookName
  /** Lower comes first; those of iptables are the kernel's, such as -150 for `mangle`. */
  readonly priority: number
  /** What becomes of packets that come to the end. */
  readonly policy: 'accept' | 'drop'
}

export interface Counters {
  readonly packets: bigint
  readonly bytes: bigint
}

export interface Chain {
  readonly name: string
  /** Null for a chain that is only jumped to. */
  readonly base: Base | null
  readonly rules: readonly Rule[]
  readonly counters: Counters | null
  readonly at: Span
}

/**
 * A rule: where all matches hold, its actions happen in their order until one decides. `at` is the whole
 * rule as written; its text is the source's there.
 */
export interface Rule {
  readonly matches: readonly Match[]
  readonly actions: readonly Action[]
  readonly comment: string | null
  readonly counters: Counters | null
  readonly at: Span
}

/** A range of whole numbers, ends included. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

export type PacketEnd = 'source' | 'destination'

/** A name of an interface; with `isPrefix` all names that begin with the text (`cali+`, `cali*`). */
export interface InterfacePattern {
  readonly text: string
  readonly isPrefix: boolean
}

/** States that connection tracking gives to packets. */
export const packetStates = ['new', 'established', 'related', 'invalid', 'untracked'] as const
export type PacketState = (typeof packetStates)[number]

/** Where a 32-bit mark is. */
export type MarkPlace = 'packet' | 'connection'

/** A test of a packet. A rule that names a port or an ICMP type has a protocol match of its own too. */
export type Match = Test & { readonly negated: boolean; readonly at: Span }

export type Test =
  /** The address is in the set; never, where the packet is of the other IP version. */
  | {
      readonly kind: 'address'
      readonly end: PacketEnd
      readonly family: Family
      readonly set: IntervalSet
    }
  | { readonly kind: 'family'; readonly family: Family }
  | { readonly kind: 'protocol'; readonly ranges: readonly NumberRange[] }
  /** A port of TCP, UDP, SCTP, DCCP or UDPLite; `either`: the source's or the destination's. */
  | {
      readonly kind: 'port'
      readonly end: PacketEnd | 'either'
      readonly ranges: readonly NumberRange[]
    }
  /** Type and code of the ICMP of the packet's own IP version. */
  | {
      readonly kind: 'icmp'
      readonly types: readonly NumberRange[]
      readonly codes: readonly NumberRange[]
    }
  | {
      readonly kind: 'interface'
      readonly end: 'in' | 'out'
      readonly names: readonly InterfacePattern[]
    }
  | { readonly kind: 'state'; readonly states: readonly PacketState[] }
  /** Whether the connection's addresses were changed: the `DNAT` and `SNAT` of `--ctstate`. */
  | { readonly kind: 'translated'; readonly end: PacketEnd }
  /** `(mark & mask)` is in one of the ranges. */
  | {
      readonly kind: 'mark'
      readonly of: MarkPlace
      readonly mask: number
      readonly ranges: readonly NumberRange[]
    }
  /** The kernel's type of the address, in lower case: `local`, `unicast`, `broadcast`, `multicast` … */
  | { readonly kind: 'address type'; readonly end: PacketEnd; readonly types: readonly string[] }
  /** `(flags & mask) == value`, bits of the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
  | { readonly kind: 'tcp flags'; readonly mask: number; readonly value: number }
  /** A fragment that is not the first of its packet. */
  | { readonly kind: 'fragment' }
  /** The values are in a set by name: an ipset, or one of the table's own. */
  | {
      readonly kind: 'set'
      readonly name: string
      readonly fields: readonly PacketField[]
      /** Whether more is asked of the element than to be there (counters, sizes): then unknown. */
      readonly isConditional: boolean
    }
  /** The values are in one of the boxes: a set that stands in the rule, more than one field. */
  | {
      readonly kind: 'boxes'
      readonly fields: readonly PacketField[]
      readonly elements: readonly SetElement[]
    }
  /** All tests of some alternative hold: `any` of them is an "or" of "and"s. */
  | { readonly kind: 'any'; readonly of: readonly (readonly Match[])[] }
  /** Holds always, or never; `why` says why where that is odd. */
  | { readonly kind: 'constant'; readonly holds: boolean; readonly why: string }
  /**
   * Not modelled: `text` is what stands in the rule, without negation, in one form for one meaning.
   * `stable`: the same text holds for the same packet wherever it is asked (a header field, a user, a
   * time); not so where asking counts (limits, dice).
   */
  | { readonly kind: 'unknown'; readonly text: string; readonly stable: boolean }

/** What a key of a set is made from. */
export type PacketField =
  | { readonly kind: 'address'; readonly end: PacketEnd }
  | { readonly kind: 'protocol' }
  | { readonly kind: 'port'; readonly end: PacketEnd }
  | { readonly kind: 'icmp type' }
  | { readonly kind: 'icmp code' }
  | { readonly kind: 'interface'; readonly end: 'in' | 'out' }
  | { readonly kind: 'mark'; readonly of: MarkPlace }
  | { readonly kind: 'state' }
  | { readonly kind: 'family' }
  /** Not modelled: MAC addresses, names of users, fields of no interest here. */
  | { readonly kind: 'unknown'; readonly text: string }

/** A set or a verdict map with a name. */
export interface NamedSet {
  readonly name: string
  /** As written: `hash:ip,port`, `ipv4_addr . inet_service`. */
  readonly type: string
  /** IP version of its addresses; null where it has none, or both. */
  readonly family: Family | null
  /** Elements in parallel to the fields that a match names. None for a list of sets. */
  readonly elements: readonly SetElement[]
  /** Names of the sets that a `list:set` holds, in their order; null for all other types. */
  readonly members: readonly string[] | null
  /**
   * Whether the elements are all there is to know. Not so where elements come and go by themselves
   * (timeouts, rules that add to it), are of a type that is not modelled, or could not be read.
   */
  readonly isKnown: boolean
  /** How many elements were written; readers may make more or fewer of them. Members, of a list. */
  readonly count: number
  /** How many elements it takes (`maxelem`, `size`); null where that is not said. */
  readonly capacity: number | null
  readonly at: Span
}

/** Elements hold a key where each of its values is in the part in the same place. */
export interface SetElement {
  readonly parts: readonly SetPart[]
  /** `nomatch`: takes keys out again. Of elements that hold a key, that with the narrowest first part decides. */
  readonly isException: boolean
  /** What a map answers; null in a set. */
  readonly action: Action | null
  readonly at: Span
}

export type SetPart =
  /** Addresses, protocols, ports, numbers; an IP version is 4 or 6, a state its place in `packetStates`. */
  | { readonly kind: 'numbers'; readonly set: IntervalSet }
  | { readonly kind: 'interface'; readonly name: InterfacePattern }
  /** Where ports are of other protocols, sets have a type of ICMP and its code. */
  | { readonly kind: 'icmp'; readonly type: number; readonly code: number }
  | { readonly kind: 'unknown'; readonly text: string }

/** What a rule does with packets. Those that decide end the rule. */
export type Action = Deed & { readonly at: Span }

export type Deed =
  /** `how` is the word for it: DROP, REJECT with …, TARPIT; how a refusal looks changes nothing here. */
  | { readonly kind: 'drop'; readonly how: string }
  | { readonly kind: 'accept' }
  | { readonly kind: 'return' }
  /** Goes on behind the rule (nft's `continue`). */
  | { readonly kind: 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** The answer of a verdict map for the values; no answer, no effect. */
  | {
      readonly kind: 'map'
      readonly fields: readonly PacketField[]
      readonly map: { readonly name: string } | { readonly elements: readonly SetElement[] }
    }
  /** mark = (mark & ~mask) ^ value */
  | { readonly kind: 'mark'; readonly of: MarkPlace; readonly mask: number; readonly value: number }
  /** to = (to & ~toMask) ^ (from & fromMask): what `--save-mark` and `--restore-mark` do. */
  | {
      readonly kind: 'copy mark'
      readonly to: MarkPlace
      readonly fromMask: number
      readonly toMask: number
    }
  /** Bits of the mark get values that nobody can tell from the rules. */
  | { readonly kind: 'unknown mark'; readonly of: MarkPlace; readonly mask: number }
  /** New destination: one of the places; null where they cannot be told. */
  | { readonly kind: 'dnat'; readonly to: readonly NatPlace[] | null }
  /** To the node itself, at a port. */
  | { readonly kind: 'redirect'; readonly ports: NumberRange | null }
  /** New source: masquerading too. It is behind all filters, and only marks the connection. */
  | { readonly kind: 'snat' }
  /** The packet is not tracked: its state is `untracked` from here on. Decides nothing. */
  | { readonly kind: 'notrack' }
  | { readonly kind: 'log'; readonly prefix: string }
  /** Adds to or deletes from a set while packets pass. */
  | { readonly kind: 'change set'; readonly name: string }
  /** Changes nothing that filters look at: counters, checksums, sizes of segments, helpers. */
  | { readonly kind: 'none'; readonly name: string }
  /** Not modelled. `mayDecide`: may accept, drop or go on; else it only goes on. */
  | { readonly kind: 'unknown'; readonly text: string; readonly mayDecide: boolean }

/** Where packets are sent. Null: as it was. */
export interface NatPlace {
  readonly family: Family
  readonly addresses: { readonly from: bigint; readonly to: bigint } | null
  readonly ports: NumberRange | null
}

/** A rule's own text. */
export function ruleText({ at }: Rule): string {
  return at.source.text.slice(at.start, at.end)
}
