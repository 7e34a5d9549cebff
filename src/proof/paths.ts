// The ways that packets take past a node's firewall, and what policies allow on each of them.
import { type Diagram, everything } from '../algebra/diagram.ts'
import type { Cluster, Host, Pod } from '../cluster/types.ts'
import type { HostTraffic } from '../firewall/stages.ts'
import { type Direction, directions, type PolicySet, type Traffic } from '../ir/types.ts'
import { allowedBy, encodeTiers } from './decide.ts'
import { PacketEncoder, type Packets } from './packets.ts'

/** Hooks of the kernel that policies are enforced at. */
export type Hook = 'FORWARD' | 'INPUT' | 'OUTPUT'

/** Whether the ends of the packets in question have addresses of the node's own. */
export interface AddressFacts {
  readonly source: 'local' | 'foreign'
  readonly destination: 'local' | 'foreign'
}

/** A way past a node. */
export interface NodePath {
  readonly hook: Hook
  readonly facts: AddressFacts
  /** Between pods and others through the node, or between the node itself and its pods. */
  readonly kind: 'forwarded' | 'to-host' | 'from-host'
  /** Said after a node's name. */
  readonly words: string
}

const foreign: AddressFacts = { source: 'foreign', destination: 'foreign' }

/** Through the node. */
export const forwardedPath: NodePath = {
  hook: 'FORWARD',
  facts: foreign,
  kind: 'forwarded',
  words: '',
}

/** From pods to the node itself, and back. */
export const hostPaths: readonly NodePath[] = [
  {
    hook: 'INPUT',
    facts: { source: 'foreign', destination: 'local' },
    kind: 'to-host',
    words: ', from pods to the node itself',
  },
  {
    hook: 'OUTPUT',
    facts: { source: 'local', destination: 'foreign' },
    kind: 'from-host',
    words: ', from the node itself to pods',
  },
]

/** All that netpolc's own rules are proved for; IPVS forwards through OUTPUT what it has balanced. */
export const allPaths: readonly NodePath[] = [
  forwardedPath,
  { hook: 'OUTPUT', facts: foreign, kind: 'forwarded', words: ', forwarded by IPVS' },
  ...hostPaths,
]

/** What the policies of a node's pods are, and what is let past them. */
export interface NodePolicies {
  readonly set: PolicySet
  readonly cluster: Cluster
  /** Traffic that passes whatever the policies say. */
  readonly exempt: readonly Traffic[]
  readonly hostTraffic: HostTraffic
}

/** The packets that can take the path: the node's own addresses are never forwarded. */
export function packetsOn(path: NodePath, node: Host | undefined, packets: Packets): Diagram {
  if (path.kind !== 'forwarded' || node === undefined) return everything
  const { store } = packets
  return store.minus(
    store.minus(everything, packets.ofOwners('source', [node])),
    packets.ofOwners('destination', [node]),
  )
}

/** The packets that the policies of a node's pods allow on a path. */
export function allowedPackets(
  path: NodePath,
  node: string,
  packets: Packets,
  { set, cluster, exempt, hostTraffic }: NodePolicies,
): Diagram {
  const { store } = packets
  const local = cluster.pods.filter((pod) => pod.node === node)
  const passing = packets.traffics(exempt)
  const allowedAt = (direction: Direction, own: PolicySet, host: Host | null): Diagram => {
    const encoder = new PacketEncoder(packets, cluster, local, direction, host)
    return allowedBy(encodeTiers(own, direction, encoder), everything, encoder)
  }
  if (path.kind === 'forwarded') {
    const allowed = store.all(directions.map((direction) => allowedAt(direction, set, null)))
    return store.some([allowed, ...local.map((pod) => toItself(pod, packets)), passing])
  }
  const host = cluster.nodes.find(({ name }) => name === node)
  if (host === undefined) return everything
  const isStrict = path.kind === 'from-host' && hostTraffic === 'deny'
  const own = isStrict ? governingHosts(set) : set
  return store.or(allowedAt(path.kind === 'to-host' ? 'egress' : 'ingress', own, host), passing)
}

function toItself(pod: Pod, packets: Packets): Diagram {
  return packets.store.and(
    packets.ofOwners('source', [pod]),
    packets.ofOwners('destination', [pod]),
  )
}

function governingHosts({ tiers }: PolicySet): PolicySet {
  return { tiers: tiers.map((tier) => ({ ...tier, ownNode: 'governed' })) }
}
