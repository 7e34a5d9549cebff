// The ways of packets through a machine: which hooks they pass, and what becomes of them there.
import { type Diagram, everything, nothing } from '../algebra/diagram.ts'
import { holds, type IntervalSet } from '../algebra/interval.ts'
import { Chains, type Place } from './chains.ts'
import type { Header, Headers } from './headers.ts'
import { arriving, Flow, type Situation, type Translation } from './situation.ts'
import { translated, unchangedBy } from './translation.ts'
import type { Base, Chain, HookName, PacketState, Ruleset, Table } from './types.ts'

/** Through the machine, to it, or from it. */
export type Way = 'FORWARD' | 'INPUT' | 'OUTPUT'

/** The hooks on each way, in their order. */
export const hooksOn: Readonly<Record<Way, readonly HookName[]>> = {
  FORWARD: ['prerouting', 'forward', 'postrouting'],
  INPUT: ['prerouting', 'input'],
  OUTPUT: ['output', 'postrouting'],
}

/** What is asked about packets. */
export interface Question {
  readonly way: Way
  /** The state of their connections. */
  readonly state: PacketState
  /** Whether the ends at the filter have addresses of the machine's own. */
  readonly isLocal: { readonly source: boolean; readonly destination: boolean }
}

/** New connections on a way, as they are from and to others. */
export function newOn(way: Way): Question {
  const isLocal = { source: way === 'OUTPUT', destination: way === 'INPUT' }
  return { way, state: 'new', isLocal }
}

/** What can become of packets with some headers. */
export interface Chances {
  readonly accepted: Diagram
  readonly dropped: Diagram
}

/** What can become of packets on a way: sets of the headers that filters see. */
export interface Fate {
  /** Packets that go where they want to. */
  readonly direct: Chances
  /** Packets that can be sent elsewhere: the headers that they came with. */
  readonly diverted: Diagram
  /** Packets whose destination was changed on the way: their headers afterwards. */
  readonly translated: Chances
  /** How destinations are changed, with the headers in front of it. */
  readonly translations: readonly TranslatedPackets[]
}

export interface TranslatedPackets {
  readonly translation: Translation
  readonly packets: Diagram
}

/** A chain that a hook of the kernel calls. */
export interface HookedChain {
  readonly table: Table
  readonly chain: Chain
  readonly base: Base
}

/** A machine's rules, and the headers of one IP version that they are asked about. */
export class Machine {
  readonly headers: Headers
  readonly #ruleset: Ruleset
  readonly #local: IntervalSet | null
  readonly #chains = new Map<Table, Chains>()

  /** `local`: the machine's own addresses of the headers' IP version; null where they are not known. */
  constructor(ruleset: Ruleset, headers: Headers, local: IntervalSet | null = null) {
    this.#ruleset = ruleset
    this.headers = headers
    this.#local = local
  }

  /** Throws `LimitReached` or `TooManySituations` where it would take too long. */
  fateOf(question: Question): Fate {
    const journey = new Journey(this, question)
    for (const hook of hooksOn[question.way]) journey.pass(hook)
    return journey.fate()
  }

  /** Chains that packets of the headers' IP version meet at a hook, in their order. */
  at(hook: HookName): readonly HookedChain[] {
    return this.#ruleset.tables
      .filter(({ families }) => families.includes(this.headers.family))
      .flatMap((table) =>
        [...table.chains.values()].flatMap((chain) =>
          chain.base?.hook === hook ? [{ table, chain, base: chain.base }] : [],
        ),
      )
      .sort((a, b) => a.base.priority - b.base.priority)
  }

