// The way of a connection's first packet: which nodes' hooks it crosses, and what rules see of it there.
// This is the kernel's and the network's doing, the same whichever language the rules are in.
import ipaddr from 'ipaddr.js'
import type { Address } from '../../src/algebra/address.ts'
import type { Cluster, Endpoint, Flow } from '../../src/cluster/types.ts'
import type { OutputFile } from '../../src/emit/target.ts'

/** What rules look at. */
export interface Packet {
  readonly family: 4 | 6
  readonly source: string
  readonly destination: string
  readonly protocol: number
  readonly port: number | null
  readonly icmp: readonly [number, number] | null
  /** Whether an end's address is one of the node's own. */
  readonly local: { readonly source: boolean; readonly destination: boolean }
}

/** Where a packet meets rules. */
export type Hook = 'INPUT' | 'FORWARD' | 'OUTPUT'

/** Protocols by the names that rules use. */
export const protocolNumbers: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  'ipv6-icmp': 58,
  sctp: 132,
}

/** The files of each node, which stand in a folder with its name. */
export function filesByNode(
  files: readonly OutputFile[],
): readonly (readonly [string, readonly OutputFile[]])[] {
  const names = new Set(files.map(({ path }) => path.split('/')[0] ?? ''))
  return [...names].map((name) => [name, files.filter(({ path }) => path.startsWith(`${name}/`))])
}

/** The hooks that the packet crosses: each node forwards for its own pods; hosts send and receive. */
export function hooksOf(
  { source, destination }: Flow,
  cluster: Cluster,
): { node: string; hook: Hook }[] {
  // Inside of one network namespace nothing is routed.
  if (isSame(source.endpoint, destination.endpoint)) return []
  const from = nodeOf(source.endpoint)
  const to = nodeOf(destination.endpoint)
  const isLocalAddress = cluster.nodes.some(
    ({ name, addresses }) =>
      name === from && addresses.some((one) => text(one) === text(destination.address)),
  )
  const out: { node: string; hook: Hook }[] = []
  if (source.endpoint.kind === 'host' && from !== null) out.push({ node: from, hook: 'OUTPUT' })
  if (source.endpoint.kind === 'pod' && from !== null && !isLocalAddress) {
    out.push({ node: from, hook: 'FORWARD' })
  }
  if (destination.endpoint.kind === 'host' && to !== null) out.push({ node: to, hook: 'INPUT' })
  const isDelivered = source.endpoint.kind === 'host' ? from === to : false
  if (destination.endpoint.kind === 'pod' && to !== null && !isDelivered) {
    out.push({ node: to, hook: 'FORWARD' })
  }
  return out
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  if (a.kind === 'pod' && b.kind === 'pod') {
    return a.name === b.name && a.namespace.name === b.namespace.name
  }
  return a.kind === 'host' && b.kind === 'host' && a.name === b.name
}

function nodeOf(endpoint: Endpoint): string | null {
  if (endpoint.kind === 'pod') return endpoint.node
  return endpoint.kind === 'host' ? endpoint.name : null
}

/** The packet as rules at a hook see it. */
export function packetOf({ source, destination, traffic }: Flow, hook: Hook): Packet {
  const local = { source: hook === 'OUTPUT', destination: hook === 'INPUT' }
  const { family } = source.address
  const ends = {
    family,
    local,
    source: text(source.address),
    destination: text(destination.address),
  }
  switch (traffic.kind) {
    case 'ports': {
      const protocol = protocolNumbers[traffic.protocol.toLowerCase()] ?? 0
      return { ...ends, protocol, port: traffic.port, icmp: null }
    }
    case 'icmp': {
      const protocol = family === 4 ? 1 : 58
      return { ...ends, protocol, port: null, icmp: [traffic.type, traffic.code] }
    }
    case 'other':
      return { ...ends, protocol: traffic.protocolNumber, port: null, icmp: null }
  }
}

function text({ family, value }: Address): string {
  const hex = value.toString(16).padStart(family === 4 ? 8 : 32, '0')
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  return ipaddr.fromByteArray(bytes).toString()
}
