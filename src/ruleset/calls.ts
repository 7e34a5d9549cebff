// Calls between the chains of a table, and orders of chains by them, without recursion: anyone's dump may
// nest as deep as it likes.
import type { Action, Chain, Rule, Table } from './types.ts'

/** A jump or goto, alone in its rule or as the answer of a map. `index` counts rules from 0. */
export interface Call {
  readonly chain: Chain
  readonly rule: Rule
  readonly index: number
  readonly action: Action & { readonly kind: 'jump' | 'goto' }
}

/** All calls of a table, by the name of the chain that calls. */
export function callsIn(table: Table): ReadonlyMap<string, readonly Call[]> {
  return new Map([...table.chains.values()].map((chain) => [chain.name, callsOf(chain, table)]))
}

function callsOf(chain: Chain, table: Table): readonly Call[] {
  return chain.rules.flatMap((rule, index) =>
    allActions(rule, table).flatMap((action) =>
      action.kind === 'jump' || action.kind === 'goto' ? [{ chain, rule, index, action }] : [],
    ),
  )
}

/** Actions of a rule, with the answers that its maps can give. */
export function allActions(rule: Rule, table: Table): readonly Action[] {
  if (!rule.actions.some(({ kind }) => kind === 'map')) return rule.actions
  return rule.actions.flatMap((action) => [action, ...answersOf(action, table)])
}

/** All answers of a verdict map; none for another action, or for a map that is not there. */
export function answersOf(action: Action, table: Table): readonly Action[] {
  if (action.kind !== 'map') return []
  const elements =
    'name' in action.map ? (table.sets.get(action.map.name)?.elements ?? []) : action.map.elements
  return elements.flatMap((element) => element.action ?? [])
}

/** The least that has to be known of a call. */
interface Called {
  readonly action: { readonly chain: string }
}

type Calls<T extends Called> = ReadonlyMap<string, readonly T[]>

/** Names of chains: what a chain calls comes before it, but for calls that close a circle. */
export function calleesFirst<T extends Called>(calls: Calls<T>): readonly string[] {
  const order: string[] = []
  walk(calls, { left: (name) => order.push(name), circle: () => {} })
  return order
}

/** Circles of calls: for each call that closes one, the calls on the way round. */
export function circlesOf<T extends Called>(calls: Calls<T>): readonly (readonly T[])[] {
  const circles: (readonly T[])[] = []
  walk(calls, { left: () => {}, circle: (way) => circles.push(way) })
  return circles
}

/** A chain on the way from the start: its name, and which of its calls is being followed. */
interface Step {
  readonly name: string
  next: number
}

function walk<T extends Called>(
  calls: Calls<T>,
  { left, circle }: { left: (name: string) => void; circle: (way: readonly T[]) => void },
): void {
  const done = new Set<string>()
  const closed = new Set<string>()
  for (const start of calls.keys()) {
    if (done.has(start)) continue
    const way: Step[] = [{ name: start, next: 0 }]
    const onWay = new Map([[start, 0]])
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      const call = calls.get(here.name)?.[here.next]
      if (call === undefined) {
        left(here.name)
        done.add(here.name)
        onWay.delete(here.name)
        way.pop()
        continue
      }
      here.next += 1
      const name = call.action.chain
      const at = onWay.get(name)
      if (at !== undefined) {
        const key = `${here.name} ${name}`
        if (!closed.has(key)) circle(way.slice(at).flatMap((step) => followed(calls, step)))
        closed.add(key)
      } else if (!done.has(name) && calls.has(name)) {
        onWay.set(name, way.length)
        way.push({ name, next: 0 })
      }
    }
  }
}

function followed<T extends Called>(calls: Calls<T>, { name, next }: Step): readonly T[] {
  const call = calls.get(name)?.[next - 1]
  return call === undefined ? [] : [call]
}
