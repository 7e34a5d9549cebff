// Rules of a node beside the policies of its pods: the flows that the one lets on and the other does not.
import { type Family, families } from '../../algebra/address.ts'
import { type Diagram, LimitReached, nothing } from '../../algebra/diagram.ts'
import { union } from '../../algebra/interval.ts'
import type { Cluster, Host } from '../../cluster/types.ts'
import type { Reporter } from '../../diagnostics/diagnostic.ts'
import { essentialAssumption, essentialTraffic } from '../../firewall/essential.ts'
import type { PolicySet } from '../../ir/types.ts'
import { clusterAssumption } from '../../proof/firewall.ts'
import { allowedPackets, forwardedPath, hostPaths, type NodePath } from '../../proof/paths.ts'
import { Headers } from '../../ruleset/headers.ts'
import type { Ruleset } from '../../ruleset/types.ts'
import { type Fate, Machine, newOn, type Question } from '../../ruleset/ways.ts'
import type { Recognition } from '../generators/types.ts'
import type { DriftGroup, DriftReport } from '../report/types.ts'
import { groupsOf } from './groups.ts'
import { type AddressesByInterface, agreeing, nowhere } from './interfaces.ts'

/** What is compared. */
export interface DriftRequest {
  readonly ruleset: Ruleset
  readonly recognition: Recognition
  readonly policies: PolicySet
  readonly cluster: Cluster
  /** The node that the rules are of. */
  readonly node: Host
  /** Addresses behind interfaces, as far as they are known. */
  readonly interfaces: AddressesByInterface
  readonly reporter: Reporter
}

/** Steps of computation for one way and IP version. */
const budget = 200_000_000

/** Compares what the node lets on with what the policies of its pods allow, for all its traffic with them. */
export function driftOf(request: DriftRequest): DriftReport {
  const answers = families.flatMap((family) => driftOfFamily(request, family))
  const { tiers } = request.policies
  const count = tiers.reduce((sum, { policies }) => sum + policies.length, 0)
  const hasInterfaces = request.interfaces.size > 0
  return {
    against: `${count} ${count === 1 ? 'policy' : 'policies'} on node ${request.node.name}`,
    groups: answers.flatMap(({ groups }) => groups),
    isAll: answers.every(({ isAll }) => isAll),
    assumptions: [
      essentialAssumption,
      clusterAssumption,
      ...(hasInterfaces
        ? [
            'packets come in by the interface that leads to their source, and go out by that of their destination',
          ]
        : []),
    ],
  }
}

interface DriftAnswer {
  readonly groups: readonly DriftGroup[]
  readonly isAll: boolean
}

function driftOfFamily(request: DriftRequest, family: Family): readonly DriftAnswer[] {
  if (!hasAddresses(request, family)) return []
  const names = [...request.interfaces.keys()].filter((name) => name !== nowhere)
  const headers = Headers.of(request.ruleset, family, budget, names)
  const machine = new Machine(request.ruleset, headers, localAddresses(request.node, family))
  return [forwardedPath, ...hostPaths].map((path) => {
    headers.packets.store.renewBudget()
    try {
      return driftOnPath(request, path, machine)
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error
      const message = `node "${request.node.name}", IPv${family}${path.words}: whether rules and policies agree was not found out within the limit`
      request.reporter.report('NP8124', { message })
      return { groups: [], isAll: false }
    }
  })
}

function hasAddresses({ cluster, node }: DriftRequest, family: Family): boolean {
  return cluster.pods.some(
    (pod) => pod.node === node.name && pod.addresses.some((one) => one.family === family),
  )
}

function localAddresses(
  { addresses }: Host,
  family: Family,
): readonly { from: bigint; to: bigint }[] {
  const own = addresses.filter((one) => one.family === family)
  const loopback = family === 4 ? { from: 0x7f000000n, to: 0x7fffffffn } : { from: 1n, to: 1n }
  return union([...own.map(({ value }) => ({ from: value, to: value })), loopback])
}

const questions: Readonly<Record<NodePath['kind'], Question>> = {
  forwarded: newOn('FORWARD'),
  'to-host': newOn('INPUT'),
  'from-host': newOn('OUTPUT'),
}

function driftOnPath(request: DriftRequest, path: NodePath, machine: Machine): DriftAnswer {
  const { headers } = machine
  const { packets } = headers
  const { store } = packets
  const question = questions[path.kind]
  const fate = machine.fateOf(question)
  const real = store.and(agreeing(request.interfaces, headers), governed(request, path, headers))
  const policies = {
    set: request.policies,
    cluster: request.cluster,
    exempt: [],
    hostTraffic: 'policy',
  } as const
  const allowed = allowedPackets(path, request.node.name, packets, policies)
  const differences = differencesOf(fate, real, allowed, headers)
  const answers = differences.map((one) =>
    groupsOf({ ...one, request, machine, question, real, fate, path }),
  )
  return {
    groups: answers.flatMap(({ groups }) => groups),
    isAll: answers.every(({ isAll }) => isAll),
  }
}

/** Flows that are decided otherwise. */
export interface Difference {
  readonly direction: DriftGroup['direction']
  /** Whether their destination was changed before filters saw them. */
  readonly isTranslated: boolean
  readonly flows: Diagram
}

/**
 * Packets with a pod of the node at an end. Left out is what is let past policies in any case, and what a
 * pod sends itself: that does not leave the pod.
 */
function governed({ cluster, node }: DriftRequest, path: NodePath, headers: Headers): Diagram {
  const { packets } = headers
  const { store } = packets
  const local = cluster.pods.filter((pod) => pod.node === node.name)
  const from = packets.ofOwners('source', local)
  const to = packets.ofOwners('destination', local)
  const own = packets.ofOwners('destination', [node])
  const ends = {
    forwarded: store.minus(
      store.minus(store.or(from, to), own),
      packets.ofOwners('source', [node]),
    ),
    'to-host': store.and(from, own),
    'from-host': store.and(to, packets.ofOwners('source', [node])),
  }
  const toThemselves = local.map((pod) =>
    store.and(packets.ofOwners('source', [pod]), packets.ofOwners('destination', [pod])),
  )
  const ungoverned = store.some([...toThemselves, packets.traffics(essentialTraffic)])
  return store.minus(ends[path.kind], ungoverned)
}

function differencesOf(
  { direct, translated }: Fate,
  real: Diagram,
  allowed: Diagram,
  headers: Headers,
): readonly Difference[] {
  const { store } = headers.packets
  const seen = (set: Diagram): Diagram => headers.forgetInterfaces(store.and(set, real))
  const kinds = [
    { isTranslated: false, accepted: seen(direct.accepted), dropped: seen(direct.dropped) },
    { isTranslated: true, accepted: seen(translated.accepted), dropped: seen(translated.dropped) },
  ]
  return kinds
    .flatMap(({ isTranslated, accepted, dropped }): readonly Difference[] => [
      {
        direction: 'wider',
        isTranslated,
        flows: store.minus(store.minus(accepted, dropped), allowed),
      },
      {
        direction: 'narrower',
        isTranslated,
        flows: store.and(store.minus(dropped, accepted), allowed),
      },
      { direction: 'depends', isTranslated, flows: store.and(accepted, dropped) },
    ])
    .filter(({ flows }) => flows !== nothing)
}
