// The contract between the core and a target: what it can say, which options it takes, and the one
// function that turns the IR into files. The core never asks which target it has in hand.
import type { Cluster } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Dialect } from '../dialect.ts'
import type { ChangeNode } from '../firewall/change.ts'
import type { Action, Peer, PolicySet, Tier, Traffic } from '../ir/types.ts'
import type { FirewallProof } from '../proof/firewall.ts'
import type { GivenFacts } from '../proof/premises.ts'
import type { Origin } from '../source/origin.ts'

/** What a target can express, as data: the core reports what is lost before the emitter runs. */
export interface Capabilities {
  readonly actions: readonly Action[]
  readonly combining: readonly Tier['combining'][]
  readonly tierDefaults: readonly Tier['default'][]
  readonly maxTiers: number
  /** What tiers may say of traffic between a pod and its own node (assumption A2 where it differs). */
  readonly ownNode: readonly Tier['ownNode'][]
  readonly traffic: readonly Traffic['kind'][]
  readonly peers: readonly Peer['kind'][]
  /** Whether selectors may test parts of labels' values. */
  readonly partTests: boolean
  /** Whether pods may be selected by their service account: not at all, by its name, by its labels too. */
  readonly serviceAccounts: 'none' | 'names' | 'any'
  /** Whether a rule may be for a part of its policy's subject only. */
  readonly ruleSubjects: boolean
  /** The forms of conditions that a rule may hold. */
  readonly conditions: readonly RegExp[]
  /** Whether policies of the whole cluster (no namespace) can be written. */
  readonly clusterPolicies: boolean
  /** Whether a policy may select without isolating. */
  readonly nonIsolating: boolean
}

/** An option that a target declares; the command line derives its flag `--<name>` from it. */
export interface TargetOption {
  /** Kebab case, without dashes in front. */
  readonly name: string
  /** What stands for the value in the help text, such as `<number>`. */
  readonly argument: string
  readonly help: string
  readonly default?: string
  /** Whether the flag may be given several times or hold a comma-separated list. */
  readonly list?: boolean
  /** What is wrong with a value, or undefined when it is fine. */
  readonly check: (value: string) => string | undefined
}

/** Option values by name: defaults filled in, checked; lists already split. */
export interface OptionValues {
  /** The value of a single option; the empty string when it was not given and has no default. */
  one(name: string): string
  /** The values of a list option. */
  many(name: string): readonly string[]
}

/** One piece of output. */
export interface OutputFile {
  /** Path relative to the output directory, with `/`. */
  readonly path: string
  readonly text: string
  /** The policy that it comes from; absent where it is no policy's. */
  readonly origin?: Origin
  /** The object that it holds, for targets that write manifests. */
  readonly object?: ObjectName
  /** A script to run; it is for directories only, and left out on standard output. */
  readonly isScript?: true
}

/** What tells one object of a cluster from another. */
export interface ObjectName {
  /** The API group, such as `networking.k8s.io`; empty for the core. */
  readonly group: string
  readonly kind: string
  /** null for objects of the whole cluster. */
  readonly namespace: string | null
  readonly name: string
}

/** How far an output may differ from its source. */
export type Fidelity = 'exact' | 'narrower' | 'wider' | 'any'

export interface EmitContext {
  readonly options: OptionValues
  /** Present when the target asked for it with `needsCluster`, or when the user gave one. */
  readonly cluster: Cluster | null
  /** Node whose pods are wanted; null for all nodes. */
  readonly node: string | null
  readonly fidelity: Fidelity
  /** `yaml` or `json`, for targets whose output is structured. */
  readonly format: 'yaml' | 'json'
  readonly reporter: Reporter
}

/** What a compilation is given beside options. */
export interface GivenInput {
  readonly set: PolicySet
  readonly cluster: Cluster | null
}

/** How the text that a target writes is proved to mean what its source means. */
export type ProofMethod =
  /** It is read back by a dialect and compared over every endpoint that could exist. */
  | {
      readonly kind: 'symbolic'
      readonly dialect: Dialect
      /** What is known or assumed of the cluster, from the target's options. */
      readonly facts: (options: OptionValues, given: GivenInput) => GivenFacts
    }
  /** It is rules of nodes' firewalls, compared over the packets of a cluster. */
  | FirewallProof
  /** It is the IR itself. */
  | { readonly kind: 'identity' }

/** A dialect that can be written. */
export interface Target {
  readonly name: string
  readonly title: string
  readonly capabilities: Capabilities
  readonly options: readonly TargetOption[]
  readonly proof: ProofMethod
  /** Whether it speaks in addresses and so cannot work without a cluster snapshot. */
  readonly needsCluster: boolean
  /** The set in the words that the target declares, where it has other words or no order. */
  readonly lower?: (set: PolicySet, context: EmitContext) => PolicySet
  /** What changes on a node; absent where output is not loaded by netpolc's own files. */
  readonly change?: ChangeNode
  /** Deterministic: same input, same bytes. Reports what it cannot say exactly; throws on bugs only. */
  readonly emit: (set: PolicySet, context: EmitContext) => readonly OutputFile[]
}
