// The sets of packets that the rules of one chain match, for one IP version and one state of connections
// at a time: a layer each, since sets of headers are of one version and say nothing of states.
import type { Family } from '../../algebra/address.ts'
import { type Diagram, type DiagramStore, nothing } from '../../algebra/diagram.ts'
import { setsOf } from '../../ruleset/asked.ts'
import { Headers } from '../../ruleset/headers.ts'
import { fresh } from '../../ruleset/situation.ts'
import { Tests } from '../../ruleset/tests.ts'
import {
  type Chain,
  type Match,
  type NamedSet,
  type PacketState,
  packetStates,
  type Rule,
  type Ruleset,
  type Table,
} from '../../ruleset/types.ts'
import type { Answer, View } from '../../ruleset/view.ts'
import type { Side } from './boxes.ts'
import type { Reach } from './flow.ts'

export interface Layer {
  readonly family: Family
  readonly state: PacketState
  readonly store: DiagramStore
  /** Where the store has the variables of the sides of boxes. */
  readonly variables: Readonly<Record<Side, number>>
  /** Packets that can come to the chain at all. */
  readonly world: Diagram
  /** What matches say of packets that come to the chain. */
  readonly answer: (matches: readonly Match[]) => Answer
  /** What they say of any packets at the same hooks. */
  readonly alone: (matches: readonly Match[]) => Answer
}

/** What layers are made for. */
export interface Asked {
  readonly ruleset: Ruleset
  readonly table: Table
  readonly chain: Chain
  /** The chain's rules, as questions. */
  readonly rules: readonly Rule[]
  /** What packets have met before they come: one of these alternatives. None: nothing is known. */
  readonly before: readonly (readonly Match[])[]
  readonly reaches: readonly Reach[]
  readonly budget: number
}

/** The layers of a chain: as many as its rules tell apart. Throws `LimitReached`. */
export function layersOf(asked: Asked): readonly Layer[] {
  const own = ownRuleset(asked)
  const states = statesIn([
    ...asked.rules.flatMap(({ matches }) => matches),
    ...asked.before.flat(),
  ])
  return asked.table.families.flatMap((family) => {
    const headers = Headers.of(own, family, asked.budget)
    const tests = new Tests(headers, asked.table, asked.ruleset)
    return states.map((state) => layerOf(asked, headers, tests, state))
  })
}

function layerOf(
  { before, reaches }: Asked,
  headers: Headers,
  tests: Tests,
  state: PacketState,
): Layer {
  const { store } = headers.packets
  const view = viewOf(reaches, state)
  const all = (matches: readonly Match[]): Answer => tests.all(matches, view)
  const world =
    before.length === 0 ? store.not(nothing) : store.some(before.map((one) => all(one).may))
  const answer = (matches: readonly Match[]): Answer => {
    const { may, must } = all(matches)
    return { may: store.and(may, world), must: store.and(must, world) }
  }
  const variables = variablesOf(store)
  return { family: headers.family, state, store, variables, world, answer, alone: all }
}

function variablesOf({ variables }: DiagramStore): Layer['variables'] {
  const indexOf = (name: string): number => {
    const index = variables.findIndex((one) => one.name === name)
    if (index < 0) throw new Error(`headers have no ${name}`)
    return index
  }
  return {
    source: indexOf('source'),
    destination: indexOf('destination'),
    port: indexOf('port'),
    protocol: indexOf('protocol'),
    in: indexOf('in interface'),
    out: indexOf('out interface'),
  }
}

/** Nothing is known of marks; whether there are interfaces, the hooks tell. */
function viewOf(reaches: readonly Reach[], state: PacketState): View {
  const hooks = reaches.map(({ base }) => base.hook)
  const unknown = { value: 0, unknown: 0xffffffff }
  return {
    state,
    isFirst: state === 'new',
    situation: { ...fresh, packet: unknown, connection: unknown },
    hasIn: hooks.length === 0 || hooks.some((hook) => hook !== 'output'),
    hasOut: hooks.length === 0 || hooks.some((hook) => hook !== 'prerouting' && hook !== 'input'),
    isLocal: { source: false, destination: null },
  }
}

/** States that some match names, and one that stands for all others. */
function statesIn(matches: readonly Match[]): readonly PacketState[] {
  const named = new Set<PacketState>()
  const visit = (match: Match): void => {
    if (match.kind === 'state') for (const state of match.states) named.add(state)
    if (match.kind === 'any') match.of.flat().forEach(visit)
    const isKey = 'fields' in match && match.fields.some(({ kind }) => kind === 'state')
    if (isKey) for (const state of packetStates) named.add(state)
  }
  matches.forEach(visit)
  const other = packetStates.find((state) => !named.has(state))
  const used = packetStates.filter((state) => named.has(state))
  return other === undefined ? used : [...used, other]
}

/** A rule set of this chain alone, so that headers have what its rules ask for, and no more. */
function ownRuleset({ ruleset, table, chain, rules, before }: Asked): Ruleset {
  const [first] = rules
  const callers: readonly Rule[] =
    first === undefined ? [] : before.map((matches) => ({ ...first, actions: [], matches }))
  const own: Chain = { ...chain, rules: [...rules, ...callers] }
  const named = new Set(own.rules.flatMap(({ matches }) => setsOf(matches)))
  const pick = (sets: ReadonlyMap<string, NamedSet>): ReadonlyMap<string, NamedSet> => {
    for (const name of named) for (const member of sets.get(name)?.members ?? []) named.add(member)
    return new Map(
      [...named].flatMap((name) => {
        const set = sets.get(name)
        return set === undefined ? [] : [[name, set] as const]
      }),
    )
  }
  const tables = [{ ...table, chains: new Map([[chain.name, own]]), sets: pick(table.sets) }]
  return { ...ruleset, tables, ipsets: pick(ruleset.ipsets) }
}
