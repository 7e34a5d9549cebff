// What Calico would refuse of one rule: its schema, the validator behind it, and its limits.
import ipaddr from 'ipaddr.js'
import { parseSelector } from './calicoSelector.ts'
import { listAt, mapAt, type Raw, strangers, when } from './rawManifest.ts'

/** What is refused of one rule. */
export function faultsOfRule(rule: Raw, direction: string): readonly string[] {
  const { action, protocol, notProtocol, icmp, ipVersion } = rule
  const ends = ['source', 'destination'].map((end) => mapAt(rule, end))
  const nets = ends
    .flatMap((end) => [...listAt(end, 'nets'), ...listAt(end, 'notNets')])
    .map(String)
  const families = new Set(nets.map((net) => (net.includes(':') ? 6 : 4)))
  const ports = ends
    .flatMap((end) => [...listAt(end, 'ports'), ...listAt(end, 'notPorts')])
    .map(String)
  const isNamedOnly = protocol === undefined && ports.every((port) => !/^\d+(:\d+)?$/.test(port))
  const takesPorts = isNamedOnly || portProtocols.includes(protocol)
  return [
    ...strangers(rule, ruleKeys),
    ...when(!['Allow', 'Deny', 'Log', 'Pass'].includes(String(action)), 'action'),
    ...when(!isProtocol(protocol), `protocol ${protocol}`),
    ...when(!isProtocol(notProtocol), `notProtocol ${notProtocol}`),
    ...when(![undefined, 4, 6].includes(ipVersion as number), `ipVersion ${ipVersion}`),
    ...[4, 6].flatMap((family) =>
      when(
        ipVersion === family && families.has(family === 4 ? 6 : 4),
        `ipVersion ${family} and its blocks`,
      ),
    ),
    ...[protocol, notProtocol].flatMap((one) => [
      ...when(ipVersion === 6 && (one === 'ICMP' || one === 1), 'ICMP with ipVersion 6'),
      ...when(ipVersion === 4 && (one === 'ICMPv6' || one === 58), 'ICMPv6 with ipVersion 4'),
    ]),
    ...faultsOfIcmp(mapAt(rule, 'notICMP')),
    ...faultsOfHttp(rule, direction),
    ...faultsOfServices(ends, direction),
    ...when(ports.length > 0 && !takesPorts, 'ports and protocol'),
    ...when(icmp !== undefined && !icmpProtocols.includes(protocol), 'icmp without its protocol'),
    ...faultsOfIcmp(mapAt(rule, 'icmp')),
    ...when(families.size > 1, 'IPv4 and IPv6 in one rule'),
    ...when(protocol === 'ICMP' && families.has(6), 'ICMP with IPv6'),
    ...when(protocol === 'ICMPv6' && families.has(4), 'ICMPv6 with IPv4'),
    ...ends.flatMap(faultsOfEntity),
  ].map((fault) => `${direction}: ${fault}`)
}

const ruleKeys: readonly string[] = [
  'action',
  'ipVersion',
  'protocol',
  'notProtocol',
  'icmp',
  'notICMP',
  'http',
  'source',
  'destination',
]

