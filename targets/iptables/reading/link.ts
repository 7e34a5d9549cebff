// Rules and ipsets brought together: what a match by `--match-set` compares shows when the type of its set
// is known.
import type {
  Chain,
  Match,
  NamedSet,
  PacketEnd,
  PacketField,
  Rule,
  Table,
  Test,
} from '../../../src/ruleset/types.ts'
import { type Component, componentsOf, fieldsFor } from './ipsetTypes.ts'

export { fieldsFor } from './ipsetTypes.ts'

type Sets = ReadonlyMap<string, NamedSet>
type SetTest = Test & { readonly kind: 'set' }

/** Tables and sets that know of each other. */
export interface Linked {
  readonly tables: readonly Table[]
  readonly sets: ReadonlyMap<string, NamedSet>
}

/**
 * Gives the matches by ipsets in `tables` the fields of their sets, in parallel to the parts of the
 * elements; a match of a set that is not there keeps one address for each flag. Lists of sets that differ
 * in what they hold become alternatives. Sets that rules add to or delete from are no longer fully known.
 */
export function linkSets(tables: readonly Table[], sets: Sets): Linked {
  const changed = new Set<string>()
  const linked = tables.map((table): Table => {
    if (table.engine !== 'iptables') return table
    const chains = new Map<string, Chain>()
    for (const [name, chain] of table.chains) {
      const rules = chain.rules.map((rule) => linkRule(rule, table, sets))
      for (const { actions } of rules) {
        for (const action of actions) if (action.kind === 'change set') changed.add(action.name)
      }
      chains.set(name, { ...chain, rules })
    }
    return { ...table, chains }
  })
  return { tables: linked, sets: changed.size === 0 ? sets : withChanges(sets, changed) }
}

function withChanges(sets: Sets, changed: ReadonlySet<string>): Sets {
  return new Map(
    [...sets].map(([name, set]) => [name, changed.has(name) ? { ...set, isKnown: false } : set]),
  )
}

function linkRule(rule: Rule, table: Table, sets: Sets): Rule {
  const { matches } = rule
  if (!matches.some(({ kind }) => kind === 'set' || kind === 'any')) return rule
  return { ...rule, matches: matches.map((match) => linkMatch(match, table, sets)) }
}

function linkMatch(match: Match, table: Table, sets: Sets): Match {
  if (match.kind === 'any') {
    const of = match.of.map((all) => all.map((one) => linkMatch(one, table, sets)))
    return { ...match, of }
  }
  if (match.kind !== 'set') return match
  const set = sets.get(match.name)
  const { negated, at } = match
  return set === undefined ? match : { ...linkSet(match, set, table, sets), negated, at }
}

function linkSet(match: Match & SetTest, set: NamedSet, table: Table, sets: Sets): Test {
  const { name, isConditional, fields } = match
  if (fields.some(({ kind }) => kind !== 'address')) return match
  const test: SetTest = { kind: 'set', name, isConditional, fields }
  if (set.members === null) return withFields(test, componentsOf(set.type))
  const members = set.members.flatMap((member) => sets.get(member) ?? [])
  const layouts = new Set(members.map((member) => layoutOf(member)))
  const isPlain = members.every(({ family }) => family === null || table.families.includes(family))
  const [first] = members
  if (first === undefined) return test
  if (layouts.size === 1 && isPlain) return withFields(test, componentsOf(first.type))
  const of = set.members.map((member) => {
    const own: Match = { ...test, name: member, negated: false, at: match.at }
    return [linkMatch(own, table, sets)]
  })
  return { kind: 'any', of }
}

/** Parts of elements as they are laid out, whatever type they are of. */
function layoutOf({ type }: NamedSet): string {
  return JSON.stringify(fieldsFor(componentsOf(type) ?? [], ['source', 'source', 'source']))
}

function withFields(test: SetTest, components: readonly Component[] | undefined): Test {
  if (components === undefined) return { ...test, isConditional: true }
  const fields = fieldsFor(components, test.fields.flatMap(endOf))
  if (fields !== undefined) return { ...test, fields }
  const why = `the elements of "${test.name}" have more parts than are asked for`
  return { kind: 'constant', holds: false, why }
}

/** Until it is known what is compared, each flag is an address of its end. */
function endOf(field: PacketField): readonly PacketEnd[] {
  return field.kind === 'address' ? [field.end] : []
}
