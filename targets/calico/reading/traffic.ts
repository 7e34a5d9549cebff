// Protocols, ports and ICMP of a rule → traffic. Fields: Rule of api/pkg/apis/projectcalico/v3; what
// may stand together: validateRule.
import { type IntervalSet, subtract, union } from '../../../src/algebra/interval.ts'
import {
  icmpNumbers,
  type Ports,
  type Protocol,
  protocolNumbers,
  protocols,
  type Traffic,
} from '../../../src/ir/types.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import { suggest } from '../../../src/schema/suggest.ts'
import type { RawIcmp, RawRule } from './schema.ts'

/** Protocols by the names that Calico takes; case matters. */
const numberOf: ReadonlyMap<string, number> = new Map([
  ...protocols.map((name): [string, number] => [name, protocolNumbers[name]]),
  ['ICMP', icmpNumbers[4]],
  ['ICMPv6', icmpNumbers[6]],
  ['UDPLite', 136],
])

/** The kinds of traffic of which one must be sent. Ports are those of the destination. */
export function readTraffic(raw: RawRule, place: Place): readonly Traffic[] {
  const protocol = readProtocol(raw.protocol, into(place, 'protocol'))
  const notProtocol = readProtocol(raw.notProtocol, into(place, 'notProtocol'))
  checkRule(raw, protocol, place)
  const destination = into(place, 'destination')
  const ports = readPorts(raw.destination?.ports, into(destination, 'ports'))
  const notPorts = readPorts(raw.destination?.notPorts, into(destination, 'notPorts'))
  checkPorts(ports, protocol, into(destination, 'ports'))
  checkPorts(notPorts, protocol, into(destination, 'notPorts'))
  const alternatives = baseTraffic(protocol, raw.icmp ?? null, ports, notPorts)
  const restrictions = [
    ...(protocol === null ? namedExceptions(notPorts, protocols) : []),
    ...(notProtocol === null ? [] : [anyProtocolBut(notProtocol)]),
    ...(raw.notICMP == null ? [] : notIcmp(raw.notICMP, protocol)),
    ...familyOf(raw, protocol),
  ]
  return restrictions.length === 0
    ? alternatives
    : alternatives.map((one) => both([one, ...restrictions]))
}

function both(parts: readonly Traffic[]): Traffic {
  const kept = parts.filter(({ kind }) => kind !== 'all')
  const [only] = kept
  return only !== undefined && kept.length === 1 ? only : { kind: 'and', of: kept }
}

function readProtocol(written: number | string | null | undefined, place: Place): number | null {
  if (written == null) return null
  const number =
    numberOf.get(String(written)) ?? (/^\d+$/.test(String(written)) ? Number(written) : 0)
  if (number >= 1 && number <= 255) return number
  const near = suggest(String(written), [...numberOf.keys()])
  complain(place, 'NP2014', {
    message: `protocol "${written}" is not known`,
    help: near
      ? `did you mean "${near}"?`
      : `known protocols: ${[...numberOf.keys()].join(', ')}, or a number from 1 to 255`,
  })
  return null
}

function withPorts(number: number | null): Protocol | undefined {
  return protocols.find((name) => protocolNumbers[name] === number)
}

function baseTraffic(
  protocol: number | null,
  icmp: RawIcmp | null,
  ports: readonly Ports[],
  notPorts: readonly Ports[],
): readonly Traffic[] {
  if (protocol === null) {
    return ports.length === 0
      ? [{ kind: 'all' }]
      : protocols.flatMap((name) => ports.map((one): Traffic => onPort(name, one)))
  }
  const name = withPorts(protocol)
  if (name !== undefined) return portTraffic(name, ports, notPorts)
  const family = ([4, 6] as const).find((one) => icmpNumbers[one] === protocol)
  if (family === undefined) return [{ kind: 'protocols', from: protocol, to: protocol }]
  return [{ kind: 'icmp', family, type: icmp?.type ?? null, code: icmp?.code ?? null }]
}

const onPort = (protocol: Protocol, ports: Ports): Traffic => ({ kind: 'ports', protocol, ports })

function portTraffic(
  protocol: Protocol,
  ports: readonly Ports[],
  notPorts: readonly Ports[],
): readonly Traffic[] {
  if (notPorts.length === 0) {
    const wanted: readonly Ports[] = ports.length === 0 ? [{ kind: 'all' }] : ports
    return wanted.map((one) => onPort(protocol, one))
  }
  const holes = intervals(notPorts)
  const wanted = ports.length === 0 ? [{ from: 1n, to: 65535n }] : intervals(ports)
  const numbers =
    holes.length === 0 && ports.length === 0
      ? [{ kind: 'all' } as const]
      : subtract(wanted, holes).map(
          ({ from, to }): Ports => ({ kind: 'range', from: Number(from), to: Number(to) }),
        )
  const exceptions = namedExceptions(notPorts, [protocol])
  const named = ports.filter(({ kind }) => kind === 'named')
  const excluded = holes.map(
    ({ from, to }): Traffic => ({
      kind: 'not',
      of: onPort(protocol, { kind: 'range', from: Number(from), to: Number(to) }),
    }),
  )
  return [
    ...numbers.map((one) => both([onPort(protocol, one), ...exceptions])),
    ...named.map((one) => both([onPort(protocol, one), ...excluded, ...exceptions])),
  ]
}

