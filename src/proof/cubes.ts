// A set of flows as products of tests: who, to whom, with what. Each path through a diagram is one.
import { toCidrs } from '../algebra/address.ts'
import { type Bound, type Branches, type Diagram, everything, nothing } from '../algebra/diagram.ts'
import { and, exists, isIn, not, or } from '../ir/selector.ts'
import type { Peer, Selector } from '../ir/types.ts'
import { type Alphabet, isClass } from './alphabet.ts'
import type { Sides } from './compare.ts'
import { absent, type End, names, type Owner, type Space, yes } from './space.ts'

/** A product: it holds the flows whose ends and traffic pass all three. */
export interface Cube {
  readonly source: Peer
  readonly destination: Peer
  readonly traffic: CubeTraffic
  /** Conditions that must hold, or must not. */
  readonly conditions: readonly Switch[]
  /** The same as a set. */
  readonly flows: Diagram
}

/** Something that is either so or not. */
export interface Switch {
  readonly text: string
  readonly holds: boolean
}

/** What is sent; null where anything may be. */
export interface CubeTraffic {
  readonly family: 4 | 6 | null
  /** Numbers of IP protocols. */
  readonly protocols: readonly Range[] | null
  readonly ports: readonly Range[] | null
  readonly types: readonly Range[] | null
  readonly codes: readonly Range[] | null
  /** Names that the destination gives to the port, or does not. */
  readonly portNames: readonly Switch[]
}

/** What a path says of one variable. */
type Constraint =
  | { readonly kind: 'text'; readonly isIn: boolean; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly ranges: readonly Range[] }

/** Ends included. */
export interface Range {
  readonly from: Bound
  readonly to: Bound
}

type Constraints = ReadonlyMap<string, Constraint>

/** The first products, at most `limit` of them, that the set is made of, and whether that is all. */
export function cubesOf(
  flows: Diagram,
  sides: Sides,
  limit: number,
): { readonly cubes: readonly Cube[]; readonly isAll: boolean } {
  const paths: Constraints[] = []
  let isAll = true
  const visit = (at: Diagram, constraints: Constraints): void => {
    if (at === nothing) return
    if (paths.length >= limit) {
      isAll = false
      return
    }
    const branches = sides.encoder.store.branches(at)
    if (branches === null) {
      if (at === everything) paths.push(constraints)
      return
    }
    const variable = sides.space.variables[branches.variable]
    for (const { child, constraint } of edgesOf(branches, variable)) {
      visit(child, new Map([...constraints, [variable?.name ?? '', constraint]]))
    }
  }
  visit(flows, new Map())
  return { cubes: paths.map((path) => cubeOf(path, sides)), isAll }
}

interface Edge {
  readonly child: Diagram
  readonly constraint: Constraint
}

function edgesOf(
  branches: Branches,
  variable: Sides['space']['variables'][number] | undefined,
): readonly Edge[] {
  const children = [...new Set(branches.children)]
  if (branches.kind === 'text') {
    const { values, other } = branches
    const leading = (child: Diagram): readonly string[] =>
      values.filter((_, at) => branches.children[at] === child)
    return [
      ...children.map(
        (child): Edge => ({
          child,
          constraint: { kind: 'text', isIn: true, values: leading(child) },
        }),
      ),
      { child: other, constraint: { kind: 'text', isIn: false, values } },
    ]
  }
  const last = variable?.domain === 'number' ? variable.last : 0
  return children.map((child) => ({
    child,
    constraint: { kind: 'number', ranges: rangesTo(child, branches, last) },
  }))
}

/** The numbers from which a node goes on to a child; `last` is the last number there is. */
export function rangesTo(
  child: Diagram,
  { starts, children }: Branches & { kind: 'number' },
  last: Bound,
): readonly Range[] {
  return starts.flatMap((from, at) => {
    if (children[at] !== child) return []
    const next = starts[at + 1]
    const to = next === undefined ? last : typeof next === 'bigint' ? next - 1n : next - 1
    return [{ from, to }]
  })
}

function cubeOf(constraints: Constraints, sides: Sides): Cube {
  return {
    source: peerOf('source', constraints, sides.space),
    destination: peerOf('destination', constraints, sides.space),
    traffic: trafficOf(constraints),
    conditions: switchesOf(names.condition(''), constraints),
    flows: setOf(constraints, sides),
  }
}

