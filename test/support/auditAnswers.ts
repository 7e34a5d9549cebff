// What the audit says of one packet, to be held against what a walker or the kernel does with it.
import { type Address, parseAddress } from '../../src/algebra/address.ts'
import type { Diagram } from '../../src/algebra/diagram.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { type Header, Headers } from '../../src/ruleset/headers.ts'
import { type Trace, traceOf } from '../../src/ruleset/trace.ts'
import type { NatPlace, Ruleset } from '../../src/ruleset/types.ts'
import { type Chances, type Fate, Machine, newOn } from '../../src/ruleset/ways.ts'
import { makeSource } from '../../src/source/source.ts'
import { linkSets, readIpsets, readIptablesDump } from '../../targets/iptables/reading/index.ts'
import { looksLikeNftJson, readNftDump, readNftJson } from '../../targets/nftables/reading/index.ts'
import type { Packet, TrackedState, Way } from '../judges/packetWalk.ts'
import type { RuleDump } from './ruleDumps.ts'
import { type IpVersion, nodeAddresses, worldEnds } from './ruleDumpWorld.ts'

/** Verdicts that are possible for a packet; one of them is certain when it is alone. */
export interface Answer {
  readonly accept: boolean
  readonly drop: boolean
}

/** What the audit says: of packets that go where they want to, and of those that are sent elsewhere. */
export interface AuditAnswer {
  readonly direct: Answer
  /** Whether it can be sent elsewhere. */
  readonly diverted: boolean
  /** Of all packets that have its header afterwards: more than one may get it. */
  readonly translated: Answer
}

/** The audit of a dump: asks for a packet, the way that it takes in the end, and how it looks there. */
export interface Audited {
  readonly ruleset: Ruleset
  readonly machines: Readonly<Record<IpVersion, Machine>>
  readonly ask: (packet: Packet, way: Way, changed: Changed | null) => AuditAnswer
  /** How the audit says that a packet comes to be accepted, or dropped. */
  readonly trace: (packet: Packet, way: Way, verdict: 'accept' | 'drop') => Trace | null
}

/** A destination behind a translation. */
export interface Changed {
  /** The interface that it would have gone out by without. */
  readonly wasOut: string
  readonly destination: bigint
  readonly port: number
}

/** Steps that one question may take. */
const budget = 50_000_000

/** Reads a dump of iptables. Throws where anything in it cannot be read. */
export function auditOf(dump: RuleDump): Audited {
  return auditRuleset(rulesetOf(dump))
}

/** Reads a dump of nftables, text or JSON. Throws where anything in it cannot be read. */
export function auditNft(text: string): Audited {
  const reporter = makeReporter()
  const source = makeSource('nft', text)
  const read = looksLikeNftJson(text) ? readNftJson : readNftDump
  const { tables, isPartial } = read(source, reporter)
  if (reporter.errors > 0 || isPartial) throw new Error(renderText(reporter.diagnostics))
  return auditRuleset({ tables, ipsets: new Map(), knowsIpsets: true, isPartial })
}

function auditRuleset(ruleset: Ruleset): Audited {
  const devices = worldEnds.map((_, index) => `veth${index}`)
  const machine = (family: IpVersion): Machine => {
    const own = addressValue(nodeAddresses[family])
    const headers = Headers.of(ruleset, family, budget, devices)
    return new Machine(ruleset, headers, [{ from: own, to: own }])
  }
  const machines = { 4: machine(4), 6: machine(6) }
  const fates = new Map<string, Fate>()
  const fateOf = (family: IpVersion, hook: Way['hook'], state: TrackedState): Fate => {
    const key = `${family} ${hook} ${state}`
    const known = fates.get(key)
    if (known !== undefined) return known
    const fate = machines[family].fateOf({ ...newOn(hook), state })
    fates.set(key, fate)
    return fate
  }
  const headerOf = (packet: Packet, way: Way): Header =>
    makeHeader(machines[packet.family].headers, packet, way)
  return {
    ruleset,
    machines,
    trace: (packet, way, verdict) => {
      const question = { ...newOn(way.hook), state: packet.state }
      return traceOf(machines[packet.family], question, headerOf(packet, way), verdict)
    },
    ask: (packet, way, changed) => {
      const { headers } = machines[packet.family]
      const fate = fateOf(packet.family, way.hook, packet.state)
      const header = headerOf(packet, way)
      const isIn = (at: Header, set: Diagram): boolean => headers.placeOf(at, set).canBeIn
      const among = (at: Header, { accepted, dropped }: Chances): Answer => ({
        accept: isIn(at, accepted),
        drop: isIn(at, dropped),
      })
      const before = changed === null ? way : { ...way, out: changed.wasOut }
      const first = headerOf(packet, way.hook === 'OUTPUT' ? before : way)
      const reaches = fate.translations.some(
        ({ translation, packets }) =>
          isIn(first, packets) &&
          (changed === null ||
            translation.kind === 'redirect' ||
            translation.to === null ||
            translation.to.some((place) => leadsTo(place, changed))),
      )
      const there =
        changed === null
          ? header
          : headers.withValues(header, {
              destination: number(changed.destination, packet.family),
              port: changed.port === 0 ? undefined : changed.port,
            })
      return {
        direct: among(header, fate.direct),
        diverted: isIn(header, fate.diverted),
        translated: reaches ? among(there, fate.translated) : { accept: false, drop: false },
      }
    },
  }
}

function leadsTo({ addresses, ports }: NatPlace, { destination, port }: Changed): boolean {
  return (
    (addresses === null || (addresses.from <= destination && destination <= addresses.to)) &&
    (ports === null || port === 0 || (ports.from <= port && port <= ports.to))
  )
}

function rulesetOf({ rules, sets }: RuleDump): Ruleset {
  const reporter = makeReporter()
  const dumps = ([4, 6] as const).map((family) =>
    readIptablesDump(makeSource(`rules${family}`, rules[family]), reporter, { family }),
  )
  const known = readIpsets(makeSource('sets', sets), reporter)
  if (reporter.errors > 0 || [...dumps, known].some(({ isPartial }) => isPartial)) {
    throw new Error(renderText(reporter.diagnostics))
  }
  const linked = linkSets(
    dumps.flatMap(({ tables }) => tables),
    known.sets,
  )
  return { tables: linked.tables, ipsets: linked.sets, knowsIpsets: true, isPartial: false }
}

function makeHeader(headers: Headers, packet: Packet, way: Way): Header {
  const { family } = packet
  const address = (text: string) => number(addressValue(text), family)
  return headers.withValues(new Map(), {
    'in interface': way.in === '' ? undefined : way.in,
    'out interface': way.out === '' ? undefined : way.out,
    source: address(packet.source),
    destination: address(packet.destination),
    protocol: packet.protocol,
    port: packet.destinationPort === 0 ? undefined : packet.destinationPort,
    'source port': packet.sourcePort === 0 ? undefined : packet.sourcePort,
    'ICMP type': packet.icmp?.[0],
    'ICMP code': packet.icmp?.[1],
  })
}

/** Diagrams of IPv4 have plain numbers. */
function number(value: bigint, family: IpVersion): number | bigint {
  return family === 4 ? Number(value) : value
}

function addressValue(text: string): bigint {
  const address: Address | null | undefined = parseAddress(text)
  if (!address) throw new Error(`not an address: ${text}`)
  return address.value
}
