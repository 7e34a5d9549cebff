// Commands of an nft file, or what `nft list ruleset` prints → the tables that are there after them: nft(8).
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { type Reading, readBlock, readChain, readDefinition, readRule } from './blocks.ts'
import { Cursor } from './cursor.ts'
import { addChain, addSet, Drafts, type DraftTable, otherFamilies } from './drafts.ts'
import { Expressions } from './expressions.ts'
import { readSet } from './setBlocks.ts'
import type { RulesetTree, TableFamily } from './syntax.ts'
import { Variables } from './variables.ts'

/**
 * Reads a text as far as it can be read. What is left out or kept as unknown is reported as NP8001, an end
 * in the middle as NP8002, tables and chains that see no packets of IP as NP8006.
 */
export function readText(source: Source, reporter: Reporter): RulesetTree {
  const cursor = new Cursor(source, reporter)
  const variables = new Variables()
  const reading = { cursor, variables, expressions: new Expressions(cursor, variables) }
  const drafts = new Drafts()
  const commands = new Commands(reading, drafts)
  for (;;) {
    cursor.skipSeparators()
    if (cursor.peek.kind === 'end') break
    const start = cursor.position
    const first = cursor.peek.text.trim()
    if (commands.read() && cursor.atEnd && !cursor.sees('}')) continue
    cursor.skipStatement()
    if (cursor.sees('}')) cursor.next()
    cursor.fault(cursor.spanFrom(start), `"${first}" cannot be read here`)
  }
  return drafts.finish(cursor.isPartial)
}

const families: readonly TableFamily[] = ['inet', 'ip', 'ip6']
const parts = ['set', 'map', 'chain'] as const
/** Parts of tables that rules name, and that have nothing to say about what becomes of packets. */
const objects = ['counter', 'quota', 'limit', 'secmark', 'synproxy', 'flowtable', 'ct', 'tunnel']

interface TableName {
  readonly family: TableFamily
  readonly name: string
  readonly at: Span
}

class Commands {
  readonly #reading: Reading
  readonly #cursor: Cursor
  readonly #drafts: Drafts

  constructor(reading: Reading, drafts: Drafts) {
    this.#reading = reading
    this.#cursor = reading.cursor
    this.#drafts = drafts
  }

  /** Reads one command; false for one that cannot be read. */
  read(): boolean {
    const cursor = this.#cursor
    if (readDefinition(this.#reading)) return true
    if (cursor.sees('table')) return this.#add()
    const verb = cursor.takesAny(['add', 'create', 'insert', 'delete', 'destroy', 'flush'] as const)
    switch (verb) {
      case 'add':
      case 'create':
        return this.#add()
      case 'insert':
        return cursor.takes('rule') && this.#rule('start')
      case 'delete':
      case 'destroy':
        return this.#delete()
      case 'flush':
        return this.#flush()
    }
    return false
  }

  #add(): boolean {
    const cursor = this.#cursor
    if (cursor.takes('table')) return this.#table()
    if (cursor.takes('rule')) return this.#rule('end')
    if (cursor.takes('element')) return this.#elements()
    const kind = cursor.takesAny(parts)
    if (kind !== undefined) {
      const table = this.#named()
      return table === 'other' || (table !== undefined && this.#part(this.#draft(table), kind))
    }
    if (cursor.takesAny(objects) !== undefined) return this.#passOver()
    // Without a word for what is added, it is a rule.
    return cursor.peek.kind === 'word' && this.#rule('end')
  }

  /** The family and name of a table; `other` for families that are passed over. */
  #named(): TableName | 'other' | undefined {
    const cursor = this.#cursor
    const start = cursor.position
    if (cursor.takesAny(otherFamilies) !== undefined) {
      cursor.skipStatement()
      return 'other'
    }
    const family = cursor.takesAny(families) ?? 'ip'
    const name = this.#reading.expressions.name()
    return name === undefined ? undefined : { family, name, at: cursor.spanFrom(start) }
  }

  #draft({ family, name, at }: TableName): DraftTable {
    return this.#drafts.table(family, name, at)
  }