function intervals(ports: readonly Ports[]): IntervalSet {
  return union(
    ports.flatMap((one) =>
      one.kind === 'range' ? [{ from: BigInt(one.from), to: BigInt(one.to) }] : [],
    ),
  )
}

function namedExceptions(notPorts: readonly Ports[], of: readonly Protocol[]): readonly Traffic[] {
  return notPorts.flatMap((one) =>
    one.kind === 'named'
      ? of.map((protocol): Traffic => ({ kind: 'not', of: onPort(protocol, one) }))
      : [],
  )
}

function anyProtocolBut(number: number): Traffic {
  return { kind: 'not', of: { kind: 'protocols', from: number, to: number } }
}

/** Without a protocol of ICMP the test is for both families, as the type has no family of its own. */
function notIcmp({ type, code }: RawIcmp, protocol: number | null): readonly Traffic[] {
  return ([4, 6] as const)
    .filter((family) => protocol === null || icmpNumbers[family] === protocol)
    .map((family) => ({
      kind: 'not',
      of: { kind: 'icmp', family, type: type ?? null, code: code ?? null },
    }))
}

function familyOf(raw: RawRule, protocol: number | null): readonly Traffic[] {
  const ipVersion = raw.ipVersion ?? familyOfExceptions(raw)
  if (ipVersion !== 4 && ipVersion !== 6) return []
  return icmpNumbers[ipVersion] === protocol ? [] : [{ kind: 'family', family: ipVersion }]
}

/** A rule whose blocks are all of the other IP version is skipped: felix, FilterRuleToIPVersion. */
function familyOfExceptions({ source, destination }: RawRule): 4 | 6 | undefined {
  const [block] = [source, destination].flatMap((end) =>
    (end?.nets ?? []).length > 0 ? [] : (end?.notNets ?? []),
  )
  if (block === undefined) return undefined
  return block.includes(':') ? 6 : 4
}

/** Numbers, ranges such as `80:90`, and names of ports. */
export function readPorts(
  written: readonly (number | string)[] | null | undefined,
  place: Place,
): readonly Ports[] {
  return each(place, written).flatMap(({ item, at }): Ports[] => {
    const [, first, last] = /^(\d+)(?::(\d+))?$/.exec(String(item)) ?? []
    if (first === undefined) return readName(String(item), at)
    const [from, to] = [Number(first), Number(last ?? first)]
    if (from >= 1 && from <= to && to <= 65535) return [{ kind: 'range', from, to }]
    complain(at, 'NP2012', {
      message: `"${item}" is not a port`,
      help: 'write a number from 1 to 65535, "from:to", or the name of a container port',
    })
    return []
  })
}

function readName(name: string, place: Place): Ports[] {
  if (/^[a-z0-9A-Z_.-]{1,128}$/.test(name)) return [{ kind: 'named', name }]
  complain(place, 'NP2012', { message: `"${name}" is neither a port nor the name of one` })
  return []
}

function checkPorts(ports: readonly Ports[], protocol: number | null, place: Place): void {
  if (ports.length === 0) return
  if (protocol === null && ports.some(({ kind }) => kind === 'range')) {
    complain(place, 'NP2018', {
      on: 'key',
      message: 'port numbers need a protocol',
      help: 'add "protocol: TCP", UDP or SCTP to the rule',
    })
  }
  if (protocol !== null && withPorts(protocol) === undefined) {
    complain(place, 'NP2018', { on: 'key', message: 'this protocol has no ports' })
  }
}

function checkRule(raw: RawRule, protocol: number | null, place: Place): void {
  const { icmp, ipVersion } = raw
  const family = ([4, 6] as const).find((one) => icmpNumbers[one] === protocol)
  if (ipVersion != null && ipVersion !== 4 && ipVersion !== 6) {
    complain(into(place, 'ipVersion'), 'NP2018', {
      message: `ipVersion ${ipVersion} is neither 4 nor 6`,
    })
  }
  if (family !== undefined && ipVersion != null && ipVersion !== family) {
    const message = `ipVersion ${ipVersion} contradicts the protocol, which is of IPv${family}`
    complain(into(place, 'ipVersion'), 'NP2018', { message })
  }
  if (icmp != null && family === undefined) {
    const help = 'add "protocol: ICMP" or "protocol: ICMPv6" to the rule'
    complain(into(place, 'icmp'), 'NP2018', {
      on: 'key',
      message: '"icmp" needs a protocol of ICMP',
      help,
    })
  }
  for (const key of ['icmp', 'notICMP'] as const) checkIcmp(raw[key], into(place, key))
}

function checkIcmp(raw: RawIcmp | null | undefined, place: Place): void {
  const { type, code } = raw ?? {}
  if (type != null && (type < 0 || type > 254)) {
    complain(into(place, 'type'), 'NP2018', { message: `ICMP type ${type} is not from 0 to 254` })
  }
  if (code != null && (code < 0 || code > 255)) {
    complain(into(place, 'code'), 'NP2018', { message: `ICMP code ${code} is not from 0 to 255` })
  }
  if (code != null && type == null) {
    complain(into(place, 'code'), 'NP2018', { on: 'key', message: 'an ICMP code needs a type' })
  }
}
