// Which policies decide the flows of a set, as the interpreter would find out flow by flow.
import { type Diagram, nothing } from '../algebra/diagram.ts'
import type { Policy, Rule } from '../ir/types.ts'
import type { EncodedPolicy, EncodedTier, FlowEncoder } from './decide.ts'

/** Flows, and what decides them. */
export interface DecidedFlows {
  readonly flows: Diagram
  readonly policy: Policy
  /** Null where the end of the policy's tier denies them, the policy being one of those that isolate. */
  readonly rule: Rule | null
}

/** The deciders of a set of flows; those that no policy decides are in none of the answers. */
export function decidersOf(
  tiers: readonly EncodedTier[],
  flows: Diagram,
  encoder: FlowEncoder,
): readonly DecidedFlows[] {
  const found: DecidedFlows[] = []
  let open = flows
  for (const tier of tiers) {
    if (open === nothing) break
    open = throughTier(tier, open, encoder, found)
  }
  return found
}

/** Adds what a tier decides; what is left for the next one. */
function throughTier(
  tier: EncodedTier,
  open: Diagram,
  encoder: FlowEncoder,
  found: DecidedFlows[],
): Diagram {
  const { store } = encoder
  const spared = tier.sparesOwnNode ? store.and(open, encoder.ownNode()) : nothing
  let rest = store.minus(open, spared)
  const next: Diagram[] = [spared]
  for (const { policy, subject, rule } of stepsOf(tier)) {
    const hit = store.all([rest, subject, rule.match])
    if (hit === nothing) continue
    found.push({ flows: hit, policy, rule: rule.rule })
    rest = store.minus(rest, hit)
    if (rule.action === 'pass') next.push(hit)
  }
  const isolating = tier.tier.default === 'deny' ? tier.policies.filter((one) => one.isolates) : []
  for (const { policy, subject } of isolating) {
    const hit = store.and(rest, subject)
    if (hit !== nothing) found.push({ flows: hit, policy, rule: null })
  }
  const denied = store.some(isolating.map(({ subject }) => subject))
  return store.some([...next, store.minus(rest, denied)])
}

interface Step {
  readonly policy: Policy
  readonly subject: Diagram
  readonly rule: EncodedPolicy['rules'][number]
}

function stepsOf({ tier, policies }: EncodedTier): readonly Step[] {
  const steps = policies.flatMap(({ policy, subject, rules }) =>
    rules.map((rule) => ({ policy, subject, rule })),
  )
  if (tier.combining === 'first-match') return steps
  const of = (action: string): readonly Step[] => steps.filter(({ rule }) => rule.action === action)
  return [...of('deny'), ...of('allow')]
}
