// One rule of iptables: its words, from left to right, into matches and actions. Words that are no option
// of anything known are kept as an unknown match, so that a rule never says more than it should.
import type { Family } from '../../../src/algebra/address.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Action, Deed, Match, Rule, Test } from '../../../src/ruleset/types.ts'
import type { Source, Span } from '../../../src/source/source.ts'
import { coreOptions } from './coreOptions.ts'
import {
  type Extent,
  extentOf,
  type MatchExtension,
  type Option,
  type OptionUse,
  type RuleParts,
  readOption,
  type Stability,
  textOf,
  whole,
} from './extension.ts'
import type { Word } from './lexer.ts'
import { matchExtensions, protocolExtensions } from './matches/index.ts'
import type { Notes } from './notes.ts'
import { TargetDraft } from './targetDraft.ts'

/** What rules are read in. */
export interface RuleContext {
  readonly source: Source
  readonly family: Family
  readonly table: string
  readonly reporter: Reporter
  readonly notes: Notes
  /** Whether something could not be read. */
  readonly fail: () => void
}

/** A rule, and the chain or target it names where only the whole table can tell which of them it is. */
export interface ReadRule {
  readonly rule: Rule & { readonly actions: Action[] }
  readonly target: TargetDraft | null
  /** Whether it is of the other IP version, which `-4` and `-6` say. */
  readonly isForeign: boolean
}

/** A match extension that a rule has loaded. */
interface Loaded {
  readonly extension: MatchExtension
  readonly uses: OptionUse[]
  readonly at: Extent
}

/** An option, and who takes its uses. */
interface Found {
  readonly option: Option
  readonly isKnown: boolean
  readonly take: (use: OptionUse) => void
}

/** Reads the words of one rule. */
export class RuleReader implements RuleParts {
  readonly #context: RuleContext
  readonly #words: readonly Word[]
  readonly #at: Extent
  #next: number
  readonly #matches: Match[] = []
  readonly #first: Action[] = []
  /** Extensions in the order they came; the last one is asked first for an option. */
  readonly #loaded: Loaded[] = []
  #target: TargetDraft | null = null
  #protocol: number | null = null
  #comment: string | null = null
  #counters: Rule['counters'] = null
  #isForeign = false
  #isBroken = false
  #isCut = false

  /**
   * `words` are a command, a chain, and what follows; `start` is the index of the first option, `at` the
   * place of the whole rule.
   */
  constructor(context: RuleContext, words: readonly Word[], start: number, at: Extent) {
    this.#context = context
    this.#words = words
    this.#next = start
    this.#at = at
  }

