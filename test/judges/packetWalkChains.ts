// Chains of iptables, as the walker of packets goes through them: rule by rule, with jumps, gotos and
// returns. What is not known is asked of an oracle.
import { makeSets } from './packetWalkSets.ts'
import { type Deed, makeDeed, type OwnAddress } from './packetWalkTargets.ts'
import { makeTest, type Question, type Test } from './packetWalkTests.ts'
import { readRuleText, type WrittenSet, type WrittenTable } from './packetWalkText.ts'
import type { View, Way } from './packetWalkValues.ts'

/** What else the machine knows. */
export interface Surroundings {
  /**
   * `LOCAL`, `UNICAST` and so on. In IPv4 every address is of one type; in IPv6 those of the machine itself
   * are `LOCAL` and `UNICAST`.
   */
  readonly addressTypes: (address: bigint, family: 4 | 6) => readonly string[]
  /** The way of a packet that came in by an interface to an address; kept as it was where this is null. */
  readonly route: ((view: View) => Pick<Way, 'hook' | 'out'>) | null
  readonly ownAddress: OwnAddress
  readonly oracle: Oracle
}

/** Tells what becomes of what is not known: of a match, and of a target. */
export interface Oracle {
  readonly match: (question: Question) => boolean
  readonly target: (question: Question) => 'accept' | 'drop' | 'continue'
}

/** Where a table has decided: the line of its rule, or of its policy. */
export interface Decision {
  readonly hook: string
  readonly table: string
  readonly line: number
  readonly verdict: 'accept' | 'drop'
}

interface Rule {
  readonly line: number
  readonly test: Test
  readonly deed: Deed
}

interface Chain {
  readonly rules: readonly Rule[]
  readonly policy: 'accept' | 'drop'
  readonly line: number
}

/** Chains by name, by the names of their tables. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Chain>>

/** Makes the chains of all tables of a dump; they ask an asker. Throws at what cannot be read. */
export function makeTables(
  text: string,
  sets: ReadonlyMap<string, WrittenSet>,
  asker: Asker,
): Tables {
  const context = {
    sets: makeSets(sets),
    addressTypes: (address: bigint, family: 4 | 6) => asker.around.addressTypes(address, family),
    ask: (question: Omit<Question, 'visit'>) => asker.match(question),
  }
  const makeChain = (table: WrittenTable, name: string): Chain => {
    const chain = table.chains.get(name)
    const rules = (chain?.rules ?? []).map((rule) => ({
      line: rule.line,
      test: makeTest(rule, context),
      deed: makeDeed(rule.target, table),
    }))
    const policy = chain?.policy === 'DROP' ? 'drop' : 'accept'
    return { rules, policy, line: chain?.line ?? 0 }
  }
  return new Map(
    readRuleText(text).map((table) => [
      table.name,
      new Map([...table.chains].map(([name]) => [name, makeChain(table, name)])),
    ]),
  )
}

/** Hands questions of one walk to the oracle, and counts them. */
export class Asker {
  around: Surroundings = nowhere
  asked = 0
  readonly #visits = new Map<number, number>()

  begin(around: Surroundings): void {
    this.around = around
    this.asked = 0
    this.#visits.clear()
  }

  visit(line: number): void {
    this.#visits.set(line, (this.#visits.get(line) ?? -1) + 1)
  }

  match(question: Omit<Question, 'visit'>): boolean {
    this.asked += 1
    const visit = this.#visits.get(question.line) ?? 0
    return this.around.oracle.match({ ...question, visit })
  }

  target(line: number, text: string, view: View): 'accept' | 'drop' | 'continue' {
    this.asked += 1
    const visit = this.#visits.get(line) ?? 0
    return this.around.oracle.target({ line, text, isStable: false, visit, view })
  }
}

const nowhere: Surroundings = {
  addressTypes: () => ['UNICAST'],
  route: null,
  ownAddress: () => null,
  oracle: { match: () => false, target: () => 'continue' },
}

/** What a table decides at a hook; null where it has nothing to say there. */
export function decisionOf(
  tables: Tables,
  table: string,
  hook: string,
  view: View,
  asker: Asker,
): Decision | null {
  const chains = tables.get(table)
  const chain = chains?.get(hook)
  if (chains === undefined || chain === undefined) return null
  const found = runChain(chain, { chains, view, hook, asker }, 0)
  const { verdict, line } = found ?? { verdict: chain.policy, line: chain.line }
  return { hook, table, line, verdict }
}

interface Place {
  readonly chains: ReadonlyMap<string, Chain>
  readonly view: View
  readonly hook: string
  readonly asker: Asker
}

/** What the rules of a chain decide; null where the packet comes back from it. */
function runChain(
  chain: Chain,
  at: Place,
  depth: number,
): Pick<Decision, 'verdict' | 'line'> | null {
  if (depth > 100) throw new Error('chains jump in a circle')
  for (const { line, test, deed } of chain.rules) {
    at.asker.visit(line)
    if (!test(at.view)) continue
    const verdict = doDeed(deed, line, at)
    if (verdict === 'accept' || verdict === 'drop') return { verdict, line }
    if (verdict === 'return') return null
    if (deed.kind !== 'jump' && deed.kind !== 'goto') continue
    const found = runChain(at.chains.get(deed.chain) ?? missing(deed.chain), at, depth + 1)
    if (found !== null || deed.kind === 'goto') return found
  }
  return null
}

function doDeed(
  deed: Deed,
  line: number,
  { view, hook, asker }: Place,
): 'accept' | 'drop' | 'return' | 'continue' {
  switch (deed.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return deed.kind
    case 'jump':
    case 'goto':
      return 'continue'
    case 'change':
      deed.run(view)
      return 'continue'
    case 'translate':
      return deed.run(view, hook, asker.around.ownAddress)
    case 'unknown':
      return asker.target(line, deed.text, view)
  }
}

function missing(chain: string): never {
  throw new Error(`no such chain: ${chain}`)
}
