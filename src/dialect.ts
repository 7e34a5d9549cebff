// The contract between the core and a dialect that can be read.
import type { Reporter } from './diagnostics/diagnostic.ts'
import type { Tier } from './ir/types.ts'
import type { Resource } from './source/resources.ts'

/** An API group, version and kind that a reader takes. */
export interface ReadKind {
  readonly apiVersion: string
  readonly kind: string
  /** Since when the API server no longer serves it, such as `1.16`. */
  readonly removedIn?: string
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
  /** Where tiers of other dialects stand beside all those that an engine's dialect makes up. */
  readonly outer?: ReadonlySet<Standing>
}

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
