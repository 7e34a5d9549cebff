// `netpolc migrate`: flags in, library call, write or print.
import type { Command } from 'commander'
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import type { Fidelity } from '../emit/target.ts'
import { reportMarkdown, reportSummary } from '../migration/markdown.ts'
import { type MigrateResult, migrate, migrationTargets } from '../migration/migrate.ts'
import {
  type CommandContext,
  choice,
  exitCodeOf,
  type MessageForm,
  printMessages,
  repeatable,
  v1TypesFlag,
} from './command.ts'
import { readInputs } from './input.ts'
import { warnStrangers, writeFiles } from './output.ts'
import { givenOptions, optionFlags } from './targetOptions.ts'
import type { ExitCode, Terminal } from './terminal.ts'

interface Flags {
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly namespace?: string
  readonly target?: string
  readonly output?: string
  readonly dryRun?: boolean
  readonly cluster?: readonly string[]
  readonly fidelity: Fidelity
  readonly maxRules?: string
  readonly report: 'markdown' | 'json'
  readonly format: 'yaml' | 'json'
  readonly diagnostics: MessageForm
  readonly v1Types: 'both' | 'rules'
}

/** Adds the command to the program. */
export function addMigrate(program: Command, context: CommandContext): void {
  const names = migrationTargets.map(({ name }) => name).join('|')
  const command = program
    .command('migrate')
    .summary('policies of one engine to another, with a report and a way back')
    .description(
      'Writes the policies of another engine, a report of what became of each, and the way back. Exit code 1 where the output would differ from its source.',
    )
    .argument('[FILE|DIR|-...]', 'policies as YAML or JSON; "-" reads standard input')
    .addOption(repeatable('-f, --filename <path>', 'the same as an argument'))
    .option('-R, --recursive', 'read directories inside of directories')
    .option('-n, --namespace <name>', 'namespace of policies that name none (default: default)')
    .option('-t, --target <name>', `what to migrate to: ${names}`)
    .option('-o, --output <directory>', 'where apply/, rollback/ and the report are written')
    .option('--dry-run', 'print the report, and write nothing')
    .addOption(repeatable('--cluster <path>', 'snapshot: its namespaces and labels are relied on'))
    .addOption(
      choice('--fidelity <kind>', ['exact', 'narrower', 'wider', 'any'], 'accepted differences'),
    )
    .option('--max-rules <number>', 'most rules that one policy may become (default: 1000)')
    .addOption(choice('--report <form>', ['markdown', 'json'], 'form of the report of --dry-run'))
    .addOption(choice('--format <form>', ['yaml', 'json'], 'form of manifests'))
    .addOption(v1TypesFlag())
    .addOption(choice('--diagnostics <form>', ['text', 'json', 'sarif'], 'form of messages'))
  for (const option of optionFlags(migrationTargets)) command.addOption(option)
  command.action((paths: readonly string[], flags: Flags & Record<string, unknown>) => {
    context.finish(run(paths, flags, context))
  })
}

function run(
  paths: readonly string[],
  flags: Flags & Record<string, unknown>,
  context: CommandContext,
): ExitCode {
  const reporter = makeReporter()
  const result = readAndMigrate(paths, flags, context.terminal, reporter)
  reporter.adopt(result?.diagnostics ?? [])
  if (result !== null) deliver(result, flags, context, reporter)
  printMessages(reporter.diagnostics, flags.diagnostics, context)
  if (result?.report && flags.diagnostics === 'text' && flags.dryRun !== true) {
    context.terminal.err(`${reportSummary(result.report)}\n`)
  }
  return exitCodeOf(reporter.diagnostics)
}

function readAndMigrate(
  paths: readonly string[],
  flags: Flags & Record<string, unknown>,
  terminal: Terminal,
  reporter: Reporter,
): MigrateResult | null {
  if (flags.output === undefined && flags.dryRun !== true) {
    const help = 'name a directory with -o, or print the report alone with --dry-run'
    reporter.report('NP6004', { message: 'there is no place to write to', help })
  }
  const maxRules = readLimit(flags.maxRules, reporter)
  const read = readInputs({ ...flags, paths }, 'there is nothing to migrate', terminal, reporter)
  if (read === null || reporter.errors > 0) return null
  return migrate({
    ...read,
    target: flags.target ?? '',
    options: givenOptions(migrationTargets, flags),
    fidelity: flags.fidelity,
    format: flags.format,
    v1Types: flags.v1Types,
    ...(maxRules === undefined ? {} : { maxRules }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
  })
}

function readLimit(word: string | undefined, reporter: Reporter): number | undefined {
  if (word === undefined || /^[1-9]\d{0,8}$/.test(word)) {
    return word === undefined ? undefined : Number(word)
  }
  reporter.report('NP6004', {
    message: `--max-rules "${word}" is not a number of rules`,
    help: 'write a whole number from 1 on',
  })
  return undefined
}

/** The report is printed whatever it says; files are written only where nothing stands against it. */
function deliver(
  { report, files }: MigrateResult,
  flags: Flags,
  { terminal }: CommandContext,
  reporter: Reporter,
): void {
  if (flags.dryRun === true) {
    if (report === null) return
    const text =
      flags.report === 'json' ? `${JSON.stringify(report, null, 2)}\n` : reportMarkdown(report)
    terminal.out(text)
  } else if (files.length > 0 && flags.output !== undefined) {
    writeFiles(flags.output, files, reporter)
    if (reporter.errors === 0) warnStrangers(flags.output, files, reporter)
  }
}
