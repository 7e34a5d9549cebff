// What an nft rule set says, as trees: the common ground of the reader of text and that of JSON. Both end
// here in one form for one meaning; what packets make of it comes after (lower*.ts).
import type { Family } from '../../../src/algebra/address.ts'
import type { Base, Counters } from '../../../src/ruleset/types.ts'
import type { Span } from '../../../src/source/source.ts'

/** A value, or what a value is taken from. */
export type Expression =
  /** A number in decimal, a name, an address, or what stands between quotes. */
  | { readonly kind: 'value'; readonly text: string; readonly at: Span }
  /** Something of a packet, in full words with single blanks: `ip saddr`, `meta mark`, `ct state`. */
  | { readonly kind: 'selector'; readonly words: string; readonly at: Span }
  | {
      readonly kind: 'prefix'
      readonly of: Expression
      readonly length: number
      readonly at: Span
    }
  | {
      readonly kind: 'range'
      readonly from: Expression
      readonly to: Expression
      readonly at: Span
    }
  /** `a,b`: bits of a value. */
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly at: Span }
  /** `a . b` */
  | { readonly kind: 'concat'; readonly parts: readonly Expression[]; readonly at: Span }
  | { readonly kind: 'set'; readonly items: readonly SetItem[]; readonly at: Span }
  | { readonly kind: 'set name'; readonly name: string; readonly at: Span }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: Span
    }
  | {
      readonly kind: 'map'
      readonly key: Expression
      readonly data: Expression
      readonly at: Span
    }
  /** A number from a die, a counter or a hash, below `modulus` and then moved by `offset`. */
  | {
      readonly kind: 'number maker'
      readonly text: string
      readonly modulus: number
      readonly offset: number
      /** Whether one packet always gets the same number. */
      readonly stable: boolean
      readonly at: Span
    }
  /** `*`: every key that no other element holds. */
  | { readonly kind: 'any'; readonly at: Span }
  | { readonly kind: 'unknown'; readonly text: string; readonly at: Span }

export type BinaryOperator = '&' | '|' | '^' | '<<' | '>>'

/** An element of a set or map. */
export interface SetItem {
  readonly key: Expression
  /** What a map answers; null in a set. */
  readonly answer: Verdict | Expression | null
  /** Whether it goes away by itself. */
  readonly isPassing: boolean
  /** Whether it holds only sometimes: limits, quotas. */
  readonly isConditional: boolean
  readonly at: Span
}

export type Verdict =
  | {
      readonly kind: 'verdict'
      readonly verdict: 'accept' | 'drop' | 'return' | 'continue'
      readonly at: Span
    }
  | {
      readonly kind: 'verdict'
      readonly verdict: 'jump' | 'goto'
      readonly chain: string
      readonly at: Span
    }

/** How the two sides of a test are compared. None written: `implicit`, which is equality, or "has some bit". */
export type Comparison = 'implicit' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '!'

export type Statement = StatementForm & { readonly at: Span }

type StatementForm =
  | {
      readonly kind: 'match'
      readonly left: Expression
      readonly comparison: Comparison
      readonly right: Expression
    }
  | { readonly kind: 'vmap'; readonly key: Expression; readonly data: Expression }
  | Verdict
  | { readonly kind: 'counter'; readonly counters: Counters | null }
  /** Gives something of the packet another value. */
  | { readonly kind: 'assignment'; readonly words: string; readonly value: Expression }
  | {
      readonly kind: 'nat'
      readonly how: 'dnat' | 'snat' | 'masquerade' | 'redirect'
      readonly family: Family | null
      readonly address: Expression | null
      readonly port: Expression | null
    }
  /** `needs`: the IP version or protocol that the answer asks of the packet. */
  | { readonly kind: 'reject'; readonly how: string; readonly needs: Family | 'tcp' | null }
  | { readonly kind: 'log'; readonly prefix: string }
  | { readonly kind: 'notrack' }
  /** Adds to or takes from a set; goes on only where that was possible, and `text` held. */
  | { readonly kind: 'change set'; readonly name: string; readonly text: string }
  /** Holds or not by what is not in the packet: limits, quotas, counts. */
  | { readonly kind: 'condition'; readonly text: string }
  /** Changes nothing that filters look at. */
  | { readonly kind: 'harmless'; readonly name: string }
  /** Not modelled. `mayStop`: the rule may end here; `mayDecide`: with a verdict too. */
  | {
      readonly kind: 'unmodelled'
      readonly text: string
      readonly mayStop: boolean
      readonly mayDecide: boolean
    }

export interface RuleTree {
  readonly statements: readonly Statement[]
  readonly comment: string | null
  readonly at: Span
}

/** Families of tables that see packets of IP. */
export type TableFamily = 'inet' | 'ip' | 'ip6'

/** IP versions that a table of a family sees. */
export const seenBy: Readonly<Record<TableFamily, readonly Family[]>> = {
  inet: [4, 6],
  ip: [4],
  ip6: [6],
}

export interface SetTree {
  readonly name: string
  /** Names of types: `ipv4_addr`; of a type that was told by an example, its words. */
  readonly keyTypes: readonly string[]
  /** Null in a set; `verdict`, or types of values. */
  readonly answerTypes: readonly string[] | null
  readonly flags: readonly string[]
  readonly items: readonly SetItem[]
  /** Whether a timeout is set for all elements, or a statement that holds only sometimes. */
  readonly isPassing: boolean
  readonly size: number | null
  readonly at: Span
}

export interface ChainTree {
  readonly name: string
  readonly base: Base | null
  /** Taken out as they are lowered: dumps are large, and both forms of one are twice as large. */
  readonly rules: RuleTree[]
  readonly at: Span
}

export interface TableTree {
  readonly family: TableFamily
  readonly name: string
  readonly sets: ReadonlyMap<string, SetTree>
  readonly chains: ReadonlyMap<string, ChainTree>
  /** Whether the kernel passes it over. */
  readonly isDormant: boolean
  readonly at: Span
}

/** What a reader makes of a text. */
export interface RulesetTree {
  readonly tables: readonly TableTree[]
  readonly isPartial: boolean
}
