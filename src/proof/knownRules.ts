// What a rule set must not hold when a proof rests on it: anything that is absent or not modelled, and
// jumps that do not come to an end. The kernel refuses some of it, and the rest would be a guess.
import type { Code } from '../diagnostics/catalog.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type {
  Action,
  Chain,
  InterfacePattern,
  Match,
  NamedSet,
  PacketField,
  Rule,
  Ruleset,
  SetElement,
  Table,
} from '../ruleset/types.ts'
import type { Span } from '../source/source.ts'
import { checkJumps } from './jumps.ts'

/** Reports one thing that a proof cannot rest on. */
export type Refuse = (code: Code, message: string, at: Span | undefined) => void

/**
 * Whether all that the rules name is there, and modelled. What is absent is reported as NP2020, what is not
 * modelled or was not read as NP2021, what the kernel would not take as NP2022, circles as NP2023.
 */
export function isKnownWhole(ruleset: Ruleset, reporter: Reporter): boolean {
  let isFine = true
  const refuse: Refuse = (code, message, at) => {
    isFine = false
    reporter.report(code, { message, at })
  }
  for (const table of ruleset.tables) {
    const check = new Check(table, ruleset, refuse)
    for (const set of table.sets.values()) check.set(set)
    for (const chain of table.chains.values()) check.chain(chain)
    checkJumps(table, refuse)
  }
  if (ruleset.isPartial && isFine) {
    refuse('NP2021', 'not all of the rules could be read', ruleset.tables[0]?.at)
  }
  return isFine
}

class Check {
  readonly #table: Table
  readonly #ruleset: Ruleset
  readonly #refuse: Refuse

  constructor(table: Table, ruleset: Ruleset, refuse: Refuse) {
    this.#table = table
    this.#ruleset = ruleset
    this.#refuse = refuse
  }

  /** Of the table's own sets, also those that no rule asks. */
  set({ name, isKnown, elements, at }: NamedSet): void {
    if (!isKnown) this.#unknown(`what is in "${name}" is not known`, at)
    for (const { action } of elements) if (action !== null) this.#action(action)
  }

  chain({ name, base, rules, at }: Chain): void {
    if (base?.type === 'nat') this.#unknown(`"${name}" changes addresses of packets`, at)
    for (const rule of rules) this.#rule(rule)
  }

  #rule({ matches, actions }: Rule): void {
    for (const match of matches) this.#match(match)
    for (const action of actions) this.#action(action)
  }

  #unknown(message: string, at: Span): void {
    this.#refuse('NP2021', message, at)
  }

  #match(match: Match): void {
    const { at } = match
    switch (match.kind) {
      case 'unknown':
        this.#unknown(`"${match.text}" is not modelled`, at)
        break
      case 'interface':
        if (!match.names.some(isEvery)) this.#unknown('interfaces are not modelled here', at)
        break
      case 'port':
        if (match.end !== 'destination') this.#unknown('source ports are not modelled here', at)
        break
      case 'address type':
        if (match.types.join() !== 'local') this.#unknown('of addresses only "local" is known', at)
        break
      case 'any':
        for (const one of match.of.flat()) this.#match(one)
        break
      case 'set':
        this.#fields(match.fields, at)
        this.#named(match.name, match.fields, at)
        if (match.isConditional) this.#unknown(`of "${match.name}" more is asked than is known`, at)
        break
      case 'boxes':
        this.#fields(match.fields, at)
        this.#elements(match.elements, match.fields)
    }
  }

  #fields(fields: readonly PacketField[], at: Span): void {
    for (const field of fields) {
      const isSource = field.kind === 'port' && field.end === 'source'
      if (!isSource && knownFields.has(field.kind)) continue
      const words = field.kind === 'unknown' ? field.text : field.kind
      this.#unknown(`"${words}" as a part of a key is not modelled`, at)
    }
  }

  #elements(elements: readonly SetElement[], fields: readonly PacketField[]): void {
    for (const { parts, action, at } of elements) {
      if (parts.length !== fields.length || parts.some(({ kind }) => kind === 'unknown')) {
        this.#unknown('this element is not modelled', at)
      }
      if (action !== null) this.#action(action)
    }
  }

  #named(name: string, fields: readonly PacketField[], at: Span): void {
    const { engine, sets } = this.#table
    const isOwn = engine === 'nftables'
    const set = (isOwn ? sets : this.#ruleset.ipsets).get(name)
    if (set === undefined) {
      this.#refuse('NP2020', `there is no set or map "${name}"`, at)
      return
    }
    // Those of the table are looked at once, where they stand.
    if (!isOwn && !set.isKnown) this.#unknown(`what is in "${name}" is not known`, at)
    for (const member of set.members ?? []) this.#named(member, fields, at)
    if (set.elements.every(({ parts }) => parts.length === fields.length)) return
    const message = `"${name}" holds ${set.type}, and ${fields.length} values are looked for`
    this.#refuse('NP2022', message, at)
  }

  #action(action: Action): void {
    const { at } = action
    switch (action.kind) {
      case 'jump':
      case 'goto':
        this.#target(action.chain, at)
        break
      case 'map':
        this.#fields(action.fields, at)
        if ('name' in action.map) this.#named(action.map.name, action.fields, at)
        else this.#elements(action.map.elements, action.fields)
        break
      case 'unknown':
        this.#unknown(`"${action.text}" is not modelled`, at)
        break
      case 'dnat':
      case 'redirect':
      case 'snat':
      case 'unknown mark':
      case 'change set':
        this.#unknown(`what "${action.kind}" does is not modelled here`, at)
    }
  }

  #target(name: string, at: Span): void {
    const chain = this.#table.chains.get(name)
    if (chain === undefined) {
      this.#refuse('NP2020', `"${name}" is no chain of this table, nor a target that is known`, at)
    } else if (chain.base !== null) {
      this.#refuse('NP2022', `"${name}" has a hook, and cannot be jumped to`, at)
    }
  }
}

/** What packets have in proofs. */
const knownFields: ReadonlySet<PacketField['kind']> = new Set<PacketField['kind']>([
  ...(['address', 'protocol', 'port', 'icmp type', 'icmp code', 'mark'] as const),
  ...(['state', 'family'] as const),
])

function isEvery({ text, isPrefix }: InterfacePattern): boolean {
  return isPrefix && text === ''
}
