// Tables while they are read: commands and blocks add to them, and take away.
import type { Span } from '../../../src/source/source.ts'
import type { ChainTree, RulesetTree, SetItem, SetTree, TableFamily, TableTree } from './syntax.ts'

export interface DraftTable extends TableTree {
  readonly sets: Map<string, SetTree & { readonly items: SetItem[] }>
  readonly chains: Map<string, ChainTree>
  isDormant: boolean
}

/** The families whose tables are passed over. */
export const otherFamilies = ['arp', 'bridge', 'netdev'] as const

/** All tables, as they are after what was read so far. */
export class Drafts {
  readonly #tables = new Map<string, DraftTable>()

  /** The table, made if it is not there. */
  table(family: TableFamily, name: string, at: Span): DraftTable {
    const key = `${family} ${name}`
    const known = this.#tables.get(key)
    if (known !== undefined) return known
    const made = { family, name, sets: new Map(), chains: new Map(), isDormant: false, at }
    this.#tables.set(key, made)
    return made
  }

  known(family: TableFamily, name: string): DraftTable | undefined {
    return this.#tables.get(`${family} ${name}`)
  }

  delete(family: TableFamily, name: string): boolean {
    return this.#tables.delete(`${family} ${name}`)
  }

  /** Takes away all tables, or those of one family. */
  clear(family: TableFamily | null): void {
    for (const [key, table] of [...this.#tables]) {
      if (family === null || table.family === family) this.#tables.delete(key)
    }
  }

  finish(isPartial: boolean): RulesetTree {
    return { tables: [...this.#tables.values()], isPartial }
  }
}

/** Adds rules and what is said of a chain; what was said before holds unless it is said again. */
export function addChain(table: DraftTable, { name, base, rules, at }: ChainTree): void {
  const known = table.chains.get(name)
  const all = known?.rules ?? []
  for (const rule of rules) all.push(rule)
  const place = known?.at ?? at
  table.chains.set(name, { name, base: base ?? known?.base ?? null, rules: all, at: place })
}

/** Adds a set, or the elements of one that is declared again. */
export function addSet(table: DraftTable, set: SetTree): void {
  const known = table.sets.get(set.name)
  const items = known?.items ?? []
  for (const item of set.items) items.push(item)
  table.sets.set(set.name, { ...set, items, at: known?.at ?? set.at })
}
