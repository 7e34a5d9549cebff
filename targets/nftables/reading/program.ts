// What tables do with the first packet of a connection, for all packets at once: sets of packets go
// through the chains from rule to rule, as the kernel takes a single one. What a chain does with a packet
// does not depend on where it came from, so each chain is looked at once, for all packets.
import { type Diagram, everything, nothing } from '../../../src/algebra/diagram.ts'
import { groupBy } from '../../../src/algebra/order.ts'
import type { Packets } from '../../../src/proof/packets.ts'
import type { AddressFacts } from '../../../src/proof/paths.ts'
import { keyOf } from './check.ts'
import { Tests } from './tests.ts'
import type { Hook, MapElement, NftChain, NftTable, Rule, TableFamily, Verdict } from './types.ts'

/** The hooks that a packet passes on each of the ways through a node. */
const ways: Readonly<Record<'INPUT' | 'FORWARD' | 'OUTPUT', readonly Hook[]>> = {
  INPUT: ['prerouting', 'input'],
  FORWARD: ['prerouting', 'forward', 'postrouting'],
  OUTPUT: ['output', 'postrouting'],
}

const seenBy: Readonly<Record<TableFamily, readonly number[]>> = { inet: [4, 6], ip: [4], ip6: [6] }

/**
 * The new packets that all base chains on their way let on: `drop` is the end, and `accept` only that of
 * one base chain.
 */
export function acceptedPackets(
  tables: readonly NftTable[],
  way: keyof typeof ways,
  packets: Packets,
  facts: AddressFacts,
): Diagram {
  const own = tables.filter(({ family }) => seenBy[family].includes(packets.family))
  return packets.store.all(own.map((table) => new Program(table, packets, facts).accepted(way)))
}

/** Where packets that went into a chain have got to; the others were dropped. */
interface Outcome {
  readonly accepted: Diagram
  /** Came back to where the chain was called from. */
  readonly returned: Diagram
}

/** Packets on their way through a chain. */
interface Run {
  /** Those that the rest of the chain is for. */
  here: Diagram
  readonly accepted: Diagram[]
  readonly returned: Diagram[]
}

/** The chains of one table, as functions of packets. */
class Program {
  readonly #table: NftTable
  readonly #packets: Packets
  readonly #tests: Tests
  readonly #outcomes = new Map<NftChain, Outcome>()

  constructor(table: NftTable, packets: Packets, facts: AddressFacts) {
    this.#table = table
    this.#packets = packets
    this.#tests = new Tests(table, packets, facts)
  }

  accepted(way: keyof typeof ways): Diagram {
    const { store } = this.#packets
    const bases = [...this.#table.chains.values()].flatMap((chain) => {
      if (chain.base === null || !ways[way].includes(chain.base.hook)) return []
      const { accepted, returned } = this.#outcomeOf(chain)
      return [chain.base.policy === 'drop' ? accepted : store.or(accepted, returned)]
    })
    return store.all(bases)
  }

  #outcomeOf(chain: NftChain): Outcome {
    const known = this.#outcomes.get(chain)
    if (known !== undefined) return known
    // A chain that comes back to itself was reported; it must not keep us going round.
    this.#outcomes.set(chain, { accepted: nothing, returned: nothing })
    const { store } = this.#packets
    const run: Run = { here: everything, accepted: [], returned: [] }
    for (const rule of chain.rules) {
      if (run.here === nothing) break
      this.#rule(rule, run)
    }
    const outcome = {
      accepted: store.some(run.accepted),
      returned: store.some([...run.returned, run.here]),
    }
    this.#outcomes.set(chain, outcome)
    return outcome
  }

  #rule({ matches, action }: Rule, run: Run): void {
    const { store } = this.#packets
    if (action.kind === 'none') return
    const tested = store.all([...matches.map((match) => this.#tests.match(match)), run.here])
    if (tested === nothing) return
    if (action.kind === 'verdict') {
      this.#apply([{ verdict: action.verdict, hit: tested }], run)
      return
    }
    const asked = store.and(tested, this.#tests.headers(action.fields))
    const groups = groupBy(this.#elementsOf(action), ({ verdict }) => keyOf(verdict))
    const cases = [...groups.values()].flatMap((elements) => {
      const [first] = elements
      if (first === undefined) return []
      const hit = store.and(asked, this.#tests.elements(action.fields, elements))
      return [{ verdict: first.verdict, hit }]
    })
    this.#apply(cases, run)
  }

  /** Packets go where their verdict says; no packet has two. */
  #apply(cases: readonly { readonly verdict: Verdict; readonly hit: Diagram }[], run: Run): void {
    const { store } = this.#packets
    const decided = cases.filter(({ verdict }) => verdict.kind !== 'continue')
    const back: Diagram[] = [store.minus(run.here, store.some(decided.map(({ hit }) => hit)))]
    for (const { verdict, hit } of decided) {
      if (verdict.kind === 'accept') run.accepted.push(hit)
      if (verdict.kind === 'return') run.returned.push(hit)
      if (!('chain' in verdict)) continue
      const chain = this.#table.chains.get(verdict.chain)
      if (chain === undefined) continue
      const { accepted, returned } = this.#outcomeOf(chain)
      run.accepted.push(store.and(hit, accepted))
      const cameBack = store.and(hit, returned)
      if (verdict.kind === 'jump') back.push(cameBack)
      else run.returned.push(cameBack)
    }
    run.here = store.some(back)
  }

  #elementsOf({ values }: Rule['action'] & { readonly kind: 'map' }): readonly MapElement[] {
    if (values.kind === 'elements') return values.elements
    return this.#table.maps.get(values.name)?.elements ?? []
  }
}
