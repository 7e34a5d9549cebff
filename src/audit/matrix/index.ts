// Who reaches whom by one kind of traffic: addresses that the rules treat alike are one group, as large
// as it can be.
import { type Family, toCidrs } from '../../algebra/address.ts'
import { type Diagram, everything, nothing } from '../../algebra/diagram.ts'
import type { Cluster } from '../../cluster/types.ts'
import type { Reporter } from '../../diagnostics/diagnostic.ts'
import type { Headers } from '../../ruleset/headers.ts'
import { traceOf } from '../../ruleset/trace.ts'
import type { NumberRange } from '../../ruleset/types.ts'
import { type Fate, type Machine, newOn, type Way } from '../../ruleset/ways.ts'
import type { Fates, FilteredWay } from '../fates.ts'
import type { AddressGroup, Reach, ServiceMatrix } from '../report/types.ts'
import { dependencies } from '../words.ts'
import { groupName } from './names.ts'
import { type Block, partition } from './partition.ts'

/** A kind of traffic that matrices are made of. */
export interface MatrixTraffic {
  /** Number of the IP protocol. */
  readonly protocol: number
  /** Null for protocols without ports. */
  readonly port: number | null
  /** `5432/TCP` */
  readonly words: string
}

export interface MatrixRequest {
  readonly traffic: readonly MatrixTraffic[]
  /** Names addresses; null where there is no snapshot. */
  readonly cluster: Cluster | null
  readonly fates: Fates
  readonly reporter: Reporter
}

/** Pairs that are asked what they depend on. */
const maxTraced = 50

/** The matrices of each way that some rule filters, IP version and kind of traffic. */
export function matricesOf(request: MatrixRequest): readonly ServiceMatrix[] {
  const { fates, traffic } = request
  if (traffic.length === 0) return []
  return fates.filtered.flatMap((filtered) => {
    const { machine, way, family } = filtered
    const fate = fates.of(filtered, 'new')
    if (fate === null) return []
    const words = `who reaches whom (${way}, IPv${family})`
    const matrices = fates.within(machine, words, () =>
      traffic.flatMap((one) => matrixOf(one, fate, filtered, request)),
    )
    return matrices ?? []
  })
}

function matrixOf(
  traffic: MatrixTraffic,
  fate: Fate,
  { way, machine, real: agreeing }: FilteredWay,
  request: MatrixRequest,
): readonly ServiceMatrix[] {
  const { headers } = machine
  const { store } = headers.packets
  const real = store.and(sent(traffic, headers), agreeing)
  const seen = (set: Diagram): Diagram => addressesOnly(store.and(set, real), headers)
  const [accepted, dropped] = [seen(fate.direct.accepted), seen(fate.direct.dropped)]
  const found = partition(
    { allowed: store.minus(accepted, dropped), depends: store.and(accepted, dropped) },
    headers.packets,
  )
  if (found === null) {
    const message = `who reaches whom by ${traffic.words} (${way}, IPv${headers.family}) has too many groups to be shown`
    request.reporter.report('NP8124', { message })
    return []
  }
  let traced = 0
  const reach = found.pairs.map(({ from, to, answer }): Reach => {
    if (answer === 'allowed' || traced >= maxTraced) return { from, to, answer, on: [] }
    traced += 1
    const ends = [found.groups[from]?.[0], found.groups[to]?.[0]] as const
    return { from, to, answer, on: reasons(ends, fate, real, way, machine) }
  })
  const { family } = headers
  const groups = found.groups.map((blocks) => groupOf(blocks, family, request.cluster))
  return [{ path: way, family, traffic: traffic.words, groups, reach }]
}

function groupOf(blocks: readonly Block[], family: Family, cluster: Cluster | null): AddressGroup {
  const cidrs = toCidrs(
    family,
    blocks.map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) })),
  )
  return { name: groupName(blocks, cidrs, family, cluster), blocks: cidrs }
}

/** Packets of the traffic. */
function sent({ protocol, port }: MatrixTraffic, headers: Headers): Diagram {
  const one = (value: number): readonly NumberRange[] => [{ from: value, to: value }]
  return headers.packets.store.and(
    headers.field('protocol', one(protocol)),
    port === null ? everything : headers.field('port', one(port)),
  )
}

function addressesOnly(set: Diagram, headers: Headers): Diagram {
  const left = headers.forgetSourcePorts(headers.forgetInterfaces(set))
  return headers.forgetFields(left, ['protocol', 'port', 'type', 'code'])
}

/** What it depends on whether a packet between two addresses is let on. */
function reasons(
  [from, to]: readonly [Block | undefined, Block | undefined],
  fate: Fate,
  real: Diagram,
  way: Way,
  machine: Machine,
): readonly string[] {
  const { headers } = machine
  const { store } = headers.packets
  const at = (end: 'source' | 'destination', block: Block | undefined): Diagram =>
    block === undefined
      ? everything
      : headers.addresses(end, [{ from: BigInt(block.from), to: BigInt(block.to) }])
  const meant = store.all([real, at('destination', to), at('source', from), fate.direct.accepted])
  const header = meant === nothing ? null : headers.someOf(meant)
  const trace = header === null ? null : traceOf(machine, newOn(way), header, 'accept')
  const words = trace === null ? [] : dependencies(trace)
  return words.length === 0
    ? ['the interface (--routes tells what is behind it) or the port of the source']
    : words
}
