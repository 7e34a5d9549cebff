// `netpolc compile`: flags in, library call, print.
import type { Command } from 'commander'
import { targets } from '../../targets/index.ts'
import { type CompileResult, compile, type TargetOutput } from '../compile.ts'
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import type { Fidelity, OutputFile } from '../emit/target.ts'
import type { TargetProof } from '../proof/verify.ts'
import { changesAgainst } from './changes.ts'
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
import { inFolders, warnStrangers, writeFiles } from './output.ts'
import { formOf, joinFiles } from './streams.ts'
import { givenOptions, optionFlags } from './targetOptions.ts'
import type { ExitCode, Terminal } from './terminal.ts'

interface Flags {
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly namespace?: string
  readonly target?: readonly string[]
  readonly output?: string
  readonly diffAgainst?: string
  readonly cluster?: readonly string[]
  readonly node?: string
  readonly fidelity: Fidelity
  readonly format: 'yaml' | 'json'
  readonly diagnostics: MessageForm
  readonly verbose?: boolean
  readonly verify: boolean
  readonly v1Types: 'both' | 'rules'
}

/** Adds the command to the program. */
export function addCompile(program: Command, context: CommandContext): void {
  const names = targets.map(({ name }) => name).join(', ')
  const command = program
    .command('compile')
    .summary('policies to the rules of an engine')
    .description('Compiles network policies to the native rules of one or several engines.')
    .argument('[FILE|DIR|-...]', 'policies as YAML or JSON; "-" reads standard input')
    .addOption(repeatable('-f, --filename <path>', 'the same as an argument'))
    .option('-R, --recursive', 'read directories inside of directories')
    .option('-n, --namespace <name>', 'namespace of policies that name none (default: default)')
    .addOption(repeatable('-t, --target <name,...>', `what to write: ${names}`))
    .option('-o, --output <directory>', 'write files there, one a policy or node; else to stdout')
    .option('--diff-against <directory>', 'print what changes on nodes that run the files there')
    .addOption(repeatable('--cluster <path>', 'snapshot, for targets that speak in addresses'))
    .option('--node <name>', 'only the rules of this node')
    .addOption(
      choice('--fidelity <kind>', ['exact', 'narrower', 'wider', 'any'], 'accepted differences'),
    )
    .option('--no-verify', 'do not prove that outputs mean what their source means')
    .addOption(choice('--format <form>', ['yaml', 'json'], 'form of manifests'))
    .addOption(v1TypesFlag())
    .addOption(choice('--diagnostics <form>', ['text', 'json', 'sarif'], 'form of messages'))
    .option('-v, --verbose', 'say what was passed over')
  for (const option of optionFlags(targets)) command.addOption(option)
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
  const result = readAndCompile(paths, flags, context.terminal, reporter)
  reporter.adopt(result?.diagnostics ?? [])
  if (result !== null && reporter.errors === 0) deliver(result.outputs, flags, context, reporter)
  printMessages(reporter.diagnostics, flags.diagnostics, context)
  if (flags.diagnostics === 'text') printProofs(result, context.terminal)
  if (flags.verbose && flags.diagnostics === 'text') printPassedOver(result, context.terminal)
  return exitCodeOf(reporter.diagnostics)
}

function readAndCompile(
  paths: readonly string[],
  flags: Flags & Record<string, unknown>,
  terminal: Terminal,
  reporter: Reporter,
): CompileResult | null {
  const read = readInputs({ ...flags, paths }, 'there is nothing to compile', terminal, reporter)
  if (read === null) return null
  const { target = [] } = flags
  return compile({
    ...read,
    targets: target.flatMap((word) => word.split(',')).map((word) => word.trim()),
    options: givenOptions(targets, flags),
    node: flags.node ?? null,
    fidelity: flags.fidelity,
    verify: flags.verify,
    format: flags.format,
    v1Types: flags.v1Types,
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
  })
}

function deliver(
  outputs: readonly TargetOutput[],
  flags: Flags,
  { terminal }: CommandContext,
  reporter: Reporter,
): void {
  const { diffAgainst, output } = flags
  const wanted =
    diffAgainst === undefined ? outputs : changesAgainst(diffAgainst, outputs, reporter)
  if (reporter.errors > 0) return
  const files = inFolders(wanted)
  if (diffAgainst !== undefined && files.length === 0) terminal.err('nothing changes\n')
  if (output !== undefined && /\.(ya?ml|json|rules|txt)$/.test(output)) {
    const message = `"-o ${output}" looks like a file, and -o names a directory`
    reporter.report('NP6004', { message, help: `leave -o out and write "> ${output}"` })
  } else if (output !== undefined && output !== '-') {
    writeFiles(output, files, reporter)
    if (reporter.errors === 0) warnStrangers(output, files, reporter)
  } else if (new Set(printed(files).map(formOf)).size > 1 && outputs.length > 1) {
    const message = 'these targets cannot share standard output: their files are of different forms'
    reporter.report('NP6004', { message, help: 'give a directory with -o' })
  } else {
    terminal.out(joinFiles(printed(files)))
  }
}

function printed(files: readonly OutputFile[]): readonly OutputFile[] {
  return files.filter(({ isScript }) => !isScript)
}

const proofWords: Readonly<Record<TargetProof['answer'], string>> = {
  equal: 'proved equal to its source',
  narrower: 'proved narrower than its source',
  wider: 'proved wider than its source',
  different: 'proved narrower than its source for some flows, and wider for others',
  undecided: 'not proved',
  unproved: 'not proved',
}

function printProofs(result: CompileResult | null, terminal: Terminal): void {
  for (const { target, answer, universe, assumptions } of result?.proofs ?? []) {
    const names = assumptions.map((one) => one.slice(0, one.indexOf(':')))
    const assuming = names.length === 0 ? '' : ` (assuming ${names.join(', ')})`
    const scope = answer === 'equal' ? `, ${universe}` : ''
    terminal.err(`${target}: ${proofWords[answer]}${scope}${assuming}\n`)
  }
}

function printPassedOver(result: CompileResult | null, terminal: Terminal): void {
  const counts = [...(result?.passedOver ?? [])].map(([kind, count]) => `${count} ${kind}`)
  if (counts.length > 0) terminal.err(`passed over, no policies: ${counts.join(', ')}\n`)
}
