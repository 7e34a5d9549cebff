// Rules for `npm run bench kernel`: netpolc's, and naive ones of the same meaning to hold them against.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { changeNodes } from '../../src/firewall/change.ts'
import { makeSource } from '../../src/source/source.ts'
import { targets } from '../../targets/index.ts'
import {
  addressOf,
  fivePeers,
  type NodeShape,
  nodeName,
  openPort,
  policiesOf,
  policyOf,
  snapshotOf,
} from './kernelInputs.ts'

/** How rules reach the kernel: by nft, or by iptables through one of its back ends. */
export type Engine = 'nftables' | 'iptables-legacy' | 'iptables-nft'

export const engines: readonly Engine[] = ['nftables', 'iptables-legacy', 'iptables-nft']

/** Writes what netpolc makes of a node below a folder: the rules, and with `changed` what changes too. */
export function writeCompiled(folder: string, shape: NodeShape): void {
  const [before, after] = [null, 1].map((changed) => filesOf(shape, changed))
  for (const name of ['nftables', 'iptables']) {
    const [old, next] = [before?.get(name) ?? [], after?.get(name) ?? []]
    const { change } = targets.find((one) => one.name === name) ?? {}
    const isRule = ({ isScript }: OutputFile): boolean => !isScript
    const result = change && changeNodes(old.filter(isRule), next.filter(isRule), change)
    if (result?.kind !== 'change') throw new Error(`no change of ${name}`)
    write(join(folder, name, 'before'), old)
    write(join(folder, name, 'after'), next)
    write(join(folder, name, 'change'), result.files)
  }
}

function filesOf(
  shape: NodeShape,
  changed: number | null,
): ReadonlyMap<string, readonly OutputFile[]> {
  const { outputs, diagnostics } = compile({
    sources: [makeSource('policies.json', policiesOf(shape, changed))],
    snapshot: [makeSource('snapshot.json', snapshotOf(shape))],
    targets: ['nftables', 'iptables'],
    verify: false,
  })
  if (outputs.length === 0) throw new Error(renderText(diagnostics))
  return new Map(outputs.map(({ target, files }) => [target, files]))
}

function write(folder: string, files: readonly OutputFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Where `writeCompiled` has written a node's files. */
export function compiledIn(
  folder: string,
  engine: Engine,
  version: 'before' | 'after' | 'change',
): string {
  return join(folder, engine === 'nftables' ? 'nftables' : 'iptables', version, nodeName)
}

/** The steps that load the rules of a folder by hand. */
export function loadSteps(folder: string, engine: Engine, prefix = ''): readonly string[] {
  const file = (name: string): string => `'${join(folder, `${prefix}${name}`)}'`
  if (engine === 'nftables') return [`nft -f ${file(prefix === '' ? 'netpolc.nft' : 'nft')}`]
  const backend = engine.slice('iptables-'.length)
  const steps = [
    `ipset restore < ${file('ipset.rules')}`,
    `iptables-${backend}-restore --noflush < ${file('iptables.rules')}`,
    `ip6tables-${backend}-restore --noflush < ${file('ip6tables.rules')}`,
    ...(prefix === '' ? [] : [`ipset restore < ${file('after.ipset.rules')}`]),
  ]
  return steps.map((step) =>
    prefix === '' ? step : step.replace(/.*< (\S+)$/, '[ ! -e $1 ] || $&'),
  )
}

/** Loads a folder with its own script. */
export function applyStep(folder: string, engine: Engine): string {
  const backend =
    engine === 'nftables' ? '' : `NETPOLC_BACKEND=${engine.slice('iptables-'.length)} `
  return `${backend}sh '${join(folder, 'apply.sh')}'`
}

/** A chain for each pod and direction, found by one comparison after the other; the step that loads them. */
export function writeNaive(folder: string, shape: NodeShape, engine: Engine): string {
  const text = engine === 'nftables' ? naiveNft(shape) : naiveIptables(shape)
  const name = engine === 'nftables' ? 'netpolc.nft' : 'iptables.rules'
  write(join(folder, 'naive'), [{ path: name, text }])
  const file = `'${join(folder, 'naive', name)}'`
  return engine === 'nftables' ? `nft -f ${file}` : `${engine}-restore --noflush < ${file}`
}

interface NaiveChain {
  readonly name: string
  /** The pod's own side, and the peers on the other. */
  readonly own: 's' | 'd'
  readonly address: string
  readonly peers: readonly string[]
}

function naiveChains(shape: NodeShape): readonly NaiveChain[] {
  if (shape.peers !== 'five') throw new Error('naive rules are made for five peers')
  const pods = Array.from({ length: shape.pods }, (_, pod) => pod)
  const chain = (pod: number, own: 's' | 'd'): NaiveChain => {
    const { sources, destinations } = fivePeers(policyOf(pod, shape), shape)
    const peers = (own === 's' ? destinations : sources).map(addressOf)
    return {
      name: `${own === 's' ? 'egress' : 'ingress'}-${pod}`,
      own,
      address: addressOf(pod),
      peers,
    }
  }
  return [...pods.map((pod) => chain(pod, 's')), ...pods.map((pod) => chain(pod, 'd'))]
}

function naiveIptables(shape: NodeShape): string {
  const chains = naiveChains(shape)
  const other = { s: 'd', d: 's' }
  return [
    '*filter',
    ...chains.map(({ name }) => `:${name} - [0:0]`),
    '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ...chains.map(({ name, own, address }) => `-A FORWARD -${own} ${address} -j ${name}`),
    ...chains.flatMap(({ name, own, peers }) => [
      ...peers.map(
        (peer) => `-A ${name} -${other[own]} ${peer} -p udp --dport ${openPort} -j RETURN`,
      ),
      `-A ${name} -j DROP`,
    ]),
    'COMMIT\n',
  ].join('\n')
}

function naiveNft(shape: NodeShape): string {
  const chains = naiveChains(shape)
  const side = { s: 'saddr', d: 'daddr' }
  const other = { s: 'daddr', d: 'saddr' }
  return [
    'table ip naive {',
    ...chains.flatMap(({ name, own, peers }) => [
      `chain ${name} {`,
      ...peers.map((peer) => `ip ${other[own]} ${peer} udp dport ${openPort} return`),
      'drop',
      '}',
    ]),
    'chain forward {',
    'type filter hook forward priority filter; policy accept;',
    'ct state established,related accept',
    ...chains.map(({ name, own, address }) => `ip ${side[own]} ${address} jump ${name}`),
    '}',
    '}\n',
  ].join('\n')
}
