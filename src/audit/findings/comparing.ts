// How the rules of one chain stand to each other: which can never match, which earlier ones cover, which
// nothing would miss, and whose order matters. Sets of packets are exact where tests are modelled; where
// they are not, a rule covers what it surely matches, and is covered with all that it can match.
import type { Family } from '../../algebra/address.ts'
import { type Diagram, LimitReached, nothing } from '../../algebra/diagram.ts'
import type { Chain, NamedSet, Rule, Ruleset } from '../../ruleset/types.ts'
import type { Answer } from '../../ruleset/view.ts'
import { type Box, boxOf, type Extent, InterfaceNumbers, meet, type Side } from './boxes.ts'
import { type Decision, decisionOf, endWay } from './decisions.ts'
import type { Comparison, Fact } from './facts.ts'
import type { Flow } from './flow.ts'
import { type Layer, layersOf } from './layers.ts'
import { Overlaps } from './overlaps.ts'
import { asQuestions } from './questions.ts'
import { isSampleOf, type Sample, Sampler } from './samples.ts'
import { waysTo } from './waysTo.ts'

/** More rules that can have packets in common with one are not looked at one by one. */
const manyOverlaps = 256
/** Rules that are compared with one for the sake of their order alone. */
const fewPairs = 64
/** A cover of more rules is not looked for any further. */
const manyPieces = 256
/** Covers of more rules are shown as they are found. */
const longCover = 24
/** Comparisons of boxes that one chain may take. */
const maxBoxes = 30_000_000

/** Compares the rules of a chain with each other, in no more steps than the budget. */
export function compareRules(
  chain: Chain,
  flow: Flow,
  ruleset: Ruleset,
  budget: number,
): Comparison {
  try {
    return new Comparing(chain, flow, ruleset, budget).result()
  } catch (error) {
    if (error instanceof LimitReached) return { facts: [], isComplete: false }
    throw error
  }
}

/** The sets of one layer. */
interface Sets extends Layer {
  readonly answers: readonly Answer[]
  /** Packets of rules without some that earlier rules were found to decide. */
  readonly left: Diagram[]
  readonly sampler: Sampler
}

class Comparing {
  readonly #chain: Chain
  readonly #rules: readonly Rule[]
  readonly #decisions: readonly Decision[]
  readonly #layers: readonly Sets[]
  readonly #boxes: readonly (readonly (Box | null)[])[]
  readonly #overlaps: ReadonlyMap<Family, Overlaps>
  readonly #names = new InterfaceNumbers()
  #looked = 0

  constructor(chain: Chain, flow: Flow, ruleset: Ruleset, budget: number) {
    const { table } = flow
    const last = chain.rules.findIndex((rule) => !flow.endsOf(rule).goOn)
    const rules = last < 0 ? chain.rules : chain.rules.slice(0, last + 1)
    this.#chain = chain
    this.#rules = asQuestions(rules, flow)
    this.#decisions = rules.map((rule) => decisionOf(rule, chain, flow))
    const before = waysTo(chain, flow)
    const reaches = flow.reached.get(chain.name) ?? []
    const asked = { ruleset, table, chain, rules: this.#rules, before, reaches, budget }
    this.#layers = layersOf(asked).map((layer) => this.#setsOf(layer))
    const setOf = (name: string): NamedSet | undefined =>
      table.engine === 'iptables' ? ruleset.ipsets.get(name) : table.sets.get(name)
    this.#boxes = table.families.map((family) =>
      this.#rules.map((rule) => boxOf(rule, family, this.#names, setOf)),
    )
    this.#overlaps = new Map(
      table.families.map((family, at) => [family, new Overlaps(this.#boxes[at] ?? [])]),
    )
  }

  result(): Comparison {
    const facts = this.#facts()
    return { facts, isComplete: !this.#isTired() }
  }

  /** Whether so many boxes were compared that the rest is left. */
  #isTired(): boolean {
    const looked = [...this.#overlaps.values()].reduce((sum, one) => sum + one.looked, 0)
    return this.#looked + looked > maxBoxes
  }

  #facts(): readonly Fact[] {
    if (this.#layers.every(({ world }) => world === nothing)) {
      return [{ kind: 'never', rule: 0, matches: [], byCallers: true }]
    }
    const found: Fact[] = []
    const isNever = this.#rules.map((_, index) => this.#isNever(index))
    for (const [index, never] of isNever.entries()) {
      if (never) found.push(this.#never(index))
      else found.push(...this.#factsBefore(index))
    }
    const told = new Set(found.map(({ rule }) => rule))
    for (const index of this.#rules.keys()) {
      const fact = told.has(index) ? null : this.#repeated(index)
      if (fact !== null) found.push(fact)
    }
    return found.sort((a, b) => a.rule - b.rule)
  }

  #setsOf(layer: Layer): Sets {
    const answers = this.#rules.map(({ matches }) => layer.answer(matches))
    return { ...layer, answers, left: [], sampler: new Sampler(layer.store) }
  }

  /** What a rule surely decides: nothing goes on behind it. */
  #decided(index: number, answers: readonly Answer[]): Diagram {
    return this.#decisions[index]?.isTerminal ? (answers[index]?.must ?? nothing) : nothing
  }

  #may(sets: Sets, index: number): Diagram {
    return sets.answers[index]?.may ?? nothing
  }

  /** Packets that may come to a rule and be matched: more at most than really do. */
  #left(sets: Sets, index: number): Diagram {
    return sets.left[index] ?? this.#may(sets, index)
  }

