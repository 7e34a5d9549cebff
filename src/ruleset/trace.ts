// One packet through the rules, and the rule that decides. Where something is not modelled both answers
// are tried, and those that the way rests on are named.

import type { Span } from '../source/source.ts'
import type { Chains, Place } from './chains.ts'
import type { Header, Headers } from './headers.ts'
import { arriving, changedBy, endsRule, type Situation, withAnyMarks } from './situation.ts'
import type { Action, Chain, Match, Rule, Table } from './types.ts'
import { type HookedChain, hooksOn, isAsked, type Machine, placeAt, type Question } from './ways.ts'

/** A way of a packet that ends as asked. */
export interface Trace {
  /** The rules that it matched, in their order; the last one decided, if a rule did. */
  readonly rules: readonly RuleAt[]
  readonly decidedBy:
    | ({ readonly kind: 'rule' } & RuleAt)
    /** The end of a chain that a hook calls. */
    | { readonly kind: 'policy'; readonly table: Table; readonly chain: Chain }
    /** No chain of any hook had a say. */
    | { readonly kind: 'nothing' }
  /** Where tests and actions stand that are not modelled, and that the way rests on. */
  readonly dependsOn: readonly Span[]
  /** Where the packet was sent instead, in its order. */
  readonly header: Header
}

export interface RuleAt {
  readonly table: Table
  readonly chain: Chain
  readonly rule: Rule
}

/** Steps after which the search is given up. */
const maxSteps = 200_000

/** How a packet can come to be accepted, or dropped; null where it cannot, or that was not found out. */
export function traceOf(
  machine: Machine,
  question: Question,
  header: Header,
  wanted: 'accept' | 'drop',
): Trace | null {
  return new Search(machine, question, wanted).from(header)
}

/** Where a packet stands in its way. */
interface State {
  readonly header: Header
  readonly situation: Situation
  readonly rules: readonly RuleAt[]
  readonly dependsOn: readonly Span[]
}

type End = State & {
  readonly kind: 'accept' | 'drop' | 'return'
  readonly decidedBy: Trace['decidedBy']
}

type Passed = State & { readonly kind: 'passed' }

class Search {
  readonly #machine: Machine
  readonly #headers: Headers
  readonly #question: Question
  readonly #wanted: 'accept' | 'drop'
  #steps = 0

  constructor(machine: Machine, question: Question, wanted: 'accept' | 'drop') {
    this.#machine = machine
    this.#headers = machine.headers
    this.#question = question
    this.#wanted = wanted
  }

