// Small dumps as rule sets, for tests of recognition: what generators look at is read, no more.
import { parseAddress } from '../../../src/algebra/address.ts'
import { recognise } from '../../../src/audit/generators/index.ts'
import type { Recognition, RecognitionHints } from '../../../src/audit/generators/types.ts'
import { readCluster } from '../../../src/cluster/read.ts'
import type { Cluster } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import type { PolicySet } from '../../../src/ir/types.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import type {
  Action,
  Chain,
  Deed,
  Match,
  Rule,
  Ruleset,
  Table,
  Test,
} from '../../../src/ruleset/types.ts'
import { makeSource, type Source, type Span } from '../../../src/source/source.ts'

/** What a dump's words say of it. */
export interface DumpForm {
  readonly engine?: Table['engine']
  readonly table?: string
  readonly families?: Table['families']
}

/** Lines `-A CHAIN …` as iptables-save has them; chains without rules as `:CHAIN`. */
export function dump(text: string, form: DumpForm = {}): Ruleset {
  const source = makeSource('dump', text)
  const chains = new Map<string, Rule[]>()
  const rulesOf = (name: string): Rule[] => {
    const rules = chains.get(name) ?? []
    chains.set(name, rules)
    return rules
  }
  for (const { 0: line, index } of text.matchAll(/\S.*/g)) {
    const at = { source, start: index, end: index + line.length }
    const [first = '', second = ''] = line.split(' ')
    if (first === '-A') rulesOf(second).push(ruleOf(line, at))
    else rulesOf(first.slice(1))
  }
  const table: Table = {
    engine: form.engine ?? 'iptables',
    families: form.families ?? [4],
    name: form.table ?? 'filter',
    chains: new Map([...chains].map(([name, rules]) => [name, chainOf(name, rules, source)])),
    sets: new Map(),
    at: whole(source),
  }
  return { tables: [table], ipsets: new Map(), knowsIpsets: false, isPartial: false }
}

/** What is recognised in a dump, by the names of chains. */
export interface Reading {
  readonly recognition: Recognition
  /** `purpose | subject` of a chain; null where it is nobody's. */
  readonly role: (chain: string) => string | null
  /** The words for a chain's rules. */
  readonly rules: (chain: string) => readonly (string | null)[]
  readonly set: (name: string) => string | null
}

/** Recognises a dump, or the first table of a rule set. */
export function reading(
  from: string | Ruleset,
  { policies = null, cluster = null }: Partial<RecognitionHints> = {},
  form: DumpForm = {},
): Reading {
  const ruleset = typeof from === 'string' ? dump(from, form) : from
  const recognition = recognise(ruleset, { policies, cluster })
  const [table] = ruleset.tables
  if (table === undefined) throw new Error('no table')
  return {
    recognition,
    role: (chain) => words(recognition.chain(table, chain)),
    set: (name) => words(recognition.set(name)),
    rules: (chain) =>
      (table.chains.get(chain)?.rules ?? []).map((rule) => recognition.rule(table, chain, rule)),
  }
}

/** Policies as read, before any pass. */
export function policies(text: string): PolicySet {
  const reporter = makeReporter()
  const { set } = readPolicies([makeSource('p.yaml', text)], undefined, reporter)
  if (reporter.errors > 0) throw new Error(renderText(reporter.diagnostics))
  return set
}

/** A cluster of pods `namespace/name`, each with a service account and a label. */
export function podsNamed(...pods: readonly string[]): Cluster {
  const names = [...new Set(pods.map((pod) => pod.split('/')[0] ?? ''))]
  const items = [
    ...names.map((name) => ({ kind: 'Namespace', metadata: { name } })),
    { kind: 'Node', metadata: { name: 'n' } },
    ...pods.map((pod, index) => podItem(pod, index)),
  ].map((item) => ({ apiVersion: 'v1', ...item }))
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const reporter = makeReporter()
  const cluster = readCluster([makeSource('cluster.json', text)], reporter)
  if (cluster === null) throw new Error(renderText(reporter.diagnostics))
  return cluster
}

function podItem(pod: string, index: number): object {
  const [namespace, name = ''] = pod.split('/')
  return {
    kind: 'Pod',
    metadata: { namespace, name, labels: { app: name } },
    spec: { nodeName: 'n', serviceAccountName: name },
    status: { phase: 'Running', podIPs: [{ ip: `10.0.0.${index + 1}` }] },
  }
}

function words(
  role: { readonly purpose: string; readonly subject: string | null } | null,
): string | null {
  if (role === null) return null
  return role.subject === null ? role.purpose : `${role.purpose} | ${role.subject}`
}

function chainOf(name: string, rules: readonly Rule[], source: Source): Chain {
  return { name, base: null, rules, counters: null, at: whole(source) }
}

function whole(source: Source): Span {
  return { source, start: 0, end: source.text.length }
}

/** The last comment is kept, as a reader that knows only one would. */
function ruleOf(line: string, at: Span): Rule {
  const comments = [...line.matchAll(/--comment (?:"([^"]*)"|(\S+))| comment "([^"]*)"$/g)]
  const [, quoted, bare, ofNft] = comments.at(-1) ?? []
  return {
    matches: [...line.matchAll(/--match-set (\S+)|@(\S+)/g)].map(([, one, other]) =>
      matchOf({ kind: 'set', name: one ?? other ?? '', fields: [], isConditional: false }, at),
    ),
    actions: deeds(line).map((deed): Action => ({ ...deed, at })),
    comment: quoted ?? bare ?? ofNft ?? null,
    counters: null,
    at,
  }
}

function matchOf(test: Test, at: Span): Match {
  return { ...test, negated: false, at }
}

function deeds(line: string): readonly Deed[] {
  const [, how, target = ''] = /(?:^| )(-j|-g|jump|goto) (\S+)/.exec(line) ?? []
  const [, prefix] = /prefix "?([^"]+?)"?(?: |$)/.exec(line) ?? []
  if (prefix !== undefined) return [{ kind: 'log', prefix }]
  if (target === 'RETURN' || / return(?: |$)/.test(line)) return [{ kind: 'return' }]
  if (target === 'ACCEPT') return [{ kind: 'accept' }]
  if (target === 'DROP' || / drop(?: |$)/.test(line)) return [{ kind: 'drop', how: 'DROP' }]
  if (target === 'REJECT') return [{ kind: 'drop', how: 'REJECT' }]
  if (target === 'MARK' || / mark set /.test(line)) {
    return [{ kind: 'mark', of: 'packet', mask: 1, value: 1 }]
  }
  if (target === 'DNAT') return [dnat(line)]
  if (how === undefined) return []
  return [{ kind: how === '-g' || how === 'goto' ? 'goto' : 'jump', chain: target }]
}

function dnat(line: string): Deed {
  const [, text = '', port = ''] = /--to-destination ([\d.]+):(\d+)/.exec(line) ?? []
  const address = parseAddress(text)
  if (address === undefined) throw new Error(`no address: ${line}`)
  const addresses = { from: address.value, to: address.value }
  const ports = { from: Number(port), to: Number(port) }
  return { kind: 'dnat', to: [{ family: address.family, addresses, ports }] }
}
