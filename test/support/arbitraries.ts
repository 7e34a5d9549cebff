// Generated worlds: policies with every construct, a cluster they are about, and flows in it. The
// universe of labels, addresses and ports is small, so that things meet.
import fc, { type Arbitrary } from 'fast-check'
import { stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'

/** Policies and a snapshot, as the text that a user has. */
export interface World {
  readonly policies: readonly Source[]
  readonly snapshot: readonly Source[]
}

const namespaces = ['red', 'green', 'blue']
const keys = ['app', 'tier', 'example.com/team']
const values = ['a', 'b', 'C.1_x', '']
const namespaceKeys = ['env', 'example.com/team', 'kubernetes.io/metadata.name']
const namespaceValues = ['prod', 'test', 'red', '']
const portNames = ['http', 'dns', 'x-1']
const portNumbers = [1, 53, 79, 80, 81, 82, 443, 8080, 65534, 65535]
const protocols = ['TCP', 'UDP', 'SCTP']
const nodes = ['node-a', 'node-b', 'node-c']

/** Blocks, each with parts of it for `except`. */
const blocks: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/8', '0.0.0.0/1', '128.0.0.0/1', '192.0.2.0/24', '10.0.0.4/30'],
  '10.0.0.0/8': ['10.0.0.0/29', '10.0.0.4/30', '10.0.0.2/32', '10.128.0.0/9'],
  '10.0.0.0/29': ['10.0.0.0/30', '10.0.0.3/32'],
  '192.0.2.0/24': ['192.0.2.128/25', '192.0.2.7/32'],
  '172.16.0.1/32': [],
  '::/0': ['fd00::/16', '2001:db8::/32', '::/1'],
  'fd00::/112': ['fd00::4/126', 'fd00::2/128'],
  '2001:db8::/32': ['2001:db8::7/128'],
}

const some = <T>(one: Arbitrary<T>, maxLength = 3): Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength })
/** A value, or one of the two ways to leave it out. */
const maybe = <T>(one: Arbitrary<T>): Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 4, arbitrary: one }, fc.constantFrom(null, undefined))

function selector(labels: readonly string[], words: readonly string[]): Arbitrary<object> {
  const key = fc.constantFrom(...labels)
  const set = fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
  const expression = fc.oneof(
    fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: set }),
    fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  )
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant({}) },
    {
      weight: 3,
      arbitrary: fc.record({
        matchLabels: maybe(fc.dictionary(key, fc.constantFrom(...words), { maxKeys: 1 })),
        matchExpressions: maybe(fc.array(expression, { maxLength: 2 })),
      }),
    },
  )
}

const podSelector = selector(keys, values)
const namespaceSelector = selector(namespaceKeys, namespaceValues)
const ipBlock = fc.constantFrom(...Object.keys(blocks)).chain((cidr) => {
  const parts = blocks[cidr] ?? []
  const except = fc.subarray([...parts])
  return fc.record({ cidr: fc.constant(cidr), except: maybe(except) })
})
const peer = fc.oneof(
  fc.record({ podSelector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector, namespaceSelector }),
  fc.record({ ipBlock }),
)
const portRange = fc
  .tuple(fc.constantFrom(...portNumbers), fc.constantFrom(...portNumbers))
  .map(([a, b]) => ({ port: Math.min(a, b), endPort: Math.max(a, b) }))
const port = fc
  .tuple(
    fc.oneof(
      fc.record({ port: fc.constantFrom<number | string>(...portNumbers, ...portNames) }),
      portRange,
      fc.constant({}),
    ),
    maybe(fc.constantFrom(...protocols)),
  )
  .map(([numbers, protocol]) => ({ ...numbers, protocol }))
const peers = fc.oneof({ weight: 5, arbitrary: some(peer) }, fc.constantFrom([], null, undefined))
const ports = fc.oneof(
  { weight: 4, arbitrary: some(port, 4) },
  { weight: 1, arbitrary: some(port, 30) },
  fc.constantFrom([], null, undefined),
)
const spec = fc.record({
  podSelector: fc.oneof({ weight: 3, arbitrary: podSelector }, fc.constantFrom({}, null)),
  policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress'], [], null, undefined),
  ingress: maybe(fc.array(fc.record({ from: peers, ports }), { maxLength: 3 })),
  egress: maybe(fc.array(fc.record({ to: peers, ports }), { maxLength: 3 })),
})

