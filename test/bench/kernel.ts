// `npm run bench kernel`: what netpolc's firewalls cost in the kernel, in namespaces of their own: packets
// through a node, and loading. Ratios are to a node that tracks connections but filters nothing, as one
// with kube-proxy does.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noteLoad, notePacketCost, printGoals } from './kernelGoals.ts'
import { addressOf, type NodeShape, openPort } from './kernelInputs.ts'
import {
  applyStep,
  compiledIn,
  engines,
  loadSteps,
  writeCompiled,
  writeNaive,
} from './kernelRules.ts'
import { timed } from './timing.ts'

const shapes: readonly (NodeShape & { readonly title: string })[] = [
  { pods: 100, profiles: 20, peers: 'five', title: '100 pods, 20 policies' },
  { pods: 1_000, profiles: 200, peers: 'five', title: '1,000 pods, 200 policies' },
  { pods: 1_000, profiles: 1_000, peers: 'five', title: '1,000 pods, a policy for each' },
  { pods: 10_000, profiles: 200, peers: 'five', title: '10,000 pods, 200 policies' },
  {
    pods: 10_000,
    profiles: 200,
    peers: 'groups',
    title: '10,000 pods, 200 policies, 150 peers each',
  },
]

const rounds = 40
const tracked = 'tracking only'