  chainsOf(table: Table): Chains {
    const known = this.#chains.get(table)
    if (known !== undefined) return known
    const made = new Chains(table, this.headers, this.#ruleset)
    this.#chains.set(table, made)
    return made
  }

  /** What packets with a changed destination have to be, to be on the way. */
  routed(packets: Diagram, way: Way): Diagram {
    if (this.#local === null || way === 'OUTPUT') return packets
    const { store } = this.headers.packets
    const own = this.headers.addresses('destination', this.#local)
    return way === 'INPUT' ? store.and(packets, own) : store.minus(packets, own)
  }

  /** The header with what its destination says of itself, where the machine's addresses are known. */
  told(header: Header): Header {
    const value = this.headers.valueOf(header, 'destination')
    if (this.#local === null || value === undefined || typeof value === 'string') return header
    return this.headers.withLocality(header, holds(this.#local, BigInt(value)))
  }

  /** All packets; where the machine's addresses are known, they are what is local. */
  get all(): Diagram {
    const local = this.headers.toLocal()
    if (this.#local === null || local === null) return everything
    const { store } = this.headers.packets
    return store.not(store.xor(local, this.headers.addresses('destination', this.#local)))
  }
}

/** Chains of lower priorities see packets before connection tracking does: they count as invalid. */
const trackingPriority = -200

/**
 * What is known in a chain that a hook calls, of packets of one situation. Where the machine sends its own
 * packets elsewhere, they keep the interface that they would have gone out by until the hook is done.
 */
export function placeAt(
  { hook, priority }: Base,
  { way, state, isLocal }: Question,
  situation: Situation,
  headers: Headers,
): Place {
  const isRouted = hook !== 'prerouting' || situation.isTranslated || headers.toLocal() === null
  const isTracked = (hook !== 'prerouting' && hook !== 'output') || priority >= trackingPriority
  const isLeaving = hook !== 'prerouting' && hook !== 'input'
  return {
    state: isTracked ? state : 'invalid',
    isFirst: state === 'new',
    hasIn: way !== 'OUTPUT',
    hasOut: hook === 'output' && situation.isTranslated ? null : isLeaving,
    isLocal: { source: isLocal.source, destination: isRouted ? isLocal.destination : null },
  }
}

/**
 * Whether a chain looks at packets: those of NAT see the first of a connection, once for its destination
 * and once for its source.
 */
export function isAsked({ type, hook }: Base, state: PacketState, situation: Situation): boolean {
  if (type !== 'nat') return true
  const isDone = (hook === 'prerouting' || hook === 'output') && situation.isTranslated
  return state === 'new' && !situation.isUntracked && !isDone
}

/** Packets on one way, from hook to hook. */
class Journey {
  readonly #machine: Machine
  readonly #question: Question
  readonly #dropped: { readonly direct: Diagram[]; readonly translated: Diagram[] } = {
    direct: [],
    translated: [],
  }
  readonly #translations: TranslatedPackets[] = []
  #here: Flow

  constructor(machine: Machine, question: Question) {
    this.#machine = machine
    this.#question = question
    this.#here = this.#flow()
    this.#here.add(arriving(question.state), machine.all)
  }

  pass(hook: HookName): void {
    for (const hooked of this.#machine.at(hook)) this.#passChain(hooked)
    if (hook === 'prerouting') this.#route()
  }

  fate(): Fate {
    const { headers } = this.#machine
    const { store } = headers.packets
    const accepted = (isTranslated: boolean): Diagram =>
      store.some(
        this.#here.parts
          .filter(({ situation }) => situation.isTranslated === isTranslated)
          .map(({ packets }) => packets),
      )
    const chances = (isTranslated: boolean, dropped: readonly Diagram[]): Chances => ({
      accepted: headers.forgetUnknown(accepted(isTranslated)),
      dropped: headers.forgetUnknown(store.some(dropped)),
    })
    const diverted = store.some(this.#translations.map(({ packets }) => this.#directOnly(packets)))
    return {
      direct: chances(
        false,
        this.#dropped.direct.map((packets) => this.#directOnly(packets)),
      ),
      diverted: headers.forgetUnknown(diverted),
      translated: chances(true, this.#dropped.translated),
      translations: this.#translations,
    }
  }

  #flow(): Flow {
    const { store } = this.#machine.headers.packets
    return new Flow((sets) => store.some(sets))
  }

  #passChain({ table, chain, base }: HookedChain): void {
    const { headers } = this.#machine
    const { store } = headers.packets
    const chains = this.#machine.chainsOf(table)
    const behind = this.#flow()
    for (const { situation, packets } of this.#here.parts) {
      if (!isAsked(base, this.#question.state, situation)) {
        behind.add(situation, packets)
        continue
      }
      const place = placeAt(base, this.#question, situation, headers)
      const outcome = chains.outcomeOf(chain, place, situation)
      for (const part of outcome.accepted.parts) {
        this.#go(part.situation, store.and(packets, part.packets), behind)
      }
      this.#drop(situation, store.and(packets, outcome.dropped))
      for (const part of outcome.returned.parts) {
        const left = store.and(packets, part.packets)
        if (base.policy === 'drop') this.#drop(part.situation, left)
        else behind.add(part.situation, left)
      }
    }
    this.#here = behind
  }

  /** On behind a chain; destinations are changed there. */
  #go(situation: Situation, packets: Diagram, behind: Flow): void {
    const { translation } = situation
    if (translation === null || packets === nothing) {
      behind.add(situation, packets)
      return
    }
    const { headers } = this.#machine
    const { way } = this.#question
    const { store } = headers.packets
    const same = store.and(packets, unchangedBy(translation, headers))
    const changed = store.minus(packets, same)
    behind.add({ ...situation, translation: null }, same)
    this.#translations.push({ translation, packets: changed })
    const moved = translated(translation, changed, way === 'INPUT', headers)
    // What the machine sends elsewhere itself may go out by another interface than it wanted to.
    const sent = way === 'OUTPUT' ? headers.forgetInterfaces(moved) : moved
    const there = this.#machine.routed(headers.forgetUnknown(sent), way)
    behind.add({ ...situation, translation: null, isTranslated: true }, there)
  }

  #drop({ isTranslated }: Situation, packets: Diagram): void {
    this.#dropped[isTranslated ? 'translated' : 'direct'].push(packets)
  }

  #route(): void {
    const routed = this.#flow()
    for (const { situation, packets } of this.#here.parts) {
      routed.add(situation, situation.isTranslated ? packets : this.#directOnly(packets))
    }
    this.#here = routed
  }

  /** Of packets that go where they want to, those that are on this way. */
  #directOnly(packets: Diagram): Diagram {
    const { headers } = this.#machine
    const local = headers.toLocal()
    const { way } = this.#question
    if (local === null || way === 'OUTPUT') return packets
    const { store } = headers.packets
    return way === 'INPUT' ? store.and(packets, local) : store.minus(packets, local)
  }
}
