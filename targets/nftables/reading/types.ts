// Rule sets of nftables as values. Every part keeps its text and its place, for those who compare two
// versions of a file as for those who run packets through it.
import type { Family } from '../../../src/algebra/address.ts'
import type { Interval } from '../../../src/algebra/interval.ts'
import type { Span } from '../../../src/source/source.ts'
import type { DataType, Field } from './fields.ts'

/** Which packets a table sees: those of both IP versions, or of one. */
export type TableFamily = 'inet' | 'ip' | 'ip6'

/** What becomes of a packet. `drop` stands for every kind of refusal. */
export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

/** An element of a set: one interval for each part of the set's type. */
export interface Element {
  /** The key as written, with single blanks. */
  readonly text: string
  readonly box: readonly Interval[]
  readonly comment: string | null
  readonly at: Span
}

/** An element of a verdict map. */
export interface MapElement extends Element {
  readonly verdict: Verdict
}

/** What sets and maps have in common. */
interface Declared {
  readonly name: string
  readonly type: readonly DataType[]
  readonly flags: readonly string[]
  readonly autoMerge: boolean
  readonly size: number | null
  readonly comment: string | null
  readonly at: Span
}

export interface NftSet extends Declared {
  readonly elements: readonly Element[]
}

export interface NftMap extends Declared {
  readonly elements: readonly MapElement[]
}

/** What keys are looked for in: a set by its name, or values that stand in the rule. */
export type Source<E extends Element> =
  | { readonly kind: 'named'; readonly name: string; readonly at: Span }
  | { readonly kind: 'elements'; readonly elements: readonly E[] }

/** How bits of a state are compared: some of them, none of them, just these, not just these. */
export type StateTest = 'some' | 'none' | 'equal' | 'unequal'

/** A test of a packet. */
export type Match =
  | {
      readonly kind: 'values'
      /** More than one: a concatenation. */
      readonly fields: readonly Field[]
      readonly values: Source<Element>
      readonly negated: boolean
      readonly at: Span
    }
  | { readonly kind: 'state'; readonly test: StateTest; readonly bits: number }
  /** What `reject with …` asks of packets. */
  | { readonly kind: 'family'; readonly family: Family }
  | { readonly kind: 'protocol'; readonly protocol: number }

/** What a rule does with packets that all of its tests hold for. */
export type Action =
  | { readonly kind: 'none' }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | {
      readonly kind: 'map'
      readonly fields: readonly Field[]
      readonly values: Source<MapElement>
      readonly at: Span
    }

export interface Rule {
  /** As written, with single blanks. */
  readonly text: string
  readonly matches: readonly Match[]
  readonly action: Action
  readonly comment: string | null
  readonly at: Span
}

/** Where a base chain sits in the path of packets. */
export interface BaseHook {
  readonly hook: Hook
  /** As written, such as `-5` or `filter - 5`. */
  readonly priority: string
  readonly policy: 'accept' | 'drop'
}

export const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const
export type Hook = (typeof hooks)[number]

export interface NftChain {
  readonly name: string
  /** Null for a chain that is only jumped to. */
  readonly base: BaseHook | null
  readonly comment: string | null
  readonly rules: readonly Rule[]
  readonly at: Span
}

export interface NftTable {
  readonly family: TableFamily
  readonly name: string
  readonly comment: string | null
  readonly sets: ReadonlyMap<string, NftSet>
  readonly maps: ReadonlyMap<string, NftMap>
  readonly chains: ReadonlyMap<string, NftChain>
  readonly at: Span
}
