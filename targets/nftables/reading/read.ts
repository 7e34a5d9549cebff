// The text of an nft file → the tables that are there after its commands, in their order: nft(8). It
// starts from a node without tables, as the output of `nft list ruleset` does too.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { checkTable } from './check.ts'
import { type ChainBlock, readBlock, readChain, readMap, readSet } from './declarations.ts'
import { Cursor, type Token } from './tokens.ts'
import type { NftChain, NftMap, NftSet, NftTable, TableFamily } from './types.ts'
import { readQuoted } from './values.ts'

interface DraftTable extends NftTable {
  comment: string | null
  readonly sets: Map<string, NftSet>
  readonly maps: Map<string, NftMap>
  readonly chains: Map<string, NftChain>
}

/**
 * Reads a file for `nft -f`, or what `nft list` prints. What refers to something absent, is not read,
 * is not valid or jumps in a circle is reported as NP2020 to NP2023; where that happened, the
 * tables say less than the text.
 */
export function readNft(source: Source, reporter: Reporter): readonly NftTable[] {
  const tables = new Map<string, DraftTable>()
  const cursor = new Cursor(source, reporter)
  for (;;) {
    cursor.skipSeparators()
    if (cursor.peek.kind === 'end') break
    const isUnderstood = new Command(cursor, tables).read()
    if (isUnderstood && !cursor.atEnd) {
      cursor.fault(cursor.peek, `"${cursor.peek.text}" is not expected here`)
    }
    cursor.skipStatement()
    if (isUnderstood && cursor.sees('}')) cursor.fault(cursor.peek, 'no block is open here')
    cursor.takes('}')
  }
  for (const table of tables.values()) checkTable(table, reporter)
  return [...tables.values()]
}

const tableFamilies: readonly TableFamily[] = ['inet', 'ip', 'ip6']

/** Reads one command; the families and names of tables tell them apart. */
class Command {
  readonly #cursor: Cursor
  readonly #tables: Map<string, DraftTable>

  constructor(cursor: Cursor, tables: Map<string, DraftTable>) {
    this.#cursor = cursor
    this.#tables = tables
  }

  read(): boolean {
    const cursor = this.#cursor
    const token = cursor.next()
    const { peek } = cursor
    switch (token.kind === 'word' ? token.text : '') {
      case 'table':
        return this.#table()
      case 'add':
        return cursor.takes('table') ? this.#table() : this.#refuse(token, peek)
      case 'delete':
        return cursor.takes('table') ? this.#delete() : this.#refuse(token, peek)
      case 'flush':
        if (cursor.takes('ruleset')) return this.#flushAll()
        if (cursor.takes('table')) return this.#flushTable()
        return cursor.takes('chain') ? this.#flushChain() : this.#refuse(token, peek)
    }
    return this.#refuse(token, null)
  }

