// What to ask a node's rules: all its pods and the node itself, with everybody, about all that the policies
// speak of and what is next to it. What is right is the interpreter's word.
import {
  type Address,
  bitsOf,
  type Cidr,
  contains,
  families,
  intervalOf,
  parseAddress,
  parseCidr,
  printAddress,
} from '../../src/algebra/address.ts'
import type {
  Cluster,
  Endpoint,
  Flow,
  FlowEnd,
  FlowTraffic,
  Host,
} from '../../src/cluster/types.ts'
import type { HostTraffic } from '../../src/firewall/stages.ts'
import {
  directions,
  type Peer,
  type PolicySet,
  protocols,
  type Rule,
  type Traffic,
} from '../../src/ir/types.ts'
import { decide } from '../../src/semantics/evaluate.ts'
import { printFlow } from '../support/flows.ts'
import type { Lab, LabPlan, Probe } from './lab.ts'

/** The lab's end that has all addresses of nobody. */
export const world = 'world'

/** A lab of one node of a cluster: all pods, the other nodes and the world are around it. */
export function planOf({ pods, nodes }: Cluster, node: Host): LabPlan {
  const others = [...pods, ...nodes.filter((one) => one !== node)]
  const ends = others.map((one) => ({
    name: one.kind === 'pod' ? `${one.namespace.name}/${one.name}` : one.name,
    addresses: addressesOf(one),
  }))
  return {
    node: { name: node.name, addresses: addressesOf(node) },
    ends: [...ends, { name: world, addresses: [] }],
  }
}

/** Flows with one end at a node, of all kinds of traffic and with all outsiders in question. */
export function flowsAt(node: Host, set: PolicySet, cluster: Cluster): readonly Flow[] {
  const rules = rulesOf(set)
  const sent = trafficInQuestion(rules, cluster)
  const all = [...[...cluster.pods, ...cluster.nodes].flatMap(endsOf), ...outsiders(rules, cluster)]
  const here = all.filter(({ endpoint }) => isAt(endpoint, node))
  const pairs = here.flatMap((one) =>
    all.flatMap((other) => [
      [one, other] as const,
      // Between two ends at the node the other way is asked from the other end.
      ...(isAt(other.endpoint, node) ? [] : [[other, one] as const]),
    ]),
  )
  return pairs
    .filter(([a, b]) => a.endpoint !== b.endpoint && a.address.family === b.address.family)
    .flatMap(([source, destination]) =>
      sent(source.address.family).map((traffic) => ({ source, destination, traffic })),
    )
}

/**
 * Whether the rules of a node let a flow pass: those of its ends that are pods there must both allow it.
 * With `deny`, no tier spares what the node sends to its own pods.
 */
export function isAllowedAt(
  node: Host,
  set: PolicySet,
  flow: Flow,
  hostTraffic: HostTraffic = 'policy',
): boolean {
  const isStrict = hostTraffic === 'deny' && flow.source.endpoint === node
  return directions.every((direction) => {
    const { endpoint } = direction === 'egress' ? flow.source : flow.destination
    if (!isAt(endpoint, node)) return true
    const asked = isStrict && endpoint.kind === 'pod' ? governed(set) : set
    return decide(asked, flow, direction).verdict === 'allow'
  })
}

/** The set with tiers that leave no traffic with the own node alone. */
function governed({ tiers }: PolicySet): PolicySet {
  return { tiers: tiers.map((tier) => ({ ...tier, ownNode: 'governed' })) }
}

/** What the kernel answers to flows at a node. */
export interface Answers {
  /** Flows that were decided otherwise than the policies say, in words. */
  readonly wrong: readonly string[]
  readonly allowed: number
  readonly denied: number
}

/** Sends all flows over a lab that was built by a plan, and compares with the interpreter. */
export async function askKernel(
  lab: Lab,
  plan: LabPlan,
  node: Host,
  set: PolicySet,
  flows: readonly Flow[],
  hostTraffic: HostTraffic = 'policy',
): Promise<Answers> {
  const passed = await lab.probe(probesOf(flows, plan))
  const wrong = flows.flatMap((flow, index) => {
    const expected = isAllowedAt(node, set, flow, hostTraffic)
    const actual = passed[index] === true
    if (actual === expected) return []
    return [
      `${node.name}: ${printFlow(flow)} ${actual ? 'passes, against' : 'is held up, but passes by'} the policies`,
    ]
  })
  const allowed = passed.filter(Boolean).length
  return { wrong, allowed, denied: passed.length - allowed }
}

/** Flows as probes of a lab: each end by its address, the world by all that are left. */
export function probesOf(flows: readonly Flow[], { node, ends }: LabPlan): readonly Probe[] {
  const names = new Map(
    [node, ...ends].flatMap(({ name, addresses }) => addresses.map((address) => [address, name])),
  )
  return flows.map((flow) => {
    const [source, destination] = [flow.source, flow.destination].map(({ address }) =>
      printAddress(address),
    )
    if (source === undefined || destination === undefined) throw new Error('a flow has two ends')
    const [from, to] = [names.get(source) ?? world, names.get(destination) ?? world]
    return { from, source, to, destination, traffic: flow.traffic }
  })
}

