// One rule, and all packets of one situation.
import type { Diagram } from '../algebra/diagram.ts'
import type { Chains, Place } from './chains.ts'
import type { Decision, Plain } from './decisions.ts'
import { changedBy, endsRule, type Flow, type Situation, withAnyMarks } from './situation.ts'
import type { Action, Rule } from './types.ts'

const endOf = { accept: 'accepted', drop: 'dropped', return: 'returned' } as const

/** The decision of a rule that is as simple as most are. */
export function plainly(
  rule: Rule,
  situation: Situation,
  place: Place,
  { tests }: Chains,
): Plain | null {
  const [action, ...more] = rule.actions
  if (action === undefined || more.length > 0) return null
  if (action.kind !== 'accept' && action.kind !== 'drop' && action.kind !== 'return') return null
  const { may, must } = tests.ofRule(rule, { ...place, situation })
  return may === must ? { kind: endOf[action.kind], hit: may } : null
}

/** Does what a rule says, with packets of all headers. */
export class Step {
  readonly #chains: Chains
  readonly #place: Place
  readonly #accepted: Flow
  readonly #returned: Flow
  readonly #passed: Flow
  readonly #dropped: Diagram[] = []

  constructor(chains: Chains, place: Place) {
    this.#chains = chains
    this.#place = place
    this.#accepted = chains.flow()
    this.#returned = chains.flow()
    this.#passed = chains.flow()
  }

  decide(rule: Rule, situation: Situation): Decision {
    const { store } = this.#chains.headers.packets
    const { may, must } = this.#chains.tests.ofRule(rule, { ...this.#place, situation })
    this.#passed.add(situation, store.not(must))
    let hit = this.#chains.flow()
    hit.add(situation, may)
    for (const action of rule.actions) hit = this.#act(action, hit)
    this.#passed.addAll(hit)
    return {
      accepted: this.#accepted,
      dropped: store.some(this.#dropped),
      returned: this.#returned,
      passed: this.#passed,
    }
  }

  /** Does one thing with packets; the answer is those that the rule's next action is for. */
  #act(action: Action, hit: Flow): Flow {
    const rest = this.#chains.flow()
    for (const { situation, packets } of hit.parts) this.#actOn(action, situation, packets, rest)
    return rest
  }

  #actOn(action: Action, situation: Situation, packets: Diagram, rest: Flow): void {
    if (endsRule(situation, action, this.#place.state)) {
      this.#passed.add(situation, packets)
      return
    }
    switch (action.kind) {
      case 'accept':
      case 'snat':
      case 'dnat':
      case 'redirect':
        this.#accepted.add(changedBy(situation, action, this.#place.state) ?? situation, packets)
        break
      case 'drop':
        this.#dropped.push(packets)
        break
      case 'return':
        this.#returned.add(situation, packets)
        break
      case 'continue':
        this.#passed.add(situation, packets)
        break
      case 'jump':
      case 'goto':
        this.#call(action, situation, packets)
        break
      case 'map':
        this.#lookUp(action, situation, packets, rest)
        break
      case 'unknown':
        this.#doUnknown(action, situation, packets, rest)
        break
      default:
        rest.add(changedBy(situation, action, this.#place.state) ?? situation, packets)
    }
  }

  /** What can decide in ways that nobody knows can mark packets too. */
  #doUnknown(
    action: Extract<Action, { kind: 'unknown' }>,
    situation: Situation,
    packets: Diagram,
    rest: Flow,
  ): void {
    const after = changedBy(situation, action, this.#place.state) ?? situation
    if (action.mayDecide) this.#decideAnyhow(after, packets)
    rest.add(after, packets)
  }

  /** Nobody knows what becomes of the packets. */
  #decideAnyhow(situation: Situation, packets: Diagram): void {
    this.#accepted.add(situation, packets)
    this.#dropped.push(packets)
  }

  #call(
    { kind, chain: name }: Extract<Action, { kind: 'jump' | 'goto' }>,
    situation: Situation,
    packets: Diagram,
  ): void {
    const back = kind === 'jump' ? this.#passed : this.#returned
    const chain = this.#chains.named(name)
    if (chain === undefined) {
      const after = withAnyMarks(situation)
      this.#decideAnyhow(after, packets)
      back.add(after, packets)
      return
    }
    const { store } = this.#chains.headers.packets
    const outcome = this.#chains.outcomeOf(chain, this.#place, situation)
    for (const part of outcome.accepted.parts) {
      this.#accepted.add(part.situation, store.and(packets, part.packets))
    }
    this.#dropped.push(store.and(packets, outcome.dropped))
    for (const part of outcome.returned.parts) {
      back.add(part.situation, store.and(packets, part.packets))
    }
  }

  #lookUp(
    action: Extract<Action, { kind: 'map' }>,
    situation: Situation,
    packets: Diagram,
    rest: Flow,
  ): void {
    const { store } = this.#chains.headers.packets
    const answers = this.#chains.tests.answersOf(action, { ...this.#place, situation })
    for (const { action: own, answer } of answers) {
      this.#actOn(own, situation, store.and(packets, answer.may), rest)
    }
    const found = store.some(answers.map(({ answer }) => answer.must))
    rest.add(situation, store.minus(packets, found))
  }
}
