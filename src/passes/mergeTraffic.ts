// Traffic of a rule in one form: ranges of a protocol joined, whatever a wider item covers dropped.
import { union } from '../algebra/interval.ts'
import { uniqueBy } from '../algebra/order.ts'
import { type Ports, type Protocol, protocols, type Rule, type Traffic } from '../ir/types.ts'
import type { Pass } from './pass.ts'

/** Joins the traffic of each rule. */
export const mergeTraffic: Pass = {
  name: 'mergeTraffic',
  of: 'rule',
  change: (rule) => (rule.traffic.length < 2 ? rule : { ...rule, traffic: merged(rule.traffic) }),
}

function merged(traffic: Rule['traffic']): Rule['traffic'] {
  if (traffic.some((one) => one.kind === 'all')) return [{ kind: 'all' }]
  const icmp = traffic.filter((one) => one.kind === 'icmp')
  return [
    ...protocols.flatMap((protocol) => ofProtocol(protocol, traffic)),
    ...uniqueBy(icmp, ({ family, type, code }) => `${family} ${type} ${code}`),
    ...uniqueBy(
      traffic.filter(({ kind }) => kind !== 'ports' && kind !== 'icmp'),
      (one) => JSON.stringify(one),
    ),
  ]
}

/** All ports alone, or ranges ascending and then names. */
function ofProtocol(protocol: Protocol, traffic: Rule['traffic']): Rule['traffic'] {
  const own = traffic.filter((one) => one.kind === 'ports' && one.protocol === protocol)
  if (own.length < 2) return own
  const ports = own.flatMap((one) => (one.kind === 'ports' ? [one.ports] : []))
  if (ports.some(({ kind }) => kind === 'all')) {
    return [{ kind: 'ports', protocol, ports: { kind: 'all' } }]
  }
  return [
    ...mergedRanges(ports).map((range): Traffic => ({ kind: 'ports', protocol, ports: range })),
    ...sortedNames(ports).map((named): Traffic => ({ kind: 'ports', protocol, ports: named })),
  ]
}

function mergedRanges(ports: readonly Ports[]): readonly Ports[] {
  const ranges = ports.filter((one) => one.kind === 'range')
  if (ranges.length < 2) return ranges
  const merged = union(ranges.map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) })))
  return merged.map(({ from, to }) => ({ kind: 'range', from: Number(from), to: Number(to) }))
}

function sortedNames(ports: readonly Ports[]): readonly Ports[] {
  const names = ports.flatMap((one) => (one.kind === 'named' ? [one.name] : []))
  if (names.length === 0) return []
  return [...new Set(names)].sort().map((name) => ({ kind: 'named', name }))
}
