// What chains do with packets, for all packets at once: sets of headers go from rule to rule as the
// kernel takes a single one. Where something is not modelled, packets go every way that is possible, so
// what no way leads to is impossible for certain. A chain is looked at once for each situation that
// packets come in: what it does does not depend on where it was called from.
import { type Diagram, everything, LimitReached, nothing } from '../algebra/diagram.ts'
import {
  type Decision,
  joinAll,
  likeTogether,
  type Outcome,
  type Plain,
  restricted,
} from './decisions.ts'
import type { Headers } from './headers.ts'
import { Flow, type FlowPart, keyOf, type Situation } from './situation.ts'
import { plainly, Step } from './step.ts'
import { Tests } from './tests.ts'
import type { Chain, Rule, Ruleset, Table } from './types.ts'
import { type View, viewKey } from './view.ts'

/** What is the same for all packets that are looked at. */
export type Place = Omit<View, 'situation'>

/** More situations of one chain than these are a sign that marks count something. */
const maxSituations = 2000

/** Deeper calls are no rule set that a kernel of today runs: nftables ends at 16. */
export const maxDepth = 500

/** Says that marks take too many values to be followed, or that chains call each other too deeply. */
export class TooManySituations extends LimitReached {}

/** The chains of one table, as functions of packets. */
export class Chains {
  readonly tests: Tests
  readonly headers: Headers
  readonly #table: Table
  readonly #outcomes = new Map<string, Map<string, Outcome>>()
  #depth = 0

  constructor(table: Table, headers: Headers, ruleset: Ruleset) {
    this.#table = table
    this.headers = headers
    this.tests = new Tests(headers, table, ruleset)
  }

  /** What a chain does with all packets of a situation. Throws `LimitReached` or `TooManySituations`. */
  outcomeOf(chain: Chain, place: Place, situation: Situation): Outcome {
    const outcomes = this.#outcomesOf(chain)
    const key = `${viewKey(place)} ${keyOf(situation)}`
    const known = outcomes.get(key)
    if (known !== undefined) return known
    if (outcomes.size > maxSituations || this.#depth > maxDepth) throw new TooManySituations()
    // A chain that comes back to itself is refused by the kernel; it must not keep us going round.
    outcomes.set(key, { accepted: this.flow(), dropped: nothing, returned: this.flow() })
    this.#depth += 1
    const outcome = through(chain, situation, place, this)
    this.#depth -= 1
    outcomes.set(key, outcome)
    return outcome
  }

  /** The chain of a name; none where the dump has none. */
  named(name: string): Chain | undefined {
    return this.#table.chains.get(name)
  }

  flow(): Flow {
    const { store } = this.headers.packets
    return new Flow((sets) => store.some(sets))
  }

  #outcomesOf({ name }: Chain): Map<string, Outcome> {
    const known = this.#outcomes.get(name)
    if (known !== undefined) return known
    const made = new Map<string, Outcome>()
    this.#outcomes.set(name, made)
    return made
  }
}

/**
 * Takes all packets of a situation through a chain: as many rules at a time as leave the situations alone,
 * so that packets which a rule has brought into one situation go on together.
 */
function through({ rules }: Chain, entering: Situation, place: Place, chains: Chains): Outcome {
  const { store } = chains.headers.packets
  const outcome = { accepted: chains.flow(), returned: chains.flow() }
  const dropped: Diagram[] = []
  const decided = new Decided(rules, place, chains)
  let here = chains.flow()
  here.add(entering, everything)
  for (let at = 0; at < rules.length; ) {
    const { parts } = here
    if (parts.length === 0) break
    const end = decided.endOf(at, parts)
    here = chains.flow()
    for (const { situation, packets } of parts) {
      const decisions = decided.between(at, end, situation)
      const together = joinAll(likeTogether(decisions, situation, chains), situation, chains)
      const joined = restricted(together, packets, chains)
      outcome.accepted.addAll(joined.accepted)
      outcome.returned.addAll(joined.returned)
      dropped.push(joined.dropped)
      here.addAll(joined.passed)
    }
    at = end
  }
  outcome.returned.addAll(here)
  return { ...outcome, dropped: store.some(dropped) }
}

/** The decisions of one chain's rules, for each situation, as far as they were asked for. */
class Decided {
  readonly #rules: readonly Rule[]
  readonly #place: Place
  readonly #chains: Chains
  readonly #known = new Map<string, Map<number, Decision | Plain>>()

  constructor(rules: readonly Rule[], place: Place, chains: Chains) {
    this.#rules = rules
    this.#place = place
    this.#chains = chains
  }

  /** The end of the rules from a place on of which only the last changes a situation. */
  endOf(from: number, parts: readonly FlowPart[]): number {
    let end = this.#rules.length
    for (const { situation } of parts) {
      const key = keyOf(situation)
      for (let at = from; at < end; at += 1) {
        const decision = this.#at(at, situation)
        if (decision !== undefined && isLast(decision, key)) end = at + 1
      }
    }
    return end
  }

  between(from: number, to: number, situation: Situation): readonly (Decision | Plain)[] {
    return Array.from({ length: to - from }, (_, index) =>
      this.#at(from + index, situation),
    ).flatMap((one) => one ?? [])
  }

  #at(index: number, situation: Situation): Decision | Plain | undefined {
    const own = this.#ofSituation(situation)
    const known = own.get(index)
    const rule = this.#rules[index]
    if (known !== undefined || rule === undefined) return known
    const made =
      plainly(rule, situation, this.#place, this.#chains) ??
      new Step(this.#chains, this.#place).decide(rule, situation)
    own.set(index, made)
    return made
  }

  #ofSituation(situation: Situation): Map<number, Decision | Plain> {
    const key = keyOf(situation)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = new Map<number, Decision | Plain>()
    this.#known.set(key, made)
    return made
  }
}

/** Whether packets get no further, or are in another situation than before. */
function isLast(decision: Decision | Plain, key: string): boolean {
  if ('kind' in decision) return false
  const { parts } = decision.passed
  return parts.length === 0 || parts.some(({ situation }) => keyOf(situation) !== key)
}
