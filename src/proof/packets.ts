// The concrete universe: packets between addresses, for targets that speak in addresses. Policies are
// encoded over the pods and nodes that a cluster has, and every other address there is.
import { addressesOf, type Family } from '../algebra/address.ts'
import {
  type Diagram,
  DiagramStore,
  everything,
  nothing,
  type Variable,
} from '../algebra/diagram.ts'
import { type IntervalSet, union } from '../algebra/interval.ts'
import { groupBy } from '../algebra/order.ts'
import type { Cluster, Host, Pod } from '../cluster/types.ts'
import { onlyNamespace, selects } from '../ir/selector.ts'
import {
  type Direction,
  icmpNumbers,
  type Peer,
  type PodMatch,
  type Ports,
  type Protocol,
  protocolNumbers,
  type Rule,
  type Traffic,
} from '../ir/types.ts'
import { selectsEndpoint } from '../semantics/evaluate.ts'
import type { FlowEncoder } from './decide.ts'
import { type End, otherEnd, subjectOf } from './space.ts'

/** What a packet has, in the order in which it is looked at: see space.ts for why numbers come first. */
const variables = { protocol: 0, port: 1, type: 2, code: 3, destination: 4, source: 5 } as const
export type PacketVariable = keyof typeof variables

/** What else is looked at: before the packet's own variables, and after them. */
export interface MoreVariables {
  readonly before: readonly Variable[]
  readonly after: readonly Variable[]
}

/** Sets of packets of one IP version. */
export class Packets {
  readonly store: DiagramStore
  readonly family: Family
  readonly #offset: number

  constructor(family: Family, budget: number, more: MoreVariables = { before: [], after: [] }) {
    this.family = family
    this.#offset = more.before.length
    const last = family === 4 ? 2 ** 32 - 1 : (1n << 128n) - 1n
    const first = family === 4 ? 0 : 0n
    const number = (name: string, most: number, least = 0) =>
      ({ name, domain: 'number', first: least, last: most }) as const
    this.store = new DiagramStore(
      [
        ...more.before,
        number('protocol', 255),
        number('port', 65535, 1),
        number('ICMP type', 255),
        number('ICMP code', 255),
        { name: 'destination', domain: 'number', first, last },
        { name: 'source', domain: 'number', first, last },
        ...more.after,
      ],
      budget,
    )
  }

  /** The place of a variable in the store. */
  indexOf(variable: PacketVariable): number {
    return this.#offset + variables[variable]
  }

  /** Packets with an end in a set of addresses of this IP version. */
  addresses(end: End, set: IntervalSet): Diagram {
    const intervals =
      this.family === 6 ? set : set.map(({ from, to }) => ({ from: Number(from), to: Number(to) }))
    return this.store.isIn(this.indexOf(end), intervals)
  }

  /** Packets with an end at one of some pods or nodes. */
  ofOwners(end: End, owners: readonly (Pod | Host)[]): Diagram {
    const own = owners.flatMap(({ addresses }) =>
      addresses.filter(({ family }) => family === this.family),
    )
    return this.addresses(end, union(own.map(({ value }) => ({ from: value, to: value }))))
  }

  /** Packets of kinds of traffic that name no port. */
  traffics(traffic: readonly Traffic[]): Diagram {
    const noNames = (): Diagram => nothing
    return this.store.some(traffic.map((one) => this.traffic(one, noNames)))
  }

  /** Packets of a kind of traffic; `named` gives those to ports of a name. */
  traffic(traffic: Traffic, named: (name: string, protocol: Protocol) => Diagram): Diagram {
    const { store } = this
    switch (traffic.kind) {
      case 'all':
        return everything
      case 'ports': {
        const { protocol, ports } = traffic
        const number = protocolNumbers[protocol]
        const some = ports.kind === 'named' ? named(ports.name, protocol) : this.#numbered(ports)
        return store.and(this.protocols(number, number), some)
      }
      case 'icmp':
        return traffic.family === this.family ? this.icmp(traffic.type, traffic.code) : nothing
      case 'protocols':
        return this.protocols(traffic.from, traffic.to)
      case 'family':
        return traffic.family === this.family ? everything : nothing
      case 'not':
        return store.not(this.traffic(traffic.of, named))
      case 'and':
        return store.all(traffic.of.map((one) => this.traffic(one, named)))
    }
  }

