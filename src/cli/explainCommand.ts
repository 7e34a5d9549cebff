// `netpolc explain`: flags in, library calls, print.
import type { Command } from 'commander'
import { readCluster } from '../cluster/read.ts'
import type { Cluster } from '../cluster/types.ts'
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import { type FlowWords, readFlow } from '../explain/endpoints.ts'
import { blocksOf } from '../explain/freeAddress.ts'
import { renderTrace, traceJson } from '../explain/render.ts'
import { explain } from '../explain/trace.ts'
import { normalise } from '../passes/index.ts'
import { readPolicies } from '../readPolicies.ts'
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
import type { ExitCode } from './terminal.ts'

interface Flags {
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly namespace?: string
  readonly cluster?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly port?: string
  readonly protocol?: string
  readonly ipblock: 'literal' | 'external'
  readonly v1Types: 'both' | 'rules'
  readonly format: 'text' | 'json'
  readonly diagnostics: MessageForm
  readonly verbose?: boolean
}

/** Adds the command to the program. */
export function addExplain(program: Command, context: CommandContext): void {
  program
    .command('explain')
    .summary('the verdict of one flow, and each rule on the way')
    .description(
      'Says whether a connection is allowed, by which rule, and why the others did not match.',
    )
    .argument('[FILE|DIR|-...]', 'policies of any dialect; "-" reads standard input')
    .addOption(repeatable('-f, --filename <path>', 'the same as an argument'))
    .option('-R, --recursive', 'read directories inside of directories')
    .option('-n, --namespace <name>', 'namespace of policies and pods that name none')
    .addOption(repeatable('--cluster <path>', 'snapshot in which names are looked up'))
    .option('--from <end>', 'namespace/pod, node/name, an address, or labels: ns=shop,app=web')
    .option('--to <end>', 'the same')
    .option('--port <port>', '5432/tcp, 53/udp, 80, http/tcp, icmp/8, proto/47')
    .option('--protocol <name>', 'tcp, udp, sctp or icmp, where --port does not say it')
    .addOption(choice('--ipblock <reading>', ['literal', 'external'], 'what address blocks mean'))
    .addOption(v1TypesFlag())
    .addOption(choice('--format <form>', ['text', 'json'], 'form of the answer'))
    .addOption(choice('--diagnostics <form>', ['text', 'json', 'sarif'], 'form of messages'))
    .option('-v, --verbose', 'name policies that are not about the flow, too')
    .action((paths: readonly string[], flags: Flags) => context.finish(run(paths, flags, context)))
}

function run(paths: readonly string[], flags: Flags, context: CommandContext): ExitCode {
  const reporter = makeReporter()
  const answer = answerTo(paths, flags, context, reporter)
  if (answer !== null && reporter.errors === 0) context.terminal.out(answer)
  printMessages(reporter.diagnostics, flags.diagnostics, context)
  return exitCodeOf(reporter.diagnostics)
}

function answerTo(
  paths: readonly string[],
  flags: Flags,
  { terminal }: CommandContext,
  reporter: Reporter,
): string | null {
  const words = flowWordsOf(flags, reporter)
  if (words === null) return null
  const input = readInputs(
    { ...flags, paths },
    'there are no policies to explain the flow by',
    terminal,
    reporter,
  )
  if (input === null) return null
  const { sources, snapshot } = input
  const read = readPolicies(sources, flags.namespace, reporter, { v1Types: flags.v1Types })
  // Explained is what was written, rule by rule; the passes only add what is to be said about it.
  const { set } = read
  normalise(set, reporter)
  const cluster: Cluster | null = snapshot.length > 0 ? readCluster(snapshot, reporter) : null
  if (reporter.errors > 0) return null
  const namespace = flags.namespace ?? 'default'
  const flow = readFlow(words, { cluster, namespace, blocks: blocksOf(set), reporter })
  if (flow === null) return null
  const trace = explain(set, flow, { ipBlock: flags.ipblock })
  return flags.format === 'json'
    ? traceJson(flow, trace)
    : renderTrace(flow, trace, flags.verbose ?? false)
}

/** The flow's words; null after reporting which are missing. */
function flowWordsOf(flags: Flags, reporter: Reporter): FlowWords | null {
  const { from, to, protocol } = flags
  const port = withProtocol(flags.port, protocol)
  if (from !== undefined && to !== undefined && port !== undefined) return { from, to, port }
  const missing = Object.entries({ '--from': from, '--to': to, '--port': port })
    .filter(([, word]) => word === undefined)
    .map(([flag]) => flag)
  const given = missing.length === 3 ? '' : `; missing: ${missing.join(', ')}`
  const help = 'for example: --from shop/web-0 --to shop/db-0 --port 5432/tcp'
  reporter.report('NP6008', { message: `--from, --to and --port are needed${given}`, help })
  return null
}

/** `--port 53 --protocol udp` is `53/udp`; both saying it is too much of it, which reading tells. */
function withProtocol(port: string | undefined, protocol: string | undefined): string | undefined {
  if (protocol === undefined) return port
  if (port === undefined) return /^icmp/i.test(protocol) ? protocol : undefined
  return `${port}/${protocol}`
}
