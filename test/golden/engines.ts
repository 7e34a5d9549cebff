// A case's outputs before the engines: would they take the text, and do they decide flows as the
// source does? The engines are the judges of test/judges, which share no code with the emitters.
import { parseAllDocuments } from 'yaml'
import type { Cluster, Flow } from '../../src/cluster/types.ts'
import type { CompileResult, TargetOutput } from '../../src/index.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { type Assumptions, isBetweenOwn, verdict } from '../../src/semantics/evaluate.ts'
import { engines } from '../judges/all.ts'
import type { Judgement } from '../judges/judge.ts'
import { judgeKubernetes } from '../judges/kubernetes.ts'
import { printFlow } from '../support/flows.ts'
import type { GoldenCase } from './cases.ts'
import { resolveFlow } from './flows.ts'
import { productOfFlows } from './product.ts'

/** What the engines would refuse of the outputs, a sentence each; none where they take everything. */
export function rejections(outputs: readonly TargetOutput[]): readonly string[] {
  return outputs.flatMap(({ target, files }) =>
    (engines[target]?.rejections(files) ?? []).map((reason) => `${target}: ${reason}`),
  )
}

/** Flows that an engine, or a reader of the source text, decides otherwise than the IR does. */
export function disagreements(one: GoldenCase, { set, cluster, outputs }: CompileResult): string[] {
  if (set === null || cluster === null) return []
  const flows = [
    ...one.flows.map((spec) => resolveFlow(spec, cluster)),
    ...productOfFlows(set, cluster),
  ].filter((flow) => isSeen(flow, one.node) && !isOptional(flow, one))
  return decidersOf(one, outputs, cluster).flatMap((decider) =>
    flows
      .filter((flow) => decider.seesOwnNode || !isAssumed(flow, set))
      .flatMap((flow) => compare(decider, flow, set)),
  )
}

/** What a node sends to its own pods may have been asked to need a rule. */
function isOptional(flow: Flow, { options }: GoldenCase): boolean {
  return options['host-traffic'] !== undefined && isBetweenOwn(flow)
}

/** Most judges hold assumption A2; engines' own policies may govern what a pod sends to its node. */
function isAssumed(flow: Flow, { tiers }: PolicySet): boolean {
  return isBetweenOwn(flow) && tiers.some(({ ownNode }) => ownNode !== 'always-allowed')
}

interface Decider {
  readonly name: string
  readonly decide: (flow: Flow) => Judgement
  readonly assume: Assumptions
  readonly seesOwnNode: boolean
}

function decidersOf(
  one: GoldenCase,
  outputs: readonly TargetOutput[],
  cluster: Cluster,
): readonly Decider[] {
  const ofOutputs = outputs.flatMap(({ target, files }): Decider[] => {
    const engine = engines[target]
    if (engine === undefined) return []
    const { assume, seesOwnNode } = engine
    return [{ name: target, decide: engine.judge(files, cluster), assume, seesOwnNode }]
  })
  if (!isPlain(one)) return ofOutputs
  const files = one.inputs.map(({ name, text }) => ({ path: name, text }))
  const decide = judgeKubernetes(files, cluster)
  const source: Decider = {
    name: 'source text',
    decide,
    assume: { ipBlock: 'literal' },
    seesOwnNode: false,
  }
  return [source, ...ofOutputs]
}

/** Whether the input is Kubernetes policies and nothing else, each with its namespace: all that judge reads. */
function isPlain({ inputs }: GoldenCase): boolean {
  const documents = inputs.flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }))
  return documents.every((document) => {
    const { apiVersion, kind, metadata } = (document.toJS() ?? {}) as {
      readonly apiVersion?: string
      readonly kind?: string
      readonly metadata?: { readonly namespace?: string }
    }
    return (
      apiVersion?.endsWith('projectcalico.org/v3') !== true &&
      kind === 'NetworkPolicy' &&
      metadata?.namespace !== undefined
    )
  })
}

function compare({ name, decide, assume }: Decider, flow: Flow, set: PolicySet): string[] {
  const expected = verdict(set, flow, assume)
  const actual = decide(flow)
  const sides: readonly [string, string, string | undefined][] = [
    ['', expected.verdict, actual.verdict],
    [' egress', expected.egress.verdict, actual.egress],
    [' ingress', expected.ingress.verdict, actual.ingress],
  ]
  return sides
    .filter(([, wanted, got]) => got !== undefined && got !== wanted)
    .map(
      ([side, wanted, got]) => `${printFlow(flow)}: source says ${wanted}, ${name}${side} ${got}`,
    )
}

/** With rules for one node only, what other nodes would enforce cannot be seen. */
function isSeen({ source, destination }: Flow, node: string | null): boolean {
  const ends = [source.endpoint, destination.endpoint]
  return node === null || ends.every((end) => end.kind !== 'pod' || end.node === node)
}
