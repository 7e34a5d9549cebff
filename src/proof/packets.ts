// The concrete universe: packets between addresses, for targets that speak in addresses. Policies are
// encoded over the pods and nodes that a cluster has, and every other address there is.
import { addressesOf, type Family } from '../algebra/address.ts'
import { type Diagram, DiagramStore, everything, nothing } from '../algebra/diagram.ts'
import { type Interval, type IntervalSet, union } from '../algebra/interval.ts'
import { groupBy } from '../algebra/order.ts'
import type { Cluster, Host, Pod } from '../cluster/types.ts'
import { onlyNamespace, selects } from '../ir/selector.ts'
import {
  type Direction,
  icmpNumbers,
  type Peer,
  type PodMatch,
  type Ports,
  protocolNumbers,
  type Rule,
  type Traffic,
} from '../ir/types.ts'
import { selectsEndpoint } from '../semantics/evaluate.ts'
import type { FlowEncoder } from './decide.ts'
import { type End, otherEnd, subjectOf } from './space.ts'

/** What a packet has, in the order in which it is looked at: see space.ts for why numbers come first. */
const variables = { protocol: 0, port: 1, type: 2, code: 3, destination: 4, source: 5 } as const

/** Sets of packets of one IP version. */
export class Packets {
  readonly store: DiagramStore
  readonly family: Family

  constructor(family: Family, budget: number) {
    this.family = family
    const last = family === 4 ? 2 ** 32 - 1 : (1n << 128n) - 1n
    const first = family === 4 ? 0 : 0n
    const number = (name: string, most: number, least = 0) =>
      ({ name, domain: 'number', first: least, last: most }) as const
    this.store = new DiagramStore(
      [
        number('protocol', 255),
        number('port', 65535, 1),
        number('ICMP type', 255),
        number('ICMP code', 255),
        { name: 'destination', domain: 'number', first, last },
        { name: 'source', domain: 'number', first, last },
      ],
      budget,
    )
  }

  /** Packets with an end in a set of addresses of this IP version. */
  addresses(end: End, set: IntervalSet): Diagram {
    const intervals =
      this.family === 6 ? set : set.map(({ from, to }) => ({ from: Number(from), to: Number(to) }))
    return this.store.isIn(variables[end], intervals)
  }

  /** Packets of a range of IP protocols. */
  protocols(from: number, to: number): Diagram {
    return this.store.isIn(variables.protocol, [{ from, to }])
  }

  /** Packets to a range of ports; those of protocols without ports have none in any. */
  ports(from: number, to: number): Diagram {
    return to < 1 || from > to
      ? nothing
      : this.store.isIn(variables.port, [{ from: Math.max(1, from), to }])
  }

  /** ICMP packets of this IP version; null stands for any type, or code. */
  icmp(type: number | null, code: number | null): Diagram {
    const one = (variable: number, value: number | null): Diagram =>
      value === null ? everything : this.store.isIn(variable, [{ from: value, to: value }])
    const number = icmpNumbers[this.family]
    return this.store.all([
      one(variables.code, code),
      one(variables.type, type),
      this.protocols(number, number),
    ])
  }
}

/** Encodes policies over the addresses of a cluster, for one direction and one IP version. */
export class PacketEncoder implements FlowEncoder {
  readonly store: DiagramStore
  readonly #packets: Packets
  readonly #cluster: Cluster
  readonly #governed: readonly Pod[]
  readonly #subject: End
  readonly #byNamespace: ReadonlyMap<string, readonly Pod[]>
  readonly #found = new Map<string, readonly Pod[]>()
  readonly #named = new Map<string, Diagram>()

  /** `governed`: the pods whose policies are asked for. */
  constructor(packets: Packets, cluster: Cluster, governed: readonly Pod[], direction: Direction) {
    this.store = packets.store
    this.#packets = packets
    this.#cluster = cluster
    this.#governed = governed
    this.#subject = subjectOf[direction]
    this.#byNamespace = groupBy(cluster.pods, ({ namespace }) => namespace.name)
  }

  subject(match: PodMatch): Diagram {
    const pods = this.#governed.filter((pod) => selectsEndpoint(match, pod))
    return this.#packets.addresses(this.#subject, this.#addressesOf(pods))
  }

