// The proof of an output: its text is read back as anybody's would be, and compared with its source.
import type { Code } from '../diagnostics/catalog.ts'
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import type { Dialect } from '../dialect.ts'
import type { EmitContext, Fidelity, OutputFile, Target } from '../emit/target.ts'
import { directions, type PolicySet } from '../ir/types.ts'
import { normalise } from '../passes/index.ts'
import { decide } from '../semantics/evaluate.ts'
import type { Origin } from '../source/origin.ts'
import { readDocuments } from '../source/read.ts'
import { resourcesOf } from '../source/resources.ts'
import { makeSource } from '../source/source.ts'
import type { ChangedFlows } from './changes.ts'
import type { Premises } from './compare.ts'
import { compareSets, type ScopeAnswer } from './compareSets.ts'
import { verifyFirewall } from './firewall.ts'
import { assumptionsOf, readPremises } from './premises.ts'
import { flowWords } from './words.ts'

/** What was found out about one target's output. */
export interface TargetProof {
  readonly target: string
  /** `different`: narrower for some flows and wider for others; `unproved`: nothing reads it back. */
  readonly answer: 'equal' | 'narrower' | 'wider' | 'different' | 'undecided' | 'unproved'
  /** What it holds for, such as `for every pod that could exist`. */
  readonly universe: string
  /** What the answer rests on, a sentence each. */
  readonly assumptions: readonly string[]
}

/** What a symbolic proof holds for. */
export const universe = 'for every pod that could exist'

/** Proves an output; a difference that is not accepted is reported with a flow. */
export function verifyOutput(
  set: PolicySet,
  target: Target,
  files: readonly OutputFile[],
  said: ReadonlySet<Code>,
  context: EmitContext,
): TargetProof {
  const { options, fidelity, reporter } = context
  const { name, proof } = target
  if (proof.kind === 'firewall') return verifyFirewall(set, target, proof, files, context)
  if (proof.kind !== 'symbolic') {
    return {
      target: name,
      universe,
      answer: 'unproved',
      assumptions: [],
    }
  }
  const given = proof.facts(options, { set, cluster: context.cluster })
  const premises = readPremises(given, reporter)
  const back = readBack(files, proof.dialect, given.cidrMatch ?? [], name, reporter)
  if (back === null) return { target: name, universe, answer: 'undecided', assumptions: [] }
  const { answers, ownNodeAssumed } = compareSets(set, back, premises)
  const assumptions = assumptionsOf(premises, ownNodeAssumed)
  return {
    target: name,
    universe,
    answer: judge(answers, { set, name, fidelity, premises, said, reporter }),
    assumptions,
  }
}

/** An output read as anybody's would be; null, and reported, where its dialect refuses it. */
export function readBack(
  files: readonly OutputFile[],
  dialect: Dialect,
  blocksMatch: readonly ('pod' | 'host')[],
  target: string,
  reporter: Reporter,
): PolicySet | null {
  const own = makeReporter()
  const resources = files
    .flatMap(({ path, text }) => readDocuments(makeSource(path, text), own))
    .flatMap((document) => resourcesOf(document, own))
  const tiers = dialect.read(resources, { namespace: 'default', reporter: own, blocksMatch })
  const first = own.diagnostics.find(({ severity }) => severity === 'error')
  if (first === undefined) return normalise({ tiers }, own)
  const at = first.labels[0]?.span.source.name ?? ''
  reporter.report('NP5010', { message: `${target}: ${at}: ${first.message}` })
  return null
}

interface Case {
  readonly set: PolicySet
  readonly name: string
  readonly fidelity: Fidelity
  readonly premises: Premises
  /** Codes that the emitter has reported, at places that it knows better. */
  readonly said: ReadonlySet<Code>
  readonly reporter: Reporter
}

/** Directions are what each end enforces; where both are equal, so is what gets through. */
function judge(answers: readonly ScopeAnswer[], one: Case): TargetProof['answer'] {
  const undecided = answers.find(
    ({ kind, scope }) => kind === 'undecided' && scope !== 'end-to-end',
  )
  if (undecided !== undefined) {
    one.reporter.report('NP5009', {
      message: `${one.name}: whether the output is equal to its source (${undecided.scope}) was not found out within the limit of the proof`,
    })
    return 'undecided'
  }
  const [first] = differing(answers, 'closed')
  const [second] = differing(answers, 'opened')
  if (first !== undefined) reportDifference('NP5002', 'narrower', first, one)
  if (second !== undefined) reportDifference('NP5003', 'wider', second, one)
  if (first !== undefined) return second === undefined ? 'narrower' : 'different'
  return second === undefined ? 'equal' : 'wider'
}

function differing(
  answers: readonly ScopeAnswer[],
  change: 'opened' | 'closed',
): readonly ChangedFlows[] {
  return answers.flatMap((answer) =>
    answer.kind === 'different' && answer.scope !== 'end-to-end' ? answer[change].groups : [],
  )
}

function reportDifference(
  code: Code,
  kind: 'narrower' | 'wider',
  { flows, before, example }: ChangedFlows,
  { set, name, fidelity, premises, said, reporter }: Case,
): void {
  if (said.has(code)) return
  const isAccepted = fidelity === kind || fidelity === 'any'
  const at = originIn(set, example, premises)
  reporter.report(code, {
    message: `${name}: the output is ${kind} than its source: ${flows}; for example ${flowWords(example)}: the source ${before.verdict === 'allow' ? 'allows' : 'denies'} it ${before.words}`,
    ...(at === undefined ? {} : { at: at.span, label: at.path }),
    ...(isAccepted ? { severity: 'warning', help: 'accepted by --fidelity' } : {}),
  })
}

/** The rule of the source that decided, if one did. */
function originIn(
  set: PolicySet,
  example: ChangedFlows['example'],
  premises: Premises,
): Origin | undefined {
  for (const direction of directions) {
    const decision = decide(set, example, direction, premises)
    if (decision.by === 'rule') return decision.rule.origins[0]
  }
  return undefined
}
