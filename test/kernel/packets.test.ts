// One small world in a real kernel: what passes is what the interpreter says, and sockets agree.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder } from '../support/run.ts'
import { withLab } from './lab.ts'
import { compileNode, loadRules, loadScript, writeOutputs } from './loading.ts'
import { askKernel, flowsAt, planOf, world } from './questions.ts'
import { trySockets } from './sockets.ts'
import { engineAt, engines, requireTools } from './tools.ts'

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
const addressesOfNode = ['172.16.0.1', 'fd01::1']

const snapshot = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { kind: 'Namespace', metadata: { name: 'shop' } },
    { kind: 'Namespace', metadata: { name: 'ops', labels: { team: 'ops' } } },
    {
      kind: 'Node',
      metadata: { name: 'node' },
      status: { addresses: addressesOfNode.map((address) => ({ type: 'InternalIP', address })) },
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

for (const engine of engines) {
  test(`every pair of ends is let through or held up as the interpreter says, by ${engine.name}`, () =>
    inFolder(async (folder) => {
      const { result, set, cluster, node } = compileNode(policies, snapshot, engine)
      writeOutputs(result, folder)
      const plan = planOf(cluster, node)
      const answers = await withLab(plan, { gateway: world }, (lab) => {
        loadRules(lab, join(folder, node.name), engine)
        return askKernel(lab, plan, node, set, flowsAt(node, set, cluster))
      })
      assert.equal(answers.wrong, [])
      console.log(`${answers.allowed} flows pass, ${answers.denied} are held up`)
      assert.ok(answers.allowed > answers.denied / 10 && answers.denied > answers.allowed / 10)
    }))
}

test('TCP of the kernel itself connects where the probes of the lab come through', () =>
  inFolder(async (folder) => {
    const engine = engineAt(0)
    const { result } = compileNode(policies, snapshot, engine)
    writeOutputs(result, folder)
    const ends = [
      ...pods.map(({ name, addresses: [address] }) => ({ name, address })),
      { name: 'near', address: '192.0.2.7' },
      { name: 'far', address: '192.0.2.200' },
    ]
    const tries = ends.flatMap((from) =>
      ends
        .filter((to) => to !== from)
        .flatMap((to) => [80, 5432].map((port) => ({ from: from.name, to: to.name, port }))),
    )
    const addressOf = new Map(ends.map(({ name, address }) => [name, address]))
    const expected = await withLab(
      {
        node: { name: 'node', addresses: addressesOfNode },
        ends: ends.map(({ name, address }) => ({ name, addresses: [address] })),
      },
      {},
      (lab) => {
        loadRules(lab, join(folder, 'node'), engine)
        return lab.probeReply(
          tries.map(({ from, to, port }) => ({
            from,
            source: addressOf.get(from) ?? '',
            to,
            destination: addressOf.get(to) ?? '',
            traffic: { kind: 'ports', protocol: 'TCP', port },
          })),
        )
      },
    )
    assert.ok(expected.includes(true) && expected.includes(false))
    const load = loadScript(join(folder, 'node'), engine)
    assert.equal(trySockets(ends, [80, 5432], load, tries), expected)
  }))

test.run()
