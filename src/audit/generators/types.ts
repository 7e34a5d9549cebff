// Who wrote a rule set, and what each of its chains and sets is for.
import type { Cluster } from '../../cluster/types.ts'
import type { PolicySet } from '../../ir/types.ts'
import type { Rule, Ruleset, Table } from '../../ruleset/types.ts'

export const generatorNames = [
  'Calico',
  'kube-router',
  'Azure NPM',
  'kube-proxy',
  'Docker',
  'ufw',
  'firewalld',
  'netpolc',
] as const
export type GeneratorName = (typeof generatorNames)[number]

/** What a chain or a set is for. */
export interface Role {
  readonly generator: GeneratorName
  /** What its kind is for, in a few words: `egress of a workload`, `endpoints of a service`. */
  readonly purpose: string
  /** Whose it is, where that can be told: `policy shop/db`, `service shop/web:http`, `pod shop/db-0`. */
  readonly subject: string | null
}

/** What is known beside the dump; names behind hashes are found by hashing the names that are known. */
export interface RecognitionHints {
  readonly policies: PolicySet | null
  readonly cluster: Cluster | null
}

export interface Recognition {
  /** The generators that wrote chains here, with how many. */
  readonly generators: readonly { readonly name: GeneratorName; readonly chains: number }[]
  readonly chain: (table: Table, chain: string) => Role | null
  readonly set: (name: string) => Role | null
  /**
   * A rule in the words of who wrote it: `Calico policy shop/db, ingress rule 2`. Null where its chain is
   * nobody's.
   */
  readonly rule: (table: Table, chain: string, rule: Rule) => string | null
  /** Interfaces that lead to pods, by name, where a generator derives the one from the other. */
  readonly interfaces: ReadonlyMap<string, { readonly namespace: string; readonly pod: string }>
}

/** One generator. */
export interface Generator {
  readonly name: GeneratorName
  readonly recognise: (ruleset: Ruleset, hints: RecognitionHints) => GeneratorRecognition
}

/** What one generator knows; null for what is not its own. */
export type GeneratorRecognition = Omit<Recognition, 'generators'>
