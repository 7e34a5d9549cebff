// The contract between the core and a dialect that can be read.
import type { Reporter } from './diagnostics/diagnostic.ts'
import type { Tier } from './ir/types.ts'
import type { Resource } from './source/resources.ts'

/** An API group, version and kind that a reader takes. */
export interface ReadKind {
  readonly apiVersion: string
  readonly kind: string
  /** Whether the engine took the kind in any case of letters. */
  readonly anyCase?: boolean
  /** Since when the API server no longer serves it, such as `1.16`. */
  readonly removedIn?: string
  /** Absent for policies; `part`: what policies refer to; `inert`: what nothing enforces. */
  readonly role?: 'part' | 'inert'
}

export interface ReadContext {
  /** Namespace of policies that name none. */
  readonly namespace: string
  readonly reporter: Reporter
  /**
   * Members of the cluster that the engine's address blocks match, where that is a setting of the
   * engine; none when absent.
   */
  readonly blocksMatch?: readonly ('pod' | 'host')[]
  /**
   * Directions that a Calico v1 policy governs that does not say: those of its rules, or always both
   * (when absent).
   */
  readonly v1Types?: 'rules' | 'both'
  /** Where tiers of other dialects stand beside all those that an engine's dialect makes up. */
  readonly outer?: ReadonlySet<Standing>
}

/** What a caller decides about how engines understand their policies. */
export type ReadSettings = Pick<ReadContext, 'blocksMatch' | 'v1Types'>

/** Where a tier stands in the whole: before the tiers of every other dialect, or after them. */
export type Standing = 'before' | 'after'

/** A dialect that can be read. */
export interface Dialect {
  readonly name: string
  readonly title: string
  readonly kinds: readonly ReadKind[]
  /**
   * The tiers that the resources make up, in order. What is not valid is reported with its place and
   * left out; a caller that sees an error in the reporter must not use the result.
   */
  readonly read: (resources: readonly Resource[], context: ReadContext) => readonly Tier[]
  /**
   * For the dialect of an engine: where the engine puts Kubernetes policies among its own tiers.
   * Absent for dialects that every engine knows.
   */
  readonly adopt?: (own: readonly Tier[], kubernetes: Tier) => readonly Tier[]
  /** Tiers, by name, that stand before or after those of every other dialect, engines' included. */
  readonly standing?: Readonly<Record<string, Standing>>
}
