// NetworkPolicyPort → traffic. Protocol defaults to TCP; a port without number means all of the
// protocol; no ports at all means every protocol.
import type { Ports, Traffic } from '../../src/ir/types.ts'
import { portNameFault } from '../../src/schema/names.ts'
import { complain, each, into, type Place } from '../../src/schema/place.ts'
import { readProtocol } from '../../src/schema/protocol.ts'
import type { RawPort } from './schema.ts'

/** Absent, null and empty lists of ports mean every protocol and port. */
export function readTraffic(
  raw: readonly RawPort[] | null | undefined,
  place: Place,
): readonly Traffic[] {
  const ports = each(place, raw)
  if (ports.length === 0) return [{ kind: 'all' }]
  return ports.flatMap(({ item, at }) => readPort(item, at))
}

function readPort(raw: RawPort, place: Place): readonly Traffic[] {
  const protocol = readProtocol(raw.protocol ?? 'TCP', into(place, 'protocol'))
  const ports = readPorts(raw, place)
  return protocol === undefined || ports === undefined ? [] : [{ kind: 'ports', protocol, ports }]
}

function readPorts({ port, endPort }: RawPort, place: Place): Ports | undefined {
  if (port == null) {
    if (endPort == null) return { kind: 'all' }
    complain(into(place, 'endPort'), 'NP2013', {
      on: 'key',
      message: '"endPort" needs a "port" to begin with',
    })
    return undefined
  }
  return typeof port === 'string'
    ? readNamed(port, endPort, place)
    : readRange(port, endPort, place)
}

function readNamed(
  name: string,
  endPort: number | null | undefined,
  place: Place,
): Ports | undefined {
  const fault = portNameFault(name)
  if (fault !== undefined) {
    const isNumber = /^\d+$/.test(name)
    complain(into(place, 'port'), 'NP2012', {
      message: `"${name}" is not a port name: ${fault}`,
      help: isNumber
        ? `a port number is written without quotes: ${name}`
        : 'write a number, or the name of a container port',
    })
  }
  if (endPort != null) {
    const message = `"endPort" cannot stand beside the port name "${name}"`
    complain(into(place, 'endPort'), 'NP2013', {
      on: 'key',
      message,
      help: 'write the first port as a number',
    })
  }
  return fault === undefined && endPort == null ? { kind: 'named', name } : undefined
}

function readRange(
  from: number,
  endPort: number | null | undefined,
  place: Place,
): Ports | undefined {
  const to = endPort ?? from
  if (!isPort(from)) {
    complain(into(place, 'port'), 'NP2012', { message: `port ${from} is not between 1 and 65535` })
    return undefined
  }
  if (!isPort(to)) {
    complain(into(place, 'endPort'), 'NP2013', {
      message: `endPort ${to} is not between 1 and 65535`,
    })
    return undefined
  }
  if (to < from) {
    const message = `endPort ${to} is below port ${from}`
    complain(into(place, 'endPort'), 'NP2013', { message })
    return undefined
  }
  return { kind: 'range', from, to }
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65535
}
