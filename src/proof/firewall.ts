// The proof of firewall rules: for each node, the packets that its rules let on are those that the
// policies of its pods allow; every address there is counts, not those of the cluster alone.
import { type Family, families } from '../algebra/address.ts'
import { type Bound, type Diagram, everything, LimitReached, nothing } from '../algebra/diagram.ts'
import type { Cluster, Endpoint, Flow, FlowEnd, FlowTraffic, Pod } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { EmitContext, OutputFile, Target } from '../emit/target.ts'
import {
  directions,
  icmpNumbers,
  type PolicySet,
  protocolNumbers,
  protocols,
  type Traffic,
} from '../ir/types.ts'
import { verdict } from '../semantics/evaluate.ts'
import { allowedBy, encodeTiers } from './decide.ts'
import { PacketEncoder, Packets } from './packets.ts'
import type { TargetProof } from './verify.ts'
import { flowWords } from './words.ts'

/** What a node's firewall lets on. */
export interface NodeFirewall {
  readonly node: string
  /** The new packets that pass a hook of the kernel. */
  readonly accepted: (hook: 'INPUT' | 'FORWARD' | 'OUTPUT', packets: Packets) => Diagram
}

/** How such a target is read back. */
export interface FirewallProof {
  readonly kind: 'firewall'
  /** Whether a file of this name holds such rules. */
  readonly isRuleFile: (path: string) => boolean
  readonly read: (files: readonly OutputFile[], reporter: Reporter) => readonly NodeFirewall[]
  /** Traffic that passes whatever the policies say, because the user asked for it. */
  readonly exempt: (context: EmitContext) => readonly Traffic[]
}

/** Steps of computation for one node and IP version. */
const budget = 20_000_000

/** A difference at one node. */
interface Fault {
  readonly node: string
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
  const firewalls = proof.read(files, reporter)
  try {
    const faults = firewalls.flatMap((firewall) =>
      families.flatMap((family) =>
        compareNode(firewall, family, set, cluster, proof.exempt(context)),
      ),
    )
    for (const fault of firstOfEachKind(faults)) report(name, fault, set, context)
    const kinds = new Set(faults.map(({ kind }) => kind))
    const [first] = kinds
    const answer = kinds.size === 2 ? 'different' : (first ?? 'equal')
    if (reporter.errors > before && faults.length === 0) {
      return { target: name, universe, answer: 'undecided', assumptions: [] }
    }
    return { target: name, universe, answer, assumptions: [clusterAssumption] }
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
  set: PolicySet,
  cluster: Cluster,
  exempt: readonly Traffic[],
): readonly Fault[] {
  const packets = new Packets(family, budget)
  const { store } = packets
  const local = cluster.pods.filter(({ node }) => node === firewall.node)
  const expected = allowedPackets(packets, local, set, cluster, exempt)
  const forwarded = firewall.accepted('FORWARD', packets)
  const node = firewall.node
  const fault = (kind: Fault['kind'], flows: Diagram): readonly Fault[] =>
    flows === nothing ? [] : [{ node, kind, flow: packetIn(flows, packets, cluster) }]
  // What a node itself sends and receives is beyond policies for pods.
  const own = (['INPUT', 'OUTPUT'] as const).flatMap((hook) =>
    fault('narrower', store.not(firewall.accepted(hook, packets))),
  )
  return [
    ...own,
    ...fault('narrower', store.minus(expected, forwarded)),
    ...fault('wider', store.minus(forwarded, expected)),
  ]
}

/** The packets that the policies of a node's pods allow it to forward. */
export function allowedPackets(
  packets: Packets,
  local: readonly Pod[],
  set: PolicySet,
  cluster: Cluster,
  exempt: readonly Traffic[],
): Diagram {
  const { store } = packets
  const encoders = directions.map((direction) => ({
    direction,
    encoder: new PacketEncoder(packets, cluster, local, direction),
  }))
  const allowed = store.all(
    encoders.map(({ direction, encoder }) =>
      allowedBy(encodeTiers(set, direction, encoder), everything, encoder),
    ),
  )
  const [first] = encoders
  const toItself = local.map((pod) => first?.encoder.between(pod) ?? nothing)
  return store.some([allowed, ...toItself, first?.encoder.traffics(exempt) ?? nothing])
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
  const endOf = (name: string): FlowEnd => {
    const address = { family: packets.family, value: BigInt(values.get(name) ?? 0) }
    const owner = [...cluster.pods, ...cluster.nodes].find(({ addresses }) =>
      addresses.some(({ family, value }) => family === address.family && value === address.value),
    )
    const endpoint: Endpoint = owner ?? { kind: 'external', address }
    return { endpoint, address }
  }
  const traffic = trafficOf(values, packets.family)
  return { source: endOf('source'), destination: endOf('destination'), traffic }
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
  { node, kind, flow }: Fault,
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
    message: `${name}: the rules of node "${node}" are ${kind} than their source: ${flowWords(flow)}: ${facts[kind]}`,
    ...(at === undefined ? {} : { at: at.span, label: at.path }),
    ...(isAccepted ? { severity: 'warning', help: 'accepted by --fidelity' } : {}),
  })
}
