// What becomes of packets on each way through the machine, worked out once for all that asks.
import { type Address, type Family, families } from '../algebra/address.ts'
import { type Diagram, LimitReached } from '../algebra/diagram.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { Headers } from '../ruleset/headers.ts'
import type { PacketState, Ruleset } from '../ruleset/types.ts'
import { type Fate, Machine, newOn, type Question, type Way } from '../ruleset/ways.ts'
import { type AddressesByInterface, agreeing, nowhere } from './drift/interfaces.ts'

/** What is known of the machine beside its rules. */
export interface Surroundings {
  readonly ruleset: Ruleset
  /** The machine's own addresses; null where they are not known. */
  readonly local: readonly Address[] | null
  readonly interfaces: AddressesByInterface
  readonly reporter: Reporter
}

/** A way that some rule filters, for one IP version. */
export interface FilteredWay {
  readonly way: Way
  readonly family: Family
  readonly machine: Machine
  /** Headers in which interfaces and addresses agree, and that come and go over networks. */
  readonly real: Diagram
}

/** Steps of computation for one way, state and IP version. */
const budget = 100_000_000

const hookOf = { FORWARD: 'forward', INPUT: 'input', OUTPUT: 'output' } as const
const ways: readonly Way[] = ['FORWARD', 'INPUT', 'OUTPUT']

/** The fates of packets, as they are asked for. What takes too long is reported once (NP8124). */
export class Fates {
  readonly filtered: readonly FilteredWay[]
  readonly #reporter: Reporter
  readonly #known = new Map<string, Fate | null>()

  constructor(surroundings: Surroundings) {
    this.#reporter = surroundings.reporter
    this.filtered = families.flatMap((family) => filteredWays(family, surroundings))
  }

  /** Of packets of a state on a way; null where that was not found out. */
  of({ way, family, machine }: FilteredWay, state: PacketState): Fate | null {
    const key = `${way} ${family} ${state}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const question: Question = { ...newOn(way), state }
    const words = `what becomes of ${state} packets (${way}, IPv${family})`
    const fate = this.within(machine, words, () => machine.fateOf(question))
    this.#known.set(key, fate)
    return fate
  }

  /** Works something out, unless it takes too long: then null, and what it was is reported. */
  within<T>(machine: Machine, words: string, work: () => T): T | null {
    machine.headers.packets.store.renewBudget()
    try {
      return work()
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error
      this.#reporter.report('NP8124', { message: `${words} was not found out within the limit` })
      return null
    }
  }
}

function filteredWays(
  family: Family,
  { ruleset, local, interfaces }: Surroundings,
): readonly FilteredWay[] {
  if (!ruleset.tables.some((table) => table.families.includes(family))) return []
  const names = [...interfaces.keys()].filter((name) => name !== nowhere)
  const headers = Headers.of(ruleset, family, budget, names)
  const own = local?.filter((one) => one.family === family) ?? null
  const addresses = own?.map(({ value }) => ({ from: value, to: value })) ?? null
  const machine = new Machine(ruleset, headers, addresses)
  const real = agreeing(interfaces, headers)
  return ways
    .filter((way) => isFiltered(way, machine))
    .map((way) => ({ way, family, machine, real: overNetworks(real, way, headers) }))
}

/** What goes over the loopback interface, a machine says to itself. */
function overNetworks(packets: Diagram, way: Way, headers: Headers): Diagram {
  const side = way === 'INPUT' ? 'in' : way === 'OUTPUT' ? 'out' : null
  const loopback = side && headers.interfaces(side, [{ text: 'lo', isPrefix: false }])
  return loopback === null ? packets : headers.packets.store.minus(packets, loopback)
}

/** Where no chain of the way's own hook has a rule or refuses, all pass. */
function isFiltered(way: Way, machine: Machine): boolean {
  return machine
    .at(hookOf[way])
    .some(({ chain, base }) => chain.rules.length > 0 || base.policy === 'drop')
}
