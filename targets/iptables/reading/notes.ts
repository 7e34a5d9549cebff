// What one dump has that is not modelled: noted once for each extension, with the number of its rules.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Span } from '../../../src/source/source.ts'

interface Note {
  readonly at: Span
  rules: number
  lastRule: number
}

/** Collects extensions that are not modelled; `tell` reports them as NP8004. */
export class Notes {
  readonly #notes = new Map<string, Note>()

  /** `what` is the extension in words, `rule` the offset of the rule that has it. */
  add(what: string, at: Span, rule: number): void {
    const note = this.#notes.get(what)
    if (note === undefined) this.#notes.set(what, { at, rules: 1, lastRule: rule })
    else if (note.lastRule !== rule) {
      note.rules += 1
      note.lastRule = rule
    }
  }

  tell(reporter: Reporter): void {
    for (const [what, { at, rules }] of this.#notes) {
      const count = rules === 1 ? 'one rule' : `${rules} rules`
      reporter.report('NP8004', { message: `${what} is not modelled: ${count}`, at })
    }
  }
}
