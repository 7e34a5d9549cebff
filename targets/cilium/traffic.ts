// Traffic of a rule as Cilium's toPorts and icmps, which cannot stand in one rule.

import type { Complain } from '../../src/emit/complain.ts'
import type { ManifestMap } from '../../src/emit/manifest.ts'
import type { Ports, Protocol, Traffic } from '../../src/ir/types.ts'
import { portNameFault } from '../../src/schema/names.ts'
import { since } from './versions.ts'

/** Most entries of one `ports` list or one `fields` list; the lists around them have no limit. */
const maxEntries = 40
/** Most ports that a range is written out to where there is no `endPort`. */
const maxWrittenOut = 1024

/** The parts of a rule that say what is sent: one for each kind; `{}` for everything. */
export function trafficParts(
  traffic: readonly Traffic[],
  minor: number,
  complain: Complain,
): readonly ManifestMap[] {
  if (traffic.some(({ kind }) => kind === 'all')) return [{}]
  const ports = traffic.flatMap((one) =>
    one.kind === 'ports' ? portEntries(one.protocol, one.ports, minor, complain) : [],
  )
  const fields = traffic.flatMap((one) => (one.kind === 'icmp' ? icmpFields(one, complain) : []))
  const toPorts = chunks(ports).map((part) => ({ ports: part }))
  const icmps = chunks(fields).map((part) => ({ fields: part }))
  return [...(toPorts.length > 0 ? [{ toPorts }] : []), ...(icmps.length > 0 ? [{ icmps }] : [])]
}

/** The protocol is always written: left out it would mean any. */
function portEntries(
  protocol: Protocol,
  ports: Ports,
  minor: number,
  complain: Complain,
): readonly ManifestMap[] {
  switch (ports.kind) {
    case 'all':
      return [{ port: '0', protocol }]
    case 'named':
      return namedEntries(protocol, ports.name, complain)
    case 'range':
      return rangeEntries(protocol, ports.from, ports.to, minor, complain)
  }
}

/** A name that no container port has; Cilium enforces nothing of an object that holds one. */
function namedEntries(
  protocol: Protocol,
  name: string,
  complain: Complain,
): readonly ManifestMap[] {
  const fault = portNameFault(name)
  if (fault === undefined) return [{ port: name, protocol }]
  complain('NP5007', `port name "${name}" is not one that Kubernetes takes: ${fault}`)
  return []
}

function rangeEntries(
  protocol: Protocol,
  from: number,
  to: number,
  minor: number,
  complain: Complain,
): readonly ManifestMap[] {
  if (from === to) return [{ port: String(from), protocol }]
  if (minor >= since.endPort) return [{ port: String(from), endPort: to, protocol }]
  const count = to - from + 1
  if (count <= maxWrittenOut) {
    return Array.from({ length: count }, (_, index) => ({ port: String(from + index), protocol }))
  }
  complain(
    'NP5001',
    `Cilium before 1.${since.endPort} has no port ranges, and ${from}-${to} is long`,
  )
  return []
}

function icmpFields(
  { family, type, code }: Traffic & { kind: 'icmp' },
  complain: Complain,
): readonly ManifestMap[] {
  if (code !== null) {
    complain('NP5001', `Cilium has no ICMP codes, and the rule names code ${code}`)
    return []
  }
  const types = type === null ? Array.from({ length: 256 }, (_, one) => one) : [type]
  return types.map((one) => ({ family: `IPv${family}`, type: one }))
}

function chunks(items: readonly ManifestMap[]): readonly (readonly ManifestMap[])[] {
  return Array.from({ length: Math.ceil(items.length / maxEntries) }, (_, at) =>
    items.slice(at * maxEntries, (at + 1) * maxEntries),
  )
}
