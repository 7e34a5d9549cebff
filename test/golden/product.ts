// The small product of flows that every case is judged by besides the flows its author names: all ends
// of its cluster and the addresses at the edges of its blocks, times the ports at the edges of its
// ranges. What nobody thought of naming is where an emitter goes wrong unseen.
import {
  type Address,
  bitsOf,
  type Cidr,
  families,
  intervalOf,
  parseAddress,
  printAddress,
} from '../../src/algebra/address.ts'
import type { Cluster, Flow, FlowEnd, FlowTraffic } from '../../src/cluster/types.ts'
import { directions, type PolicySet, type Protocol, type Rule } from '../../src/ir/types.ts'

/** Edges beyond these numbers are left out: long lists repeat what their first items show. */
const maxAddresses = 8
const maxPorts = 6

/** Addresses that no case's block holds, unless it holds everything. */
const strangers: readonly string[] = ['203.0.113.250', '2001:db8:ffff::250']

/** The flows of the product: at least one end is a pod, as nothing else is governed. */
export function productOfFlows(set: PolicySet, cluster: Cluster): readonly Flow[] {
  const rules = rulesOf(set)
  const traffic = trafficOf(rules, cluster)
  return families.flatMap((family) => {
    const ends = endsOf(family, rules, cluster)
    return ends.flatMap((source) =>
      ends
        .filter((destination) => isPod(source) || isPod(destination))
        .filter((destination) => source !== destination)
        .flatMap((destination) => traffic.map((one) => ({ source, destination, traffic: one }))),
    )
  })
}

function isPod({ endpoint }: FlowEnd): boolean {
  return endpoint.kind === 'pod'
}

function rulesOf({ tiers }: PolicySet): readonly Rule[] {
  const policies = tiers.flatMap((tier) => tier.policies)
  return policies.flatMap((policy) => directions.flatMap((one) => policy[one]?.rules ?? []))
}

function endsOf(family: 4 | 6, rules: readonly Rule[], { pods, nodes }: Cluster): FlowEnd[] {
  const owned = [...pods, ...nodes].flatMap((endpoint) =>
    endpoint.addresses
      .filter((address) => address.family === family)
      .slice(0, 1)
      .map((address) => ({ endpoint, address })),
  )
  const taken = new Set([...pods, ...nodes].flatMap((one) => one.addresses.map(printAddress)))
  const outside = [...edgesOf(rules), ...strangers.flatMap((text) => parseAddress(text) ?? [])]
    .filter((address) => address.family === family && !taken.has(printAddress(address)))
    .map((address): FlowEnd => ({ endpoint: { kind: 'external', address }, address }))
  return [...owned, ...outside]
}

/** Inside and outside of both ends of each block and exception. */
function edgesOf(rules: readonly Rule[]): readonly Address[] {
  const blocks = rules.flatMap(({ peers }) =>
    peers.flatMap((peer) => (peer.kind === 'cidr' ? [peer.cidr, ...peer.except] : [])),
  )
  const edges = blocks.flatMap(edgesOfBlock)
  const unique = [...new Map(edges.map((address) => [printAddress(address), address])).values()]
  return families.flatMap((family) =>
    unique.filter((address) => address.family === family).slice(0, maxAddresses),
  )
}

function edgesOfBlock(block: Cidr): readonly Address[] {
  const { family } = block
  const { from, to } = intervalOf(block)
  const limit = 1n << BigInt(bitsOf(family))
  return [from, to, from - 1n, to + 1n]
    .filter((value) => value > 0n && value < limit - 1n)
    .map((value) => ({ family, value }))
}

function trafficOf(rules: readonly Rule[], cluster: Cluster): readonly FlowTraffic[] {
  const written = rules.flatMap(({ traffic }) => traffic)
  const numbers = written.flatMap((one) => {
    if (one.kind !== 'ports') return []
    const { ports } = one
    if (ports.kind === 'range') return [ports.from, ports.to, ports.to + 1, ports.from - 1]
    return ports.kind === 'named' ? numbersOf(ports.name, cluster) : []
  })
  const inRange = [...new Set(numbers)].filter((port) => port >= 1 && port <= 65535)
  const ports = [...inRange.slice(0, maxPorts), 22]
  const used = new Set<Protocol>(['TCP'])
  for (const one of written) if (one.kind === 'ports') used.add(one.protocol)
  return [
    ...[...used].flatMap((protocol) =>
      ports.map((port): FlowTraffic => ({ kind: 'ports', protocol, port })),
    ),
    { kind: 'icmp', type: 8, code: 0 },
    { kind: 'other', protocolNumber: 47 },
  ]
}

function numbersOf(name: string, { pods }: Cluster): readonly number[] {
  return pods.flatMap((pod) =>
    pod.ports.filter((port) => port.name === name).map(({ port }) => port),
  )
}
