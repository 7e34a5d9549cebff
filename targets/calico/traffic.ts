// Traffic of one rule as what a Calico rule can hold: one protocol, with its ports or ICMP type.

import type { Complain } from '../../src/emit/complain.ts'
import type { Ports, Protocol, Rule, Traffic } from '../../src/ir/types.ts'
import type { CalicoIcmp, CalicoPort, CalicoProtocol } from './types.ts'

/** One protocol of a rule. Both port lists empty: all ports, or a protocol without ports. */
export interface ProtocolMatch {
  /** null for every protocol. */
  readonly protocol: CalicoProtocol | null
  readonly icmp: CalicoIcmp | null
  readonly named: readonly CalicoPort[]
  readonly numbers: readonly CalicoPort[]
}

const everything: ProtocolMatch = { protocol: null, icmp: null, named: [], numbers: [] }

/** In the order that Calico itself writes the protocols of a Kubernetes policy. */
const portProtocols: readonly Protocol[] = ['SCTP', 'TCP', 'UDP']

/** Calico's highest ICMP type: it keeps 255 for itself. */
const maxIcmpType = 254

/** The address family that a protocol belongs to, or null for both. */
export function familyOf({ protocol }: ProtocolMatch): 4 | 6 | null {
  if (protocol === 'ICMP') return 4
  return protocol === 'ICMPv6' ? 6 : null
}

/** The protocols that the traffic of a rule comes to; none where the rule never matches. */
export function protocolMatches(rule: Rule, complain: Complain): readonly ProtocolMatch[] {
  const { traffic } = rule
  if (traffic.some((one) => one.kind === 'all')) return [everything]
  const icmp = traffic.filter((one) => one.kind === 'icmp')
  return [
    ...portProtocols.flatMap((protocol) => withPorts(protocol, traffic, complain)),
    ...icmp.flatMap((one) => icmpMatch(one, complain)),
  ]
}

function withPorts(
  protocol: Protocol,
  traffic: readonly Traffic[],
  complain: Complain,
): readonly ProtocolMatch[] {
  const ports = traffic.flatMap((one) =>
    one.kind === 'ports' && one.protocol === protocol ? [one.ports] : [],
  )
  if (ports.length === 0) return []
  const empty = { protocol, icmp: null, named: [], numbers: [] }
  if (ports.some((one) => one.kind === 'all')) return [empty]
  const numbers = unique(ports.flatMap(numberText))
  return [{ ...empty, numbers, named: unique(ports.flatMap((one) => nameText(one, complain))) }]
}

function numberText(ports: Ports): readonly CalicoPort[] {
  if (ports.kind !== 'range') return []
  return [ports.from === ports.to ? ports.from : `${ports.from}:${ports.to}`]
}

// Calico tells names from numbers by their look, so a name of digits would become a number.
function nameText(ports: Ports, complain: Complain): readonly CalicoPort[] {
  if (ports.kind !== 'named') return []
  const isName = /^[a-zA-Z0-9_.-]{1,128}$/.test(ports.name) && !/^\d+$/.test(ports.name)
  if (!isName) {
    complain('NP5007', `port name ${JSON.stringify(ports.name)} is not a name that Calico takes`)
  }
  return isName ? [ports.name] : []
}

function icmpMatch(
  { family, type, code }: Traffic & { kind: 'icmp' },
  complain: Complain,
): readonly ProtocolMatch[] {
  const protocol = family === 4 ? 'ICMP' : 'ICMPv6'
  if (type === null) {
    if (code === null) return [{ ...everything, protocol }]
    complain('NP5001', `Calico takes an ${protocol} code (${code}) only together with a type`)
    return []
  }
  if (type > maxIcmpType) {
    complain('NP5001', `Calico takes ${protocol} types up to ${maxIcmpType}, not ${type}`)
    return []
  }
  return [{ ...everything, protocol, icmp: code === null ? { type } : { type, code } }]
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)]
}