  #table(): boolean {
    const cursor = this.#cursor
    const start = cursor.position
    const first = cursor.peek.text
    const named = this.#named()
    if (named === 'other') {
      cursor.passOver(cursor.spanFrom(start), `tables of family ${first} are not audited`)
      return true
    }
    if (named === undefined) return false
    const table = this.#draft(named)
    if (cursor.sees('{')) readBlock(this.#reading, () => this.#inTable(table))
    return true
  }

  #inTable(table: DraftTable): boolean {
    const cursor = this.#cursor
    if (readDefinition(this.#reading)) return true
    if (cursor.takes('comment')) return cursor.takesKind('text') !== undefined
    if (cursor.takes('flags')) {
      const start = cursor.position
      cursor.skipStatement()
      table.isDormant ||= cursor.textFrom(start).includes('dormant')
      return true
    }
    const kind = cursor.takesAny(parts)
    if (kind !== undefined) return this.#part(table, kind)
    return cursor.takesAny(objects) !== undefined && this.#passOver()
  }

  /** Objects with values of their own. */
  #passOver(): boolean {
    this.#cursor.skipStatement()
    return true
  }

  #part(table: DraftTable, kind: (typeof parts)[number]): boolean {
    const cursor = this.#cursor
    const start = cursor.position
    const name = this.#reading.expressions.name()
    if (name === undefined) return false
    const head = { name, at: cursor.spanFrom(start) }
    if (kind !== 'chain') {
      addSet(table, readSet(this.#reading, head))
      return true
    }
    if (!cursor.sees('{')) {
      addChain(table, { ...head, base: null, rules: [] })
      return true
    }
    const chain = readChain(this.#reading, head)
    if (chain !== null) addChain(table, chain)
    return true
  }

  #rule(where: 'start' | 'end'): boolean {
    const cursor = this.#cursor
    const named = this.#named()
    if (named === 'other') return true
    const start = cursor.position
    const name = named && this.#reading.expressions.name()
    if (named === undefined || name === undefined) return false
    const at = cursor.spanFrom(start)
    if (cursor.takesAny(['position', 'handle', 'index']) !== undefined) return false
    const rule = readRule(this.#reading)
    const table = this.#draft(named)
    addChain(table, { name, base: null, rules: [], at })
    const rules = table.chains.get(name)?.rules
    if (where === 'start') rules?.unshift(rule)
    else rules?.push(rule)
    return true
  }

  #elements(): boolean {
    const cursor = this.#cursor
    const named = this.#named()
    if (named === 'other') return true
    const name = named && this.#reading.expressions.name()
    if (named === undefined || name === undefined) return false
    const set = this.#draft(named).sets.get(name)
    const found = this.#reading.expressions.set()
    if (found?.kind !== 'set' || !cursor.atEnd) return false
    if (set === undefined) return false
    for (const item of found.items) set.items.push(item)
    return true
  }

  #delete(): boolean {
    const cursor = this.#cursor
    const kind = cursor.takesAny(['table', ...parts])
    if (kind === undefined) return false
    const named = this.#named()
    if (named === undefined || named === 'other') return named === 'other'
    if (kind === 'table') {
      this.#drafts.delete(named.family, named.name)
      return true
    }
    const name = this.#reading.expressions.name()
    const table = this.#draft(named)
    if (name !== undefined) (kind === 'chain' ? table.chains : table.sets).delete(name)
    return name !== undefined
  }

  #flush(): boolean {
    const cursor = this.#cursor
    if (cursor.takes('ruleset')) {
      this.#drafts.clear(cursor.takesAny(families) ?? null)
      return true
    }
    const kind = cursor.takesAny(['table', ...parts])
    const named = kind && this.#named()
    if (named === undefined || named === 'other') return named === 'other'
    const table = this.#drafts.known(named.family, named.name)
    if (kind === 'table') {
      for (const { rules } of table?.chains.values() ?? []) rules.length = 0
      return true
    }
    const name = this.#reading.expressions.name()
    if (name === undefined) return false
    if (kind === 'chain') table?.chains.get(name)?.rules.splice(0)
    else table?.sets.get(name)?.items.splice(0)
    return true
  }
}
