// Firewall rules compared with policies, or with other firewall rules: for each node, the packets that
// one side lets on and the other does not.
import {
  type Cidr,
  type Family,
  families,
  intervalOf,
  printAddress,
  printCidr,
  toCidrs,
} from '../algebra/address.ts'
import { type Diagram, everything, LimitReached, nothing } from '../algebra/diagram.ts'
import { subtract } from '../algebra/interval.ts'
import type { Cluster, Host } from '../cluster/types.ts'
import { essentialTraffic } from '../firewall/essential.ts'
import type { PolicySet } from '../ir/types.ts'
import { verdict } from '../semantics/evaluate.ts'
import { type ChangedFlows, decisionWords, type Reason } from './changes.ts'
import type { ScopeAnswer } from './compareSets.ts'
import { type Range, rangesTo } from './cubes.ts'
import { type NodeFirewall, packetIn } from './firewall.ts'
import { Packets } from './packets.ts'
import { allowedPackets, forwardedPath, hostPaths, type NodePath, packetsOn } from './paths.ts'
import { cubeTrafficWords } from './words.ts'

/** One side of such a comparison. */
export type FirewallSide =
  | { readonly kind: 'policies'; readonly set: PolicySet }
  | { readonly kind: 'firewalls'; readonly firewalls: readonly NodeFirewall[] }

/** Steps of computation for one node and IP version. */
const budget = 100_000_000
/** Groups shown of a node, IP version and way of changing. */
const maxGroups = 40

/** Compares what the nodes of a cluster forward: an answer for each node and IP version. */
export function compareFirewalls(
  before: FirewallSide,
  after: FirewallSide,
  cluster: Cluster,
): readonly ScopeAnswer[] {
  return cluster.nodes.flatMap((node) =>
    families.flatMap((family) => {
      const scope = `node ${node.name}, IPv${family}`
      try {
        return compareNode(scope, node, family, before, after, cluster)
      } catch (error) {
        if (error instanceof LimitReached) return [{ kind: 'undecided', scope } as const]
        throw error
      }
    }),
  )
}

/** What goes between the node itself and its pods is told of where it differs. */
function compareNode(
  scope: string,
  node: Host,
  family: Family,
  before: FirewallSide,
  after: FirewallSide,
  cluster: Cluster,
): readonly ScopeAnswer[] {
  const packets = new Packets(family, budget)
  const compared = [forwardedPath, ...hostPaths].map((path) =>
    comparePath(`${scope}${path.words}`, path, node, packets, [before, after], cluster),
  )
  return compared.filter(({ kind }, index) => index === 0 || kind !== 'equal')
}

function comparePath(
  scope: string,
  path: NodePath,
  node: Host,
  packets: Packets,
  sides: readonly [FirewallSide, FirewallSide],
  cluster: Cluster,
): ScopeAnswer {
  const { store } = packets
  const possible = store.minus(packetsOn(path, node, packets), packets.traffics(essentialTraffic))
  const [first, second] = sides.map((side) =>
    store.and(possible, passing(side, path, node.name, packets, cluster)),
  )
  if (first === undefined || second === undefined || first === second)
    return { kind: 'equal', scope }
  const groupsOf = (change: 'opened' | 'closed', flows: Diagram): GroupsOf =>
    groupsIn(change, flows, packets, sides, cluster)
  return {
    kind: 'different',
    scope,
    opened: groupsOf('opened', store.minus(second, first)),
    closed: groupsOf('closed', store.minus(first, second)),
  }
}

type GroupsOf = Extract<ScopeAnswer, { readonly kind: 'different' }>['opened']

/** A node without rules lets everything pass. */
function passing(
  side: FirewallSide,
  path: NodePath,
  node: string,
  packets: Packets,
  cluster: Cluster,
): Diagram {
  if (side.kind === 'policies') {
    const policies = { set: side.set, cluster, exempt: [], hostTraffic: 'policy' } as const
    return allowedPackets(path, node, packets, policies)
  }
  const own = side.firewalls.filter((one) => one.node === node)
  return packets.store.all(own.map((one) => one.accepted(path.hook, packets, path.facts)))
}