  read(): ReadRule {
    while (this.#next < this.#words.length) this.#option()
    for (const { extension, uses, at } of this.#loaded) {
      if (extension.protocol !== null) this.#require(extension.protocol, at)
      extension.read(uses, this, extentOf(uses, at))
    }
    const actions = this.#isCut ? [this.#cutOff()] : this.#actions()
    const rule = {
      matches: this.#matches.sort((a, b) => a.at.start - b.at.start),
      actions,
      comment: this.#comment,
      counters: this.#counters,
      at: this.span(this.#at),
    }
    return { rule, target: this.#isCut ? null : this.#target, isForeign: this.#isForeign }
  }

  /** The text ends in the rule: nobody can tell what it would do. */
  cut(): void {
    this.#isCut = true
  }

  #actions(): Action[] {
    return [...this.#first, ...(this.#target?.actions(this) ?? [])]
  }

  #cutOff(): Action {
    this.breakOff({ start: this.#at.end, end: this.#at.end })
    const at = this.span(this.#at)
    return { kind: 'unknown', text: 'the rest of the rule', mayDecide: true, at }
  }

  get family(): Family {
    return this.#context.family
  }

  get chain(): string {
    return this.#words[1]?.text ?? ''
  }

  get table(): string {
    return this.#context.table
  }

  add(test: Test, negated: boolean, at: Extent): void {
    this.#matches.push(this.match(test, negated, at))
  }

  match(test: Test, negated: boolean, at: Extent): Match {
    return { ...test, negated, at: this.span(at) }
  }

  unknown(extension: string, text: string, stability: Stability): Test {
    this.#note(
      extension.startsWith('-') ? `option "${extension}"` : `match extension "${extension}"`,
    )
    const isFiltering = this.table === 'filter' || this.table === 'security'
    const stable = stability === 'always' || (stability === 'filter' && isFiltering)
    return { kind: 'unknown', text, stable }
  }

  unknownDeed(target: string, text: string, mayDecide: boolean): Deed {
    this.#note(`target extension "${target}"`)
    return { kind: 'unknown', text, mayDecide }
  }

  first(deed: Deed, at: Extent): void {
    this.#first.push({ ...deed, at: this.span(at) })
  }

  comment(text: string): void {
    this.#comment = this.#comment === null ? text : `${this.#comment} ${text}`
  }

  fault(at: Extent, message: string): void {
    this.#context.fail()
    this.#context.reporter.report('NP8005', { message, at: this.span(at) })
  }

  /** Something of the rule could not be read: whether it matches is open. */
  breakOff(at: Extent): void {
    this.add({ kind: 'unknown', text: this.#textAt(at), stable: false }, false, at)
  }

  /** What options of the core say beside matches. */
  setProtocol(number: number): void {
    this.#protocol = number
  }

  setCounters(counters: Rule['counters']): void {
    this.#counters = counters
  }

  setForeign(): void {
    this.#isForeign = true
  }

  setTarget(word: Word, start: number, isGoto: boolean): void {
    if (this.#target !== null) {
      const message = `a second target, "${word.text}": the first one is "${this.#target.name}"`
      this.fault(word, message)
    } else this.#target = new TargetDraft(word, start, isGoto)
  }

  load(name: string, at: Extent): void {
    const extension = matchExtensions.get(name) ?? whole(name, '', 'never')
    this.#loaded.push({ extension, uses: [], at })
  }

  span({ start, end }: Extent): Span {
    return { source: this.#context.source, start, end }
  }

  #note(what: string): void {
    this.#context.notes.add(what, this.span(this.#at), this.#at.start)
  }

  #textAt({ start, end }: Extent): string {
    return this.#context.source.text.slice(start, end)
  }

  /** Extensions of a protocol match its packets only. */
  #require(protocol: number, at: Extent): void {
    if (this.#protocol === protocol) return
    this.#protocol = protocol
    this.add({ kind: 'protocol', ranges: [{ from: protocol, to: protocol }] }, false, at)
  }

  #option(): void {
    const first = this.#words[this.#next]
    if (first === undefined) return
    let negated = first.text === '!'
    if (negated) this.#next += 1
    const word = this.#words[this.#next]
    if (word === undefined || !isOption(word.text)) this.#stray(first, word)
    else {
      this.#next += 1
      const equals = word.text.startsWith('--') ? word.text.indexOf('=') : -1
      const name = equals < 0 ? word.text : word.text.slice(0, equals)
      const found = this.#find(name)
      const isOldNegation = found.option.values !== 0 && this.#hasOldNegation()
      if (isOldNegation) this.#next += 1
      negated = negated !== isOldNegation
      const given = equals < 0 ? [] : [valueInside(word, equals)]
      const values = this.#values(found.option, given, found.isKnown)
      const end = values.at(-1)?.end ?? word.end
      const use = { name: found.option.name, values, negated, start: first.start, end }
      const count = found.option.values
      if (typeof count === 'number' && values.length < count) this.#missing(use, word)
      else found.take(use)
    }
  }

  /** Old dumps say `-s ! 10.0.0.1` for `! -s 10.0.0.1`. */
  #hasOldNegation(): boolean {
    const mark = this.#words[this.#next]
    const value = this.#words[this.#next + 1]
    return mark?.text === '!' && value !== undefined && !isOption(value.text)
  }

  #missing(use: OptionUse, word: Word): void {
    this.fault(use, `"${word.text}" needs ${use.values.length > 0 ? 'another' : 'a'} value`)
    this.breakOff(use)
  }

  /** Words where an option should be. */
  #stray(first: Word, word: Word | undefined): void {
    const last = word ?? first
    const at = { start: first.start, end: last.end }
    this.#next += word === undefined ? 0 : 1
    this.breakOff(at)
    if (this.#isBroken) return
    this.#isBroken = true
    this.#context.fail()
    const message = `"${this.#textAt(at)}" stands where an option should`
    this.#context.reporter.report('NP8001', { message, at: this.span(at) })
  }

  #values(option: Option, given: readonly Word[], isKnown: boolean): readonly Word[] {
    const values = [...given]
    const mayTake = (): boolean => {
      const next = this.#words[this.#next]
      if (next === undefined) return false
      if (!isKnown || option.values === 'optional') return !isOption(next.text) && next.text !== '!'
      return true
    }
    const wanted = isKnown ? (option.values === 'optional' ? 1 : option.values) : Infinity
    while (values.length < wanted && mayTake()) {
      values.push(this.#words[this.#next] as Word)
      this.#next += 1
    }
    return values
  }

  /** The option of a word: the newest extension that has it, then those that come with the protocol. */
  #find(word: string): Found {
    const core = coreOptions.get(word)
    if (core !== undefined) {
      return { option: core, isKnown: true, take: (use) => core.read(use, this) }
    }
    const name = word.replace(/^-+/, '')
    const found = this.#findIn((options) => options.get(name)) ?? this.#findIn(byBeginning(name))
    if (found !== undefined) return found
    const option: Option = { name, values: 'optional' }
    return { option, isKnown: false, take: (use) => this.#unknownOption(word, use) }
  }

  #findIn(find: (options: ReadonlyMap<string, Option>) => Option | undefined): Found | undefined {
    const target = this.#target?.extension ?? null
    const inTarget = target === null ? undefined : find(target.options)
    for (let at = this.#loaded.length - 1; at >= 0; at -= 1) {
      const loaded = this.#loaded[at]
      const option = loaded && find(loaded.extension.options)
      if (loaded === undefined || option === undefined) continue
      if (inTarget !== undefined && (this.#target?.start ?? 0) > loaded.at.start) break
      return { option, isKnown: true, take: (use: OptionUse) => void loaded.uses.push(use) }
    }
    if (inTarget !== undefined) {
      return { option: inTarget, isKnown: true, take: (use: OptionUse) => this.#target?.take(use) }
    }
    const extension = protocolExtensions.get(this.#protocol ?? -1)
    const option = extension && find(extension.options)
    if (extension === undefined || option === undefined) return undefined
    const take = (use: OptionUse): void =>
      void this.#loaded.push({ extension, uses: [use], at: use })
    return { option, isKnown: true, take }
  }

  /** Belongs to what was named last, if that can have options that are not known here. */
  #unknownOption(word: string, use: OptionUse): void {
    const loaded = this.#loaded.at(-1)
    const isOfTarget = this.#target !== null && this.#target.start > (loaded?.at.start ?? -1)
    if (isOfTarget && this.#target?.mayTakeAnything) this.#target.take(use)
    else if (loaded !== undefined && !isOfTarget) loaded.uses.push(use)
    else {
      const text = textOf(word, [{ ...use, name: '' }], false).replace(/ --/, '')
      readOption(use, () => this.unknown(word, text, 'never'), this)
    }
  }
}

/** getopt takes the beginning of an option's name. */
function byBeginning(name: string) {
  return (options: ReadonlyMap<string, Option>): Option | undefined => {
    if (name.length < 2) return undefined
    const found = new Set<Option>()
    for (const [own, option] of options) if (own.startsWith(name)) found.add(option)
    const names = new Set([...found].map((option) => option.name))
    return names.size === 1 ? [...found][0] : undefined
  }
}

function isOption(text: string): boolean {
  return /^-(?:-[A-Za-z0-9]|[A-Za-z46])/.test(text)
}

function valueInside(word: Word, equals: number): Word {
  return { text: word.text.slice(equals + 1), start: word.start, end: word.end }
}
