// Rules are replaced while packets flow: nothing that the old and the new version both allow is lost, nothing
// that both deny comes through, open connections go on, and whoever kills the kit in the middle leaves the
// old rules or the new ones.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { uniqueBy } from '../../src/algebra/order.ts'
import type { Cluster, Host } from '../../src/cluster/types.ts'
import { changeNodes } from '../../src/firewall/change.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { targets } from '../../targets/index.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { type Lab, type Probe, withLab } from './lab.ts'
import { type CompiledNode, compileNode, loadRules, loadScript, writeOutputs } from './loading.ts'
import { flowsAt, isAllowedAt, planOf, probesOf, world } from './questions.ts'
import { type Engine, engines, requireTools } from './tools.ts'

const test = suite('kernel: updates')

test.before(requireTools)

const policy = (name: string, app: string, rules: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec:
  podSelector: { matchLabels: { app: ${app} } }
  policyTypes: [Ingress, Egress]
${rules}
`
/** Each version allows something that the other denies, and both have some in common. */
const versions = {
  old: [
    policy(
      'web',
      'web',
      `  ingress:
  - from: [{ ipBlock: { cidr: 192.0.2.0/24 } }, { ipBlock: { cidr: '2001:db8::/32' } }]
    ports: [{ port: http }, { port: 8000 }]
  egress: [{ to: [{ podSelector: {} }] }]`,
    ),
    policy('db', 'db', '  ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5432 }] }]'),
  ].join('---'),
  next: [
    policy(
      'web',
      'web',
      `  ingress:
  - from: [{ ipBlock: { cidr: 192.0.2.0/25 } }, { ipBlock: { cidr: '2001:db8::/33' } }]
    ports: [{ port: http }, { port: 9000 }]
  egress: [{ to: [{ podSelector: { matchLabels: { app: db } } }] }]`,
    ),
    policy('cache', 'cache', '  ingress: [{ from: [{ podSelector: {} }] }]'),
  ].join('---'),
} as const
type Version = keyof typeof versions

const pods = ['web', 'db', 'cache']
const snapshot = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { kind: 'Namespace', metadata: { name: 'shop' } },
    {
      kind: 'Node',
      metadata: { name: 'node' },
      status: {
        addresses: ['172.16.0.1', 'fd01::1'].map((address) => ({ type: 'InternalIP', address })),
      },
    },
    ...pods.map((app, index) => ({
      kind: 'Pod',
      metadata: { name: app, namespace: 'shop', labels: { app } },
      spec: {
        nodeName: 'node',
        containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 80 }] }],
      },
      status: {
        phase: 'Running',
        podIPs: [`10.0.0.${index + 1}`, `fd00::${index + 1}`].map((ip) => ({ ip })),
      },
    })),
  ].map((item) => ({ apiVersion: 'v1', ...item })),
})

function compiled(version: Version, engine: Engine): CompiledNode {
  return compileNode(versions[version], snapshot, engine)
}

/** Flows in question, by what the two versions say of them. */
interface Sorted {
  readonly both: readonly Probe[]
  readonly neither: readonly Probe[]
  /** All, with what each version says. */
  readonly all: readonly { readonly probe: Probe; readonly old: boolean; readonly next: boolean }[]
}

function sortFlows(
  node: Host,
  cluster: Cluster,
  sets: Readonly<Record<Version, PolicySet>>,
): Sorted {
  const flows = [sets.old, sets.next].flatMap((set) => flowsAt(node, set, cluster))
  const probes = probesOf(flows, planOf(cluster, node))
  const found = flows.flatMap((flow, index) => {
    const probe = probes[index]
    const [old, next] = [sets.old, sets.next].map((set) => isAllowedAt(node, set, flow))
    return probe === undefined || old === undefined || next === undefined
      ? []
      : [{ probe, old, next }]
  })
  const all = uniqueBy(found, ({ probe }) => JSON.stringify(probe))
  const where = (verdict: boolean): readonly Probe[] =>
    all.filter(({ old, next }) => old === verdict && next === verdict).map(({ probe }) => probe)
  return { all, both: where(true), neither: where(false) }
}

/** Both versions on disk, and a lab with the old one loaded. */
function withVersions(
  engine: Engine,
  use: (lab: Lab, folders: Readonly<Record<Version, string>>, flows: Sorted) => Promise<void>,
): Promise<void> {
  return inFolder((folder) => {
    const [old, next] = [compiled('old', engine), compiled('next', engine)]
    const folders = { old: join(folder, 'old'), next: join(folder, 'next') }
    writeOutputs(old.result, folders.old)
    writeOutputs(next.result, folders.next)
    const flows = sortFlows(old.node, old.cluster, { old: old.set, next: next.set })
    const nodes = { old: join(folders.old, 'node'), next: join(folders.next, 'node') }
    return withLab(planOf(old.cluster, old.node), { gateway: world }, async (lab) => {
      loadRules(lab, nodes.old, engine)
      await use(lab, nodes, flows)
    })
  })
}

const reloads = 6
const kills = 12

for (const engine of engines) {
  test(`${engine.name}: reloads under traffic lose nothing that both versions allow, and open nothing`, () =>
    withVersions(engine, async (lab, folders, { both, neither }) => {
      assert.ok(both.length > 30 && neither.length > 30)
      const some = [...every(both, 40), ...every(neither, 40)]
      const stream = await lab.stream(some, 20_000)
      for (let round = 0; round < reloads; round += 1) {
        const version = round % 2 === 0 ? 'next' : 'old'
        const { status, err } = await lab.start(loadScript(folders[version], engine)).ended
        assert.is(status, 0, err)
      }
      const { sent, received } = await stream.stop()
      const open = every(both, 40).length
      assert.ok(sent > 100, `${sent} rounds of packets`)
      assert.equal(
        received.map((count, index) => (index < open ? sent - count : count)),
        received.map(() => 0),
        `of ${sent} each, lost of what both allow, and through of what both deny`,
      )
      saySeed(`${engine.name}: ${reloads} reloads, ${sent * received.length} packets`)
    }))

  test(`${engine.name}: open connections go on over a reload, even those that are denied now`, () =>
    withVersions(engine, async (lab, folders, { all }) => {
      const tcp = all.filter(
        ({ probe, old }) =>
          old && probe.traffic.kind === 'ports' && probe.traffic.protocol === 'TCP',
      )
      assert.ok(tcp.some(({ next }) => next) && tcp.some(({ next }) => !next))
      const connections = await lab.connect(tcp.map(({ probe }) => probe))
      assert.ok(connections.every((one) => one !== null))
      loadRules(lab, folders.next, engine)
      assert.equal(
        await lab.send(connections),
        connections.map(() => true),
      )
      assert.equal(
        await lab.probe(tcp.map(({ probe }) => probe)),
        tcp.map(({ next }) => next),
      )
    }))

  test(`${engine.name}: killed at any moment, the kit leaves old or new rules of each IP version`, () =>
    withVersions(engine, async (lab, folders, { all }) => {
      const start = performance.now()
      loadRules(lab, folders.next, engine)
      const span = performance.now() - start
      loadRules(lab, folders.old, engine)
      const seen = { old: 0, next: 0 }
      for (let round = 0; round < kills; round += 1) {
        const running = lab.start(loadScript(folders.next, engine))
        // Most of the time goes into trying the rules beside the node's own.
        await sleep(span * (0.4 + (0.7 * (round + (seed % 97) / 97)) / kills))
        running.kill()
        await running.ended
        const passed = await lab.probe(all.map(({ probe }) => probe))
        for (const family of [4, 6]) seen[versionOf(family, all, passed)] += 1
        loadRules(lab, folders.old, engine)
      }
      saySeed(`${engine.name}: killed ${kills} times: ${JSON.stringify(seen)}`)
    }))

  test(`${engine.name}: the printed change does under traffic what the new files do`, () =>
    withVersions(engine, async (lab, folders, { all, both, neither }) => {
      const stream = await lab.stream([...every(both, 20), ...every(neither, 20)], 20_000)
      const { status, err } = await lab.start(changeScript(engine, join(folders.next, '..'))).ended
      assert.is(status, 0, err)
      const { sent, received } = await stream.stop()
      const open = every(both, 20).length
      assert.ok(received.every((count, index) => count === (index < open ? sent : 0)))
      assert.equal(
        await lab.probe(all.map(({ probe }) => probe)),
        all.map(({ next }) => next),
      )
    }))
}

test.run()

/** At most so many of a list, from all over it. */
function every<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(items.length / most))
  return items.filter((_, index) => index % step === 0)
}

/** Which version's verdicts these are; fails where they are neither's. */
function versionOf(family: number, all: Sorted['all'], passed: readonly boolean[]): Version {
  const own = all
    .map((one, index) => ({ ...one, passed: passed[index] === true }))
    .filter(({ probe }) => probe.destination.includes(':') === (family === 6))
  const found = (['old', 'next'] as const).find((version) =>
    own.every((one) => one.passed === one[version]),
  )
  if (found === undefined) throw new Error(`IPv${family}: neither the old nor the new rules hold`)
  return found
}

/** Shell lines that load what changes from the old version to the new one. */
function changeScript(engine: Engine, folder: string): string {
  const change = targets.find(({ name }) => name === engine.target)?.change
  const [before, after] = (['old', 'next'] as const).map((version) =>
    compiled(version, engine).result.outputs.flatMap(({ files }) =>
      files.filter(({ isScript }) => !isScript),
    ),
  )
  const result = change && changeNodes(before ?? [], after ?? [], change)
  if (result?.kind !== 'change') throw new Error('no change')
  writeOutputs({ outputs: [{ target: engine.target, files: result.files }] }, folder)
  const backend = engine.backend === '' ? '' : `-${engine.backend}`
  const load = (command: string, name: string): string => {
    const path = `node/change.${name}`
    return result.files.some((file) => file.path === path) ? `${command} '${folder}/${path}'` : ''
  }
  const lines =
    engine.target === 'nftables'
      ? [load('nft -f', 'nft')]
      : [
          load('ipset restore <', 'ipset.rules'),
          load(`iptables${backend}-restore --noflush <`, 'iptables.rules'),
          load(`ip6tables${backend}-restore --noflush <`, 'ip6tables.rules'),
          load('ipset restore <', 'after.ipset.rules'),
        ]
  return lines.join('\n')
}