function addressesOf({ addresses }: Exclude<Endpoint, { kind: 'external' }>): readonly string[] {
  return addresses.map(printAddress)
}

function endsOf(endpoint: Exclude<Endpoint, { kind: 'external' }>): readonly FlowEnd[] {
  return endpoint.addresses.map((address) => ({ endpoint, address }))
}

function isAt(endpoint: Endpoint, node: Host): boolean {
  return endpoint === node || (endpoint.kind === 'pod' && endpoint.node === node.name)
}

function rulesOf({ tiers }: PolicySet): readonly Rule[] {
  return tiers
    .flatMap(({ policies }) => policies)
    .flatMap((policy) => directions.flatMap((direction) => policy[direction]?.rules ?? []))
}

/** Both edges of all blocks and what is next to them, as far as it is nobody's and can be routed. */
function outsiders(rules: readonly Rule[], { pods, nodes }: Cluster): readonly FlowEnd[] {
  const owned = new Set([...pods, ...nodes].flatMap(addressesOf))
  const edges = rules
    .flatMap(({ peers, subjects }) => [...peers, ...subjects].flatMap(blocksIn))
    .flatMap((cidr) => {
      const { from, to } = intervalOf(cidr)
      return [from - 1n, from, to, to + 1n].map((value) => ({ family: cidr.family, value }))
    })
    .filter(({ family, value }) => value >= 0n && value < 1n << BigInt(bitsOf(family)))
  const strangers = ['203.0.113.9', '2001:db8:ffff::9'].flatMap((text) => parseAddress(text) ?? [])
  const texts = new Map([...strangers, ...edges].map((one) => [printAddress(one), one]))
  return [...texts]
    .filter(([text, address]) => !owned.has(text) && isRoutable(address))
    .map(([, address]) => ({ endpoint: { kind: 'external', address }, address }))
}

function blocksIn(peer: Peer): readonly Cidr[] {
  if (peer.kind === 'cidr') return [peer.cidr, ...peer.except]
  if (peer.kind === 'not') return blocksIn(peer.of)
  return peer.kind === 'and' || peer.kind === 'or' ? peer.of.flatMap(blocksIn) : []
}

/** Addresses that no packet is routed from or to, whatever the rules: this host, loopback, link, multicast. */
const unroutable = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  '::ffff:0:0/96',
  'fe80::/10',
  'ff00::/8',
].flatMap((text) => parseCidr(text)?.cidr ?? [])

function isRoutable(address: Address): boolean {
  return !unroutable.some((cidr) => contains(cidr, address))
}

/** What the rules speak of and what is next to it, with at least one of every protocol; by family. */
function trafficInQuestion(
  rules: readonly Rule[],
  cluster: Cluster,
): (family: 4 | 6) => readonly FlowTraffic[] {
  const named = cluster.pods.flatMap(({ ports }) => ports)
  const ofFamily = families.map((family) => {
    const echo: FlowTraffic = { kind: 'icmp', type: family === 4 ? 8 : 128, code: 0 }
    const all: readonly FlowTraffic[] = [
      ...protocols.map((protocol): FlowTraffic => ({ kind: 'ports', protocol, port: 7777 })),
      echo,
      { kind: 'other', protocolNumber: 47 },
      ...rules.flatMap(({ traffic }) => traffic.flatMap((one) => near(one, family, named))),
    ]
    return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
  })
  return (family) => ofFamily[families.indexOf(family)] ?? []
}

function near(
  traffic: Traffic,
  family: 4 | 6,
  named: Cluster['pods'][number]['ports'],
): readonly FlowTraffic[] {
  switch (traffic.kind) {
    case 'all':
    case 'family':
      return []
    case 'ports':
      return portsNear(traffic, named)
    case 'icmp': {
      if (traffic.family !== family) return []
      const [type, code] = [traffic.type ?? (family === 4 ? 8 : 128), traffic.code ?? 0]
      return [
        { kind: 'icmp', type, code },
        { kind: 'icmp', type, code: (code + 1) % 256 },
        { kind: 'icmp', type: (type + 1) % 256, code },
      ]
    }
    case 'protocols':
      return (
        [traffic.from - 1, traffic.from, traffic.to, traffic.to + 1]
          .filter((number) => number > 132 && number < 255)
          // The kernel looks into mobility headers, and has none of ours.
          .filter((number) => family === 4 || number !== 135)
          .map((protocolNumber) => ({ kind: 'other', protocolNumber }))
      )
    case 'not':
      return near(traffic.of, family, named)
    case 'and':
      return traffic.of.flatMap((one) => near(one, family, named))
  }
}

function portsNear(
  { protocol, ports }: Extract<Traffic, { kind: 'ports' }>,
  named: Cluster['pods'][number]['ports'],
): readonly FlowTraffic[] {
  const ranges =
    ports.kind === 'all'
      ? []
      : ports.kind === 'range'
        ? [ports]
        : named
            .filter(({ name }) => name === ports.name)
            .map(({ port }) => ({ from: port, to: port }))
  return ranges
    .flatMap(({ from, to }) => [from - 1, from, to, to + 1])
    .filter((port) => port > 0 && port < 65536)
    .map((port) => ({ kind: 'ports', protocol, port }))
}
