// From the numbers of a flow seed to a flow between endpoints of a cluster, and to words.
import { type Address, parseAddress, printAddress } from '../../src/algebra/address.ts'
import type { Cluster, Endpoint, Flow, FlowEnd, FlowTraffic } from '../../src/cluster/types.ts'
import { protocols } from '../../src/ir/types.ts'
import { externals, type FlowSeed, flowPorts } from './arbitraries.ts'

/** The flow that a seed picks; null where the two ends have no address family in common. */
export function flowOf(seed: FlowSeed, cluster: Cluster): Flow | null {
  const ends = endsOf(cluster)
  const source = pick(ends, seed.source)
  const destination = pick(
    ends.filter(({ address }) => address.family === source?.address.family),
    seed.destination,
  )
  if (source === undefined || destination === undefined) return null
  // A connection between two outsiders crosses nothing that is judged.
  if (source.endpoint.kind !== 'pod' && destination.endpoint.kind !== 'pod') return null
  return { source, destination, traffic: trafficOf(seed, destination) }
}

/** `pod red/pod-1 (10.0.0.2, node-a) -> external 192.0.2.7, TCP 80` */
export function printFlow({ source, destination, traffic }: Flow): string {
  return `${printEnd(source)} -> ${printEnd(destination)}, ${printTraffic(traffic)}`
}

// Pods are named twice, so that they are picked more often than hosts and outsiders.
function endsOf({ pods, nodes }: Cluster): readonly FlowEnd[] {
  const outside: readonly FlowEnd[] = externals
    .flatMap((text) => parseAddress(text) ?? [])
    .map((address) => ({ endpoint: { kind: 'external', address }, address }))
  return [...[...pods, ...pods, ...nodes].flatMap(endsOfEndpoint), ...outside]
}

function endsOfEndpoint(endpoint: Exclude<Endpoint, { kind: 'external' }>): FlowEnd[] {
  return endpoint.addresses.map((address: Address) => ({ endpoint, address }))
}

/** Mostly ports, a good part of them ones that the destination gives a name to. */
function trafficOf({ traffic, port }: FlowSeed, { endpoint }: FlowEnd): FlowTraffic {
  if (traffic % 12 === 0) return { kind: 'icmp', type: port % 255, code: traffic % 3 }
  if (traffic % 25 === 1) return { kind: 'other', protocolNumber: 47 }
  const named = endpoint.kind === 'pod' ? endpoint.ports : []
  const known = traffic % 3 === 0 ? pick(named, port) : undefined
  const protocol = known?.protocol ?? pick(protocols, traffic) ?? 'TCP'
  return { kind: 'ports', protocol, port: known?.port ?? pick(flowPorts, port) ?? 80 }
}

function pick<T>(items: readonly T[], number: number): T | undefined {
  return items[number % Math.max(1, items.length)]
}

function printEnd({ endpoint, address }: FlowEnd): string {
  const text = printAddress(address)
  switch (endpoint.kind) {
    case 'pod':
      return `pod ${endpoint.namespace.name}/${endpoint.name} (${text}, ${endpoint.node})`
    case 'host':
      return `host ${endpoint.name} (${text})`
    case 'external':
      return `external ${text}`
  }
}

function printTraffic(traffic: FlowTraffic): string {
  switch (traffic.kind) {
    case 'ports':
      return `${traffic.protocol} ${traffic.port}`
    case 'icmp':
      return `ICMP ${traffic.type}/${traffic.code}`
    case 'other':
      return `protocol ${traffic.protocolNumber}`
  }
}
