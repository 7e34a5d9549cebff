// What all recognisers share: roles of chains, found once each and only when asked for, the words for a
// rule, and who jumps where.
import { ruleNumber } from '../../ruleset/ruleNumbers.ts'
import type { Chain, Deed, Rule, Table } from '../../ruleset/types.ts'
import type { GeneratorName, GeneratorRecognition, Role } from './types.ts'

/** What is known of a chain or a set: a role, and for chains the words for their rules. */
export interface Known {
  readonly purpose: string
  readonly subject: string | null
  /** What comes after whose it is: `ingress rule 2`; null where the place in the chain says it all. */
  readonly rule?: (rule: Rule) => string | null
  /** The rule by a subject of its own, where that is not the chain's: `policy shop/db, ingress rule 2`. */
  readonly ownRule?: (rule: Rule) => string | null
}

/** How one generator names things. */
export interface Naming {
  readonly name: GeneratorName
  readonly chain: (table: Table, chain: Chain) => Known | null
  readonly set: (name: string) => Known | null
  readonly interfaces?: GeneratorRecognition['interfaces']
}

/** Recognition by names; each chain and set is looked at once. */
export function recogniseBy(naming: Naming): GeneratorRecognition {
  const chains = new WeakMap<Table, Map<string, Known | null>>()
  const sets = new Map<string, Known | null>()
  const chainOf = (table: Table, name: string): Known | null => {
    const known = chains.get(table) ?? new Map<string, Known | null>()
    chains.set(table, known)
    const chain = table.chains.get(name)
    return chain === undefined ? null : once(known, name, () => naming.chain(table, chain))
  }
  const roleOf = (known: Known | null): Role | null =>
    known && { generator: naming.name, purpose: known.purpose, subject: known.subject }
  return {
    chain: (table, name) => roleOf(chainOf(table, name)),
    set: (name) => roleOf(once(sets, name, () => naming.set(name))),
    rule: (table, name, rule) => {
      const known = chainOf(table, name)
      const chain = table.chains.get(name)
      if (known === null || chain === undefined) return null
      const alone = known.ownRule?.(rule) ?? null
      if (alone !== null) return `${naming.name} ${alone}`
      const whose = known.subject === null ? naming.name : `${naming.name} ${known.subject}`
      const own = known.rule?.(rule) ?? null
      if (own !== null) return `${whose}, ${own}`
      return `${whose}, ${known.purpose}, ${placeInChain(chain, rule)}${leadingTo(table, rule, chainOf)}`
    },
    interfaces: naming.interfaces ?? new Map(),
  }
}

/** The recognition of a generator that wrote nothing here. */
export const nothingRecognised: GeneratorRecognition = {
  chain: () => null,
  set: () => null,
  rule: () => null,
  interfaces: new Map(),
}

/** `rule 3 of its chain` */
export function placeInChain(chain: Chain, rule: Rule): string {
  return `rule ${ruleNumber(chain, rule)} of its chain`
}

/** Names of a kind: what they look like, what such a thing is for, and whose it is (`zone $1`). */
export type NameTable = readonly (readonly [pattern: RegExp, purpose: string, subject?: string])[]

/** What the first kind says that a name is of. */
export function byName(name: string, table: NameTable): Known | null {
  for (const [pattern, purpose, subject] of table) {
    const parts = pattern.exec(name)
    if (parts === null) continue
    const fill = (text: string): string => text.replace(/\$(\d)/g, (_, at) => parts[at] ?? '')
    return { purpose: fill(purpose), subject: subject === undefined ? null : fill(subject) }
  }
  return null
}

/** A rule that leads to a chain, and the chain that it stands in. */
export interface Jump {
  readonly chain: Chain
  readonly rule: Rule
}

const jumpsOf = new WeakMap<Table, ReadonlyMap<string, readonly Jump[]>>()

/** The rules of a table that lead to a chain, in no order. */
export function jumpsInto(table: Table, chain: string): readonly Jump[] {
  const jumps = jumpsOf.get(table) ?? collectJumps(table)
  jumpsOf.set(table, jumps)
  return jumps.get(chain) ?? []
}

/** The chains that a rule leads to by name. */
export function targetsOf(rule: Rule): readonly string[] {
  return rule.actions.flatMap((action) => targetsOfDeed(action))
}

/** The rules' comments, without those that have none. */
export function commentsOf(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ comment }) => (comment === null ? [] : [comment]))
}

/** What a map holds for a key, found first where it is not there. */
export function once<Key, T>(known: Map<Key, T>, key: Key, find: () => T): T {
  const found = known.get(key)
  if (found !== undefined) return found
  const value = find()
  known.set(key, value)
  return value
}

function targetsOfDeed(deed: Deed): readonly string[] {
  if (deed.kind === 'jump' || deed.kind === 'goto') return [deed.chain]
  if (deed.kind !== 'map' || 'name' in deed.map) return []
  return deed.map.elements.flatMap(({ action }) => (action === null ? [] : targetsOfDeed(action)))
}

function collectJumps(table: Table): ReadonlyMap<string, readonly Jump[]> {
  const jumps = new Map<string, Jump[]>()
  for (const chain of table.chains.values()) {
    for (const rule of chain.rules) {
      for (const target of targetsOf(rule)) {
        once(jumps, target, () => []).push({ chain, rule })
      }
    }
  }
  return jumps
}

/** `, to policy shop/db`, where it leads to one chain that is somebody's. */
function leadingTo(
  table: Table,
  rule: Rule,
  chainOf: (table: Table, name: string) => Known | null,
): string {
  const [target, ...others] = targetsOf(rule)
  if (target === undefined || others.length > 0) return ''
  const subject = chainOf(table, target)?.subject ?? null
  return subject === null ? '' : `, to ${subject}`
}