/** Packet cost and load time of each shape, and which goals hold. */
export function benchKernel(): void {
  const missing = missingTools()
  if (missing.length > 0) {
    console.log(`# kernel: left out, it needs ${missing.join(', ')}\n`)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'netpolc-bench-'))
  try {
    for (const [index, shape] of shapes.entries()) benchShape(join(folder, `${index}`), shape)
    printGoals()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function missingTools(): readonly string[] {
  const needed = ['unshare', 'ip', 'python3', 'ipset', 'nft', 'iptables-nft-restore']
  const programs = [...needed, 'iptables-legacy-restore'].filter(
    (program) => spawnSync('which', [program]).status !== 0,
  )
  return process.getuid?.() === 0 ? programs : ['root', ...programs]
}

function benchShape(folder: string, shape: (typeof shapes)[number]): void {
  const { ms } = timed(() => writeCompiled(folder, shape))
  console.log(`# kernel: ${shape.title} (compiled in ${(ms / 4000).toFixed(1)} s a target)`)
  if (shape.peers === 'five') benchPackets(folder, shape)
  benchLoads(folder, shape)
  console.log('')
}

/** What kernelPackets.py answers of a node; its kinds of packets are keys of `micros`. */
interface PacketCosts {
  readonly name: string
  readonly passed: string
  readonly seconds: readonly number[]
  readonly micros: Readonly<Record<PacketKind, number>>
}

const packetKinds = ['new', 'old', 'untracked', 'new trip', 'old trip'] as const
type PacketKind = (typeof packetKinds)[number]

const heads: Readonly<Record<PacketKind, string>> = {
  new: 'new flow',
  old: 'known flow',
  untracked: 'untracked',
  'new trip': 'trip, new',
  'old trip': 'trip, known',
}

function benchPackets(folder: string, shape: NodeShape): void {
  // Whatever filters, connections are tracked in all nodes but the bare one.
  const track = `nft 'add table ip track; add chain ip track unused; add rule ip track unused ct state new'`
  const own = engines.map((name) => ({
    name,
    steps: [track, ...loadSteps(compiledIn(folder, name, 'before'), name)],
  }))
  const naive = engines.map((engine) => ({
    name: `naive ${engine}`,
    steps: [track, writeNaive(join(folder, engine), shape, engine)],
  }))
  const nodes = [
    { name: 'no tracking', steps: [] },
    { name: tracked, steps: [track] },
    ...own,
    ...naive,
  ]
  const costs = ask<PacketCosts>('kernelPackets.py', {
    source: addressOf(0),
    destination: addressOf(shape.pods - 1),
    port: openPort,
    rounds,
    probes: probesOf(shape).map(({ packet }) => packet),
    nodes,
  })
  printPackets(costs, shape)
}

/** Packets of which every firewall must think the same: that naive rules have the same meaning. */
function probesOf(
  shape: NodeShape,
): readonly { readonly packet: readonly [string, string, number]; readonly isOpen: boolean }[] {
  const [first, last, far] = [addressOf(0), addressOf(shape.pods - 1), '203.0.113.1']
  return [
    { packet: [first, last, openPort], isOpen: true },
    { packet: [first, last, openPort + 1], isOpen: false },
    { packet: [far, last, openPort], isOpen: false },
    { packet: [first, far, openPort], isOpen: false },
    { packet: [far, '203.0.113.2', openPort], isOpen: true },
  ]
}

function printPackets(costs: readonly PacketCosts[], shape: NodeShape): void {
  const base = costs.find(({ name }) => name === tracked)?.micros
  if (base === undefined) throw new Error('there is nothing to compare with')
  const expected = probesOf(shape)
    .map(({ isOpen }) => (isOpen ? '1' : '0'))
    .join('')
  console.log(
    row(
      'µs a packet, × no firewall',
      packetKinds.map((kind) => heads[kind]),
    ),
  )
  for (const { name, micros, passed, seconds } of costs) {
    const cells = packetKinds.map(
      (kind) => `${micros[kind].toFixed(2)} ${(micros[kind] / base[kind]).toFixed(2)}×`,
    )
    const isNaive = name.startsWith('naive ')
    const note = isNaive ? `  loaded in ${(seconds[1] ?? 0).toFixed(2)} s` : ''
    const isFirewall = isNaive || engines.some((engine) => engine === name)
    const wanted = isFirewall ? expected : '1'.repeat(expected.length)
    console.log(row(name, cells) + (passed === wanted ? note : `  passes ${passed}, not ${wanted}`))
    const engine = engines.find((one) => one === name)
    if (engine !== undefined)
      notePacketCost(engine, shape, micros.new / base.new, micros.untracked - base.untracked)
  }
}

interface Load {
  readonly name: string
  readonly before: string
  readonly steps: readonly string[]
  readonly repeats: number
}

const loadHeads = ['files', 'parts', 'apply.sh', 'apply.sh again', 'change']

function benchLoads(folder: string, shape: NodeShape): void {
  const loads = engines.flatMap((engine): readonly Load[] => {
    const [before, after] = (['before', 'after'] as const).map((one) =>
      compiledIn(folder, engine, one),
    )
    if (before === undefined || after === undefined) return []
    const byHand = loadSteps(before, engine)
    const change = loadSteps(compiledIn(folder, engine, 'change'), engine, 'change.')
    return [
      { name: 'files', before: '', steps: byHand, repeats: 4 },
      { name: 'apply', before: '', steps: [applyStep(before, engine)], repeats: 2 },
      { name: 'again', before: byHand.join('\n'), steps: [applyStep(after, engine)], repeats: 2 },
      { name: 'change', before: byHand.join('\n'), steps: change, repeats: 2 },
    ]
  })
  const answers = ask<{ readonly seconds: readonly number[] }>('kernelLoads.py', loads)
  console.log(row('seconds to load', loadHeads))
  for (const [index, engine] of engines.entries()) {
    const [files = [], ...others] = answers
      .slice(4 * index, 4 * index + 4)
      .map(({ seconds }) => seconds)
    const sum = (parts: readonly number[]): number => parts.reduce((a, b) => a + b, 0)
    const parts = files.map((part) => part.toFixed(2)).join('+')
    console.log(
      row(engine, [sum(files).toFixed(3), parts, ...others.map((one) => sum(one).toFixed(2))]),
    )
    noteLoad(engine, shape, sum(files))
  }
}

/** Runs a script of this folder in namespaces of its own; its answers, one a line. */
function ask<T>(script: string, request: object): readonly T[] {
  const words = ['--net', '--mount', 'python3', join('test', 'bench', script)]
  const { status, stdout, stderr } = spawnSync('unshare', words, {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line): T => JSON.parse(line))
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(27) + cells.map((cell) => cell.padStart(16)).join('')
}
