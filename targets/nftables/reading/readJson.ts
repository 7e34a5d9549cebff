// What `nft -j list ruleset` prints → the tables that it tells of: libnftables-json(5).
import type { Code } from '../../../src/diagnostics/catalog.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Base } from '../../../src/ruleset/types.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { addChain, addSet, Drafts, type DraftTable, otherFamilies } from './drafts.ts'
import { jsonConditions } from './jsonConditions.ts'
import { jsonItem } from './jsonExpressions.ts'
import { itemsAt, memberAt, membersAt, type Place, skipBlanks, valueEnd } from './jsonSpans.ts'
import { jsonStatement } from './jsonStatements.ts'
import {
  asList,
  asNumber,
  asObject,
  asText,
  asTexts,
  type JsonObject,
  parseJson,
} from './jsonValues.ts'
import { baseAt, earlyHooks } from './priorities.ts'
import type { RulesetTree, RuleTree, SetItem, TableFamily } from './syntax.ts'

/** Reads a text as far as it can be read; reports as `readText` does. */
export function readJson(source: Source, reporter: Reporter): RulesetTree {
  return new JsonReader(source, reporter).read()
}

/** Objects with names that have nothing to say about what becomes of packets. */
const passedOver: readonly string[] = [
  ...['metainfo', 'counter', 'quota', 'limit', 'ct helper', 'ct timeout', 'ct expectation'],
  ...['secmark', 'synproxy', 'flowtable', 'tunnel'],
]

class JsonReader {
  readonly #source: Source
  readonly #text: string
  readonly #reporter: Reporter
  readonly #drafts = new Drafts()
  #isPartial = false

  constructor(source: Source, reporter: Reporter) {
    this.#source = source
    this.#text = source.text
    this.#reporter = reporter
  }

