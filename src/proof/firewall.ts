// The proof of firewall rules: for each node, the packets that its rules let on are those that the
// policies of its pods allow; every address there is counts, not those of the cluster alone.
import { type Family, families } from '../algebra/address.ts'
import { type Bound, type Diagram, LimitReached, nothing } from '../algebra/diagram.ts'
import type { Cluster, Endpoint, Flow, FlowEnd, FlowTraffic, Host } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { EmitContext, OutputFile, Target } from '../emit/target.ts'
import type { HostTraffic } from '../firewall/stages.ts'
import {
  icmpNumbers,
  type PolicySet,
  protocolNumbers,
  protocols,
  type Traffic,
} from '../ir/types.ts'
import { verdict } from '../semantics/evaluate.ts'
import { Packets } from './packets.ts'
import {
  type AddressFacts,
  allowedPackets,
  allPaths,
  type Hook,
  type NodePath,
  type NodePolicies,
  packetsOn,
} from './paths.ts'
import type { TargetProof } from './verify.ts'
import { flowWords } from './words.ts'

/** What a node's firewall lets on. */
export interface NodeFirewall {
  readonly node: string
  /** The new packets that pass a hook of the kernel, of those that the facts are about. */
  readonly accepted: (hook: Hook, packets: Packets, facts: AddressFacts) => Diagram
}

/** How such a target is read back. */
export interface FirewallProof {
  readonly kind: 'firewall'
  /** Whether a file of this name holds such rules. */
  readonly isRuleFile: (path: string) => boolean
  readonly read: (files: readonly OutputFile[], reporter: Reporter) => readonly NodeFirewall[]
  /** What was asked for beside the policies. */
  readonly premises: (context: EmitContext) => FirewallPremises
}

/** What rules of firewalls are proved under. */
export interface FirewallPremises {
  /** Traffic that passes whatever the policies say. */
  readonly exempt: readonly Traffic[]
  readonly hostTraffic: HostTraffic
  /** Said beside every answer, a sentence each with the assumption's name. */
  readonly assumptions: readonly string[]
}

/** Steps of computation for one node and IP version. */
const budget = 100_000_000

/** A difference at one node. */
interface Fault {
  readonly node: string
  readonly path: NodePath
  readonly kind: 'narrower' | 'wider'
  readonly flow: Flow
}

/** Proves the files of all nodes; differences are reported with a packet each. */
export function verifyFirewall(
  set: PolicySet,
  { name }: Target,
  proof: FirewallProof,
  files: readonly OutputFile[],
  context: EmitContext,
): TargetProof {
  const { cluster, reporter } = context
  if (cluster === null) return { target: name, universe, answer: 'unproved', assumptions: [] }
  const before = reporter.errors
  const { exempt, hostTraffic, assumptions } = proof.premises(context)
  const policies = { set, cluster, exempt, hostTraffic }
  const rules = files.filter(({ path }) => proof.isRuleFile(path))
  const firewalls = proof.read(rules, reporter)
  try {
    const faults = firewalls.flatMap((firewall) =>
      families.flatMap((family) => compareNode(firewall, family, policies)),
    )
    for (const fault of firstOfEachKind(faults)) report(name, fault, set, context)
    const kinds = new Set(faults.map(({ kind }) => kind))
    const [first] = kinds
    const answer = kinds.size === 2 ? 'different' : (first ?? 'equal')
    if (reporter.errors > before && faults.length === 0) {
      return { target: name, universe, answer: 'undecided', assumptions: [] }
    }
    return { target: name, universe, answer, assumptions: [...assumptions, clusterAssumption] }
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const message = `${name}: whether the output is equal to its source was not found out within the limit of the proof`
    reporter.report('NP5009', { message })
    return { target: name, universe, answer: 'undecided', assumptions: [] }
  }
}

const universe = 'for every packet in the cluster'
/** What every answer about packets rests on. */
export const clusterAssumption =
  'A3: pods and nodes have the addresses, labels and ports of the snapshot'

function firstOfEachKind(faults: readonly Fault[]): readonly Fault[] {
  return (['narrower', 'wider'] as const).flatMap(
    (kind) => faults.find((one) => one.kind === kind) ?? [],
  )
}

function compareNode(
  firewall: NodeFirewall,
  family: Family,
  policies: NodePolicies,
): readonly Fault[] {
  const packets = new Packets(family, budget)
  return allPaths.flatMap((path) => comparePath(path, firewall, packets, policies))
}

