// Options of targets: from words to checked values with defaults filled in.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { OptionValues, Target, TargetOption } from './target.ts'

/** Option words by name, without dashes; each flag may have been given several times. */
export type GivenOptions = Readonly<Record<string, readonly string[]>>

/**
 * The values for the chosen targets. What is unknown to all of them or has a bad value is reported
 * as NP6004. `all` is every target there is, for a better message.
 */
export function readOptions(
  given: GivenOptions,
  chosen: readonly Target[],
  all: readonly Target[],
  reporter: Reporter,
): OptionValues {
  const declared = new Map(chosen.flatMap(({ options }) => options.map((one) => [one.name, one])))
  for (const [name, words] of Object.entries(given)) {
    const option = declared.get(name)
    if (option === undefined) reportStray(name, chosen, all, reporter)
    else checkWords(option, words, reporter)
  }
  const wordsOf = (name: string): readonly string[] => given[name] ?? []
  return {
    one: (name) => wordsOf(name).at(-1) ?? declared.get(name)?.default ?? '',
    many: (name) => splitList(wordsOf(name)),
  }
}

function checkWords(option: TargetOption, words: readonly string[], reporter: Reporter): void {
  if (!option.list && words.length > 1) {
    const message = `option "--${option.name}" was given ${words.length} times`
    reporter.report('NP6004', { message, help: 'give it once' })
  }
  for (const word of option.list ? splitList(words) : words) {
    const fault = option.check(word)
    if (fault === undefined) continue
    const message = `option "--${option.name}" has the value "${word}": ${fault}`
    reporter.report('NP6004', { message, help: option.help })
  }
}

function reportStray(
  name: string,
  chosen: readonly Target[],
  all: readonly Target[],
  reporter: Reporter,
): void {
  const homes = all.filter(({ options }) => options.some((one) => one.name === name))
  const targets = chosen.map((target) => target.name).join(', ')
  reporter.report('NP6004', {
    message: `option "--${name}" means nothing to target ${targets}`,
    help:
      homes.length === 0
        ? 'leave it out'
        : `it belongs to target ${homes.map((target) => target.name).join(', ')}`,
  })
}

/** Words that may each be a list with commas. */
export function splitList(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => word.split(',')).map((word) => word.trim())
}
