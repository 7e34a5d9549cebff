// Real connections through a real kernel: what passes is what the interpreter says.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress } from '../../src/algebra/address.ts'
import type { Cluster, Endpoint, FlowEnd } from '../../src/cluster/types.ts'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { verdict } from '../../src/semantics/evaluate.ts'
import { makeSource } from '../../src/source/source.ts'
import { inFolder } from '../support/run.ts'
import type { LabEnd, LabRequest, Probe } from './lab.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: packets')

test.before(requireTools)

const policies = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
  - from:
    - ipBlock: { cidr: 192.0.2.0/24, except: [192.0.2.128/25] }
    - ipBlock: { cidr: '2001:db8::/32' }
    - podSelector: {}
    ports: [{ port: http }, { port: 8000, endPort: 8100 }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{ podSelector: { matchExpressions: [{ key: app, operator: In, values: [web] }] } }]
    ports: [{ port: 5432 }]
  egress:
  - to: [{ namespaceSelector: { matchLabels: { team: ops } } }]
    ports: [{ port: dns, protocol: UDP }]
`

const pods = [
  {
    namespace: 'shop',
    name: 'web',
    app: 'web',
    addresses: ['10.0.0.1', 'fd00::1'],
    port: ['http', 80, 'TCP'],
  },
  {
    namespace: 'shop',
    name: 'db',
    app: 'db',
    addresses: ['10.0.0.2', 'fd00::2'],
    port: ['sql', 5432, 'TCP'],
  },
  {
    namespace: 'ops',
    name: 'dns',
    app: 'dns',
    addresses: ['10.0.0.3', 'fd00::3'],
    port: ['dns', 53, 'UDP'],
  },
] as const
const node: LabEnd = { name: 'node', addresses: ['172.16.0.1', 'fd01::1'] }
const outsiders: readonly LabEnd[] = [
  { name: 'near', addresses: ['192.0.2.7', '2001:db8::7'] },
  { name: 'far', addresses: ['192.0.2.200', '2001:db9::7'] },
]
const tcp = [80, 5432, 8080, 8101]
const udp = [53, 80]

const snapshot = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { kind: 'Namespace', metadata: { name: 'shop' } },
    { kind: 'Namespace', metadata: { name: 'ops', labels: { team: 'ops' } } },
    {
      kind: 'Node',
      metadata: { name: 'node' },
      status: { addresses: node.addresses.map((address) => ({ type: 'InternalIP', address })) },
    },
    ...pods.map(
      ({ namespace, name, app, addresses, port: [portName, containerPort, protocol] }) => ({
        kind: 'Pod',
        metadata: { name, namespace, labels: { app } },
        spec: {
          nodeName: 'node',
          containers: [{ name: 'main', ports: [{ name: portName, containerPort, protocol }] }],
        },
        status: { phase: 'Running', podIPs: addresses.map((ip) => ({ ip })) },
      }),
    ),
  ].map((item) => ({ apiVersion: 'v1', ...item })),
})

const ends: readonly LabEnd[] = [
  ...pods.map(({ name, addresses: [four, six] }): LabEnd => ({ name, addresses: [four, six] })),
  ...outsiders,
]

test('every pair of ends is let through or held up as the interpreter says', () =>
  inFolder(async (folder) => {
    const { set, cluster, outputs, diagnostics } = compile({
      sources: [makeSource('policies.yaml', policies)],
      snapshot: [makeSource('snapshot.json', snapshot)],
      targets: ['iptables'],
    })
    if (set === null || cluster === null) throw new Error(renderText(diagnostics))
    for (const { path, text } of outputs.flatMap(({ files }) => files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const flows = allFlows(cluster)
    const load = `cd ${folder}/node
      ipset restore < ipset.rules
      iptables-restore < iptables.rules
      ip6tables-restore < ip6tables.rules`
    const passed = runLab({ node, ends, tcp, udp, load, probes: flows.map(({ probe }) => probe) })
    const wrong = flows.flatMap(({ probe, source, destination }, index) => {
      const { protocol, port } = probe
      const traffic = { kind: 'ports', protocol, port } as const
      const expected = verdict(set, { source, destination, traffic }).verdict
      const actual = passed[index] === true ? 'allow' : 'deny'
      return expected === actual ? [] : [`${JSON.stringify(probe)}: ${actual}, not ${expected}`]
    })
    assert.equal(wrong, [])
    const share = passed.filter(Boolean).length / passed.length
    assert.ok(share > 0.1 && share < 0.9, `${passed.length} probes, ${share} of them pass`)
  }))

test.run()

interface LabFlow {
  readonly probe: Probe
  readonly source: FlowEnd
  readonly destination: FlowEnd
}

function allFlows(cluster: Cluster): readonly LabFlow[] {
  const all = [node, ...ends]
  const traffic = [
    ...tcp.map((port) => ({ protocol: 'TCP' as const, port })),
    ...udp.map((port) => ({ protocol: 'UDP' as const, port })),
  ]
  return all.flatMap((from) =>
    all
      .filter((to) => to !== from)
      .flatMap((to) =>
        [0, 1].flatMap((family) =>
          traffic.map((sent) => ({
            probe: { from: from.name, address: to.addresses[family] ?? '', ...sent },
            source: endOf(from.addresses[family] ?? '', cluster),
            destination: endOf(to.addresses[family] ?? '', cluster),
          })),
        ),
      ),
  )
}

function endOf(text: string, { pods: known, nodes }: Cluster): FlowEnd {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(text)
  const owner: Endpoint | undefined = [...known, ...nodes].find(({ addresses }) =>
    addresses.some(({ family, value }) => family === address.family && value === address.value),
  )
  return { endpoint: owner ?? { kind: 'external', address }, address }
}

function runLab(request: LabRequest): readonly boolean[] {
  const words = ['--net', '--mount', process.execPath, '--import', 'tsx', 'test/kernel/lab.ts']
  const { status, stdout, stderr } = spawnSync('unshare', words, { input: JSON.stringify(request) })
  if (status !== 0) throw new Error(`the lab ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.toString())
}
