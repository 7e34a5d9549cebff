// What comparing the rules of a chain with each other finds out.
import type { Match } from '../../ruleset/types.ts'

/** What was found out about a chain. */
export interface Comparison {
  /** Rule by rule. */
  readonly facts: readonly Fact[]
  /** Whether all was looked at; else there may be more facts. */
  readonly isComplete: boolean
}

/** What is to be told of one rule. Numbers are places of rules in the chain. */
export type Fact =
  /**
   * No packet meets all of these matches; `byCallers`: no packet that the rules lead here which call the
   * chain. Without any match: no packet comes to the chain.
   */
  | {
      readonly kind: 'never'
      readonly rule: number
      readonly matches: readonly Match[]
      readonly byCallers: boolean
    }
  /** All its packets are decided by these before; `same`: as it would decide them itself. */
  | {
      readonly kind: 'covered'
      readonly rule: number
      readonly by: readonly number[]
      readonly same: boolean
    }
  /** What it decides these behind it decide alike, and else the end of the chain. */
  | {
      readonly kind: 'repeated'
      readonly rule: number
      readonly by: readonly number[]
      readonly end: boolean
    }
  /** It matches all that these before match, which decide otherwise, and more. */
  | { readonly kind: 'generalises'; readonly rule: number; readonly of: readonly number[] }
  /** It and these before match some packets both, and each some alone, and they decide otherwise. */
  | { readonly kind: 'correlates'; readonly rule: number; readonly with: readonly number[] }
