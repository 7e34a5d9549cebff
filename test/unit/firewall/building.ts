// A cluster of two nodes and policies as text, for tests of what firewalls have in common.
import { parse } from 'yaml'
import {
  type Address,
  type Family,
  parseAddress,
  printAddress,
} from '../../../src/algebra/address.ts'
import type { IntervalSet } from '../../../src/algebra/interval.ts'
import { readCluster } from '../../../src/cluster/read.ts'
import type { Cluster, Host } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import type { PeerContext } from '../../../src/firewall/peers.ts'
import { makePodFinder } from '../../../src/firewall/pods.ts'
import { type HostTraffic, type Stage, stageMaker } from '../../../src/firewall/stages.ts'
import { everyone } from '../../../src/ir/selector.ts'
import type { Policy, PolicySet, Rule, Tier } from '../../../src/ir/types.ts'
import { normalise } from '../../../src/passes/index.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import type { Origin } from '../../../src/source/origin.ts'
import { makeSource, type Source } from '../../../src/source/source.ts'

const pod = (name: string, node: string, ips: readonly string[], port?: number): object => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: {
    nodeName: node,
    containers: [
      { name: 'c', ports: port === undefined ? [] : [{ name: 'http', containerPort: port }] },
    ],
  },
  status: { phase: 'Running', podIPs: ips.map((ip) => ({ ip })) },
})
const node = (name: string, ...addresses: readonly string[]): object => ({
  kind: 'Node',
  metadata: { name, labels: { role: name } },
  status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
})
const items = [
  { kind: 'Namespace', metadata: { name: 'shop' } },
  node('n1', '172.16.0.1', 'fd01::1'),
  node('n2', '172.16.0.2'),
  pod('a', 'n1', ['10.0.0.1', 'fd00::1'], 8080),
  pod('b', 'n1', ['10.0.0.2'], 9090),
  pod('c', 'n2', ['10.0.0.3', '10.0.0.13'], 80),
  pod('d', 'n2', ['10.0.0.4']),
].map((item) => ({ apiVersion: 'v1', ...item }))

/** `a` (two families, http is 8080) and `b` (9090) on n1; `c` (two addresses, 80) and `d` on n2. */
export const snapshot: Source = makeSource(
  'cluster.json',
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
)

/** The same, read. */
export const cluster: Cluster = readIt()

function readIt(): Cluster {
  const reporter = makeReporter()
  const read = readCluster([snapshot], reporter)
  if (read === null) throw new Error(renderText(reporter.diagnostics))
  return read
}

/** The node that tests look at. */
export const n1: Host = nodeNamed('n1')

function nodeNamed(name: string): Host {
  const found = cluster.nodes.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no node ${name}`)
  return found
}

/** Policies of any dialect, read. */
export function read(text: string): PolicySet {
  const reporter = makeReporter()
  const { set } = readPolicies([makeSource('p.yaml', text)], undefined, reporter)
  const own = normalise(set, reporter)
  if (reporter.errors > 0) throw new Error(renderText(reporter.diagnostics))
  return own
}

/** A policy of Kubernetes, by its spec in YAML. */
export const kubernetes = (name: string, spec: string): string =>
  document('networking.k8s.io/v1', 'NetworkPolicy', { name, namespace: 'shop' }, spec)

/** A policy of Calico for the whole cluster. */
export const calico = (name: string, spec: string): string =>
  document('projectcalico.org/v3', 'GlobalNetworkPolicy', { name }, spec)

/** A tier of Calico. */
export const calicoTier = (name: string, spec: string): string =>
  document('projectcalico.org/v3', 'Tier', { name }, spec)

/** A policy of administrators. */
export const admin = (name: string, spec: string): string =>
  document('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', { name }, spec)

function document(apiVersion: string, kind: string, metadata: object, spec: string): string {
  return `--- ${JSON.stringify({ apiVersion, kind, metadata, spec: parse(spec) })}\n`
}

/** The stages of node n1. */
export function stages(
  set: PolicySet,
  family: Family = 4,
  hostTraffic: HostTraffic = 'policy',
): readonly Stage[] {
  return stageMaker(set, { cluster, finder: makePodFinder(cluster), hostTraffic })(n1, family)
}

/** What peers of node n1's pods are looked up in. */
export const peerContext = (family: Family = 4): PeerContext => ({
  family,
  node: n1,
  cluster,
  finder: makePodFinder(cluster),
})

const origin: Origin = { span: { source: makeSource('ir', ''), start: 0, end: 0 }, path: 'here' }

/** A rule for everything, but for what is said otherwise. */
export const rule = (more: Partial<Rule>): Rule => ({
  action: 'allow',
  subjects: everyone,
  peers: [{ kind: 'any' }],
  traffic: [{ kind: 'all' }],
  conditions: [],
  origins: [origin],
  ...more,
})

/** A tier with a policy for each list of ingress rules, for all pods. */
export function tier(rules: readonly (readonly Rule[])[], more: Partial<Tier> = {}): Tier {
  const policies = rules.map(
    (own, at): Policy => ({
      name: `p${at}`,
      namespace: null,
      subject: {
        namespaces: { kind: 'all' },
        pods: { kind: 'all' },
        serviceAccounts: { kind: 'all' },
      },
      ingress: { isolates: true, rules: own },
      egress: null,
      order: at,
      origin,
    }),
  )
  const plain = { combining: 'first-match', default: 'deny', ownNode: 'governed' } as const
  return { name: 't', ...plain, policies, ...more }
}

/** `10.0.0.1` or `10.0.0.1-10.0.0.9`, for each interval. */
export function words(addresses: IntervalSet, family: Family = 4): readonly string[] {
  const text = (value: bigint): string => printAddress({ family, value })
  return addresses.map(({ from, to }) => (from === to ? text(from) : `${text(from)}-${text(to)}`))
}

/** An address as a number. */
export function numberOf(text: string): bigint {
  const address: Address | undefined = parseAddress(text)
  if (address === undefined) throw new Error(`${text} is no address`)
  return address.value
}
