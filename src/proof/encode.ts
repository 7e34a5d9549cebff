// The IR as sets of flows: what src/semantics/evaluate.ts says of one flow, said of all at once.
import { addressesOf, type Cidr } from '../algebra/address.ts'
import { type Diagram, type DiagramStore, everything, nothing } from '../algebra/diagram.ts'
import { type IntervalSet, union } from '../algebra/interval.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import {
  type Direction,
  icmpNumbers,
  type Peer,
  type PodMatch,
  type Ports,
  type Protocol,
  protocolNumbers,
  type Rule,
  type Selector,
  type Traffic,
} from '../ir/types.ts'
import { type Assumptions, blockOwners } from '../semantics/evaluate.ts'
import type { FlowEncoder } from './decide.ts'
import {
  absent,
  type End,
  names,
  type Owner,
  otherEnd,
  type Space,
  subjectOf,
  yes,
} from './space.ts'

/** Turns tests into sets of flows of one space; equal tests are looked at once. */
export class Encoder implements FlowEncoder {
  readonly store: DiagramStore
  readonly #space: Space
  readonly #direction: Direction
  readonly #reading: Assumptions
  readonly #selectors = new WeakMap<Selector, Map<string, Diagram>>()

  constructor(store: DiagramStore, space: Space, direction: Direction, reading: Assumptions) {
    this.store = store
    this.#space = space
    this.#direction = direction
    this.#reading = reading
  }

  /** The flows whose governed end a policy selects. */
  subject(match: PodMatch): Diagram {
    return this.#pods(match, subjectOf[this.#direction])
  }

