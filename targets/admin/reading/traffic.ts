// What a rule says of traffic: `protocols` in v1alpha2, `ports` in v1alpha1. Without it a rule is about
// every protocol. A name of a port means the port of that name with whatever protocol.
import { type Ports, type Protocol, protocols, type Traffic } from '../../../src/ir/types.ts'
import { portNameFault } from '../../../src/schema/names.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import { readProtocol } from '../../../src/schema/protocol.ts'
import { filled, onlyKey } from './checks.ts'
import type { RawDestination, RawPort, RawProtocol, RawRange, RawRule } from './schema.ts'

/** The traffic of a rule; empty after reporting that nothing of it is valid. */
export function readTraffic(
  raw: RawRule,
  key: 'protocols' | 'ports',
  maxItems: number,
  place: Place,
): readonly Traffic[] {
  const at = into(place, key)
  const { protocols: items, ports } = raw
  if (key === 'protocols' && items != null) {
    return filled(at, items, maxItems, 'protocols', 'NP2018').flatMap((one) =>
      readProtocolItem(one.item, one.at),
    )
  }
  if (key === 'ports' && ports != null) {
    return filled(at, ports, maxItems, 'ports', 'NP2018').flatMap((one) =>
      readPortItem(one.item, one.at),
    )
  }
  return [{ kind: 'all' }]
}

const protocolKeys: Readonly<Record<'tcp' | 'udp' | 'sctp', Protocol>> = {
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
}

function readProtocolItem(raw: RawProtocol, place: Place): readonly Traffic[] {
  const keys = ['tcp', 'udp', 'sctp', 'destinationNamedPort'] as const
  const key = onlyKey(raw, keys, 'the item', 'NP2018', place)
  if (key === undefined) return []
  if (key === 'destinationNamedPort') {
    return readName(raw.destinationNamedPort ?? '', into(place, key))
  }
  return withProtocol(protocolKeys[key], readDestination(raw[key] ?? {}, into(place, key)))
}

/** The API takes no protocol without a port: all of them are the range 1 to 65535. */
function readDestination({ destinationPort }: RawDestination, place: Place): Ports | undefined {
  if (destinationPort == null) {
    complain(place, 'NP2018', {
      on: 'key',
      message: 'the protocol has no "destinationPort"',
      help: 'all ports are written "destinationPort: { range: { start: 1, end: 65535 } }"',
    })
    return undefined
  }
  const at = into(place, 'destinationPort')
  const key = onlyKey(destinationPort, ['number', 'range'], '"destinationPort"', 'NP2018', at)
  const { number, range } = destinationPort
  if (key === 'number' && number != null) return { kind: 'range', from: number, to: number }
  return key === 'range' && range != null ? readRange(range, into(at, 'range')) : undefined
}

function readPortItem(raw: RawPort, place: Place): readonly Traffic[] {
  const keys = ['portNumber', 'portRange', 'namedPort'] as const
  const key = onlyKey(raw, keys, 'the port', 'NP2018', place)
  if (key === undefined) return []
  const { portNumber, portRange, namedPort } = raw
  if (namedPort != null) return readName(namedPort, into(place, 'namedPort'))
  const at = into(place, key)
  const written = (portNumber ?? portRange)?.protocol ?? 'TCP'
  const protocol = readProtocol(written, into(at, 'protocol'))
  if (portNumber != null) {
    return withProtocol(protocol, { kind: 'range', from: portNumber.port, to: portNumber.port })
  }
  return withProtocol(protocol, portRange == null ? undefined : readRange(portRange, at))
}

function withProtocol(
  protocol: Protocol | undefined,
  ports: Ports | undefined,
): readonly Traffic[] {
  return protocol === undefined || ports === undefined ? [] : [{ kind: 'ports', protocol, ports }]
}

function readRange({ start, end }: RawRange, place: Place): Ports | undefined {
  if (start < end) return { kind: 'range', from: start, to: end }
  complain(into(place, 'end'), 'NP2012', {
    message: `"end" ${end} is not above "start" ${start}`,
    help: 'write a higher end; a single port is written as a number',
  })
  return undefined
}

function readName(name: string, place: Place): readonly Traffic[] {
  const fault = portNameFault(name)
  if (fault !== undefined) {
    complain(place, 'NP2012', {
      message: `"${name}" is not a port name: ${fault}`,
      help: 'write the name of a container port',
    })
    return []
  }
  return protocols.map((protocol) => ({ kind: 'ports', protocol, ports: { kind: 'named', name } }))
}
