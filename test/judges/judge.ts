// What an independent evaluator of emitted text looks like.
import type { Cluster, Flow } from '../../src/cluster/types.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import type { Verdict } from '../../src/ir/types.ts'

/** The verdict of a flow under emitted files; per direction where the engine tells them apart. */
export interface Judgement {
  readonly verdict: Verdict
  readonly egress?: Verdict
  readonly ingress?: Verdict
  /** What the rules on the way wrote to the log, each once, where the engine has a log. */
  readonly logs?: readonly string[]
}

/**
 * Reads emitted text the way the engine does and then decides flows. It knows the engine and
 * nothing of our emitters, and shares no code with `src` or `targets` but types.
 */
export type Judge = (files: readonly OutputFile[], cluster: Cluster) => (flow: Flow) => Judgement
