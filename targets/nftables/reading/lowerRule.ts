// Rules → those of the neutral rule set, where all tests come before all actions. A test behind an action
// that has an effect begins a rule of its own, which asks again for what was asked before.
import type { Action, Deed, Match, Rule, SetElement } from '../../../src/ruleset/types.ts'
import type { Span } from '../../../src/source/source.ts'
import { askedAgain, hasEffect, unsure } from './askedAgain.ts'
import { lowerMark, markPlaceOf } from './lowerMarks.ts'
import { Matches, type Surroundings } from './lowerMatch.ts'
import { lowerNat, type MapItems } from './lowerNat.ts'
import { isAmbiguous, lowerItems, lowerVerdict } from './lowerSets.ts'
import { type Field, fieldOf, isKeyField } from './packetFields.ts'
import { print } from './print.ts'
import type { Expression, RuleTree, SetItem, Statement } from './syntax.ts'

/** What lowering rules needs to know of their table. */
export interface RuleSurroundings extends Surroundings {
  /** The elements of a map by its name; null where they are not all known. */
  readonly itemsOf: (name: string) => readonly SetItem[] | null
}

/** The rules that one rule of nft stands for: one, unless the order of what it does asks for more. */
export function lowerRule(rule: RuleTree, around: RuleSurroundings): readonly Rule[] {
  const lowering = new RuleLowering(rule, around)
  for (const statement of rule.statements) lowering.take(statement)
  return lowering.finish()
}

class RuleLowering {
  readonly #rule: RuleTree
  readonly #around: RuleSurroundings
  readonly #tests: Matches
  readonly #done: Rule[] = []
  #matches: Match[] = []
  #actions: Action[] = []
  #counters: Rule['counters'] = null
  /** What the rule may have ended by, where something was to follow. */
  #mayHaveEnded: Match | null = null

  constructor(rule: RuleTree, around: RuleSurroundings) {
    this.#rule = rule
    this.#around = around
    this.#tests = new Matches(around)
  }

  finish(): readonly Rule[] {
    // A rule that was split, and has nothing left to do, has said all.
    if (this.#actions.length > 0 || this.#done.length === 0) this.#close()
    return this.#done
  }

  take(statement: Statement): void {
    const { at } = statement
    if (statement.kind !== 'counter' && statement.kind !== 'harmless') this.#mayEnd()
    switch (statement.kind) {
      case 'match':
        this.#test(this.#tests.lower(statement))
        return
      case 'condition':
        this.#around.note(statement.text, at)
        this.#test([unsure(statement.text, at)])
        return
      case 'counter':
        this.#counters ??= statement.counters
        return
      case 'verdict':
        this.#act([lowerVerdict(statement)])
        return
      case 'vmap':
        this.#map(statement)
        return
      case 'assignment':
        this.#assign(statement)
        return
      case 'nat':
        if (statement.family !== null) {
          this.#test(this.#tests.asked([fieldOf(needWords[statement.family])], at))
        }
        this.#findKeys([statement.address, statement.port], at)
        this.#act([{ ...lowerNat(statement, this.#around.family, this.#items), at }])
        return
      case 'reject':
        this.#reject(statement)
        return
      case 'change set':
        this.#act([{ kind: 'change set', name: statement.name, at }])
        this.#mayHaveEnded = unsure(statement.text, at)
        return
      case 'unmodelled':
        this.#unmodelled(statement)
        return
      case 'log':
        this.#act([{ kind: 'log', prefix: statement.prefix, at }])
        return
      case 'notrack':
        this.#act([{ kind: 'notrack', at }])
        return
      case 'harmless':
        this.#act([{ kind: 'none', name: statement.name, at }])
    }
  }

  /** Whether what was before may have ended the rule: then what follows depends on it. */
  #mayEnd(): void {
    const ending = this.#mayHaveEnded
    this.#mayHaveEnded = null
    if (ending !== null) this.#test([ending])
  }

  #test(matches: readonly Match[]): void {
    if (matches.length === 0) return
    if (this.#actions.some(hasEffect)) this.#split()
    this.#matches.push(...matches)
  }

