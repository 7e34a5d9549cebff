// Policies of equal order: Calico asks them by texts of their names, and not all versions by the same.
// Here they are read as the last version does; where an older one has another sequence, that is said.
import { byCodeUnit, groupBy } from '../../../src/algebra/order.ts'
import { type Action, type Direction, directions, type Policy } from '../../../src/ir/types.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import type { ReadPolicy } from './policy.ts'

/** A policy as read, and where. */
export interface PlacedPolicy {
  readonly policy: ReadPolicy
  readonly place: Place
}

/** A policy with the texts by which it is sorted: since 3.32, and up to 3.31. */
interface Tied {
  readonly policy: Policy
  readonly place: Place
  readonly now: string
  readonly before: string
}

/** Warns of the first two policies of each order that versions of Calico ask in another sequence. */
export function warnOfTies(tier: string, policies: readonly PlacedPolicy[]): void {
  const tied = policies.flatMap((one) => tiedOf(tier, one))
  for (const [order, equal] of groupBy(tied, ({ policy }) => policy.order)) {
    const pair = swappedPair(equal)
    if (pair === undefined) continue
    const [first, second] = pair.map(nameOf)
    const at = order === null ? into(pair[1].place, 'metadata', 'name') : orderOf(pair[1])
    complain(at, 'NP3010', {
      message: `${first} and ${second} ${order === null ? 'have no order' : `both have order ${order}`}: Calico asks ${first} before the other since 3.32, and after it up to 3.31`,
      help: 'give them different orders; here they are read as Calico 3.32 does',
    })
  }
}

/** Alternatives of a subject have the same rules, so one of them speaks for all. */
function tiedOf(
  tier: string,
  { policy: { name, namespace, policies }, place }: PlacedPolicy,
): Tied[] {
  const [policy] = policies
  if (policy === undefined) return []
  const stored = name.startsWith(`${tier}.`) ? name : `${tier}.${name}`
  const now = `${name}/${namespace ?? ''}`
  return [{ policy, place, now, before: namespace === null ? stored : `${namespace}/${stored}` }]
}

function swappedPair(tied: readonly Tied[]): readonly [Tied, Tied] | undefined {
  const sorted = tied.toSorted((a, b) => byCodeUnit(a.now, b.now))
  for (const direction of directions) {
    const pair = swappedIn(sorted, direction)
    if (pair !== undefined) return pair
  }
  return undefined
}

/**
 * One walk, whatever the number of policies: of those that came by, only the one that older versions
 * ask last has to be known, for each scope and each thing that its rules do.
 */
function swappedIn(
  sorted: readonly Tied[],
  direction: Direction,
): readonly [Tied, Tied] | undefined {
  const last = new Map<string, Tied>()
  for (const one of sorted) {
    const effect = effectOf(one.policy, direction)
    if (effect === null) continue
    const keys = scopesMet(one).flatMap((scope) => rivals(effect).map((rival) => scope + rival))
    const swapped = keys.flatMap((key) => last.get(key) ?? []).find((it) => it.before > one.before)
    if (swapped !== undefined) return [swapped, one]
    for (const key of scopesOf(one).map((scope) => scope + effect)) {
      const known = last.get(key)
      if (known === undefined || known.before < one.before) last.set(key, one)
    }
  }
  return undefined
}

const cluster = 'cluster '
const namespaces = 'namespaces '

function scopesOf({ policy: { namespace } }: Tied): readonly string[] {
  return namespace === null ? [cluster] : [namespaces, `in ${namespace} `]
}

/** Scopes of policies that a pod of this one can have too: none of another namespace. */
function scopesMet({ policy: { namespace } }: Tied): readonly string[] {
  return namespace === null ? [cluster, namespaces] : [cluster, `in ${namespace} `]
}

type Effect = Exclude<Action, 'log'> | 'several'
const effects: readonly Effect[] = ['allow', 'deny', 'pass', 'several']

/** The action of all rules that decide; null where none does. */
function effectOf(policy: Policy, direction: Direction): Effect | null {
  const actions = new Set<Effect>()
  for (const { action } of policy[direction]?.rules ?? []) if (action !== 'log') actions.add(action)
  const [only = null] = actions
  return actions.size > 1 ? 'several' : only
}

/** Policies that all do the same mean the same in any sequence. */
function rivals(effect: Effect): readonly Effect[] {
  return effects.filter((other) => other !== effect || other === 'several')
}

function nameOf({ policy: { name, namespace } }: Tied): string {
  return namespace === null ? `"${name}"` : `"${namespace}/${name}"`
}

function orderOf({ place }: Tied): Place {
  return into(place, 'spec', 'order')
}