function comparePath(
  path: NodePath,
  firewall: NodeFirewall,
  packets: Packets,
  policies: NodePolicies,
): readonly Fault[] {
  const { store } = packets
  const { cluster } = policies
  const { node } = firewall
  const host = cluster.nodes.find(({ name }) => name === node)
  const possible = packetsOn(path, host, packets)
  const expected = store.and(possible, allowedPackets(path, node, packets, policies))
  const passing = store.and(possible, firewall.accepted(path.hook, packets, path.facts))
  const fault = (kind: Fault['kind'], flows: Diagram): readonly Fault[] =>
    flows === nothing
      ? []
      : [
          {
            node,
            path,
            kind,
            flow: packetIn(witnesses(flows, path, packets, host), packets, cluster),
          },
        ]
  return [
    ...fault('narrower', store.minus(expected, passing)),
    ...fault('wider', store.minus(passing, expected)),
  ]
}

/** Packets with an address of the node's own at its end, where there are such. */
function witnesses(
  flows: Diagram,
  { kind }: NodePath,
  packets: Packets,
  host: Host | undefined,
): Diagram {
  if (kind === 'forwarded' || host === undefined) return flows
  const end = kind === 'to-host' ? 'destination' : 'source'
  const own = packets.store.and(flows, packets.ofOwners(end, [host]))
  return own === nothing ? flows : own
}

/** One packet of a set, with the endpoints that have its addresses in the cluster. */
export function packetIn(flows: Diagram, packets: Packets, cluster: Cluster): Flow {
  const values = new Map<string, Bound>()
  for (let at = flows; ; ) {
    const branches = packets.store.branches(at)
    if (branches === null || branches.kind !== 'number') break
    const { starts, children, variable } = branches
    const step = children.findIndex((child) => child !== nothing)
    values.set(packets.store.variables[variable]?.name ?? '', starts[step] ?? 0)
    at = children[step] ?? nothing
  }
  return flowOf(values, packets.family, cluster)
}

/** The flow of a packet that has some values, by the names of variables; the others are plain. */
export function flowOf(values: ReadonlyMap<string, Bound>, family: Family, cluster: Cluster): Flow {
  const endOf = (name: string): FlowEnd => {
    const address = { family, value: BigInt(values.get(name) ?? 0) }
    const owner = [...cluster.pods, ...cluster.nodes].find(({ addresses }) =>
      addresses.some((one) => one.family === family && one.value === address.value),
    )
    const endpoint: Endpoint = owner ?? { kind: 'external', address }
    return { endpoint, address }
  }
  return {
    source: endOf('source'),
    destination: endOf('destination'),
    traffic: trafficOf(values, family),
  }
}

function trafficOf(values: ReadonlyMap<string, Bound>, family: Family): FlowTraffic {
  const of = (name: string): number => Number(values.get(name) ?? 0)
  const number = values.has('protocol') ? of('protocol') : protocolNumbers.TCP
  const protocol = protocols.find((one) => protocolNumbers[one] === number)
  if (protocol !== undefined) return { kind: 'ports', protocol, port: of('port') || 80 }
  if (number !== icmpNumbers[family]) return { kind: 'other', protocolNumber: number }
  return { kind: 'icmp', type: of('ICMP type'), code: of('ICMP code') }
}

const codes = { narrower: 'NP5002', wider: 'NP5003' } as const

function report(
  name: string,
  { node, path, kind, flow }: Fault,
  set: PolicySet,
  { fidelity, reporter }: EmitContext,
): void {
  const isAccepted = fidelity === kind || fidelity === 'any'
  const { egress, ingress } = verdict(set, flow)
  const decision = [egress, ingress].find((one) => one.by === 'rule')
  const at = decision?.by === 'rule' ? decision.rule.origins[0] : undefined
  const facts = {
    narrower: 'the source allows it, the rules drop it',
    wider: 'the source denies it, the rules let it on',
  }
  reporter.report(codes[kind], {
    message: `${name}: the rules of node "${node}"${path.words} are ${kind} than their source: ${flowWords(flow)}: ${facts[kind]}`,
    ...(at === undefined ? {} : { at: at.span, label: at.path }),
    ...(isAccepted ? { severity: 'warning', help: 'accepted by --fidelity' } : {}),
  })
}
