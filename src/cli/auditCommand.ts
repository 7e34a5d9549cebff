// `netpolc audit`: flags in, library call, print.
import { basename, dirname } from 'node:path'
import type { Command } from 'commander'
import { type AuditRequest, type AuditResult, audit } from '../audit/audit.ts'
import { allFindings, countsOf, countWords, severities } from '../audit/report/arrange.ts'
import { type ReportForm, reportForms } from '../audit/report/index.ts'
import type { AuditReport } from '../audit/report/types.ts'
import { makeReporter, type Reporter, type Severity } from '../diagnostics/diagnostic.ts'
import { splitList } from '../emit/options.ts'
import {
  type CommandContext,
  choice,
  type MessageForm,
  printMessages,
  repeatable,
  v1TypesFlag,
} from './command.ts'
import { readSources } from './input.ts'
import { writeFiles } from './output.ts'
import { type ExitCode, exitCodes } from './terminal.ts'

interface Flags {
  readonly filename?: readonly string[]
  readonly ipset?: readonly string[]
  readonly policies?: readonly string[]
  readonly recursive?: boolean
  readonly namespace?: string
  readonly cluster?: readonly string[]
  readonly node?: string
  readonly routes?: readonly string[]
  readonly port?: readonly string[]
  readonly only?: readonly string[]
  readonly failOn: Severity | 'never'
  readonly format: ReportForm
  readonly all?: boolean
  readonly output?: string
  readonly v1Types: 'both' | 'rules'
  readonly diagnostics: MessageForm
}

/** Adds the command to the program. */
export function addAudit(program: Command, context: CommandContext): void {
  program
    .command('audit')
    .summary('what the firewall rules of a machine do, and whether policies say so')
    .description(
      'Reads dumps of one machine (iptables-save, ip6tables-save, ipset save, nft list ruleset, nft -j list ruleset), finds what is odd in them, says who reaches whom, and compares them with policies. Exit code 1 where something is found, 2 where a dump could not be read whole.',
    )
    .argument('[DUMP...]', 'dumps, in any forms, of one machine; "-" reads standard input')
    .addOption(repeatable('-f, --filename <path>', 'the same as an argument'))
    .addOption(repeatable('--ipset <path>', 'the output of "ipset save", where it may be empty'))
    .addOption(repeatable('--policies <path>', 'policies of any dialect to compare the rules with'))
    .option('-R, --recursive', 'read directories inside of directories')
    .option('-n, --namespace <name>', 'namespace of policies that name none (default: default)')
    .addOption(repeatable('--cluster <path>', 'snapshot: whose the addresses are'))
    .option('--node <name>', 'the node of the snapshot that was dumped')
    .addOption(
      repeatable('--routes <path>', 'the output of "ip route show" and "ip -6 route show"'),
    )
    .addOption(
      repeatable('--port <port,...>', 'say who reaches whom by it: 5432/tcp, 53/udp, proto/47'),
    )
    .addOption(repeatable('--only <code,...>', 'only these codes, or those that begin so: NP82'))
    .addOption(
      choice(
        '--fail-on <severity>',
        ['warning', 'error', 'note', 'never'],
        'least for exit code 1',
      ),
    )
    .addOption(choice('--format <form>', Object.keys(reportForms), 'form of the report'))
    .option('--all', 'show everything, where a form would show the first few')
    .option('-o, --output <file>', 'write the report there; else to stdout')
    .addOption(v1TypesFlag())
    .addOption(choice('--diagnostics <form>', ['text', 'json', 'sarif'], 'form of messages'))
    .action((paths: readonly string[], flags: Flags) => context.finish(run(paths, flags, context)))
}

function run(paths: readonly string[], flags: Flags, context: CommandContext): ExitCode {
  const reporter = makeReporter()
  const request = readRequest(paths, flags, context, reporter)
  const result = request === null || reporter.errors > 0 ? null : audit(request)
  reporter.adopt(result?.diagnostics ?? [])
  if (result !== null) deliver(result.report, flags, context, reporter)
  printMessages(reporter.diagnostics, flags.diagnostics, context)
  return result === null || reporter.errors > 0 ? exitCodes.invalid : verdictOf(result, flags)
}

function verdictOf({ report }: AuditResult, { failOn }: Flags): ExitCode {
  if (report.partial.length > 0) return exitCodes.invalid
  if (failOn === 'never') return exitCodes.fine
  const counts = countsOf(allFindings(report))
  const grave = severities.slice(0, severities.indexOf(failOn) + 1)
  return grave.some((severity) => counts[severity] > 0) ? exitCodes.no : exitCodes.fine
}

function deliver(
  report: AuditReport,
  flags: Flags,
  { terminal, version }: CommandContext,
  reporter: Reporter,
): void {
  const { output, format, all = false } = flags
  const text = reportForms[format](report, { all, version })
  if (output === undefined || output === '-') {
    terminal.out(text)
    return
  }
  writeFiles(dirname(output), [{ path: basename(output), text }], reporter)
  if (reporter.errors === 0) terminal.err(`${countWords(allFindings(report))}: see ${output}\n`)
}

function readRequest(
  paths: readonly string[],
  flags: Flags,
  { terminal }: CommandContext,
  reporter: Reporter,
): AuditRequest | null {
  const { filename = [], ipset = [], policies = [], cluster = [], routes = [] } = flags
  const dumps = [...paths, ...filename]
  if (dumps.length === 0) {
    const help = 'name the output of iptables-save or "nft list ruleset", or "-" for standard input'
    reporter.report('NP6006', { message: 'there is nothing to audit', help })
    return null
  }
  const all = [...dumps, ...ipset, ...policies, ...cluster, ...routes]
  if (all.filter((path) => path === '-').length > 1) {
    const message = 'standard input cannot be two things at once'
    reporter.report('NP6004', { message, help: 'put one of them into a file' })
    return null
  }
  const { recursive = false } = flags
  const read = (some: readonly string[]): AuditRequest['dumps'] =>
    readSources({ paths: some, recursive }, terminal, reporter)
  const readDumps = (some: readonly string[]): AuditRequest['dumps'] =>
    readSources({ paths: some, recursive, alsoRead: isDump, isLenient: true }, terminal, reporter)
  return {
    dumps: readDumps(dumps),
    ipsets: readDumps(ipset),
    policies: read(policies),
    snapshot: read(cluster),
    routes: read(routes),
    ports: splitList(flags.port ?? []),
    only: splitList(flags.only ?? []),
    v1Types: flags.v1Types,
    ...(flags.node === undefined ? {} : { node: flags.node }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
  }
}

/** Endings by which dumps are kept in directories. */
function isDump(path: string): boolean {
  return /\.(rules|nft|ipset|sets|v4|v6|dump|save|txt)$/.test(path)
}
