// All match extensions, by name.
import type { MatchExtension } from '../extension.ts'
import { addressMatches } from './addresses.ts'
import { otherMatches } from './others.ts'
import { trackingMatches } from './tracking.ts'
import { transportMatches } from './transport.ts'

const all = [...transportMatches, ...trackingMatches, ...addressMatches, ...otherMatches]

/** Match extensions by their names; `icmpv6` is another name of `icmp6`. */
export const matchExtensions: ReadonlyMap<string, MatchExtension> = new Map(
  all.flatMap((own) => {
    const names = own.name === 'icmp6' ? [own.name, 'icmpv6', 'ipv6-icmp'] : [own.name]
    return names.map((name) => [name, own] as const)
  }),
)

/** Extensions that `-p` loads by itself, by number of the protocol. */
export const protocolExtensions: ReadonlyMap<number, MatchExtension> = new Map(
  all.flatMap((own) => (own.protocol === null || own.name === 'osf' ? [] : [[own.protocol, own]])),
)