function setOf(constraints: Constraints, { encoder, space }: Sides): Diagram {
  const { store } = encoder
  const parts = [...constraints].map(([name, one]) => {
    const variable = space.at(name)
    if (one.kind === 'number') return store.isIn(variable, one.ranges)
    const inside = store.isOneOf(variable, one.values)
    return one.isIn ? inside : store.not(inside)
  })
  return store.all(parts.reverse())
}

type Kind = 'pod' | 'host' | 'external'
const kinds: readonly Kind[] = ['pod', 'host', 'external']

function peerOf(end: End, constraints: Constraints, space: Space): Peer {
  const block = blockOf(end, constraints)
  const allowed = kinds.filter((kind) => passes(constraints.get(names.kind(end)), kind))
  if (allowed.length === kinds.length && block === null) return { kind: 'any' }
  const parts = allowed.map((kind) => kindPeer(kind, end, constraints, space))
  const [only] = parts
  if (block === null)
    return only !== undefined && parts.length === 1 ? only : { kind: 'or', of: parts }
  // Addresses alone say it where everybody is meant, and for what is outside of the cluster.
  if (allowed.length === kinds.length || (allowed.length === 1 && allowed[0] === 'external')) {
    return block
  }
  return {
    kind: 'and',
    of: [...(parts.length === 1 ? parts : [{ kind: 'or' as const, of: parts }]), block],
  }
}

function passes(constraint: Constraint | undefined, value: string): boolean {
  return constraint?.kind !== 'text' || constraint.isIn === constraint.values.includes(value)
}

function kindPeer(kind: Kind, end: End, constraints: Constraints, space: Space): Peer {
  const selector = (owner: Owner): Selector => selectorOf(end, owner, constraints, space)
  switch (kind) {
    case 'external':
      return { kind: 'external' }
    case 'host': {
      const own = constraints.get(names.ownNode)
      const which = own === undefined ? 'any' : passes(own, yes) ? 'own' : 'other'
      return { kind: 'hosts', nodes: selector('node'), which }
    }
    case 'pod':
      return {
        kind: 'pods',
        namespaces: selector('namespace'),
        pods: selector('pod'),
        serviceAccounts: selector('serviceAccount'),
      }
  }
}

function selectorOf(end: End, owner: Owner, constraints: Constraints, space: Space): Selector {
  const prefix = names.label(end, owner, '')
  return and(
    [...constraints].flatMap(([name, one]) =>
      name.startsWith(prefix) && one.kind === 'text'
        ? [labelTest(name.slice(prefix.length), one, space.alphabet(name))]
        : [],
    ),
  )
}

function labelTest(
  key: string,
  { isIn: positive, values }: Constraint & { kind: 'text' },
  alphabet: Alphabet | undefined,
): Selector {
  const named = values.filter((value) => value !== absent && !isClass(value))
  const classes = values.filter(isClass).flatMap((code) => alphabet?.selectorOf(code, key) ?? [])
  const tests = [
    ...(values.includes(absent) ? [not(exists(key))] : []),
    ...(named.length > 0 ? [isIn(key, named)] : []),
    ...classes,
  ]
  return positive ? or(tests) : and(tests.map(opposite))
}

function opposite(selector: Selector): Selector {
  return selector.kind === 'not' ? selector.of : not(selector)
}

function blockOf(end: End, constraints: Constraints): Peer | null {
  const blocks = ([4, 6] as const).flatMap((family) => {
    const one = constraints.get(names.address(end, family))
    if (one?.kind !== 'number') return []
    const set = one.ranges.map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) }))
    return toCidrs(family, set).map((cidr): Peer => ({ kind: 'cidr', cidr, except: [] }))
  })
  const [only] = blocks
  if (only === undefined) return null
  return blocks.length === 1 ? only : { kind: 'or', of: blocks }
}

function trafficOf(constraints: Constraints): CubeTraffic {
  const ranges = (name: string): readonly Range[] | null => {
    const one = constraints.get(name)
    return one?.kind === 'number' ? one.ranges : null
  }
  const family = constraints.get(names.family)
  return {
    family: family === undefined ? null : passes(family, '6') ? 6 : 4,
    protocols: ranges(names.protocol),
    ports: ranges(names.port),
    types: ranges(names.icmpType),
    codes: ranges(names.icmpCode),
    portNames: switchesOf(names.named(''), constraints),
  }
}

function switchesOf(prefix: string, constraints: Constraints): readonly Switch[] {
  return [...constraints].flatMap(([name, one]) =>
    name.startsWith(prefix) && one.kind === 'text'
      ? [{ text: name.slice(prefix.length), holds: passes(one, yes) }]
      : [],
  )
}