function faultsOfHttp({ http, action, protocol }: Raw, direction: string): readonly string[] {
  if (http === undefined) return []
  const words = mapAt({ http }, 'http')
  const paths = listAt(words, 'paths').flatMap((path) => Object.values(path))
  return [
    ...strangers(words, ['methods', 'paths']),
    ...when(direction === 'egress' || action !== 'Allow', 'http where it cannot stand'),
    ...when(![undefined, 'TCP', 6].includes(protocol as string), 'http without TCP'),
    ...when(
      listAt(words, 'paths').some((path) => Object.keys(path).length !== 1),
      'http path',
    ),
    ...paths.flatMap((path) => when(!/^\/[^?# ]*$/.test(String(path)), `http path ${path}`)),
  ]
}

function faultsOfServices(ends: readonly Raw[], direction: string): readonly string[] {
  return ends.flatMap((end, at) => {
    if (end.services === undefined) return []
    const others = Object.keys(end).filter((key) => !/^(services|ports|notPorts)$/.test(key))
    const hasPorts = end.ports !== undefined || end.notPorts !== undefined
    return [
      ...when((at === 0) !== (direction === 'ingress'), 'services at the wrong end'),
      ...when(others.length > 0, `services beside ${others.join(', ')}`),
      ...when(direction === 'egress' && hasPorts, 'services beside ports'),
      ...when(!mapAt(end, 'services').name, 'services without a name'),
    ]
  })
}

const portProtocols: readonly unknown[] = ['TCP', 'UDP', 'SCTP', 6, 17, 132]
const icmpProtocols: readonly unknown[] = ['ICMP', 'ICMPv6', 1, 58]

function isProtocol(protocol: unknown): boolean {
  if (protocol === undefined || protocol === 'UDPLite') return true
  if (typeof protocol === 'number') return isWhole(protocol, 1, 255)
  return portProtocols.includes(protocol) || icmpProtocols.includes(protocol)
}

function faultsOfIcmp(icmp: Raw): readonly string[] {
  const { type, code } = icmp
  return [
    ...strangers(icmp, ['type', 'code']),
    ...when(type !== undefined && !isWhole(type, 0, 254), `ICMP type ${type}`),
    ...when(code !== undefined && !isWhole(code, 0, 255), `ICMP code ${code}`),
    ...when(code !== undefined && type === undefined, 'ICMP code without a type'),
  ]
}

function isWhole(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && from <= Number(value) && Number(value) <= to
}

function faultsOfEntity(entity: Raw): readonly string[] {
  const ports = listAt(entity, 'ports')
  const notPorts = listAt(entity, 'notPorts')
  const accounts = mapAt(entity, 'serviceAccounts')
  const nets = listAt(entity, 'nets').map(String)
  const notNets = listAt(entity, 'notNets').map(String)
  return [
    ...strangers(entity, entityKeys),
    ...strangers(accounts, ['names', 'selector']),
    ...['nets', 'notNets', 'ports', 'notPorts'].flatMap((key) =>
      when(entity[key] !== undefined && listAt(entity, key).length === 0, `${key} is empty`),
    ),
    ...when(nets.length > 256 || notNets.length > 256, 'more than 256 nets'),
    ...when(ports.length > 50 || notPorts.length > 50, 'more than 50 ports'),
    ...[...nets, ...notNets].flatMap((net) => when(!isNet(net), `net ${net}`)),
    ...notNets.flatMap((net) => when(net.endsWith('/0'), `notNets ${net}`)),
    ...[...ports, ...notPorts].flatMap((port) => when(!isPort(port), `port ${port}`)),
    ...faultsOfSelector(entity.selector, 'selector'),
    ...faultsOfSelector(entity.namespaceSelector, 'namespaceSelector'),
    ...faultsOfSelector(entity.notSelector, 'notSelector'),
    ...faultsOfSelector(accounts.selector, 'serviceAccounts.selector'),
  ]
}

const entityKeys: readonly string[] = [
  'nets',
  'notNets',
  'selector',
  'notSelector',
  'namespaceSelector',
  'serviceAccounts',
  'services',
  'ports',
  'notPorts',
]

function isNet(net: string): boolean {
  if (!ipaddr.isValidCIDR(net)) return false
  const [base, prefix] = ipaddr.parseCIDR(net)
  const network =
    base.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(net)
      : ipaddr.IPv6.networkAddressFromCIDR(net)
  return base.toNormalizedString() === network.toNormalizedString() && prefix >= 0
}

function isPort(port: unknown): boolean {
  if (typeof port === 'number') return isWhole(port, 1, 65535)
  const [, from, to] = /^(\d+):(\d+)$/.exec(String(port)) ?? []
  if (from !== undefined)
    return Number(from) >= 1 && Number(from) <= Number(to) && Number(to) <= 65535
  return /^[a-zA-Z0-9_.-]{1,128}$/.test(String(port)) && !/^\d+$/.test(String(port))
}

/** What is refused of one selector. */
export function faultsOfSelector(selector: unknown, where: string): readonly string[] {
  if (selector === undefined) return []
  if (typeof selector !== 'string') return [`${where} is not text`]
  if (where === 'namespaceSelector' && selector === 'global()') return []
  try {
    parseSelector(selector)
  } catch (error) {
    return [`${where}: ${error instanceof Error ? error.message : error}`]
  }
  return [
    ...when(selector.length > 1024, `${where} is longer than 1024`),
    ...when(/global\(/.test(selector), `${where} holds global()`),
    ...when(/[\n\r]/.test(selector), `${where} runs over a line`),
  ]
}