  #act(actions: readonly Action[]): void {
    this.#actions.push(...actions)
  }

  #close(): void {
    const { comment, at } = this.#rule
    this.#done.push({
      ...{ matches: this.#matches, actions: this.#actions, comment },
      ...{ counters: this.#counters, at },
    })
  }

  #split(): void {
    const changed = this.#actions.filter(hasEffect)
    this.#close()
    this.#matches = this.#matches.map((match) => askedAgain(match, changed))
    this.#actions = []
    this.#counters = null
  }

  #map({ key, data, at }: Statement & { readonly kind: 'vmap' }): void {
    const { fields, own, asked } = this.#tests.key(key, at)
    const items = data.kind === 'set' ? data.items : null
    const [only] = fields
    if (items !== null && fields.length === 1 && only !== undefined && isLasting(only.field)) {
      this.#test(asked)
      this.#cases(key, items, at)
      return
    }
    this.#test(asked)
    if (items === null) {
      const name = data.kind === 'set name' ? data.name : ''
      this.#act([{ kind: 'map', fields: own, map: { name }, at }])
    } else {
      const elements = lowerItems(items, fields).map(answering)
      const unsureFields = own.map(() => ({ kind: 'unknown', text: print(key) }) as const)
      const known = isAmbiguous(elements) ? unsureFields : own
      this.#act([{ kind: 'map', fields: known, map: { elements }, at }])
    }
    this.#mayHaveEnded = unsure(`answer of ${print(key)}`, at)
  }

  /** A map of a value that the packet keeps: one rule for each of its elements, which tell more. */
  #cases(key: Expression, items: readonly SetItem[], at: Span): void {
    const before = this.#matches
    const rest = items.flatMap((item) => (item.key.kind === 'any' ? [] : [this.#case(key, item)]))
    for (const item of items) {
      const { answer } = item
      const own = item.key.kind === 'any' ? rest.map(turned) : [this.#case(key, item)]
      if (this.#actions.some(hasEffect)) this.#split()
      this.#matches = [...before, ...own]
      this.#act([answer?.kind === 'verdict' ? lowerVerdict(answer) : anything(item.at)])
      this.#close()
      this.#actions = []
      this.#counters = null
    }
    this.#matches = before
    this.#mayHaveEnded = unsure(`answer of ${print(key)}`, at)
  }

  #case(key: Expression, { key: right, at }: SetItem): Match {
    const found = this.#tests.lower({ kind: 'match', left: key, comparison: '==', right, at })
    const own = found.at(-1)
    return own ?? unsure(print(key), at)
  }

  readonly #items: MapItems = (data) => {
    if (data.kind === 'set') return data.items
    return data.kind === 'set name' ? this.#around.itemsOf(data.name) : null
  }

  /** A map that does not hold the key ends the rule. */
  #findKeys(expressions: readonly (Expression | null)[], at: Span): void {
    for (const expression of expressions) {
      if (expression?.kind !== 'map') continue
      const { key: left, data: right } = expression
      if (left.kind !== 'number maker') {
        this.#test(this.#tests.lower({ kind: 'match', left, comparison: 'implicit', right, at }))
      } else if (!this.#coversAll(left, right)) this.#test([unsure(print(expression), at)])
    }
  }

  #coversAll(
    { modulus, offset }: Expression & { readonly kind: 'number maker' },
    data: Expression,
  ): boolean {
    const held = (this.#items(data) ?? []).reduce(
      (sum, { key }) => sum + countIn(key, offset, modulus),
      0,
    )
    return held === modulus
  }

  #assign({ words, value, at }: Statement & { readonly kind: 'assignment' }): void {
    this.#findKeys([value], at)
    const place = markPlaceOf(words)
    const deeds: readonly Deed[] =
      place === null ? [{ kind: 'none', name: `${words} set` }] : lowerMark(place, value)
    this.#act(deeds.map((deed): Action => ({ ...deed, at })))
  }

  #reject({ how, needs, at }: Statement & { readonly kind: 'reject' }): void {
    const { family } = this.#around
    if (needs !== null) this.#test(this.#tests.asked([fieldOf(needWords[needs])], at))
    const isUsual =
      (family === 'ip' && how === 'reject with icmp port-unreachable') ||
      (family === 'ip6' && how === 'reject with icmpv6 port-unreachable')
    this.#act([{ kind: 'drop', how: isUsual ? 'reject' : how, at }])
  }

  #unmodelled({ text, mayStop, mayDecide, at }: Statement & { readonly kind: 'unmodelled' }): void {
    this.#around.note(text, at)
    this.#act([{ kind: 'unknown', text, mayDecide, at }])
    if (mayStop) this.#mayHaveEnded = unsure(text, at)
  }
}

/** An element of a verdict map; one without a verdict may do anything. */
function answering(element: SetElement): SetElement {
  return element.action === null ? { ...element, action: anything(element.at) } : element
}

function anything(at: Span): Action {
  return { kind: 'unknown', text: 'answer that is no verdict', mayDecide: true, at }
}

/** Whether a packet keeps a value whatever rules do with it. */
function isLasting(field: Field['field']): boolean {
  return !isKeyField(field) || field.kind === 'state' || field.kind === 'family'
}

const needWords = { 4: 'ip version', 6: 'ip6 version', tcp: 'tcp reset' } as const

function turned(match: Match): Match {
  return { ...match, negated: !match.negated }
}

/** How many of the numbers that are made an element holds. */
function countIn(key: Expression, offset: number, modulus: number): number {
  const [from, to] = key.kind === 'range' ? [key.from, key.to] : [key, key]
  const [first, last] = [from, to].map((one) =>
    one.kind === 'value' ? Number(one.text) : Number.NaN,
  )
  if (first === undefined || last === undefined || !(first <= last)) return 0
  return Math.max(0, Math.min(last, offset + modulus - 1) - Math.max(first, offset) + 1)
}
