// What all commands share: their context, kinds of flags, how messages are printed, and exit codes.
import { Option } from 'commander'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { renderJson, renderSarif } from '../diagnostics/machine.ts'
import { renderSummary, renderText } from '../diagnostics/render.ts'
import { type ExitCode, exitCodes, type Terminal } from './terminal.ts'

/** What the command needs from the program around it. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly version: string
  /** Called with the exit code when the command is done. */
  readonly finish: (code: ExitCode) => void
}

/** Forms of messages. */
export type MessageForm = 'text' | 'json' | 'sarif'

/** A flag that may be given several times. */
export function repeatable(flags: string, help: string): Option {
  const collect = (word: string, words: readonly string[] = []): readonly string[] => [
    ...words,
    word,
  ]
  return new Option(flags, help).argParser(collect)
}

/** A flag with a few words to choose from; the first is the default. */
export function choice(flags: string, words: readonly string[], help: string): Option {
  return new Option(flags, help).choices(words).default(words[0])
}

/** What no file says of the clusters that it comes from. */
export function v1TypesFlag(): Option {
  const help = 'what a Calico v1 policy without "types" governs'
  return choice('--v1-types <directions>', ['both', 'rules'], help)
}

/** Prints messages in one of their forms, and their number where people read them. */
export function printMessages(
  diagnostics: readonly Diagnostic[],
  form: MessageForm,
  { terminal, version }: CommandContext,
): void {
  if (form === 'json') terminal.err(renderJson(diagnostics))
  else if (form === 'sarif') terminal.err(renderSarif(diagnostics, version))
  else {
    terminal.err(renderText(diagnostics, terminal.paint))
    const summary = renderSummary(diagnostics)
    if (summary !== '') terminal.err(`${summary}\n`)
  }
}

/** Codes that say that the input is fine and the answer is no: the target cannot mean the same. */
const inexact: readonly string[] = [
  'NP2024',
  'NP5001',
  'NP5002',
  'NP5003',
  'NP5004',
  'NP5009',
  'NP5012',
  'NP5014',
]

/** The exit code that diagnostics ask for. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return exitCodes.fine
  return errors.every(({ code }) => inexact.includes(code)) ? exitCodes.no : exitCodes.invalid
}