  from(header: Header): Trace | null {
    const chains = hooksOn[this.#question.way].flatMap((hook) => this.#machine.at(hook))
    const start: State = {
      header: this.#machine.told(header),
      situation: arriving(this.#question.state),
      rules: [],
      dependsOn: [],
    }
    const walk = (state: State, at: number, last: Trace['decidedBy']): Trace | null => {
      const next = chains[at]
      if (next === undefined) {
        return this.#wanted === 'accept' ? { ...state, decidedBy: last } : null
      }
      if (!isAsked(next.base, this.#question.state, state.situation))
        return walk(state, at + 1, last)
      for (const end of this.#hooked(next, state)) {
        if (end.kind === 'drop') {
          if (this.#wanted === 'drop') return end
          continue
        }
        const found = walk(end, at + 1, strongest(last, end.decidedBy, next.base.type))
        if (found !== null) return found
      }
      return null
    }
    return walk(start, 0, { kind: 'nothing' })
  }

  /** What can become of a packet in a chain that a hook calls; its policy decides at its end. */
  *#hooked({ table, chain, base }: HookedChain, state: State): Generator<End> {
    const place = placeAt(base, this.#question, state.situation, this.#headers)
    const walk = new ChainWalk(this.#machine.chainsOf(table), table, place, () => this.#count())
    for (const end of walk.through(chain, 0, state)) {
      if (end.kind !== 'return') {
        yield end
        continue
      }
      const decidedBy = { kind: 'policy', table, chain } as const
      yield { ...end, kind: chain.base?.policy ?? 'accept', decidedBy }
    }
  }

  #count(): boolean {
    this.#steps += 1
    return this.#steps <= maxSteps
  }
}

/** A rule that let a packet on says more than a policy, and one that filters more than one that does not. */
function strongest(
  last: Trace['decidedBy'],
  next: Trace['decidedBy'],
  type: 'filter' | 'nat' | 'route',
): Trace['decidedBy'] {
  if (type === 'nat' && last.kind !== 'nothing') return last
  return next.kind === 'policy' && last.kind === 'rule' ? last : next
}

/** Rules of one chain of which a way tells whether they matched; longer ways are not looked for. */
const maxForks = 200

/** Whether a rule that was passed left the packet another than it found it: else it has one way only. */
function isChanged(after: State, before: State): boolean {
  return after.situation !== before.situation || after.header !== before.header
}

/** The rules of one table. */
class ChainWalk {
  readonly #chains: Chains
  readonly #table: Table
  readonly #place: Place
  readonly #count: () => boolean

  constructor(chains: Chains, table: Table, place: Place, count: () => boolean) {
    this.#chains = chains
    this.#table = table
    this.#place = place
    this.#count = count
  }

  *through(chain: Chain, from: number, entering: State, forks = 0): Generator<End> {
    if (forks > maxForks) return
    let state = entering
    for (let at = from; at < chain.rules.length; at += 1) {
      const rule = chain.rules[at]
      if (rule === undefined || !this.#count()) return
      const view = { ...this.#place, situation: state.situation }
      const { headers } = this.#chains
      const { may, must } = this.#chains.tests.ofRule(rule, view)
      if (!headers.placeOf(state.header, may).canBeIn) continue
      const isSure = !headers.placeOf(state.header, must).canBeOut
      const unsure = isSure ? [] : rule.matches.flatMap((match) => this.#openIn(match, state))
      const hit = {
        ...state,
        rules: [...state.rules, { table: this.#table, chain, rule }],
        dependsOn: [...state.dependsOn, ...unsure],
      }
      let passed: State | null = null
      for (const result of this.#actions(rule, chain, 0, hit)) {
        if (result.kind !== 'passed') yield result
        else if (isSure && passed === null) passed = result
        else if (isChanged(result, state)) {
          yield* this.through(chain, at + 1, result, forks + 1)
        }
      }
      if (isSure && passed === null) return
      state = passed ?? { ...state, dependsOn: [...state.dependsOn, ...unsure] }
    }
    yield { ...state, kind: 'return', decidedBy: { kind: 'nothing' } }
  }

  /** The place of a match that could hold for the packet, and could as well not. */
  #openIn(match: Match, { header, situation }: State): readonly Span[] {
    const { headers } = this.#chains
    const { may, must } = this.#chains.tests.match(match, { ...this.#place, situation })
    const isOpen = headers.placeOf(header, may).canBeIn && headers.placeOf(header, must).canBeOut
    return isOpen ? [match.at] : []
  }

  *#actions(rule: Rule, chain: Chain, from: number, state: State): Generator<End | Passed> {
    const action = rule.actions[from]
    if (action === undefined) {
      yield { ...state, kind: 'passed' }
      return
    }
    yield* this.#act(action, rule, chain, from, state)
  }

  *#act(
    action: Action,
    rule: Rule,
    chain: Chain,
    from: number,
    state: State,
  ): Generator<End | Passed> {
    const decidedBy = { kind: 'rule', table: this.#table, chain, rule } as const
    const rest = (next: State): Generator<End | Passed> =>
      this.#actions(rule, chain, from + 1, next)
    if (endsRule(state.situation, action, this.#place.state)) {
      yield { ...state, kind: 'passed' }
      return
    }
    switch (action.kind) {
      case 'accept':
      case 'snat':
        yield { ...state, kind: 'accept', decidedBy }
        break
      case 'dnat':
      case 'redirect':
        yield { ...this.#sent(action, state), kind: 'accept', decidedBy }
        break
      case 'drop':
        yield { ...state, kind: 'drop', decidedBy }
        break
      case 'return':
        yield { ...state, kind: 'return', decidedBy: { kind: 'nothing' } }
        break
      case 'continue':
        yield { ...state, kind: 'passed' }
        break
      case 'jump':
      case 'goto':
        yield* this.#call(action, state, decidedBy)
        break
      case 'map':
        yield* this.#lookUp(action, rule, chain, from, state)
        break
      case 'unknown':
        if (!action.mayDecide) yield* rest(state)
        else {
          const situation = changedBy(state.situation, action, this.#place.state) ?? state.situation
          const after = { ...state, situation, dependsOn: [...state.dependsOn, action.at] }
          yield* rest(after)
          yield { ...after, kind: 'accept', decidedBy }
          yield { ...after, kind: 'drop', decidedBy }
        }
        break
      default: {
        const situation = changedBy(state.situation, action, this.#place.state) ?? state.situation
        yield* rest({ ...state, situation })
      }
    }
  }

  *#call(
    { kind, chain: name, at }: Extract<Action, { kind: 'jump' | 'goto' }>,
    state: State,
    decidedBy: Trace['decidedBy'],
  ): Generator<End | Passed> {
    const callee = this.#chains.named(name)
    if (!this.#count()) return
    if (callee === undefined) {
      const situation = withAnyMarks(state.situation)
      const after = { ...state, situation, dependsOn: [...state.dependsOn, at] }
      yield* this.#anyhow(after, decidedBy)
      return
    }
    for (const end of this.through(callee, 0, state)) {
      if (end.kind !== 'return') yield end
      else if (kind === 'goto') yield end
      else yield { ...end, kind: 'passed' }
    }
  }

  /** What nobody knows the outcome of. */
  *#anyhow(state: State, decidedBy: Trace['decidedBy']): Generator<End | Passed> {
    yield { ...state, kind: 'passed' }
    yield { ...state, kind: 'accept', decidedBy }
    yield { ...state, kind: 'drop', decidedBy }
  }

  *#lookUp(
    action: Extract<Action, { kind: 'map' }>,
    rule: Rule,
    chain: Chain,
    from: number,
    state: State,
  ): Generator<End | Passed> {
    const view = { ...this.#place, situation: state.situation }
    const { headers } = this.#chains
    let isFound = false
    for (const { action: own, answer } of this.#chains.tests.answersOf(action, view)) {
      if (!headers.placeOf(state.header, answer.may).canBeIn) continue
      yield* this.#act(own, rule, chain, from, state)
      isFound = isFound || !headers.placeOf(state.header, answer.must).canBeOut
    }
    if (!isFound) yield* this.#actions(rule, chain, from + 1, state)
  }

  /** A packet whose destination is changed: to the first of the places. */
  #sent(action: Extract<Action, { kind: 'dnat' | 'redirect' }>, state: State): State {
    const { headers } = this.#chains
    const place = action.kind === 'dnat' ? action.to?.[0] : undefined
    const ports = action.kind === 'redirect' ? action.ports : (place?.ports ?? null)
    const address = place?.addresses?.from
    const header = headers.withValues(state.header, {
      ...(address === undefined
        ? {}
        : { destination: headers.family === 4 ? Number(address) : address }),
      ...(ports === null ? {} : { port: ports.from }),
    })
    const isSame = ['destination', 'port'].every(
      (name) => headers.valueOf(header, name) === headers.valueOf(state.header, name),
    )
    const isTranslated = state.situation.isTranslated || address === undefined || !isSame
    return { ...state, situation: { ...state.situation, isTranslated }, header }
  }
}