  /** The flows that a rule matches, its policy's subject left aside. */
  rule({ subjects, peers, traffic, conditions }: Rule): Diagram {
    const subject = subjectOf[this.#direction]
    return this.store.all([
      this.#anyOf(subjects, (one) => this.peer(one, subject)),
      this.#anyOf(peers, (one) => this.peer(one, otherEnd[subject])),
      this.traffics(traffic),
      ...conditions.map((one) => this.is(names.condition(one), yes)),
    ])
  }

  /** The flows one end of which passes a test. */
  peer(peer: Peer, end: End): Diagram {
    const { store } = this
    switch (peer.kind) {
      case 'any':
        return everything
      case 'pods':
        return this.#pods(peer, end)
      case 'hosts':
        return store.all([
          this.kind(end, 'host'),
          this.#selector(peer.nodes, end, 'node'),
          this.#ownNode(peer.which),
        ])
      case 'external':
        return this.kind(end, 'external')
      case 'cidr': {
        const block = this.addresses(end, peer.cidr.family, addressesOf(peer.cidr, peer.except))
        const owners = blockOwners[this.#reading.ipBlock]
        return store.and(
          this.#anyOf(owners, (kind) => this.kind(end, kind)),
          block,
        )
      }
      case 'not':
        return store.not(this.peer(peer.of, end))
      case 'and':
        return store.all(peer.of.map((one) => this.peer(one, end)))
      case 'or':
        return this.#anyOf(peer.of, (one) => this.peer(one, end))
    }
  }

  /** The flows between a pod and its own node. */
  ownNode(): Diagram {
    return this.is(names.ownNode, yes)
  }

  /** The flows of one of the kinds of traffic. */
  traffics(traffic: readonly Traffic[]): Diagram {
    return this.#anyOf(traffic, (one) => this.#traffic(one))
  }

  /** The flows with an end of this kind. */
  kind(end: End, kind: 'pod' | 'host' | 'external'): Diagram {
    if (kind !== 'external') return this.is(names.kind(end), kind)
    // Texts have no end: the last of the kinds is what is none of the others.
    return this.store.not(this.store.isOneOf(this.#space.at(names.kind(end)), ['pod', 'host']))
  }

  /** The flows between addresses of one IP version with one end in a set of addresses. */
  addresses(end: End, family: 4 | 6, set: IntervalSet): Diagram {
    const intervals =
      family === 6 ? set : set.map(({ from, to }) => ({ from: Number(from), to: Number(to) }))
    const inside = this.store.isIn(this.#space.at(names.address(end, family)), intervals)
    return this.store.and(this.family(family), inside)
  }

  /** The flows with one end in one of the blocks, of whatever kind that end is. */
  inBlocks(end: End, blocks: readonly Cidr[]): Diagram {
    const parts = ([4, 6] as const).map((family) => {
      const own = blocks.filter((block) => block.family === family)
      return this.addresses(end, family, union(own.flatMap((block) => addressesOf(block, []))))
    })
    return this.store.some(parts)
  }

  /** The flows over one IP version. */
  family(family: 4 | 6): Diagram {
    const six = this.is(names.family, '6')
    return family === 6 ? six : this.store.not(six)
  }

  /** The flows in which a text variable has this value. */
  is(variable: string, value: string): Diagram {
    return this.store.isOneOf(this.#space.at(variable), [value])
  }

  /** The flows whose IP protocol is in a range of numbers. */
  protocols(from: number, to: number): Diagram {
    return this.store.isIn(this.#space.at(names.protocol), [{ from, to }])
  }

  #pods({ namespaces, pods, serviceAccounts }: PodMatch, end: End): Diagram {
    return this.store.all([
      this.#selector(pods, end, 'pod'),
      this.#selector(serviceAccounts, end, 'serviceAccount'),
      this.#selector(namespaces, end, 'namespace'),
      this.kind(end, 'pod'),
    ])
  }

  #ownNode(which: 'any' | 'own' | 'other'): Diagram {
    if (which === 'any') return everything
    const own = this.is(names.ownNode, yes)
    return which === 'own' ? own : this.store.not(own)
  }

  #selector(selector: Selector, end: End, owner: Owner): Diagram {
    if (selector.kind === 'all') return everything
    const known = this.#selectors.get(selector) ?? new Map<string, Diagram>()
    this.#selectors.set(selector, known)
    const key = `${end} ${owner}`
    const before = known.get(key)
    if (before !== undefined) return before
    const made = this.#freshSelector(selector, end, owner)
    known.set(key, made)
    return made
  }

  #freshSelector(selector: Selector, end: End, owner: Owner): Diagram {
    const { store } = this
    const variable = (key: string): number => this.#space.at(names.label(end, owner, key))
    switch (selector.kind) {
      case 'all':
        return everything
      case 'in':
        return store.isOneOf(variable(selector.key), selector.values)
      case 'exists':
        if (isAlwaysThere(owner, selector.key)) return everything
        return store.not(store.isOneOf(variable(selector.key), [absent]))
      case 'part': {
        const name = names.label(end, owner, selector.key)
        const letters = this.#space.alphabet(name)?.having(selector) ?? []
        return store.isOneOf(this.#space.at(name), letters)
      }
      case 'not':
        return store.not(this.#selector(selector.of, end, owner))
      case 'and':
        return store.all(selector.of.map((part) => this.#selector(part, end, owner)))
      case 'or':
        return this.#anyOf(selector.of, (part) => this.#selector(part, end, owner))
    }
  }

  #traffic(traffic: Traffic): Diagram {
    const { store } = this
    switch (traffic.kind) {
      case 'all':
        return everything
      case 'ports':
        return store.and(this.#protocol(traffic.protocol), this.#ports(traffic.ports))
      case 'icmp':
        return store.all([
          this.#number(names.icmpCode, traffic.code),
          this.#number(names.icmpType, traffic.type),
          this.protocols(icmpNumbers[traffic.family], icmpNumbers[traffic.family]),
          this.family(traffic.family),
        ])
      case 'protocols':
        return this.protocols(traffic.from, traffic.to)
      case 'family':
        return this.family(traffic.family)
      case 'not':
        return store.not(this.#traffic(traffic.of))
      case 'and':
        return store.all(traffic.of.map((part) => this.#traffic(part)))
    }
  }

  #protocol(protocol: Protocol): Diagram {
    return this.protocols(protocolNumbers[protocol], protocolNumbers[protocol])
  }

  #ports(ports: Ports): Diagram {
    switch (ports.kind) {
      case 'all':
        return everything
      case 'range':
        if (ports.to < 1 || ports.from > ports.to) return nothing
        return this.store.isIn(this.#space.at(names.port), [
          { from: Math.max(1, ports.from), to: ports.to },
        ])
      case 'named':
        return this.store.and(
          this.kind('destination', 'pod'),
          this.is(names.named(ports.name), yes),
        )
    }
  }

  #number(variable: string, value: number | null): Diagram {
    if (value === null) return everything
    return this.store.isIn(this.#space.at(variable), [{ from: value, to: value }])
  }

  #anyOf<T>(items: readonly T[], encode: (item: T) => Diagram): Diagram {
    return this.store.some(items.map(encode))
  }
}

/** The labels that stand for names are on every namespace and account. */
function isAlwaysThere(owner: Owner, key: string): boolean {
  return (
    (owner === 'namespace' && key === namespaceNameLabel) ||
    (owner === 'serviceAccount' && key === serviceAccountNameLabel)
  )
}
