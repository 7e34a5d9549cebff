// Which points of the space are flows that can happen: what ends, addresses and protocols have to do
// with each other, and the facts that are known of the cluster.
import type { Cidr } from '../algebra/address.ts'
import { type Diagram, everything, nothing } from '../algebra/diagram.ts'
import type { Labels } from '../cluster/types.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import { icmpNumbers } from '../ir/types.ts'
import type { Sides } from './compare.ts'
import type { Encoder } from './encode.ts'
import { absent, type End, ends, names, type Owner, otherEnd, subjectOf, yes } from './space.ts'

/** Facts of the cluster; empty lists where nothing is known (assumption A3 where something is). */
export interface Facts {
  /** Blocks that hold the addresses of all pods, and of nothing else. */
  readonly podCidrs: readonly Cidr[]
  /** Blocks that hold the addresses of all nodes, and of nothing else. */
  readonly nodeCidrs: readonly Cidr[]
  readonly labels: KnownLabels
}

/** What is known of labels, from a snapshot. */
export interface KnownLabels {
  /** All namespaces there are, by their labels; null where that is not known. */
  readonly namespaces: readonly Labels[] | null
  /** Labels that have no other values than these. */
  readonly values: readonly {
    readonly owner: Exclude<Owner, 'node'>
    readonly key: string
    readonly values: readonly string[]
  }[]
}

/** The flows that can happen, as far as one flow can be looked at alone. */
export function possibleFlows(sides: Sides, facts: Facts): Diagram {
  const { encoder, direction } = sides
  const { store } = encoder
  const peer = otherEnd[subjectOf[direction]]
  const ownNode = encoder.is(names.ownNode, yes)
  return store.all([
    // ICMP is a protocol of IPv4, ICMPv6 of IPv6; with anything else they do not occur.
    ...([4, 6] as const).map((family) =>
      implies(
        encoder,
        encoder.protocols(icmpNumbers[family], icmpNumbers[family]),
        encoder.family(family),
      ),
    ),
    implies(encoder, ownNode, encoder.kind(peer, 'host')),
    ...ends.flatMap((end) => factsOf(end, facts, encoder)),
    ...ends.flatMap((end) => labelFacts(end, facts.labels, sides)),
    // Every value is one of the letters of an alphabet, where there is one.
    ...sides.space.variables.flatMap(({ name }) => {
      const alphabet = sides.space.alphabet(name)
      return alphabet === undefined
        ? []
        : [store.isOneOf(sides.space.at(name), [absent, ...alphabet.letters])]
    }),
  ])
}

function factsOf(end: End, { podCidrs, nodeCidrs }: Facts, encoder: Encoder): readonly Diagram[] {
  const { store } = encoder
  const cluster = encoder.inBlocks(end, [...podCidrs, ...nodeCidrs])
  return [
    podCidrs.length === 0
      ? everything
      : implies(encoder, encoder.kind(end, 'pod'), encoder.inBlocks(end, podCidrs)),
    nodeCidrs.length === 0
      ? everything
      : implies(encoder, encoder.kind(end, 'host'), encoder.inBlocks(end, nodeCidrs)),
    implies(encoder, encoder.kind(end, 'host'), store.not(encoder.inBlocks(end, podCidrs))),
    implies(encoder, encoder.kind(end, 'pod'), store.not(encoder.inBlocks(end, nodeCidrs))),
    implies(encoder, encoder.kind(end, 'external'), store.not(cluster)),
  ]
}

/** The pods at an end have the labels that a snapshot lets them have. */
function labelFacts(
  end: End,
  { namespaces, values }: KnownLabels,
  sides: Sides,
): readonly Diagram[] {
  const { encoder, space } = sides
  const isPod = encoder.kind(end, 'pod')
  const letter = (name: string, value: string): string =>
    space.alphabet(name)?.letterOf(value) ?? value
  const bounded = values.flatMap(({ owner, key, values: known }) => {
    const name = names.label(end, owner, key)
    if (!space.variables.some((one) => one.name === name)) return []
    const letters = known.map((value) => letter(name, value))
    return [implies(encoder, isPod, encoder.store.isOneOf(space.at(name), [absent, ...letters]))]
  })
  if (namespaces === null) return bounded
  const prefix = names.label(end, 'namespace', '')
  const keys = space.variables
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => name.slice(prefix.length))
  const each = namespaces.map((labels) =>
    encoder.store.all(
      keys.map((key) => {
        const name = names.label(end, 'namespace', key)
        const value = labels[key]
        return encoder.is(name, value === undefined ? absent : letter(name, value))
      }),
    ),
  )
  return [...bounded, implies(encoder, isPod, encoder.store.some(each))]
}