  #isNever(index: number): boolean {
    return this.#layers.every((sets) => this.#may(sets, index) === nothing)
  }

  /** The fewest matches that no packet meets: each is left out once, and stays out if it can. */
  #never(index: number): Fact {
    const rule = this.#rules[index]
    const own = this.#chain.rules[index]?.matches ?? []
    let kept = [...(rule?.matches ?? [])].map((match, at) => ({ match, own: own[at] ?? match }))
    for (const one of kept) {
      const fewer = kept.filter((other) => other !== one)
      const asked = fewer.map(({ match }) => match)
      if (this.#layers.every(({ answer }) => answer(asked).may === nothing)) kept = fewer
    }
    const asked = kept.map(({ match }) => match)
    const byCallers = this.#layers.some(({ alone }) => alone(asked).may !== nothing)
    return { kind: 'never', rule: index, matches: kept.map((one) => one.own), byCallers }
  }

  #factsBefore(index: number): readonly Fact[] {
    if (this.#isTired()) return []
    const cover = this.#cover(index, () => true)
    if (cover !== null) return [this.#covered(index, cover)]
    const before = this.#isDefault(index) ? null : this.#before(index)
    return before === null ? [] : this.#pairs(index, before)
  }

  /** Rules in front that can have packets in common; null where there are too many. */
  #before(index: number): readonly number[] | null {
    const met = this.#meeting(index)
    return met === null ? null : met.filter((other) => other < index)
  }

  #meeting(index: number): readonly number[] | null {
    const found = new Set<number>()
    for (const overlaps of this.#overlaps.values()) {
      const some = overlaps.of(index, manyOverlaps)
      if (some === null) return null
      for (const other of some) found.add(other)
    }
    return [...found].sort((a, b) => a - b)
  }

  /** The rules that leave a covered one no packet: those that decide as it does, if they suffice. */
  #covered(index: number, cover: readonly number[]): Fact {
    const own = this.#decisions[index]?.key
    const isAlike = (other: number): boolean => this.#decisions[other]?.key === own
    const alike = this.#cover(index, isAlike)
    const by = this.#fewest(index, alike ?? cover)
    return { kind: 'covered', rule: index, by, same: alike !== null }
  }

  /** Earlier rules that together surely decide all packets of one; null where none were found. */
  #cover(index: number, isAsked: (other: number) => boolean): readonly number[] | null {
    const by = new Set<number>()
    for (const sets of this.#layers) {
      if (!this.#coverIn(sets, index, isAsked, by)) return null
    }
    return [...by].sort((a, b) => a - b)
  }

  /**
   * Takes away from a rule's packets what an earlier rule decides that decides one of them, until nothing
   * is left, or a packet is found that none decides.
   */
  #coverIn(
    sets: Sets,
    index: number,
    isAsked: (other: number) => boolean,
    by: Set<number>,
  ): boolean {
    let left = this.#may(sets, index)
    for (let taken = 0; taken < manyPieces; taken += 1) {
      const sample = sets.sampler.pick(left)
      if (sample === null) return true
      const overlaps = this.#overlaps.get(sets.family)
      const decided = overlaps?.someInFrontOf(
        index,
        this.#pointOf(sets, sample),
        (other) => isAsked(other) && this.#isDecided(sets, other, sample),
      )
      if (decided === undefined || decided === null) return false
      by.add(decided)
      left = sets.store.minus(left, this.#decided(decided, sets.answers))
      sets.left[index] = sets.store.and(left, this.#left(sets, index))
    }
    return false
  }

  #isDecided({ store, answers }: Sets, index: number, sample: Sample): boolean {
    return isSampleOf(sample, this.#decided(index, answers), store)
  }

  #pointOf({ variables }: Sets, sample: Sample): Box {
    const at = (side: Side): Extent => {
      const value = sample(variables[side])
      const number = typeof value === 'string' ? this.#names.knownOf(value) : BigInt(value)
      return { from: number, to: number }
    }
    return {
      source: at('source'),
      destination: at('destination'),
      port: at('port'),
      protocol: at('protocol'),
      in: at('in'),
      out: at('out'),
    }
  }

  /** A cover without rules that the others make up for; long ones are left as they are. */
  #fewest(index: number, cover: readonly number[]): readonly number[] {
    if (cover.length > longCover) return cover
    return cover.reduce((kept, other) => {
      const fewer = kept.filter((one) => one !== other)
      return fewer.length > 0 && this.#isCoveredBy(index, fewer) ? fewer : kept
    }, cover)
  }

  #isCoveredBy(index: number, others: readonly number[]): boolean {
    return this.#layers.every((sets) => {
      const decided = others.map((other) => this.#decided(other, sets.answers))
      const left = decided.reduce(
        (rest, one) => sets.store.minus(rest, one),
        this.#may(sets, index),
      )
      return left === nothing
    })
  }

  /** Rules behind one that can have packets in common with it; null where too many were asked. */
  #behind(index: number): readonly number[] | null {
    const met = this.#meeting(index)
    if (met !== null) return met.filter((other) => other > index)
    this.#looked += this.#rules.length - index
    if (this.#looked > maxBoxes) return null
    const found: number[] = []
    for (let other = index + 1; other < this.#rules.length; other += 1) {
      if (this.#meets(other, index)) found.push(other)
    }
    return found
  }

  #meets(a: number, b: number): boolean {
    return this.#boxes.some((boxes) => {
      const [one, other] = [boxes[a] ?? null, boxes[b] ?? null]
      return one !== null && other !== null && meet(one, other)
    })
  }

  /** A rule for whatever is left is meant to cover what was said before. */
  #isDefault(index: number): boolean {
    return this.#layers.every((sets) => this.#may(sets, index) === sets.world)
  }

  #pairs(index: number, before: readonly number[]): readonly Fact[] {
    const own = this.#decisions[index]
    if (own === undefined || !this.#hasOrder(index)) return []
    const others = before
      .filter((other) => this.#hasOrder(other) && this.#decisions[other]?.key !== own.key)
      .slice(-fewPairs)
    const more = others.filter((other) => this.#isInside(other, index))
    const mixed = others.filter((other) => !more.includes(other) && this.#isMixed(other, index))
    return [
      ...(more.length === 0 ? [] : [{ kind: 'generalises', rule: index, of: more } as const]),
      ...(mixed.length === 0 ? [] : [{ kind: 'correlates', rule: index, with: mixed } as const]),
    ]
  }

  /** Whether two orders of a rule can be told apart: it decides, its packets are known, and not by state. */
  #hasOrder(index: number): boolean {
    const key = this.#decisions[index]?.key
    const isPlain = key === 'accept' || key === 'drop'
    const tests = this.#rules[index]?.matches.filter(({ kind }) => kind !== 'state') ?? []
    const isExact = this.#layers.every(
      ({ answers }) => answers[index]?.may === answers[index]?.must,
    )
    const isMet = !this.#isNever(index)
    return (
      isPlain &&
      isExact &&
      isMet &&
      tests.length > 0 &&
      tests.every(({ kind }) => kind !== 'unknown')
    )
  }

  /** Whether all packets of one rule are matched by the other, which matches more. */
  #isInside(one: number, other: number): boolean {
    return this.#layers.every(
      (sets) => sets.store.minus(this.#may(sets, one), this.#may(sets, other)) === nothing,
    )
  }

  /** Whether a packet that comes to the earlier rule, and is decided by it, is matched by both. */
  #isMixed(one: number, other: number): boolean {
    return this.#layers.some(
      (sets) => sets.store.and(this.#left(sets, one), this.#may(sets, other)) !== nothing,
    )
  }

  /** Whether what is behind a rule decides all that it decides, alike. */
  #repeated(index: number): Fact | null {
    const own = this.#decisions[index]
    if (own === undefined || !own.isTerminal || own.hasEffects || this.#isDefault(index))
      return null
    if (this.#isTired()) return null
    const behind = this.#behind(index)
    if (behind === null) return null
    const by = new Set<number>()
    let end = false
    for (const sets of this.#layers) {
      let left = this.#left(sets, index)
      for (const other of behind) {
        if (left === nothing) break
        const [next, answer] = [this.#decisions[other], sets.answers[other]]
        if (next === undefined || answer === undefined) continue
        if (next.key === 'none' && !next.hasEffects) continue
        if (sets.store.and(left, answer.may) === nothing) continue
        if (next.way !== own.way || next.hasEffects || !next.isTerminal) return null
        const rest = sets.store.minus(left, answer.must)
        if (rest !== left) by.add(other)
        left = rest
      }
      if (left === nothing) continue
      if (endWay(this.#chain) !== own.way) return null
      end = true
    }
    return { kind: 'repeated', rule: index, by: [...by].sort((a, b) => a - b), end }
  }
}
