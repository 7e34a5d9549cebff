// Walks one packet through a rule set as it was dumped, the way that Linux does: hook by hook, table by
// table, rule by rule. It says what becomes of the packet and which rules decided. It has a reader of its
// own and shares nothing with the audit; what it does not know, an oracle tells it.
import {
  Asker,
  type Decision,
  decisionOf,
  makeTables,
  type Surroundings,
  type Tables,
} from './packetWalkChains.ts'
import { readSetText } from './packetWalkText.ts'
import {
  addressOf,
  type Connection,
  type Ends,
  type TrackedState,
  type View,
  type Way,
} from './packetWalkValues.ts'

export type { Decision, Oracle, Surroundings } from './packetWalkChains.ts'
export type { Question } from './packetWalkTests.ts'
export type { Connection, TrackedState, View, Way } from './packetWalkValues.ts'
export { addressOf } from './packetWalkValues.ts'

/** Dumps of one machine; a family without a dump has no rules. */
export interface Dumps {
  readonly rules: Readonly<Partial<Record<4 | 6, string>>>
  readonly sets: string
}

/** A packet as it arrives at the machine, or leaves one of its programs. */
export interface Packet {
  readonly family: 4 | 6
  readonly source: string
  readonly destination: string
  readonly protocol: number
  /** Zero where there are none. */
  readonly sourcePort: number
  readonly destinationPort: number
  readonly icmp: readonly [type: number, code: number] | null
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
  readonly tcpFlags: number
  readonly state: TrackedState
  /** Zero, where nobody says otherwise. */
  readonly mark?: number
  /** The connection of a packet that is not its first, as the walk of that one left it. */
  readonly connection?: Connection | null
  readonly isReply?: boolean
}

/** What became of a packet. */
export interface Walked {
  readonly verdict: 'accept' | 'drop'
  /** All tables that were asked, in their order; the last one dropped it, if it was dropped. */
  readonly decisions: readonly Decision[]
  /** The packet at the end of its way. */
  readonly view: View
  /** The way that it took in the end. */
  readonly way: Way
  /** How many questions the oracle was asked. */
  readonly asked: number
}

/** Sends one packet on its way. */
export type Walk = (packet: Packet, way: Way, around: Surroundings) => Walked

/** Reads dumps once, for any number of packets. Throws at what it cannot read. */
export function makeWalk(dumps: Dumps): Walk {
  const asker = new Asker()
  const sets = readSetText(dumps.sets)
  const readTables = (text: string): Tables => makeTables(text, sets, asker)
  const tables = { 4: readTables(dumps.rules[4] ?? ''), 6: readTables(dumps.rules[6] ?? '') }
  return (packet, way, around) => {
    asker.begin(around)
    return new Walker(tables[packet.family], asker).walk(packet, way)
  }
}

/** One packet's walk. */
class Walker {
  readonly #tables: Tables
  readonly #asker: Asker
  readonly #decisions: Decision[] = []

  constructor(tables: Tables, asker: Asker) {
    this.#tables = tables
    this.#asker = asker
  }

  walk(packet: Packet, way: Way): Walked {
    const view = viewOf(packet)
    const taken = { ...way }
    const passes =
      way.hook === 'OUTPUT'
        ? this.#leaves(packet, view, taken)
        : this.#arrives(packet, view, taken) && this.#goesOn(view, taken)
    const verdict = passes ? 'accept' : 'drop'
    const { asked } = this.#asker
    return { verdict, decisions: this.#decisions, view, way: taken, asked }
  }

  #arrives(packet: Packet, view: View, way: { -readonly [K in keyof Way]: Way[K] }): boolean {
    view.in = way.in
    if (!this.#passes('raw', 'PREROUTING', view)) return false
    track(packet, view)
    if (!this.#passes('mangle', 'PREROUTING', view)) return false
    if (!this.#translates('PREROUTING', view)) return false
    Object.assign(way, this.#asker.around.route?.(view) ?? {})
    if (way.hook === 'INPUT') way.out = ''
    return true
  }

  #goesOn(view: View, { hook, out }: Way): boolean {
    view.out = out
    const tables = ['mangle', 'filter', 'security']
    if (!tables.every((table) => this.#passes(table, hook, view))) return false
    return hook === 'INPUT' ? this.#translates('INPUT', view) : this.#posted(view)
  }

  #leaves(packet: Packet, view: View, way: { -readonly [K in keyof Way]: Way[K] }): boolean {
    view.out = way.out
    if (!this.#passes('raw', 'OUTPUT', view)) return false
    track(packet, view)
    if (!this.#passes('mangle', 'OUTPUT', view)) return false
    if (!this.#translates('OUTPUT', view)) return false
    if (!['filter', 'security'].every((table) => this.#passes(table, 'OUTPUT', view))) return false
    // The rules of this hook still saw the interface that the packet was to leave by at first.
    way.out = this.#asker.around.route?.(view).out ?? way.out
    view.out = way.out
    return this.#posted(view)
  }

  #posted(view: View): boolean {
    return this.#passes('mangle', 'POSTROUTING', view) && this.#translates('POSTROUTING', view)
  }

  /** Only the first packet of a connection is asked for its translation. */
  #translates(hook: string, view: View): boolean {
    const isFirst = view.state === 'new' && view.connection !== null
    return !isFirst || this.#passes('nat', hook, view)
  }

  #passes(table: string, hook: string, view: View): boolean {
    const decision = decisionOf(this.#tables, table, hook, view, this.#asker)
    if (decision === null) return true
    this.#decisions.push(decision)
    return decision.verdict === 'accept'
  }
}

/** The packet before tracking: it has no connection yet, and counts as invalid. */
function viewOf(packet: Packet): View {
  const { family, protocol, icmp, tcpFlags, isReply = false, mark = 0 } = packet
  return {
    ...{ family, protocol, icmp, tcpFlags, isReply, mark },
    ...endsOf(packet),
    in: '',
    out: '',
    state: 'invalid',
    connection: null,
  }
}

/** Connection tracking finds the packet's connection, or makes one. */
function track(packet: Packet, view: View): void {
  if (view.state === 'untracked') return
  view.state = packet.state
  if (packet.state === 'invalid' || packet.state === 'untracked') return
  view.connection = packet.connection ?? {
    mark: 0,
    original: endsOf(packet),
    isSourceTranslated: false,
    isDestinationTranslated: false,
  }
}

function endsOf({ source, destination, sourcePort, destinationPort }: Packet): Ends {
  return {
    source: addressOf(source),
    destination: addressOf(destination),
    sourcePort,
    destinationPort,
  }
}
