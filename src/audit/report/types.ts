// What an audit found, as data: every form of the report is made from this and from nothing else.
import type { Cidr, Family } from '../../algebra/address.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Way } from '../../ruleset/ways.ts'
import type { Span } from '../../source/source.ts'
import type { GeneratorName } from '../generators/types.ts'

/** One audit of one machine. */
export interface AuditReport {
  readonly inputs: readonly ReadInput[]
  /** What keeps the report from being whole, a sentence each; none where everything was read. */
  readonly partial: readonly string[]
  readonly generators: readonly GeneratorReport[]
  /** Of reading (NP80) and of rules (NP81), in any order. Those of drift are made from `drift`. */
  readonly findings: readonly Diagnostic[]
  /** What becomes of packets on each way that is filtered. */
  readonly ways: readonly WayReport[]
  readonly matrices: readonly ServiceMatrix[]
  /** Null where the dump was not compared with policies. */
  readonly drift: DriftReport | null
}

/** What a file was found to be; `empty`: without a word, as a machine without rules is dumped. */
export type InputForm =
  | 'iptables-save'
  | 'ipset save'
  | 'nft text'
  | 'nft JSON'
  | 'empty'
  | 'unknown'

/** A dump, and what was read of it. */
export interface ReadInput {
  readonly file: string
  readonly form: InputForm
  readonly tables: readonly TableSummary[]
  /** Sets of the kernel's ipset. */
  readonly ipsets: SetsSummary
}

export interface SetsSummary {
  readonly sets: number
  readonly elements: number
}

export interface TableSummary extends SetsSummary {
  readonly name: string
  readonly families: readonly Family[]
  readonly chains: number
  readonly rules: number
}

/** Who wrote chains, and what for. */
export interface GeneratorReport {
  readonly name: GeneratorName
  readonly chains: number
  readonly rules: number
  readonly purposes: readonly PurposeReport[]
}

/** Chains of one kind. */
export interface PurposeReport {
  readonly purpose: string
  readonly chains: number
  readonly rules: number
  /** Whose they are, as far as that is known: `policy shop/db`. */
  readonly subjects: readonly string[]
}

/** How many packets are let on: `depends` where that is not modelled for all, `some depend` for some. */
export type Share = 'all' | 'some' | 'none' | 'depends' | 'some depend'

/** One way of packets, on the whole. */
export interface WayReport {
  readonly path: Way
  readonly family: Family
  /** Packets that open connections. */
  readonly opening: Share
  /** Packets of connections that are there already. */
  readonly established: Share
  /** Whether destinations are changed on the way. */
  readonly isTranslating: boolean
}

/** Who reaches whom by one kind of traffic; groups are as large as they can be. */
export interface ServiceMatrix {
  readonly path: Way
  readonly family: Family
  /** `5432/TCP` */
  readonly traffic: string
  readonly groups: readonly AddressGroup[]
  /** Pairs that are not here are certainly denied. */
  readonly reach: readonly Reach[]
}

/** Addresses that the rules treat alike. */
export interface AddressGroup {
  /** Pods and nodes that are in it, or else its blocks in a few words. */
  readonly name: string
  readonly blocks: readonly Cidr[]
}

export interface Reach {
  /** Indexes into `groups`. */
  readonly from: number
  readonly to: number
  readonly answer: 'allowed' | 'depends'
  /** What it depends on, in the words of the rules; none where it is allowed. */
  readonly on: readonly string[]
}

/** A dump beside policies. */
export interface DriftReport {
  /** What it was compared with: `3 policies on node-a`. */
  readonly against: string
  readonly groups: readonly DriftGroup[]
  /** What the comparison rests on, or leaves out, a sentence each. */
  readonly assumptions: readonly string[]
  /** Whether all groups are here. */
  readonly isAll: boolean
}

/** Flows that the dump and the policies decide otherwise, for the same reasons on both sides. */
export interface DriftGroup {
  /** Wider: the dump allows them and the policies deny them. Depends: on something not modelled. */
  readonly direction: 'wider' | 'narrower' | 'depends'
  /** `10.244.1.0/24 → 10.244.2.7, 5432/TCP` */
  readonly flows: string
  /** One of them: `pod shop/web-0 (10.244.1.5) → pod shop/db-0 (10.244.2.7), 5432/TCP`. */
  readonly example: string
  readonly dump: DecidedBy
  readonly policies: DecidedBy
  /** What it depends on, in the words of the rules. */
  readonly on: readonly string[]
}

/** Who decides on one side. */
export interface DecidedBy {
  /** `allowed by Calico policy shop/db, ingress rule 2`, `denied as no rule of shop/db allows it` */
  readonly words: string
  /** Rules or policies that decide; none where nothing is written of it (a policy of a chain). */
  readonly places: readonly Span[]
}