  read(): RulesetTree {
    for (let at = skipBlanks(this.#text, 0); at < this.#text.length; ) {
      const end = this.#text.startsWith('{', at) ? this.#document(at) : this.#stray(at)
      if (end < 0) break
      at = skipBlanks(this.#text, end)
    }
    return this.#drafts.finish(this.#isPartial)
  }

  #report(code: Code, place: Place, message: string): void {
    this.#isPartial ||= code !== 'NP8006'
    this.#reporter.report(code, { message, at: this.#span(place) })
  }

  #span({ start, end }: Place): Span {
    return { source: this.#source, start, end: end < 0 ? this.#text.length : end }
  }

  #stray(at: number): number {
    const end = valueEnd(this.#text, at)
    this.#report('NP8001', { start: at, end: Math.max(end, at + 1) }, 'this is no rule set of nft')
    return end
  }

  /** Reads one object with a list of objects; its end, or -1 where the text is cut off. */
  #document(start: number): number {
    let isKnown = false
    for (const member of membersAt(this.#text, start)) {
      if (member.key !== 'nftables' || !this.#text.startsWith('[', member.start)) {
        if (member.end < 0) return this.#cutOff(member)
        continue
      }
      isKnown = true
      for (const item of itemsAt(this.#text, member.start)) {
        if (item.end < 0) return this.#cutOff(item)
        this.#item(item)
      }
    }
    const end = valueEnd(this.#text, start)
    if (end < 0) return this.#cutOff({ start, end })
    if (!isKnown) this.#report('NP8001', { start, end }, 'there is no list "nftables" in it')
    return end
  }

  #cutOff({ start }: Place): -1 {
    const end = this.#text.trimEnd().length
    this.#report('NP8002', { start: Math.min(start, end), end }, 'the text ends in the middle')
    return -1
  }

  #item(place: Place): void {
    for (const { key, start, end } of membersAt(this.#text, place.start)) {
      if (passedOver.includes(key)) return
      const value = asObject(parseJson(this.#text.slice(start, end)))
      const own = { start, end }
      if (key === 'add' || key === 'create' || key === 'insert') {
        // Commands have what `list` prints inside.
        this.#item(own)
        return
      }
      if (key === 'flush' && value?.ruleset !== undefined) {
        this.#drafts.clear(null)
        return
      }
      const isRead = value !== undefined && this.#object(key, value, own)
      if (!isRead) this.#report('NP8001', place, `this object of kind "${key}" cannot be read`)
      return
    }
    this.#report('NP8001', place, 'this is no object of nft')
  }

  /** Reads one object; false where it cannot be read. */
  #object(key: string, value: JsonObject, place: Place): boolean {
    const name = asText(value.name)
    const family = asText(value.family) ?? ''
    if (otherFamilies.some((one) => one === family)) {
      if (key !== 'table') return true
      this.#report('NP8006', place, `tables of family ${family} are not audited`)
      return true
    }
    const table = this.#table(family, key === 'table' ? name : asText(value.table), place)
    if (table === undefined) return false
    switch (key) {
      case 'table':
        table.isDormant ||= asTexts(value.flags).includes('dormant')
        return true
      case 'chain':
        return name !== undefined && this.#chain(table, name, value, place)
      case 'set':
      case 'map':
        return name !== undefined && this.#set(table, name, value, place)
      case 'element':
        return name !== undefined && this.#elements(table, name, place)
      case 'rule':
        return this.#rule(table, value, place)
    }
    return false
  }

  #table(family: string, name: string | undefined, place: Place): DraftTable | undefined {
    const known = (['inet', 'ip', 'ip6'] as const).find((one): one is TableFamily => one === family)
    if (known === undefined || name === undefined) return undefined
    return this.#drafts.table(known, name, this.#span(place))
  }

  #chain(table: DraftTable, name: string, value: JsonObject, place: Place): boolean {
    const { type, hook, prio, policy } = value
    const at = asText(hook)
    let base: Base | null = null
    if (at !== undefined && earlyHooks.includes(at)) {
      this.#report('NP8006', place, `chain "${name}" comes before the hooks of IP`)
      return true
    }
    if (at !== undefined) {
      const found = baseAt(asText(type) ?? '', at, asNumber(prio) ?? 0)
      if (found === null) return false
      base = policy === 'drop' ? { ...found, policy } : found
    }
    addChain(table, { name, base, rules: [], at: this.#span(place) })
    return true
  }

  #set(table: DraftTable, name: string, value: JsonObject, place: Place): boolean {
    const answer = asText(value.map)
    const stmt = asList(value.stmt) ?? []
    addSet(table, {
      name,
      keyTypes: typesOf(value.type),
      answerTypes: answer === undefined ? null : answer.split(' . '),
      flags: asTexts(value.flags),
      items: this.#items(place),
      isPassing:
        value.timeout !== undefined ||
        stmt.some((one) => jsonConditions(asObject(one) ?? {}).length > 0),
      size: asNumber(value.size) ?? null,
      at: this.#span(place),
    })
    return true
  }

  /** The elements of an object, each with its place. */
  #items({ start }: Place): readonly SetItem[] {
    const list = memberAt(this.#text, start, 'elem')
    if (list === undefined || !this.#text.startsWith('[', list.start)) return []
    const items: SetItem[] = []
    for (const place of itemsAt(this.#text, list.start)) {
      items.push(jsonItem(parseJson(this.#text.slice(place.start, place.end)), this.#span(place)))
    }
    return items
  }

  #elements(table: DraftTable, name: string, place: Place): boolean {
    const set = table.sets.get(name)
    for (const item of this.#items(place)) set?.items.push(item)
    return set !== undefined
  }

  #rule(table: DraftTable, value: JsonObject, place: Place): boolean {
    const name = asText(value.chain)
    const list = memberAt(this.#text, place.start, 'expr')
    const expr = asList(value.expr)
    if (name === undefined || list === undefined || expr === undefined) return false
    const places = [...itemsAt(this.#text, list.start)]
    const at = this.#span(place)
    const rule: RuleTree = {
      statements: expr.map((one, index) => jsonStatement(one, this.#span(places[index] ?? place))),
      comment: asText(value.comment) ?? null,
      at,
    }
    addChain(table, { name, base: null, rules: [rule], at })
    return true
  }
}

function typesOf(type: unknown): readonly string[] {
  return asList(type) === undefined ? (asText(type)?.split(' . ') ?? []) : asTexts(type)
}
