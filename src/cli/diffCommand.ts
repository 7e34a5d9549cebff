// `netpolc diff A B`: flags in, library call, print.
import type { Command } from 'commander'
import { targets } from '../../targets/index.ts'
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import { type DiffRequest, type DiffResult, diff } from '../diff.ts'
import { splitList } from '../emit/options.ts'
import { type DiffForm, diffForms, isEqual } from '../proof/report.ts'
import {
  type CommandContext,
  choice,
  exitCodeOf,
  type MessageForm,
  printMessages,
  repeatable,
  v1TypesFlag,
} from './command.ts'
import { readSources } from './input.ts'
import { type ExitCode, exitCodes } from './terminal.ts'

interface Flags {
  readonly recursive?: boolean
  readonly namespace?: string
  readonly cluster?: readonly string[]
  readonly ipblock: 'external' | 'literal'
  readonly podCidr?: readonly string[]
  readonly nodeCidr?: readonly string[]
  readonly ciliumCidrMatchMode?: readonly string[]
  readonly format: DiffForm
  readonly v1Types: 'both' | 'rules'
  readonly diagnostics: MessageForm
}

/** Adds the command to the program. */
export function addDiff(program: Command, context: CommandContext): void {
  program
    .command('diff')
    .summary('flows that a change of policies opens and closes')
    .description(
      'Compares two sets of policies, in any dialects, over every pod that could exist. Exit code 1 where they differ.',
    )
    .argument('<A>', 'file or directory; "A..B" is two of them; "-" reads standard input')
    .argument('[B]', 'file or directory')
    .option('-R, --recursive', 'read directories inside of directories')
    .option('-n, --namespace <name>', 'namespace of policies that name none (default: default)')
    .addOption(repeatable('--cluster <path>', 'snapshot: list the pods that a difference is about'))
    .addOption(choice('--ipblock <reading>', ['external', 'literal'], 'what address blocks mean'))
    .addOption(repeatable('--pod-cidr <cidr,...>', 'addresses of pods'))
    .addOption(repeatable('--node-cidr <cidr,...>', 'addresses of nodes'))
    .addOption(
      repeatable('--cilium-cidr-match-mode <nodes,pods>', 'setting of Cilium, for its policies'),
    )
    .addOption(v1TypesFlag())
    .addOption(choice('--format <form>', Object.keys(diffForms), 'form of the answer'))
    .addOption(choice('--diagnostics <form>', ['text', 'json', 'sarif'], 'form of messages'))
    .action((first: string, second: string | undefined, flags: Flags) => {
      context.finish(run(first, second, flags, context))
    })
}

function run(
  first: string,
  second: string | undefined,
  flags: Flags,
  context: CommandContext,
): ExitCode {
  const reporter = makeReporter()
  const request = readRequest(first, second, flags, context, reporter)
  const result = request === null || reporter.errors > 0 ? null : diff(request)
  reporter.adopt(result?.diagnostics ?? [])
  if (result !== null) context.terminal.out(print(result, flags))
  printMessages(reporter.diagnostics, flags.diagnostics, context)
  if (reporter.errors > 0) return exitCodeOf(reporter.diagnostics)
  return result !== null && isEqual(result) ? exitCodes.fine : exitCodes.no
}

function print(result: DiffResult, { format }: Flags): string {
  return result.comparison === null ? '' : diffForms[format](result)
}

function readRequest(
  first: string,
  second: string | undefined,
  flags: Flags,
  { terminal }: CommandContext,
  reporter: Reporter,
): DiffRequest | null {
  const [a, b] = second === undefined ? splitRange(first) : [first, second]
  if (a === undefined || b === undefined || a === '' || b === '') {
    const help = 'write "netpolc diff A B", or "netpolc diff A..B"'
    reporter.report('NP6006', { message: 'two sides are needed', help })
    return null
  }
  const { cluster = [], recursive = false } = flags
  if ([a, b, ...cluster].filter((path) => path === '-').length > 1) {
    const message = 'standard input cannot be two things at once'
    reporter.report('NP6004', { message, help: 'put one of them into a file' })
    return null
  }
  const read = (paths: readonly string[]): DiffRequest['before'] =>
    readSources({ paths, recursive, alsoRead: isRuleFile }, terminal, reporter)
  return {
    before: read([a]),
    after: read([b]),
    snapshot: read(cluster),
    facts: {
      ipBlock: flags.ipblock,
      podCidrs: splitList(flags.podCidr ?? []),
      nodeCidrs: splitList(flags.nodeCidr ?? []),
      cidrMatch: splitList(flags.ciliumCidrMatchMode ?? []).flatMap((word) =>
        matchMode(word, reporter),
      ),
    },
    v1Types: flags.v1Types,
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
  }
}

/** Rules of firewalls are told by the names of their files. */
function isRuleFile(path: string): boolean {
  return targets.some(({ proof }) => proof.kind === 'firewall' && proof.isRuleFile(path))
}

const matchModes: ReadonlyMap<string, 'pod' | 'host'> = new Map([
  ['nodes', 'host'],
  ['pods', 'pod'],
])

function matchMode(word: string, reporter: Reporter): readonly ('pod' | 'host')[] {
  const mode = matchModes.get(word)
  if (mode !== undefined) return [mode]
  const message = `--cilium-cidr-match-mode "${word}" is neither nodes nor pods`
  reporter.report('NP6004', { message, help: 'write nodes, pods, or both' })
  return []
}

/** `a..b` as git writes it; the first `..` that is no part of a path such as `../a`. */
function splitRange(text: string): readonly (string | undefined)[] {
  const [, a, b] = /^(.*?[^./])\/?\.\.(?!\/?$)(.+)$/.exec(text) ?? []
  return [a, b]
}
