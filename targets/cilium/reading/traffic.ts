// Layer 4 and 7 of a rule: ports, ICMP types, and what the proxy looks at. Limits and combinations:
// pkg/policy/api/rule_validation.go.
import { type Protocol, protocols, type Traffic } from '../../../src/ir/types.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import { suggest } from '../../../src/schema/suggest.ts'
import { icmpTypes } from './icmpTypes.ts'
import { canonical } from './peers.ts'
import type { RawCiliumRule, RawIcmpField, RawPort, RawPortRule } from './schema.ts'

/** Kinds of traffic under the same conditions. */
export interface TrafficGroup {
  readonly traffic: readonly Traffic[]
  readonly conditions: readonly string[]
}

/** Most entries of one `ports` list or one `fields` list. */
const maxEntries = 40

/** What a rule says of traffic: null where it says nothing. */
export function readTraffic(
  raw: RawCiliumRule,
  isDeny: boolean,
  place: Place,
): readonly TrafficGroup[] | null {
  const toPorts = each(into(place, 'toPorts'), raw.toPorts)
  const icmps = each(into(place, 'icmps'), raw.icmps)
  if (toPorts.length > 0 && icmps.length > 0) {
    complain(into(place, 'icmps'), 'NP2018', {
      on: 'key',
      message: '"icmps" and "toPorts" cannot stand in one rule',
      help: 'make two rules of it: Cilium enforces nothing of a policy that it rejects',
    })
  }
  if (toPorts.length === 0 && icmps.length === 0) return null
  return [
    ...toPorts.map(({ item, at }) => readPortRule(item, isDeny, at)),
    ...icmps.map(({ item, at }) => ({
      traffic: counted(each(into(at, 'fields'), item.fields), into(at, 'fields')).flatMap((one) =>
        readIcmp(one.item, one.at),
      ),
      conditions: [],
    })),
  ]
}

function counted<T>(items: readonly T[], place: Place): readonly T[] {
  if (items.length <= maxEntries) return items
  const message = `the list has ${items.length} entries, more than ${maxEntries}`
  complain(place, 'NP2018', { on: 'key', message, help: 'split it' })
  return items
}

function readPortRule(raw: RawPortRule, isDeny: boolean, place: Place): TrafficGroup {
  const { ports, ...rest } = raw
  const given = Object.entries(rest).filter(
    ([, value]) => value != null && canonical(value) !== '{}' && canonical(value) !== '[]',
  )
  if (isDeny) {
    for (const [key] of given) {
      complain(into(place, key), 'NP2018', {
        on: 'key',
        message: `a deny rule has ports only, not "${key}"`,
      })
    }
  }
  const entries = counted(each(into(place, 'ports'), ports), into(place, 'ports'))
  if (entries.length === 0) {
    complain(place, 'NP2018', { message: 'an item of "toPorts" needs ports' })
  }
  return {
    traffic: entries.flatMap(({ item, at }) => readPort(item, at)),
    conditions: given.map(([key, value]) => `${key} ${canonical(value)}`).sort(),
  }
}

/** IP protocols without ports, by the names that Cilium takes. */
const numbered: ReadonlyMap<string, number> = new Map([
  ['VRRP', 112],
  ['IGMP', 2],
  ['GRE', 47],
  ['IPIP', 4],
  ['IPV6', 41],
  ['ESP', 50],
  ['AH', 51],
])
const names = [...protocols, 'ANY', ...numbered.keys()]

function readPort(raw: RawPort, place: Place): readonly Traffic[] {
  const protocol = raw.protocol ?? ''
  const number = numbered.get(protocol)
  const port = raw.port ?? (number === undefined ? '' : '0')
  if (number !== undefined) {
    if (port !== '0' && port !== '') {
      complain(into(place, 'port'), 'NP2018', { message: `protocol ${protocol} has no ports` })
    }
    return [{ kind: 'protocols', from: number, to: number }]
  }
  const known = protocols.filter((one) => protocol === '' || protocol === 'ANY' || one === protocol)
  if (known.length === 0) reportProtocol(raw.protocol ?? '', into(place, 'protocol'))
  return known.flatMap((one) => onPort(one, port, raw.endPort ?? 0, place))
}

function reportProtocol(written: string, place: Place): void {
  const near = suggest(written, names)
  const isIcmp = /^icmp/i.test(written)
  complain(place, 'NP2014', {
    message: `protocol "${written}" is not known`,
    help: isIcmp
      ? 'ICMP is written in "icmps"'
      : near
        ? `did you mean "${near}"?`
        : `known protocols: ${names.join(', ')}`,
  })
}

function onPort(
  protocol: Protocol,
  written: string,
  endPort: number,
  place: Place,
): readonly Traffic[] {
  if (/^0\d/.test(written)) {
    const help = 'write it without zeros in front: they make it an octal number'
    complain(into(place, 'port'), 'NP2012', { message: `"${written}" is not a port`, help })
    return []
  }
  if (!/^\d+$/.test(written)) {
    if (/^(?=.{1,15}$)(?=.*[A-Za-z])[A-Za-z0-9](?:-?[A-Za-z0-9])*$/.test(written)) {
      return [{ kind: 'ports', protocol, ports: { kind: 'named', name: written.toLowerCase() } }]
    }
    complain(into(place, 'port'), 'NP2012', {
      message: written === '' ? 'the port is missing' : `"${written}" is neither a port nor a name`,
      help: 'write a number, the name of a port, or "0" for all ports',
    })
    return []
  }
  const from = Number(written)
  const to = endPort === 0 ? from : endPort
  if (from > 65535 || to > 65535 || to < 0) {
    complain(into(place, from > 65535 ? 'port' : 'endPort'), 'NP2012', {
      message: `a port is a number from 0 to 65535`,
    })
    return []
  }
  if (from === 0 && endPort === 0) return [{ kind: 'ports', protocol, ports: { kind: 'all' } }]
  if (from === 0) {
    const message = 'a range cannot start at port 0, which means all ports'
    complain(into(place, 'port'), 'NP2012', { message, help: 'write "1"' })
    return []
  }
  if (to < from) {
    const message = `"endPort" ${to} is less than "port" ${from}`
    complain(into(place, 'endPort'), 'NP2013', { message })
    return []
  }
  return [{ kind: 'ports', protocol, ports: { kind: 'range', from, to } }]
}

function readIcmp(raw: RawIcmpField, place: Place): readonly Traffic[] {
  const family = raw.family == null || raw.family === 'IPv4' ? 4 : raw.family === 'IPv6' ? 6 : null
  if (family === null) {
    const message = `family "${raw.family}" is neither IPv4 nor IPv6`
    complain(into(place, 'family'), 'NP2018', { message })
    return []
  }
  const known = icmpTypes[family]
  const type = typeof raw.type === 'number' ? raw.type : (known.get(raw.type) ?? Number(raw.type))
  if (Number.isInteger(type) && type >= 0 && type <= 255) {
    return [{ kind: 'icmp', family, type, code: null }]
  }
  const near = suggest(String(raw.type), [...known.keys()])
  complain(into(place, 'type'), 'NP2018', {
    message: `ICMP type "${raw.type}" is not known for IPv${family}`,
    help: near ? `did you mean "${near}"?` : 'write a number from 0 to 255',
  })
  return []
}
