// What is known of packets at a place on their way, and what tests say of them there.
import { type Diagram, everything, nothing } from '../algebra/diagram.ts'
import type { Headers } from './headers.ts'
import type { Situation } from './situation.ts'
import type { InterfacePattern, PacketState } from './types.ts'

/** Packets at a hook. */
export interface View {
  /** The state of their connection, unless a rule took them out of tracking. */
  readonly state: PacketState
  /** Whether they open connections. */
  readonly isFirst: boolean
  readonly situation: Situation
  /** Whether they have come in by an interface. */
  readonly hasIn: boolean
  /** Whether they have been given an interface to go out by; null where it is not that of their header. */
  readonly hasOut: boolean | null
  /** Whether addresses are the machine's own; null where that is a question of the packet. */
  readonly isLocal: { readonly source: boolean; readonly destination: boolean | null }
}

/** The state that rules see. */
export function stateIn({ situation, state }: View): PacketState {
  return situation.isUntracked ? 'untracked' : state
}

/** One text for all views in which chains do the same. */
export function viewKey({
  state,
  isFirst,
  hasIn,
  hasOut,
  isLocal,
}: Omit<View, 'situation'>): string {
  return [state, isFirst, hasIn, hasOut, isLocal.source, isLocal.destination].join()
}

/**
 * The headers that a test can hold for, and those that it holds for whatever the answers are of what is
 * not modelled: these are among those.
 */
export interface Answer {
  readonly may: Diagram
  readonly must: Diagram
}

export const always: Answer = { may: everything, must: everything }
export const never: Answer = { may: nothing, must: nothing }
/** Nobody can tell. */
export const perhaps: Answer = { may: everything, must: nothing }

export function sure(set: Diagram): Answer {
  return { may: set, must: set }
}

/** Whether an interface has one of the names; without an interface there is no name. */
export function ofInterface(
  end: 'in' | 'out',
  names: readonly InterfacePattern[],
  view: View,
  headers: Headers,
): Answer {
  if (names.some(({ text, isPrefix }) => isPrefix && text === '')) return always
  const has = end === 'in' ? view.hasIn : view.hasOut
  if (has === null) return perhaps
  return has ? sureOrPerhaps(headers.interfaces(end, names)) : never
}

/** An answer that there is only where the space has the variable for it. */
export function sureOrPerhaps(set: Diagram | null): Answer {
  return set === null ? perhaps : sure(set)
}

export function constant(holds: boolean | null): Answer {
  return holds === null ? perhaps : holds ? always : never
}

export function allOf(answers: readonly Answer[], { packets: { store } }: Headers): Answer {
  return {
    may: store.all(answers.map(({ may }) => may)),
    must: store.all(answers.map(({ must }) => must)),
  }
}

export function someOf(answers: readonly Answer[], { packets: { store } }: Headers): Answer {
  return {
    may: store.some(answers.map(({ may }) => may)),
    must: store.some(answers.map(({ must }) => must)),
  }
}

export function notOf({ may, must }: Answer, { packets: { store } }: Headers): Answer {
  return { may: store.not(must), must: store.not(may) }
}

/** Those of the first without those of the second. */
export function butNot(first: Answer, second: Answer, headers: Headers): Answer {
  return allOf([first, notOf(second, headers)], headers)
}
