// The kernel does with packets what the reader of nft files says of them.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress } from '../../src/algebra/address.ts'
import { type Bound, type Diagram, everything } from '../../src/algebra/diagram.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { Packets } from '../../src/proof/packets.ts'
import { readFirewalls } from '../../targets/nftables/reading/index.ts'
import { nftText } from '../support/nftTexts.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: packets through nftables')

const script = fileURLToPath(new URL('rawPackets.py', import.meta.url))

test.before(() => {
  requireTools()
  for (const [program, source] of [
    ['nft', 'nftables'],
    ['python3', 'python3'],
  ] as const) {
    if (spawnSync('which', [program]).status !== 0) {
      throw new Error(`"${program}" is missing: install the Debian package "${source}"`)
    }
  }
})

/** Family, source, destination, protocol, port or ICMP type. */
type Probe = readonly [4 | 6, string, string, number, number]

const hosts = {
  4: ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.0.2.5'],
  6: ['fd00::1', 'fd00::2', 'fd00:0:0:1::1', '2001:db8::1'],
} as const
const ports = [6, 17, 200].flatMap((protocol) => [22, 53, 80, 90].map((port) => [protocol, port]))
const traffic = { 4: [...ports, [1, 8], [1, 13]], 6: [...ports, [58, 128]] } as const

const all: readonly Probe[] = ([4, 6] as const).flatMap((family) =>
  hosts[family].flatMap((source) =>
    hosts[family].flatMap((destination) =>
      traffic[family].map(
        ([protocol = 0, number = 0]): Probe => [family, source, destination, protocol, number],
      ),
    ),
  ),
)

/** Without ports, what goes the other way is taken for an answer: one way is tried. */
const probes = all.filter(
  ([, source, destination, protocol]) => protocol !== 200 || source < destination,
)

/** Whether a set of packets holds one. */
function holds(set: Diagram, { store }: Packets, values: ReadonlyMap<string, Bound>): boolean {
  for (let at = set; ; ) {
    const branches = store.branches(at)
    if (branches?.kind !== 'number') return at === everything
    const name = store.variables[branches.variable]?.name ?? ''
    const value = values.get(name)
    if (value === undefined) throw new Error(`the packet has no ${name}`)
    const next = branches.starts.findIndex((start) => start > value)
    at = branches.children.at(next < 0 ? -1 : next - 1) ?? at
  }
}

/** Bytes that a packet of ICMP has where others have their port are its checksum: never looked at. */
function valuesOf([family, source, destination, protocol, number]: Probe): Map<string, Bound> {
  const address = (text: string): Bound => {
    const value = parseAddress(text)?.value ?? 0n
    return family === 4 ? Number(value) : value
  }
  const isIcmp = protocol === 1 || protocol === 58
  return new Map<string, Bound>([
    ['source', address(source)],
    ['destination', address(destination)],
    ['protocol', protocol],
    ['ICMP type', isIcmp ? number : 0],
    ['ICMP code', 0],
    ['port', isIcmp ? 40000 : number],
  ])
}

const local = { source: 'local', destination: 'local' } as const

function expected(text: string): readonly boolean[] {
  const [firewall] = readFirewalls([{ path: 'n/netpolc.nft', text }], makeReporter())
  const known = ([4, 6] as const).map((family) => {
    const packets = new Packets(family, 20_000_000)
    return { packets, set: firewall?.accepted('OUTPUT', packets, local) ?? everything }
  })
  return probes.map((probe) => {
    const one = known[probe[0] === 4 ? 0 : 1]
    return one !== undefined && holds(one.set, one.packets, valuesOf(probe))
  })
}

test('what the reader lets out of a node, the kernel lets out, and nothing else', () =>
  inFolder(async (folder) => {
    // The checksum of ICMP is where ports are: only rules that ask for a protocol with ports are sure.
    const isSure = (text: string): boolean =>
      text.includes('hook output') && !/(?<!\. |udplite \} )th dport/.test(text)
    const samples = fc.sample(nftText.filter(isSure), { seed, numRuns: 60 })
    saySeed(`${samples.length} rule sets, ${probes.length} packets through each`)
    const request = samples.map((text, index) => {
      const file = join(folder, `${index}.nft`)
      writeFileSync(file, text)
      return [file, probes]
    })
    const setUp = [
      'ip link set lo up',
      ...hosts[4].map((one) => `ip addr add ${one}/32 dev lo`),
      ...hosts[6].map((one) => `ip addr add ${one}/128 dev lo nodad`),
      `exec python3 ${script}`,
    ]
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--net', 'bash', '-ec', setUp.join('\n')],
      { input: JSON.stringify(request), maxBuffer: 2 ** 28 },
    )
    assert.is(status, 0, stderr.toString())
    const answers = JSON.parse(stdout.toString()) as readonly (readonly boolean[])[]
    samples.forEach((text, index) => {
      const wanted = expected(text)
      const wrong = probes.filter((_, at) => wanted[at] !== answers[index]?.[at])
      assert.equal(wrong, [], text)
    })
    const mixed = answers.filter((one) => new Set(one).size === 2)
    assert.ok(mixed.length > samples.length / 3, `${mixed.length} rule sets tell packets apart`)
  }))

test.run()