  #refuse(first: Token, second: Token | null): boolean {
    const words = second === null ? first.text : `${first.text} ${second.text}`
    if (first.kind === 'word') this.#cursor.refuse(first, `the command "${words}" is not read`)
    else this.#cursor.fault(first, `"${words}" is no command`)
    return false
  }

  /** The table that is named next, by its key. */
  #name():
    | { readonly family: TableFamily; readonly name: Token; readonly key: string }
    | undefined {
    const cursor = this.#cursor
    const family = tableFamilies.find((one) => cursor.takes(one)) ?? 'ip'
    const token = cursor.peek
    if (['arp', 'bridge', 'netdev'].includes(token.text)) {
      return cursor.refuse(token, `tables of family ${token.text} are not read`)
    }
    const name = cursor.expectKind('word', 'the name of a table')
    return name && { family, name, key: `${family} ${name.text}` }
  }

  #known(): DraftTable | undefined {
    const named = this.#name()
    if (named === undefined) return undefined
    const table = this.#tables.get(named.key)
    return table ?? this.#absent(named.name, `there is no table "${named.key}" here`)
  }

  #absent(token: Token, message: string): undefined {
    const at = this.#cursor.spanOf(token)
    const help = 'write "add table" before it, so that it is there in any case'
    this.#cursor.reporter.report('NP2020', { message, at, help })
  }

  #delete(): boolean {
    const table = this.#known()
    return table !== undefined && this.#tables.delete(`${table.family} ${table.name}`)
  }

  #flushAll(): boolean {
    const family = tableFamilies.find((one) => this.#cursor.takes(one))
    for (const [key, table] of [...this.#tables]) {
      if (family === undefined || table.family === family) this.#tables.delete(key)
    }
    return true
  }

  #flushTable(): boolean {
    const table = this.#known()
    for (const chain of table?.chains.values() ?? []) flush(table, chain)
    return table !== undefined
  }

  #flushChain(): boolean {
    const table = this.#known()
    if (table === undefined) return false
    const name = this.#cursor.expectKind('word', 'the name of a chain')
    if (name === undefined) return false
    const chain = table.chains.get(name.text)
    if (chain === undefined) this.#absent(name, `there is no chain "${name.text}" here`)
    else flush(table, chain)
    return chain !== undefined
  }

  #table(): boolean {
    const named = this.#name()
    if (named === undefined) return false
    const { family, name, key } = named
    const at = this.#cursor.spanOf(name)
    const table: DraftTable = this.#tables.get(key) ?? {
      ...{ family, name: name.text, comment: null, at },
      ...{ sets: new Map(), maps: new Map(), chains: new Map() },
    }
    this.#tables.set(key, table)
    if (!this.#cursor.atEnd) readBlock(this.#cursor, () => this.#part(table))
    return true
  }

  #part(table: DraftTable): boolean {
    const cursor = this.#cursor
    const token = cursor.next()
    if (token.text === 'comment') {
      table.comment = readQuoted(cursor) ?? null
      return table.comment !== null
    }
    const kind = (['set', 'map', 'chain'] as const).find((one) => one === token.text)
    if (kind === undefined || token.kind !== 'word') {
      const what = token.kind === 'word' ? 'refuse' : 'fault'
      cursor[what](token, `"${token.text}" of a table is not read`)
      return false
    }
    const name = cursor.expectKind('word', `the name of a ${kind}`)
    if (name === undefined) return false
    const head = { name: name.text, at: cursor.spanOf(name) }
    switch (kind) {
      case 'set':
        return this.#declare(table.sets, readSet(cursor, head), table.maps)
      case 'map':
        return this.#declare(table.maps, readMap(cursor, head), table.sets)
      case 'chain':
        return this.#chain(table, head, readChain(cursor, table.family))
    }
  }

  /** A second declaration adds its elements to the first. */
  #declare<T extends NftSet | NftMap>(
    own: Map<string, T>,
    made: T | undefined,
    others: ReadonlyMap<string, unknown>,
  ): boolean {
    if (made === undefined) return true
    const before = own.get(made.name)
    const isOther = before !== undefined && before.type.join() !== made.type.join()
    if (isOther || others.has(made.name)) {
      return this.#twice(`"${made.name}" is declared with another type before`, made.at)
    }
    const elements = before === undefined ? made.elements : [...before.elements, ...made.elements]
    own.set(made.name, { ...made, elements })
    return true
  }

  /** A second block adds its rules to the first. */
  #chain(table: DraftTable, head: Pick<NftChain, 'name' | 'at'>, block: ChainBlock): boolean {
    const before = table.chains.get(head.name)
    const [own, first] = [block.base, before?.base ?? null]
    const isOther = before !== undefined && own !== null && own.hook !== first?.hook
    if (isOther) return this.#twice(`"${head.name}" is declared with another hook before`, head.at)
    table.chains.set(head.name, {
      ...(before ?? head),
      base: own ?? first,
      comment: block.comment ?? before?.comment ?? null,
      rules: [...(before?.rules ?? []), ...block.rules],
    })
    return true
  }

  #twice(message: string, at: Span): boolean {
    this.#cursor.reporter.report('NP2022', { message, at })
    return true
  }
}

function flush(table: DraftTable | undefined, chain: NftChain): void {
  table?.chains.set(chain.name, { ...chain, rules: [] })
}
