// Packets of the little world of generated dumps: as probes of a lab, and as packets of the walker, so
// that the one can be held against the other.
import type { Connection, Packet, Walk, Walked } from '../judges/packetWalk.ts'
import type { RuleDump } from '../support/ruleDumps.ts'
import { dumpSurroundings, type Trip } from '../support/ruleDumpTrips.ts'
import {
  type DumpTraffic,
  endBehind,
  type IpVersion,
  interfaceTo,
  nodeAddresses,
  worldEnds,
} from '../support/ruleDumpWorld.ts'
import type { Lab, LabPlan, Probe } from './lab.ts'

/** The name of the node among the ends. */
export const nodeName = 'node'

/** The lab of the little world; its last end is the gateway. */
export const dumpPlan: LabPlan = {
  node: { name: nodeName, addresses: Object.values(nodeAddresses) },
  ends: worldEnds.map(({ name, addresses }) => ({ name, addresses: Object.values(addresses) })),
}

/** A trip, what the walker says of it, and how to try it; those that no lab can try are left out. */
export interface Attempt {
  readonly trip: Trip
  readonly walked: Walked
  readonly probe: Probe
}

/** Walks all trips. */
export function attempts(trips: readonly Trip[], walk: Walk): readonly Attempt[] {
  return trips.flatMap((trip) => {
    const { packet, way, traffic } = trip
    const walked = walk(packet, way, dumpSurroundings)
    const from = way.hook === 'OUTPUT' ? nodeName : endBehind(way.in)
    const to = walked.way.hook === 'INPUT' ? nodeName : endBehind(walked.way.out)
    // What goes back over its cable cannot be told from what never left.
    if (from === to) return []
    const { source, destination } = packet
    return [{ trip, walked, probe: { from, to, source, destination, traffic: sent(traffic) } }]
  })
}

/** The probe of a trip on which nothing is translated. */
export function probeOf({ packet, way, traffic }: Trip): Probe {
  const { source, destination } = packet
  const from = way.hook === 'OUTPUT' ? nodeName : endBehind(way.in)
  const to = way.hook === 'INPUT' ? nodeName : endBehind(way.out)
  return { from, to, source, destination, traffic: sent(traffic) }
}

function sent({ icmp, port, protocol }: DumpTraffic): Probe['traffic'] {
  if (icmp !== null) return { kind: 'icmp', type: icmp[0], code: icmp[1] }
  if (port === 0) return { kind: 'other', protocolNumber: protocol }
  return { kind: 'ports', protocol: names[protocol] ?? 'TCP', port }
}

const names: Readonly<Record<number, 'TCP' | 'UDP' | 'SCTP'>> = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' }

/**
 * Whether a lab can send an answer to a packet that came through: it answers from the address that was
 * asked, to an end that has the address that asked.
 */
export function answerable({ trip, walked }: Attempt): boolean {
  const { packet, way } = trip
  const { connection } = walked.view
  return (
    walked.verdict === 'accept' &&
    packet.protocol !== 47 &&
    (packet.icmp === null || packet.icmp[0] === 8 || packet.icmp[0] === 128) &&
    !isTranslated(connection) &&
    (way.hook === 'OUTPUT' || interfaceTo(packet.source, packet.family) === way.in)
  )
}

/** What the walker says of the answer to a packet that came through; null where it is sent elsewhere. */
export function answerOf({ trip, walked }: Attempt, walk: Walk): Walked | null {
  const { packet } = trip
  const { view, way } = walked
  const { connection, family } = view
  const back: Packet = {
    ...packet,
    source: printed(view.destination, family),
    destination: printed(view.source, family),
    sourcePort: view.destinationPort,
    destinationPort: view.sourcePort,
    icmp: packet.icmp === null ? null : [family === 4 ? 0 : 129, 0],
    tcpFlags: packet.protocol === 6 ? 18 : 0,
    isReply: true,
    ...trackedAnswer(packet, connection),
  }
  const hooks = { FORWARD: 'FORWARD', INPUT: 'OUTPUT', OUTPUT: 'INPUT' } as const
  const turned = { hook: hooks[way.hook], in: way.out, out: way.in }
  const answer = walk(back, turned, dumpSurroundings)
  return isTranslated(answer.view.connection) ? null : answer
}

function isTranslated(connection: Connection | null): boolean {
  return connection?.isSourceTranslated === true || connection?.isDestinationTranslated === true
}

/** Where the first packet was not tracked, only what could be a first packet itself is. */
function trackedAnswer(
  { protocol }: Packet,
  connection: Connection | null,
): Pick<Packet, 'state' | 'connection'> {
  if (connection !== null) return { state: 'established', connection }
  return { state: protocol === 17 ? 'new' : 'invalid', connection: null }
}

function printed(value: bigint, family: IpVersion): string {
  const size = family === 4 ? 8n : 16n
  const parts = Array.from(
    { length: family === 4 ? 4 : 8 },
    (_, at) => (value >> (BigInt(at) * size)) & ((1n << size) - 1n),
  )
  return parts
    .reverse()
    .map((part) => part.toString(family === 4 ? 10 : 16))
    .join(family === 4 ? '.' : ':')
}

/** Loads a dump in a lab in place of what is there, and says what the tools print of it then. */
export function loadDump(lab: Lab, dump: RuleDump, backend: string): RuleDump {
  const script = `
for bits in '' 6; do
  "ip\${bits}tables-${backend}-restore" <<< '${emptyTables}'
done
ipset flush
# Rules let go of their sets a little later than they go themselves.
for try in $(seq 100); do ipset destroy 2> /dev/null && break || sleep 0.01; done
ipset restore <<'END'
${dump.sets}END
"iptables-${backend}-restore" <<'END'
${dump.rules[4]}END
"ip6tables-${backend}-restore" <<'END'
${dump.rules[6]}END
echo '=== 4'; iptables-${backend}-save
echo '=== 6'; ip6tables-${backend}-save
echo '=== sets'; ipset save`
  const { status, out, err } = lab.run(script)
  if (status !== 0) throw new Error(`${status}: ${err}\n${dump.rules[4]}\n${dump.rules[6]}`)
  const [, four = '', six = '', sets = ''] = out.split(/^=== .*\n/m)
  return { rules: { 4: four, 6: six }, sets }
}

const hooks: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}
const emptyTables = Object.entries(hooks)
  .map(([table, chains]) =>
    [`*${table}`, ...chains.map((chain) => `:${chain} ACCEPT [0:0]`), 'COMMIT', ''].join('\n'),
  )
  .join('')
