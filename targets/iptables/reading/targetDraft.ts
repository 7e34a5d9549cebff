// The target of a rule while it is read: a verdict, an extension, or a chain. Which of them a name is that
// nobody knows shows at the end of its table, when all chains are known.
import type { Action, Deed } from '../../../src/ruleset/types.ts'
import { type OptionUse, type TargetExtension, textOf } from './extension.ts'
import type { Word } from './lexer.ts'
import type { RuleReader } from './ruleReader.ts'
import { targetExtensions } from './targets/index.ts'

/** `-j NAME` or `-g NAME` with the options of the target. */
export class TargetDraft {
  readonly name: string
  /** Offset of its `-j`. */
  readonly start: number
  readonly isGoto: boolean
  /** Null for what may be a chain. */
  readonly extension: TargetExtension | null
  readonly #uses: OptionUse[] = []
  #end: number

  constructor(word: Word, start: number, isGoto: boolean) {
    this.name = word.text
    this.start = start
    this.isGoto = isGoto
    this.extension = isGoto ? null : (targetExtensions.get(word.text) ?? null)
    this.#end = word.end
  }

  /** Whether options that nobody knows can be its own. */
  get mayTakeAnything(): boolean {
    return !this.isGoto
  }

  take(use: OptionUse): void {
    this.#uses.push(use)
    this.#end = Math.max(this.#end, use.end)
  }

  get end(): number {
    return this.#end
  }

  /** Options as they were used. */
  get text(): string {
    return textOf(this.name, this.#uses)
  }

  /** What it does; a jump for what may be a chain. */
  actions(rule: RuleReader): readonly Action[] {
    const at = rule.span(this)
    const deeds: readonly Deed[] = this.extension?.read(this.#uses, rule) ?? [
      { kind: this.isGoto ? 'goto' : 'jump', chain: this.name },
    ]
    return deeds.map((deed) => ({ ...deed, at }))
  }

  /** Whether it looks like a chain: chains have no options, and targets neither small letters nor dashes. */
  get seemsChain(): boolean {
    return this.isGoto || (this.#uses.length === 0 && !/^[A-Z0-9_]+$/.test(this.name))
  }

  get hasOptions(): boolean {
    return this.#uses.length > 0
  }
}
