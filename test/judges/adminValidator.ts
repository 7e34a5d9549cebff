// What the API server would refuse of ClusterNetworkPolicies, by the markers of its CRD: counts, bounds, and
// how many of the keys of an object may stand beside each other.
import { parseAllDocuments } from 'yaml'
import type { OutputFile } from '../../src/emit/target.ts'

type Json = { readonly [key: string]: unknown }

/** A sentence for each fault. */
export function rejectionsOfAdmin(files: readonly OutputFile[]): readonly string[] {
  const objects = files
    .flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }))
    .map((document) => document.toJS() as Json)
  const names = objects.map(({ metadata }) => (metadata as Json).name)
  const taken = names.filter((name, at) => names.indexOf(name) !== at)
  return [...taken.map((name) => `two are named ${name}`), ...objects.flatMap(faultsOf)]
}

function faultsOf({ apiVersion, kind, spec: raw }: Json): readonly string[] {
  const spec = raw as Json
  const { tier, priority, subject } = spec
  return [
    ...unless(apiVersion === 'policy.networking.k8s.io/v1alpha2', `apiVersion ${apiVersion}`),
    ...unless(kind === 'ClusterNetworkPolicy', `kind ${kind}`),
    ...unless(tier === 'Admin' || tier === 'Baseline', `tier ${tier}`),
    ...unless(isBetween(priority, 0, 1000), `priority ${priority}`),
    ...oneKey(subject, ['namespaces', 'pods'], 'subject'),
    ...ruleFaults(spec, 'ingress', 'from', ['namespaces', 'pods']),
    ...ruleFaults(spec, 'egress', 'to', ['namespaces', 'pods', 'networks', 'nodes', 'domainNames']),
  ]
}

function ruleFaults(
  spec: Json,
  direction: string,
  peersKey: string,
  peerKeys: readonly string[],
): readonly string[] {
  const rules = listOf(spec[direction])
  return [
    ...unless(rules.length <= 25, `${rules.length} rules`),
    ...rules.flatMap((rule) => {
      const peers = listOf(rule[peersKey])
      const protocols = listOf(rule.protocols)
      const named = protocols.some((one) => 'destinationNamedPort' in one)
      const nameless = peers.some((one) => !('namespaces' in one) && !('pods' in one))
      return [
        ...unless(['Accept', 'Deny', 'Pass'].includes(String(rule.action)), `${rule.action}`),
        ...unless(isBetween(peers.length, 1, 25), `${peers.length} peers`),
        ...unless(!('protocols' in rule) || isBetween(protocols.length, 1, 25), 'protocols'),
        ...unless(!(named && nameless), 'a port by name beside networks'),
        ...peers.flatMap((peer) => peerFaults(peer, peerKeys, rule)),
        ...protocols.flatMap(protocolFaults),
      ]
    }),
  ]
}

function peerFaults(peer: Json, keys: readonly string[], rule: Json): readonly string[] {
  const { networks, domainNames } = peer
  return [
    ...oneKey(peer, keys, 'peer'),
    ...[networks, domainNames].flatMap((list) =>
      list === undefined ? [] : unless(isSet(list), `the list ${JSON.stringify(list)}`),
    ),
    ...unless(domainNames === undefined || rule.action === 'Accept', 'domainNames not accepted'),
  ]
}

function protocolFaults(item: Json): readonly string[] {
  const faults = oneKey(item, ['tcp', 'udp', 'sctp', 'destinationNamedPort'], 'protocol')
  const holder = (item.tcp ?? item.udp ?? item.sctp) as Json | undefined
  if (holder === undefined) return faults
  const port = (holder.destinationPort ?? {}) as Json
  const { start = 1, end = 2 } = (port.range ?? {}) as Json
  return [
    ...faults,
    ...oneKey(holder, ['destinationPort'], 'protocol'),
    ...oneKey(port, ['number', 'range'], 'port'),
    ...unless(
      [port.number ?? 1, start, end].every((one) => isBetween(one, 1, 65535)),
      'ports',
    ),
    ...unless(Number(start) < Number(end), `range ${start}-${end}`),
  ]
}

function oneKey(value: unknown, keys: readonly string[], what: string): readonly string[] {
  const own = Object.keys(value as object)
  const isFine = own.length === 1 && keys.includes(own[0] ?? '')
  return unless(isFine, `${what} has the keys ${own.join(', ')}`)
}

function isSet(list: unknown): boolean {
  const items = list as readonly unknown[]
  return isBetween(items.length, 1, 25) && new Set(items).size === items.length
}

function isBetween(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && from <= Number(value) && Number(value) <= to
}

function listOf(value: unknown): readonly Json[] {
  return (value ?? []) as readonly Json[]
}

function unless(isFine: boolean, fault: string): readonly string[] {
  return isFine ? [] : [fault]
}