/** The text of one to five policies with different names, in one or several files. */
export const policyTexts: Arbitrary<readonly Source[]> = fc
  .array(fc.tuple(fc.constantFrom(...namespaces), spec), { minLength: 1, maxLength: 5 })
  .map((specs) =>
    specs.map(([namespace, one], index) =>
      makeSource(
        `policy-${index}.yaml`,
        stringify({
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: `policy-${index}`, namespace },
          spec: one,
        }),
      ),
    ),
  )

const labelsOf = (names: readonly string[], words: readonly string[]): Arbitrary<object> =>
  fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...words), { maxKeys: 3 })

const podShape = fc.record({
  namespace: fc.constantFrom(...namespaces),
  node: fc.constantFrom(...nodes),
  labels: labelsOf(keys, values),
  families: fc.constantFrom('4', '6', '46', '46'),
  ports: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...portNames),
      containerPort: fc.constantFrom(...portNumbers),
      protocol: fc.constantFrom(...protocols),
    }),
    { maxLength: 3, selector: ({ name, protocol }) => `${name} ${protocol}` },
  ),
})

/** The text of a snapshot: three namespaces, three nodes, three to eight pods. */
export const snapshotText: Arbitrary<Source> = fc
  .tuple(
    fc.array(labelsOf(['env', 'example.com/team'], namespaceValues), {
      minLength: 3,
      maxLength: 3,
    }),
    fc.array(podShape, { minLength: 3, maxLength: 8 }),
  )
  .map(([labels, pods]) => {
    const items = [
      ...namespaces.map((name, index) => ({
        kind: 'Namespace',
        metadata: { name, labels: labels[index] },
      })),
      ...nodes.map((name, index) => ({
        kind: 'Node',
        metadata: { name },
        status: {
          addresses: [
            { type: 'InternalIP', address: `172.16.0.${index + 1}` },
            { type: 'InternalIP', address: `fd01::${index + 1}` },
          ],
        },
      })),
      ...pods.map((pod, index) => ({
        kind: 'Pod',
        metadata: { name: `pod-${index}`, namespace: pod.namespace, labels: pod.labels },
        spec: { nodeName: pod.node, containers: [{ name: 'c', ports: pod.ports }] },
        status: {
          phase: 'Running',
          podIPs: [
            ...(pod.families.includes('4') ? [{ ip: `10.0.0.${index + 1}` }] : []),
            ...(pod.families.includes('6') ? [{ ip: `fd00::${index + 1}` }] : []),
          ],
        },
      })),
    ].map((item) => ({ apiVersion: 'v1', ...item }))
    return makeSource('snapshot.yaml', stringify({ apiVersion: 'v1', kind: 'List', items }))
  })

/** Policies and a cluster. */
export const world: Arbitrary<World> = fc
  .tuple(policyTexts, snapshotText)
  .map(([policies, snapshot]) => ({ policies, snapshot: [snapshot] }))

/** External addresses at the edges of the blocks above. */
export const externals: readonly string[] = [
  '192.0.2.0',
  '192.0.2.7',
  '192.0.2.128',
  '192.0.3.0',
  '10.0.0.200',
  '10.200.0.1',
  '255.255.255.255',
  '2001:db8::7',
  '2001:db8::8',
  'fd00::4:1',
  'ffff::1',
]

/** What a flow is chosen by: numbers that pick from whatever the cluster holds. */
export interface FlowSeed {
  readonly source: number
  readonly destination: number
  readonly traffic: number
  readonly port: number
}

/** Flow seeds; see `flowOf` in flows.ts. */
export const flowSeed: Arbitrary<FlowSeed> = fc.record({
  source: fc.nat(999),
  destination: fc.nat(999),
  traffic: fc.nat(999),
  port: fc.nat(999),
})

/** Ports that flows go to: the ones above, and their neighbours. */
export const flowPorts: readonly number[] = [...portNumbers, 2, 54, 444, 8079]
