// What Calico would refuse: the schema of its CRD, the validator that runs behind it, and its limits.
import ipaddr from 'ipaddr.js'
import { parseAllDocuments } from 'yaml'
import type { OutputFile } from '../../src/emit/target.ts'
import { parseSelector } from './calicoSelector.ts'

type Raw = Readonly<Record<string, unknown>>

/** A sentence for each thing that is refused. */
export function rejectionsOfCalico(files: readonly OutputFile[]): readonly string[] {
  const seen = new Set<string>()
  return files.flatMap(({ path, text }) =>
    parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
      if (document.errors.length > 0) return [`${path}: ${document.errors[0]?.message}`]
      const policy = document.toJS() as Raw
      const { namespace, name } = mapAt(policy, 'metadata')
      const isTaken = seen.has(`${namespace}/${name}`)
      seen.add(`${namespace}/${name}`)
      return [
        ...faultsOfPolicy(policy),
        ...when(isTaken, `a second policy ${name} in namespace ${namespace}`),
      ].map((fault) => `${path}: ${fault}`)
    }),
  )
}

function faultsOfPolicy(policy: Raw): readonly string[] {
  const metadata = mapAt(policy, 'metadata')
  const spec = mapAt(policy, 'spec')
  const { order, tier, types } = spec
  return [
    ...strangers(policy, ['apiVersion', 'kind', 'metadata', 'spec']),
    ...strangers(metadata, ['name', 'namespace']),
    ...strangers(spec, ['tier', 'order', 'selector', 'types', 'ingress', 'egress']),
    ...when(policy.apiVersion !== 'projectcalico.org/v3', 'apiVersion'),
    ...when(policy.kind !== 'NetworkPolicy', 'kind'),
    ...faultsOfName(String(metadata.name), typeof tier === 'string' ? tier : 'default'),
    ...when(!isLabel(metadata.namespace), `namespace ${metadata.namespace}`),
    ...when(tier !== undefined && !isLabel(tier), `tier ${tier}`),
    ...when(order !== undefined && !Number.isFinite(order), 'order is not a number'),
    ...faultsOfSelector(spec.selector, 'selector'),
    ...when(!isTypes(types), 'types'),
    ...listAt(spec, 'ingress').flatMap((rule) => faultsOfRule(rule, 'ingress')),
    ...listAt(spec, 'egress').flatMap((rule) => faultsOfRule(rule, 'egress')),
    ...when(listAt(spec, 'ingress').length > 1024, 'more than 1024 ingress rules'),
    ...when(listAt(spec, 'egress').length > 1024, 'more than 1024 egress rules'),
  ]
}

function faultsOfName(name: string, tier: string): readonly string[] {
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
  const bare = name.startsWith(`${tier}.`) ? name.slice(tier.length + 1) : name
  return [
    ...when(!new RegExp(`^${label}(\\.${label})?$`).test(bare), `name ${name}`),
    ...when(/^(knp|kcnp|kanp|kbanp|ossg)\./.test(name), `name ${name} is reserved`),
    ...when(name.length > 253, `name ${name} is too long`),
  ]
}

function isLabel(text: unknown): boolean {
  return typeof text === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
}

function isTypes(types: unknown): boolean {
  if (!Array.isArray(types) || types.length === 0) return false
  return (
    new Set(types).size === types.length &&
    types.every((one) => ['Ingress', 'Egress'].includes(one))
  )
}

function faultsOfRule(rule: Raw, direction: string): readonly string[] {
  const { action, protocol, icmp } = rule
  const ends = ['source', 'destination'].map((end) => mapAt(rule, end))
  const nets = ends
    .flatMap((end) => [...listAt(end, 'nets'), ...listAt(end, 'notNets')])
    .map(String)
  const families = new Set(nets.map((net) => (net.includes(':') ? 6 : 4)))
  const ports = ends.flatMap((end) => listAt(end, 'ports')).map(String)
  const isNamedOnly = protocol === undefined && ports.every((port) => !/^\d+(:\d+)?$/.test(port))
  const takesPorts = isNamedOnly || portProtocols.includes(protocol)
  return [
    ...strangers(rule, ['action', 'protocol', 'icmp', 'source', 'destination']),
    ...when(!['Allow', 'Deny', 'Log', 'Pass'].includes(String(action)), 'action'),
    ...when(!isProtocol(protocol), `protocol ${protocol}`),
    ...when(ports.length > 0 && !takesPorts, 'ports and protocol'),
    ...when(icmp !== undefined && !icmpProtocols.includes(protocol), 'icmp without its protocol'),
    ...faultsOfIcmp(mapAt(rule, 'icmp')),
    ...when(families.size > 1, 'IPv4 and IPv6 in one rule'),
    ...when(protocol === 'ICMP' && families.has(6), 'ICMP with IPv6'),
    ...when(protocol === 'ICMPv6' && families.has(4), 'ICMPv6 with IPv4'),
    ...ends.flatMap(faultsOfEntity),
  ].map((fault) => `${direction}: ${fault}`)
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
  const nets = listAt(entity, 'nets').map(String)
  const notNets = listAt(entity, 'notNets').map(String)
  return [
    ...strangers(entity, ['nets', 'notNets', 'selector', 'namespaceSelector', 'ports']),
    ...['nets', 'notNets', 'ports'].flatMap((key) =>
      when(entity[key] !== undefined && listAt(entity, key).length === 0, `${key} is empty`),
    ),
    ...when(nets.length > 256 || notNets.length > 256, 'more than 256 nets'),
    ...when(ports.length > 50, 'more than 50 ports'),
    ...[...nets, ...notNets].flatMap((net) => when(!isNet(net), `net ${net}`)),
    ...notNets.flatMap((net) => when(net.endsWith('/0'), `notNets ${net}`)),
    ...ports.flatMap((port) => when(!isPort(port), `port ${port}`)),
    ...faultsOfSelector(entity.selector, 'selector'),
    ...faultsOfSelector(entity.namespaceSelector, 'namespaceSelector'),
  ]
}

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

function faultsOfSelector(selector: unknown, where: string): readonly string[] {
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

function strangers(map: Raw, known: readonly string[]): readonly string[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown key ${key}`)
}

function when(fault: boolean, text: string): readonly string[] {
  return fault ? [text] : []
}

function mapAt(map: Raw, key: string): Raw {
  const value = map[key]
  return typeof value === 'object' && value !== null ? (value as Raw) : {}
}

function listAt(map: Raw, key: string): readonly Raw[] {
  const value = map[key]
  return Array.isArray(value) ? value : []
}
