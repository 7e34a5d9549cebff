// What a packet has gathered on its way besides its header: marks, a translated address, no tracking.
// Packets of one situation are followed together.
import type { Diagram } from '../algebra/diagram.ts'
import { nothing } from '../algebra/diagram.ts'
import { blur, change, copy, type Mark, unmarked } from './marks.ts'
import type { Action, MarkPlace, PacketState } from './types.ts'

export interface Situation {
  readonly packet: Mark
  readonly connection: Mark
  /** Whether its destination was changed. */
  readonly isTranslated: boolean
  /** Where it is about to be sent instead of where it wants to go: headers change behind the hook. */
  readonly translation: Translation | null
  readonly isUntracked: boolean
}

/** To one of some places (null: nobody knows where), or to the machine itself. */
export type Translation = Extract<Action, { kind: 'dnat' | 'redirect' }>

/** New from the network. */
export const fresh: Situation = {
  packet: unmarked,
  connection: unmarked,
  isTranslated: false,
  translation: null,
  isUntracked: false,
}

/** As packets of a state come in: connections that are there already may have any mark. */
export function arriving(state: PacketState): Situation {
  const isLater = state === 'established' || state === 'related'
  return isLater ? { ...fresh, connection: blur(unmarked, 0xffffffff) } : fresh
}

const keys = new WeakMap<Situation, string>()

/** One text for one situation. */
export function keyOf(situation: Situation): string {
  const known = keys.get(situation)
  if (known !== undefined) return known
  const { packet, connection, isTranslated, isUntracked, translation } = situation
  const marks = [packet.value, packet.unknown, connection.value, connection.unknown]
  const to = translation === null ? '' : translationKey(translation)
  const made = `${marks.join()}${isTranslated ? 't' : ''}${isUntracked ? 'u' : ''}${to}`
  keys.set(situation, made)
  return made
}

function translationKey(translation: Translation): string {
  if (translation.kind === 'redirect') {
    return `r${translation.ports?.from}-${translation.ports?.to}`
  }
  const places = translation.to?.map(
    ({ addresses, ports }) => `${addresses?.from}-${addresses?.to}:${ports?.from}-${ports?.to}`,
  )
  return `d${places?.join() ?? '?'}`
}

/** Whether the packet belongs to a connection: not before tracking, and not where nobody tracks it. */
export function hasConnection({ isUntracked }: Situation, state: PacketState): boolean {
  return !isUntracked && state !== 'invalid' && state !== 'untracked'
}

/** Whether a deed ends its rule: a connection's mark is read, and there is none. */
export function endsRule(situation: Situation, deed: Action, state: PacketState): boolean {
  return deed.kind === 'copy mark' && deed.to === 'packet' && !hasConnection(situation, state)
}

/** The situation behind a deed that changes it; null for all others, and where there is nothing to change. */
export function changedBy(
  situation: Situation,
  deed: Action,
  state: PacketState,
): Situation | null {
  const isTracked = hasConnection(situation, state)
  switch (deed.kind) {
    case 'mark':
    case 'unknown mark':
      if (deed.of === 'connection' && !isTracked) return null
      break
    case 'copy mark':
      if (!isTracked) return null
      break
    case 'notrack':
      if (isTracked) return null
      break
  }
  return changedTo(situation, deed)
}

function changedTo(situation: Situation, deed: Action): Situation | null {
  switch (deed.kind) {
    case 'mark':
      return withMark(situation, deed.of, change(situation[deed.of], deed.mask, deed.value))
    case 'unknown mark':
      return withMark(situation, deed.of, blur(situation[deed.of], deed.mask))
    case 'copy mark': {
      const from = situation[deed.to === 'packet' ? 'connection' : 'packet']
      const mark = copy(situation[deed.to], from, deed.fromMask, deed.toMask)
      return withMark(situation, deed.to, mark)
    }
    case 'notrack':
      return { ...situation, isUntracked: true }
    case 'unknown':
      return deed.mayDecide ? withAnyMarks(situation) : null
    case 'dnat':
    case 'redirect':
      return { ...situation, translation: deed }
    default:
      return null
  }
}

/** Behind something that nobody knows, which can have marked packets and connections. */
export function withAnyMarks(situation: Situation): Situation {
  const any = (mark: Mark): Mark => blur(mark, 0xffffffff)
  return { ...situation, packet: any(situation.packet), connection: any(situation.connection) }
}

function withMark(situation: Situation, place: MarkPlace, mark: Mark): Situation {
  return { ...situation, [place]: mark }
}

/** Packets of one situation. */
export interface FlowPart {
  readonly situation: Situation
  readonly packets: Diagram
}

interface DraftPart {
  readonly situation: Situation
  packets: Diagram[]
}

/** Few situations are looked through one by one. */
const few = 8

/** Sets of packets by their situation. Unions are made late, of many at once: that is what is cheap. */
export class Flow {
  readonly #parts: DraftPart[] = []
  #byKey: Map<string, DraftPart> | null = null
  readonly #union: (sets: readonly Diagram[]) => Diagram

  constructor(union: (sets: readonly Diagram[]) => Diagram) {
    this.#union = union
  }

  add(situation: Situation, packets: Diagram): void {
    if (packets === nothing) return
    const known = this.#find(situation)
    if (known !== undefined) {
      known.packets.push(packets)
      return
    }
    const made = { situation, packets: [packets] }
    this.#parts.push(made)
    this.#byKey?.set(keyOf(situation), made)
  }

  addAll(others: Flow): void {
    for (const { situation, packets } of others.parts) this.add(situation, packets)
  }

  get parts(): readonly FlowPart[] {
    return this.#parts.map((part) => {
      const packets = this.#union(part.packets)
      if (part.packets.length > 1) part.packets = [packets]
      return { situation: part.situation, packets }
    })
  }

  #find(situation: Situation): DraftPart | undefined {
    if (this.#parts.length <= few) {
      const same = this.#parts.find((part) => part.situation === situation)
      return same ?? this.#parts.find((part) => keyOf(part.situation) === keyOf(situation))
    }
    this.#byKey ??= new Map(this.#parts.map((part) => [keyOf(part.situation), part]))
    return this.#byKey.get(keyOf(situation))
  }
}