function groupsIn(
  change: 'opened' | 'closed',
  flows: Diagram,
  packets: Packets,
  sides: readonly [FirewallSide, FirewallSide],
  cluster: Cluster,
): GroupsOf {
  const { parts, isAll } = partsOf(flows, packets, maxGroups)
  const groups = parts.map(({ path, set }): ChangedFlows => {
    const example = packetIn(set, packets, cluster)
    const [before, after] = sides.map((side, index) =>
      reasonOf(side, example, (index === 0) === (change === 'closed') ? 'allow' : 'deny'),
    )
    const unknown: Reason = { verdict: 'deny', words: '' }
    return {
      change,
      flows: pathWords(path, packets.family, cluster),
      before: before ?? unknown,
      after: after ?? unknown,
      example,
      set,
    }
  })
  return { groups, isAll, views: [] }
}

/** A set of packets as products: ranges of each variable that matters, by its name. */
export interface PacketPart {
  readonly path: ReadonlyMap<string, readonly Range[]>
  readonly set: Diagram
}

/** The first products that a set is made of, `limit` at most, and whether that is all. */
export function partsOf(
  flows: Diagram,
  packets: Packets,
  limit: number,
): { readonly parts: readonly PacketPart[]; readonly isAll: boolean } {
  const parts: PacketPart[] = []
  let isAll = true
  const visit = (at: Diagram, path: PacketPart['path'], set: Diagram): void => {
    if (at === nothing) return
    if (parts.length >= limit) {
      isAll = false
      return
    }
    const branches = packets.store.branches(at)
    if (branches === null || branches.kind !== 'number') {
      parts.push({ path, set })
      return
    }
    const variable = packets.store.variables[branches.variable]
    const last = variable?.domain === 'number' ? variable.last : 0
    for (const child of new Set(branches.children)) {
      const ranges = rangesTo(child, branches, last)
      const inside = packets.store.isIn(branches.variable, ranges)
      visit(
        child,
        new Map([...path, [variable?.name ?? '', ranges]]),
        packets.store.and(set, inside),
      )
    }
  }
  visit(flows, new Map(), everything)
  return { parts, isAll }
}

function reasonOf(
  side: FirewallSide,
  example: ChangedFlows['example'],
  verdictOfSide: 'allow' | 'deny',
): Reason {
  if (side.kind === 'firewalls')
    return { verdict: verdictOfSide, words: 'by the rules of the node' }
  const { egress, ingress } = verdict(side.set, example)
  const decision =
    [egress, ingress].find((one) => one.verdict === verdictOfSide && one.by === 'rule') ??
    [egress, ingress].find((one) => one.verdict === verdictOfSide && one.by !== 'ungoverned') ??
    ingress
  return { verdict: verdictOfSide, words: decisionWords(decision) }
}

/** `shop/web-0 → shop/db-0, 5432/TCP` */
export function pathWords(path: PacketPart['path'], family: Family, cluster: Cluster): string {
  const of = (name: string): readonly Range[] | null => path.get(name) ?? null
  const traffic = cubeTrafficWords({
    family: null,
    protocols: of('protocol'),
    ports: of('port'),
    types: of('ICMP type'),
    codes: of('ICMP code'),
    portNames: [],
  })
  const end = (name: string): string => addressWords(of(name), family, cluster)
  return `${end('source')} → ${end('destination')}, ${traffic}`
}

/** Blocks beyond these are only counted. */
const maxBlocks = 6

function addressWords(ranges: readonly Range[] | null, family: Family, cluster: Cluster): string {
  if (ranges === null) return 'anyone'
  const set = ranges.map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) }))
  const blocks = toCidrs(family, set)
  const others = toCidrs(family, subtract([intervalOf({ family, base: 0n, prefix: 0 })], set))
  // All but a few are said by the few.
  return others.length < blocks.length
    ? `anyone but ${blockWords(others, family, cluster)}`
    : blockWords(blocks, family, cluster)
}

function blockWords(blocks: readonly Cidr[], family: Family, cluster: Cluster): string {
  const words = blocks.slice(0, maxBlocks).map((block) => {
    const isOne = block.prefix === (family === 4 ? 32 : 128)
    if (!isOne) return printCidr(block)
    const owner = [...cluster.pods, ...cluster.nodes].find(({ addresses }) =>
      addresses.some((one) => one.family === family && one.value === block.base),
    )
    if (owner === undefined) return printAddress({ family, value: block.base })
    return owner.kind === 'pod' ? `${owner.namespace.name}/${owner.name}` : `node ${owner.name}`
  })
  const more = blocks.length - words.length
  return more > 0 ? `${words.join(', ')} and ${more} more blocks` : words.join(', ')
}
