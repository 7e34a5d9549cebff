// What dumps hold and who wrote it, counted.

import { groupBy } from '../../algebra/order.ts'
import { countRules } from '../../ruleset/ruleNumbers.ts'
import type { NamedSet, Ruleset, Table } from '../../ruleset/types.ts'
import type { Recognition, Role } from '../generators/types.ts'
import type {
  GeneratorReport,
  InputForm,
  PurposeReport,
  ReadInput,
  SetsSummary,
  TableSummary,
} from './types.ts'

/** What a file holds. */
export function inputOf(
  file: string,
  form: InputForm,
  content: { readonly tables: readonly Table[]; readonly ipsets: ReadonlyMap<string, NamedSet> },
): ReadInput {
  return { file, form, tables: content.tables.map(tableOf), ipsets: setsOf(content.ipsets) }
}

function tableOf({ name, families, chains, sets }: Table): TableSummary {
  const rules = [...chains.values()].reduce((sum, chain) => sum + countRules(chain), 0)
  return { name, families, chains: chains.size, rules, ...setsOf(sets) }
}

function setsOf(sets: ReadonlyMap<string, NamedSet>): SetsSummary {
  const elements = [...sets.values()].reduce((sum, { count }) => sum + count, 0)
  return { sets: sets.size, elements }
}

interface OwnChain {
  readonly role: Role
  readonly rules: number
}

/** The generators that were recognised, with their chains by what they are for. */
export function generatorsOf(
  { tables }: Ruleset,
  recognition: Recognition,
): readonly GeneratorReport[] {
  const chains = tables.flatMap((table) =>
    [...table.chains.values()].flatMap((chain): OwnChain[] => {
      const role = recognition.chain(table, chain.name)
      return role === null ? [] : [{ role, rules: countRules(chain) }]
    }),
  )
  const byName = groupBy(chains, ({ role }) => role.generator)
  return recognition.generators.map(({ name }) => {
    const own = byName.get(name) ?? []
    const purposes = [...groupBy(own, ({ role }) => role.purpose)]
    return { name, ...countsOf(own), purposes: purposes.map(([, some]) => purposeOf(some)) }
  })
}

function purposeOf(chains: readonly OwnChain[]): PurposeReport {
  const subjects = new Set(chains.flatMap(({ role: { subject } }) => subject ?? []))
  return {
    purpose: chains[0]?.role.purpose ?? '',
    ...countsOf(chains),
    subjects: [...subjects].sort(),
  }
}

function countsOf(chains: readonly OwnChain[]): {
  readonly chains: number
  readonly rules: number
} {
  return { chains: chains.length, rules: chains.reduce((sum, { rules }) => sum + rules, 0) }
}