  rule({ subjects, peers, traffic, conditions }: Rule): Diagram {
    if (conditions.length > 0) throw new Error('conditions have no place among addresses')
    const peerEnd = otherEnd[this.#subject]
    const some = <T>(items: readonly T[], encode: (item: T) => Diagram): Diagram =>
      this.store.some(items.map(encode))
    return this.store.all([
      some(subjects, (one) => this.#peer(one, this.#subject)),
      some(peers, (one) => this.#peer(one, peerEnd)),
      some(traffic, (one) => this.#traffic(one)),
    ])
  }

  ownNode(): Diagram {
    return this.store.some(
      this.#cluster.nodes.map((node) =>
        this.store.and(
          this.#packets.addresses(
            this.#subject,
            this.#addressesOf(this.#governed.filter((pod) => pod.node === node.name)),
          ),
          this.#packets.addresses(otherEnd[this.#subject], this.#addressesOf([node])),
        ),
      ),
    )
  }

  /** Packets of a pod to itself. */
  between(pod: Pod): Diagram {
    const own = this.#addressesOf([pod])
    return this.store.and(
      this.#packets.addresses('source', own),
      this.#packets.addresses('destination', own),
    )
  }

  /** Packets of some kinds of traffic. */
  traffics(traffic: readonly Traffic[]): Diagram {
    return this.store.some(traffic.map((one) => this.#traffic(one)))
  }

  #peer(peer: Peer, end: End): Diagram {
    const { store } = this
    switch (peer.kind) {
      case 'any':
        return everything
      case 'pods':
        return this.#packets.addresses(end, this.#addressesOf(this.#podsOf(peer)))
      case 'hosts':
        return this.#hosts(peer, end)
      case 'external':
        return store.not(
          this.#packets.addresses(
            end,
            this.#addressesOf([...this.#cluster.pods, ...this.#cluster.nodes]),
          ),
        )
      case 'cidr': {
        const own = peer.cidr.family === this.#packets.family
        return own ? this.#packets.addresses(end, addressesOf(peer.cidr, peer.except)) : nothing
      }
      case 'not':
        return store.not(this.#peer(peer.of, end))
      case 'and':
        return store.all(peer.of.map((one) => this.#peer(one, end)))
      case 'or':
        return store.some(peer.of.map((one) => this.#peer(one, end)))
    }
  }

  #hosts({ nodes, which }: Extract<Peer, { kind: 'hosts' }>, end: End): Diagram {
    const chosen = this.#cluster.nodes.filter(({ labels }) => selects(nodes, labels))
    const any = this.#packets.addresses(end, this.#addressesOf(chosen))
    if (which === 'any') return any
    return which === 'own'
      ? this.store.and(any, this.ownNode())
      : this.store.minus(any, this.ownNode())
  }

  #podsOf(match: PodMatch): readonly Pod[] {
    const key = JSON.stringify(match)
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const namespace = onlyNamespace(match.namespaces)
    const among = namespace === null ? this.#cluster.pods : (this.#byNamespace.get(namespace) ?? [])
    const found = among.filter((pod) => selectsEndpoint(match, pod))
    this.#found.set(key, found)
    return found
  }

  #addressesOf(owners: readonly (Pod | Host)[]): IntervalSet {
    const single = ({ value }: { readonly value: bigint }): Interval => ({ from: value, to: value })
    return union(
      owners.flatMap(({ addresses }) =>
        addresses.filter(({ family }) => family === this.#packets.family).map(single),
      ),
    )
  }

  #traffic(traffic: Traffic): Diagram {
    const { store } = this
    switch (traffic.kind) {
      case 'all':
        return everything
      case 'ports': {
        const number = protocolNumbers[traffic.protocol]
        return store.and(
          this.#packets.protocols(number, number),
          this.#ports(traffic.ports, traffic.protocol),
        )
      }
      case 'icmp':
        return traffic.family === this.#packets.family
          ? this.#packets.icmp(traffic.type, traffic.code)
          : nothing
      case 'protocols':
        return this.#packets.protocols(traffic.from, traffic.to)
      case 'family':
        return traffic.family === this.#packets.family ? everything : nothing
      case 'not':
        return store.not(this.#traffic(traffic.of))
      case 'and':
        return store.all(traffic.of.map((one) => this.#traffic(one)))
    }
  }

  #ports(ports: Ports, protocol: string): Diagram {
    if (ports.kind === 'all') return everything
    if (ports.kind === 'range') return this.#packets.ports(ports.from, ports.to)
    const key = `${protocol} ${ports.name}`
    const known = this.#named.get(key)
    if (known !== undefined) return known
    const made = this.#portsNamed(ports.name, protocol)
    this.#named.set(key, made)
    return made
  }

  /** Where the destination is the governed end, the names that others give are of no interest. */
  #portsNamed(name: string, protocol: string): Diagram {
    const pods = this.#subject === 'destination' ? this.#governed : this.#cluster.pods
    const named = pods.flatMap((pod) =>
      pod.ports
        .filter((one) => one.name === name && one.protocol === protocol)
        .map(({ port }) => ({ pod, port })),
    )
    const byPort = [...groupBy(named, ({ port }) => port)].map(([port, owners]) =>
      this.store.and(
        this.#packets.ports(port, port),
        this.#packets.addresses('destination', this.#addressesOf(owners.map(({ pod }) => pod))),
      ),
    )
    return this.store.some(byPort)
  }
}
