// Where packets can go inside of a table: who jumps where, which chains a hook reaches, and how packets
// can leave a rule or a chain. Matches count only where they always hold; what may be is never left out.
import { answersOf, type Call, calleesFirst, callsIn } from '../../ruleset/calls.ts'
import type { Action, Base, Chain, Rule, Table } from '../../ruleset/types.ts'
import { isUnconditional } from './always.ts'

/** A call with the answer whether something is asked of packets first. */
export interface FlowCall extends Call {
  readonly isConditional: boolean
}

/** How packets may leave a rule or a chain. */
export interface Ends {
  readonly accept: boolean
  readonly drop: boolean
  /** Of a rule: to where the chain was called. Of a chain: the same, or by its end. */
  readonly leave: boolean
  /** To the next rule. */
  readonly goOn: boolean
}

/** Why packets come to a chain: the hook, and whether all of the hook's packets may come. */
export interface Reach {
  readonly base: Base
  readonly from: Chain
  /** No condition stands between the hook and the chain. */
  readonly isWhole: boolean
}

export interface Flow {
  readonly table: Table
  /** By the name of the chain that calls. */
  readonly calls: ReadonlyMap<string, readonly FlowCall[]>
  /** By the name of the chain that is called, whether there is one or not. */
  readonly callers: ReadonlyMap<string, readonly FlowCall[]>
  /** For every chain that some hook reaches. */
  readonly reached: ReadonlyMap<string, readonly Reach[]>
  readonly endsOf: (rule: Rule) => Ends
  readonly endsOfChain: (name: string) => Ends
}

export function makeFlow(table: Table): Flow {
  const calls = new Map(
    [...callsIn(table)].map(([name, own]) => [name, own.map((call) => inFlow(call, table))]),
  )
  const callers = new Map<string, FlowCall[]>()
  for (const call of [...calls.values()].flat()) {
    const known = callers.get(call.action.chain)
    if (known === undefined) callers.set(call.action.chain, [call])
    else known.push(call)
  }
  const ends = new Map<string, Ends>()
  const endsOfChain = (name: string): Ends =>
    ends.get(name) ?? (table.chains.has(name) ? anyEnd : falls)
  for (const name of calleesFirst(calls)) {
    const chain = table.chains.get(name)
    if (chain !== undefined) ends.set(name, chainEnds(chain, table, endsOfChain))
  }
  const endsOf = (rule: Rule): Ends => ruleEnds(rule, table, endsOfChain)
  return {
    table,
    calls,
    callers,
    reached: reachedChains(table, calls, endsOf),
    endsOf,
    endsOfChain,
  }
}

const falls: Ends = { accept: false, drop: false, leave: true, goOn: false }
/** Of a chain in a circle. */
const anyEnd: Ends = { accept: true, drop: true, leave: true, goOn: false }

function inFlow(call: Call, table: Table): FlowCall {
  const { rule, action } = call
  return {
    ...call,
    isConditional: !rule.actions.includes(action) || !isUnconditional(rule, table),
  }
}

function chainEnds(chain: Chain, table: Table, endsOfChain: (name: string) => Ends): Ends {
  let [accept, drop, leave] = [false, false, false]
  for (const rule of chain.rules) {
    const ends = ruleEnds(rule, table, endsOfChain)
    accept ||= ends.accept
    drop ||= ends.drop
    leave ||= ends.leave
    if (!ends.goOn) return { accept, drop, leave, goOn: false }
  }
  return { accept, drop, leave: true, goOn: false }
}

function ruleEnds(rule: Rule, table: Table, endsOfChain: (name: string) => Ends): Ends {
  let [accept, drop, leave, goOn] = [false, false, false, !isUnconditional(rule, table)]
  for (const action of rule.actions) {
    const ends = actionEnds(action, table, endsOfChain)
    accept ||= ends.accept
    drop ||= ends.drop
    leave ||= ends.leave
    if (!ends.goOn) return { accept, drop, leave, goOn: goOn || action.kind === 'continue' }
  }
  goOn = true
  return { accept, drop, leave, goOn }
}

const none: Ends = { accept: false, drop: false, leave: false, goOn: false }

function actionEnds(action: Action, table: Table, endsOfChain: (name: string) => Ends): Ends {
  switch (action.kind) {
    case 'accept':
    case 'dnat':
    case 'redirect':
    case 'snat':
      return { ...none, accept: true }
    case 'drop':
      return { ...none, drop: true }
    case 'return':
      return { ...none, leave: true }
    case 'continue':
      return none
    case 'goto':
      return { ...endsOfChain(action.chain), goOn: false }
    case 'jump': {
      const { accept, drop, leave } = endsOfChain(action.chain)
      return { accept, drop, leave: false, goOn: leave }
    }
    case 'map': {
      const all = answersOf(action, table).map((one) => actionEnds(one, table, endsOfChain))
      return {
        accept: all.some(({ accept }) => accept),
        drop: all.some(({ drop }) => drop),
        leave: all.some(({ leave }) => leave),
        goOn: true,
      }
    }
    case 'unknown':
      return { accept: action.mayDecide, drop: action.mayDecide, leave: false, goOn: true }
    default:
      return { ...none, goOn: true }
  }
}

function reachedChains(
  table: Table,
  calls: ReadonlyMap<string, readonly FlowCall[]>,
  endsOf: (rule: Rule) => Ends,
): ReadonlyMap<string, readonly Reach[]> {
  const reached = new Map<string, Reach[]>()
  for (const from of table.chains.values()) {
    if (from.base === null) continue
    for (const [name, isWhole] of reachedFrom(from, table, calls, endsOf)) {
      const reach = { base: from.base, from, isWhole }
      const known = reached.get(name)
      if (known === undefined) reached.set(name, [reach])
      else known.push(reach)
    }
  }
  return reached
}

/** Names of the chains that packets of a base chain may come to, and whether without a condition. */
function reachedFrom(
  from: Chain,
  table: Table,
  calls: ReadonlyMap<string, readonly FlowCall[]>,
  endsOf: (rule: Rule) => Ends,
): ReadonlyMap<string, boolean> {
  const found = new Map([[from.name, true]])
  const waiting: Chain[] = [from]
  for (let chain = waiting.pop(); chain !== undefined; chain = waiting.pop()) {
    const dead = chain.rules.findIndex((rule) => !endsOf(rule).goOn)
    const isWhole = found.get(chain.name) ?? false
    for (const call of calls.get(chain.name) ?? []) {
      if (dead >= 0 && call.index > dead) break
      const target = table.chains.get(call.action.chain)
      const whole = isWhole && !call.isConditional
      const before = found.get(call.action.chain)
      if (target === undefined || before === true || before === whole) continue
      found.set(target.name, whole)
      waiting.push(target)
    }
  }
  return found
}