function implies({ store }: Encoder, condition: Diagram, consequence: Diagram): Diagram {
  return store.or(store.not(condition), consequence)
}

/**
 * The part of a set of flows in which two pods of one namespace see the same labels on it, and two of
 * one service account the same on that. Pods of a namespace that no policy names may always be taken
 * to be in two different ones.
 */
export function sameNamespaceFlows(flows: Diagram, sides: Sides): Diagram {
  const { store } = sides.encoder
  const owners: readonly Owner[] = ['namespace', 'serviceAccount']
  if (owners.every((owner) => sharedKeys(sides, owner).length === 0)) return flows
  const together = sameName(flows, namespaceNameLabel, 'namespace', sides)
  const inOne = store.and(flows, together)
  const consistent = alike(inOne, 'namespace', sides)
  const accounts = sameName(consistent, serviceAccountNameLabel, 'serviceAccount', sides)
  const ofOne = store.and(consistent, accounts)
  return store.some([
    store.minus(flows, inOne),
    store.minus(consistent, ofOne),
    alike(ofOne, 'serviceAccount', sides),
  ])
}

/** The flows between two pods that have one and the same of the names that the set tells apart. */
function sameName(flows: Diagram, nameLabel: string, owner: Owner, sides: Sides): Diagram {
  const { encoder, space } = sides
  const { store } = encoder
  const nameOf = (end: End): number => space.at(names.label(end, owner, nameLabel))
  const [source, destination] = [nameOf('source'), nameOf('destination')]
  const others = valuesOf(flows, destination, sides)
  const shared = [...valuesOf(flows, source, sides)].filter((one) => others.has(one))
  const same = shared.map((name) =>
    store.and(store.isOneOf(source, [name]), store.isOneOf(destination, [name])),
  )
  const pods = store.and(encoder.kind('source', 'pod'), encoder.kind('destination', 'pod'))
  return store.and(pods, store.some(same))
}

/** The flows of a set in which both ends have the same labels of an owner. */
function alike(flows: Diagram, owner: Owner, sides: Sides): Diagram {
  return sharedKeys(sides, owner).reduce((left, key) => equalLabel(left, owner, key, sides), flows)
}

/** The flows of a set in which both ends have the same value of a label, or both have none. */
function equalLabel(flows: Diagram, owner: Owner, key: string, sides: Sides): Diagram {
  const { encoder, space } = sides
  const { store } = encoder
  if (flows === nothing) return nothing
  const [source, destination] = ends.map((end) => space.at(names.label(end, owner, key)))
  if (source === undefined || destination === undefined) return flows
  const values = [
    ...new Set([absent, ...valuesOf(flows, source, sides), ...valuesOf(flows, destination, sides)]),
  ]
  const equal = values.map((value) =>
    store.and(store.isOneOf(source, [value]), store.isOneOf(destination, [value])),
  )
  const others = store.not(
    store.or(store.isOneOf(source, values), store.isOneOf(destination, values)),
  )
  return store.and(flows, store.some([...equal, others]))
}

/** Labels of an owner, its name left out. */
function sharedKeys({ space }: Sides, owner: Owner): readonly string[] {
  const prefix = names.label('source', owner, '')
  return space.variables
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((key) => key !== namespaceNameLabel && key !== serviceAccountNameLabel)
}

/** The values of a text variable at which the set changes. */
function valuesOf(flows: Diagram, variable: number, { encoder }: Sides): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set<Diagram>()
  const visit = (diagram: Diagram): void => {
    if (seen.has(diagram)) return
    seen.add(diagram)
    const branches = encoder.store.branches(diagram)
    // Variables are decided in one order: below this one it does not come again.
    if (branches === null || branches.variable > variable) return
    if (branches.kind === 'text' && branches.variable === variable) {
      for (const value of branches.values) found.add(value)
      return
    }
    for (const child of branches.children) visit(child)
    if (branches.kind === 'text') visit(branches.other)
  }
  visit(flows)
  return found
}
