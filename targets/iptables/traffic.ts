// Traffic of a rule as the words of iptables matches: each item is one rule.
import type { Family } from '../../src/algebra/address.ts'
import { type Ports, type Protocol, protocols, type Traffic } from '../../src/ir/types.ts'

/** One match: plain words, or the name of a port, whose number depends on the destination. */
export type TrafficMatch =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'named'; readonly protocol: Protocol; readonly name: string }

/** Most ports of one multiport match; a range counts as two. */
const multiportSlots = 15

/** The matches that together are the traffic, in this family; ICMP belongs to one. */
export function trafficMatches(
  traffic: readonly Traffic[],
  family: Family,
): readonly TrafficMatch[] {
  if (traffic.some(({ kind }) => kind === 'all')) return [{ kind: 'words', words: [] }]
  return [
    ...protocols.flatMap((protocol) => ofProtocol(protocol, traffic)),
    ...traffic.flatMap((one) => (one.kind === 'icmp' && one.family === family ? icmp(one) : [])),
  ]
}

function ofProtocol(protocol: Protocol, traffic: readonly Traffic[]): readonly TrafficMatch[] {
  const ports = traffic.flatMap((one) =>
    one.kind === 'ports' && one.protocol === protocol ? [one.ports] : [],
  )
  const word = protocol.toLowerCase()
  if (ports.some(({ kind }) => kind === 'all')) return [{ kind: 'words', words: ['-p', word] }]
  const groups = inSlots(ports.flatMap(printRange))
  return [
    ...groups.map((group): TrafficMatch => ({ kind: 'words', words: portWords(word, group) })),
    ...ports.flatMap((one): TrafficMatch[] =>
      one.kind === 'named' ? [{ kind: 'named', protocol, name: one.name }] : [],
    ),
  ]
}

function portWords(protocol: string, ranges: readonly string[]): readonly string[] {
  const [only] = ranges
  if (ranges.length === 1 && only !== undefined) {
    return ['-p', protocol, '-m', protocol, '--dport', only]
  }
  return ['-p', protocol, '-m multiport --dports', ranges.join(',')]
}

function printRange(ports: Ports): readonly string[] {
  if (ports.kind !== 'range') return []
  return [ports.from === ports.to ? `${ports.from}` : `${ports.from}:${ports.to}`]
}

function inSlots(ranges: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = []
  let free = 0
  for (const range of ranges) {
    const size = range.includes(':') ? 2 : 1
    if (size > free) {
      groups.push([])
      free = multiportSlots
    }
    groups.at(-1)?.push(range)
    free -= size
  }
  return groups
}

// iptables knows no code without a type.
function icmp({ family, type, code }: Traffic & { kind: 'icmp' }): readonly TrafficMatch[] {
  const [protocol, match, flag] =
    family === 4 ? ['icmp', 'icmp', '--icmp-type'] : ['ipv6-icmp', 'icmp6', '--icmpv6-type']
  if (type === null && code === null) return [{ kind: 'words', words: ['-p', protocol] }]
  const types = type === null ? Array.from({ length: 256 }, (_, one) => one) : [type]
  return types.map((one) => {
    const value = code === null ? `${one}` : `${one}/${code}`
    return { kind: 'words', words: ['-p', protocol, '-m', match, flag, value] }
  })
}
