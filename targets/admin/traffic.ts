// Traffic of one rule of the IR as items of `protocols`. A port by name has no protocol there: it means
// the port that has the name, whatever its protocol is.
import type { Complain } from '../../src/emit/complain.ts'
import type { ManifestMap } from '../../src/emit/manifest.ts'
import {
  type Ports,
  type Protocol,
  protocols,
  type Rule,
  type Traffic,
} from '../../src/ir/types.ts'

/** What is sent: null for everything, else by whether it is a number or a name. */
export type Protocols = {
  readonly numbers: readonly ManifestMap[]
  readonly names: readonly ManifestMap[]
} | null

/** The items for a rule's traffic; what cannot be written is complained about and left out. */
export function ruleProtocols({ traffic }: Rule, complain: Complain): Protocols {
  if (traffic.some(({ kind }) => kind === 'all')) return null
  return {
    numbers: traffic.flatMap(numberItem),
    names: namesIn(traffic).flatMap((name) => nameItem(name, traffic, complain)),
  }
}

const protocolKeys: Readonly<Record<Protocol, string>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' }

function numberItem(one: Traffic): readonly ManifestMap[] {
  if (one.kind !== 'ports' || one.ports.kind === 'named') return []
  return [{ [protocolKeys[one.protocol]]: { destinationPort: portOf(one.ports) } }]
}

/** A protocol without ports is not taken, so that all ports are a range too. */
function portOf(ports: Exclude<Ports, { kind: 'named' }>): ManifestMap {
  if (ports.kind === 'all') return { range: { start: 1, end: 65535 } }
  const { from, to } = ports
  return from === to ? { number: from } : { range: { start: from, end: to } }
}

function namesIn(traffic: readonly Traffic[]): readonly string[] {
  const names = traffic.flatMap((one) =>
    one.kind === 'ports' && one.ports.kind === 'named' ? [one.ports.name] : [],
  )
  return [...new Set(names)].sort()
}

function nameItem(
  name: string,
  traffic: readonly Traffic[],
  complain: Complain,
): readonly ManifestMap[] {
  const lacking = protocols.filter((protocol) => !hasName(name, protocol, traffic))
  if (lacking.length === 0) return [{ destinationNamedPort: name }]
  complain(
    'NP5001',
    `ClusterNetworkPolicy takes a port by name ("${name}") with every protocol, the rule is not for ${lacking.join(' and ')}`,
  )
  return []
}

/** Whether traffic to the port of that name and protocol is meant, by its name or among all ports. */
function hasName(name: string, protocol: Protocol, traffic: readonly Traffic[]): boolean {
  return traffic.some(
    (one) =>
      one.kind === 'ports' &&
      one.protocol === protocol &&
      (one.ports.kind === 'named' ? one.ports.name === name : isWhole(one.ports)),
  )
}

function isWhole(ports: Ports): boolean {
  return ports.kind === 'all' || (ports.kind === 'range' && ports.from === 1 && ports.to === 65535)
}