  #numbered(ports: Exclude<Ports, { kind: 'named' }>): Diagram {
    return ports.kind === 'all' ? everything : this.ports(ports.from, ports.to)
  }

  /** Packets of a range of IP protocols. */
  protocols(from: number, to: number): Diagram {
    return this.store.isIn(this.indexOf('protocol'), [{ from, to }])
  }

  /** Packets to a range of ports; those of protocols without ports have none in any. */
  ports(from: number, to: number): Diagram {
    return to < 1 || from > to
      ? nothing
      : this.store.isIn(this.indexOf('port'), [{ from: Math.max(1, from), to }])
  }

  /** ICMP packets of this IP version; null stands for any type, or code. */
  icmp(type: number | null, code: number | null): Diagram {
    const one = (variable: number, value: number | null): Diagram =>
      value === null ? everything : this.store.isIn(variable, [{ from: value, to: value }])
    const number = icmpNumbers[this.family]
    return this.store.all([
      one(this.indexOf('code'), code),
      one(this.indexOf('type'), type),
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
  readonly #host: Host | null
  readonly #byNamespace: ReadonlyMap<string, readonly Pod[]>
  readonly #found = new Map<string, readonly Pod[]>()
  readonly #named = new Map<string, Diagram>()

  /**
   * `governed`: the pods whose policies are asked for. `host`: their own node, where it is the other end
   * whatever address it uses; null where addresses tell who that is.
   */
  constructor(
    packets: Packets,
    cluster: Cluster,
    governed: readonly Pod[],
    direction: Direction,
    host: Host | null,
  ) {
    this.#host = host
    this.store = packets.store
    this.#packets = packets
    this.#cluster = cluster
    this.#governed = governed
    this.#subject = subjectOf[direction]
    this.#byNamespace = groupBy(cluster.pods, ({ namespace }) => namespace.name)
  }

  subject(match: PodMatch): Diagram {
    const pods = this.#governed.filter((pod) => selectsEndpoint(match, pod))
    return this.#packets.ofOwners(this.#subject, pods)
  }

  rule({ subjects, peers, traffic, conditions }: Rule): Diagram {
    if (conditions.length > 0) throw new Error('conditions have no place among addresses')
    const peerEnd = otherEnd[this.#subject]
    const some = <T>(items: readonly T[], encode: (item: T) => Diagram): Diagram =>
      this.store.some(items.map(encode))
    return this.store.all([
      some(subjects, (one) => this.#peer(one, this.#subject)),
      some(peers, (one) => this.#peer(one, peerEnd)),
      some(traffic, (one) =>
        this.#packets.traffic(one, (name, protocol) => this.#portNamed(name, protocol)),
      ),
    ])
  }

  ownNode(): Diagram {
    if (this.#host !== null) return everything
    return this.store.some(
      this.#cluster.nodes.map((node) =>
        this.store.and(
          this.#packets.ofOwners(
            this.#subject,
            this.#governed.filter((pod) => pod.node === node.name),
          ),
          this.#packets.ofOwners(otherEnd[this.#subject], [node]),
        ),
      ),
    )
  }

  #peer(peer: Peer, end: End): Diagram {
    const { store } = this
    const isHost = this.#host !== null && end !== this.#subject
    switch (peer.kind) {
      case 'any':
        return everything
      case 'pods':
        return isHost ? nothing : this.#packets.ofOwners(end, this.#podsOf(peer))
      case 'hosts':
        return isHost ? this.#isOwnHost(peer) : this.#hosts(peer, end)
      case 'external':
        if (isHost) return nothing
        return store.not(
          this.#packets.ofOwners(end, [...this.#cluster.pods, ...this.#cluster.nodes]),
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

  #isOwnHost({ nodes, which }: Extract<Peer, { kind: 'hosts' }>): Diagram {
    const isSelected = this.#host !== null && selects(nodes, this.#host.labels)
    return isSelected && which !== 'other' ? everything : nothing
  }

  #hosts({ nodes, which }: Extract<Peer, { kind: 'hosts' }>, end: End): Diagram {
    const chosen = this.#cluster.nodes.filter(({ labels }) => selects(nodes, labels))
    const any = this.#packets.ofOwners(end, chosen)
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

  #portNamed(name: string, protocol: Protocol): Diagram {
    const key = `${protocol} ${name}`
    const known = this.#named.get(key)
    if (known !== undefined) return known
    const isToHost = this.#host !== null && this.#subject === 'source'
    const made = isToHost ? nothing : this.#portsNamed(name, protocol)
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
        this.#packets.ofOwners(
          'destination',
          owners.map(({ pod }) => pod),
        ),
      ),
    )
    return this.store.some(byPort)
  }
}
