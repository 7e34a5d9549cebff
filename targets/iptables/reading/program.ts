// What a table does with the first packet of a connection, for all packets at once: sets of packets go
// through the chains from rule to rule, as the kernel takes a single one.
import { addressesOf } from '../../../src/algebra/address.ts'
import { type Diagram, everything, nothing } from '../../../src/algebra/diagram.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Packets } from '../../../src/proof/packets.ts'
import type { AddressFacts } from '../../../src/proof/paths.ts'
import type { IpSet } from './sets.ts'
import type { Chain, FirewallRule, Match } from './types.ts'

/** What rules refer to. */
export interface Program {
  readonly chains: ReadonlyMap<string, Chain>
  readonly sets: ReadonlyMap<string, IpSet>
  readonly facts: AddressFacts
}

/** Where packets that went into a chain have got to. */
interface Outcome {
  readonly accepted: Diagram
  readonly dropped: Diagram
  /** Came back to where the chain was called from. */
  readonly returned: Diagram
}

/** The new packets that a hook of the table lets on; all of them where it has no such chain. */
export function acceptedPackets(
  program: Program,
  hook: string,
  packets: Packets,
  reporter: Reporter,
): Diagram {
  const chain = program.chains.get(hook)
  if (chain === undefined) return everything
  const { accepted, returned } = run(chain, everything, program, packets, reporter)
  return chain.policy === 'drop' ? accepted : packets.store.or(accepted, returned)
}

function run(
  chain: Chain,
  entering: Diagram,
  program: Program,
  packets: Packets,
  reporter: Reporter,
): Outcome {
  const { store } = packets
  const found: Record<keyof Outcome, Diagram[]> = { accepted: [], dropped: [], returned: [] }
  const call = (name: string, hit: Diagram): Outcome => {
    const next = program.chains.get(name)
    const outcome = next && run(next, hit, program, packets, reporter)
    found.accepted.push(outcome?.accepted ?? nothing)
    found.dropped.push(outcome?.dropped ?? nothing)
    return outcome ?? { accepted: nothing, dropped: nothing, returned: hit }
  }
  let here = entering
  for (const rule of chain.rules) {
    if (here === nothing) break
    const hit = store.and(here, matched(rule, program, packets, reporter))
    if (hit === nothing || rule.target.kind === 'none') continue
    here = store.minus(here, hit)
    switch (rule.target.kind) {
      case 'accept':
        found.accepted.push(hit)
        break
      case 'drop':
        found.dropped.push(hit)
        break
      case 'return':
        found.returned.push(hit)
        break
      case 'goto':
        found.returned.push(call(rule.target.chain, hit).returned)
        break
      case 'jump':
        here = store.or(here, call(rule.target.chain, hit).returned)
    }
  }
  return {
    accepted: store.some(found.accepted),
    dropped: store.some(found.dropped),
    returned: store.some([...found.returned, here]),
  }
}

function matched(
  { matches }: FirewallRule,
  program: Program,
  packets: Packets,
  reporter: Reporter,
): Diagram {
  return packets.store.all(
    matches.map((match) => {
      const holds = matchOf(match, program, packets, reporter)
      return match.negated ? packets.store.not(holds) : holds
    }),
  )
}

function matchOf(match: Match, program: Program, packets: Packets, reporter: Reporter): Diagram {
  switch (match.kind) {
    case 'address':
      return packets.addresses(match.end, addressesOf(match.block, []))
    case 'protocol':
      return packets.protocols(match.number, match.number)
    case 'port':
      return packets.store.some(match.ranges.map(({ from, to }) => packets.ports(from, to)))
    case 'icmp':
      return packets.icmp(match.type, match.code)
    case 'state':
      return match.states.includes('NEW') ? everything : nothing
    case 'addrtype':
      return program.facts[match.end] === 'local' ? everything : nothing
    case 'set':
      return setMatch(match, program, packets, reporter)
  }
}

const ends = { src: 'source', dst: 'destination' } as const

function setMatch(
  match: Match & { kind: 'set' },
  { sets }: Program,
  packets: Packets,
  reporter: Reporter,
): Diagram {
  const set = sets.get(match.name)
  const [first, second] = match.flags
  if (set === undefined || first === undefined) {
    const message = `the set "${match.name}" is not in the dump of ipset`
    reporter.report('NP2020', { message, at: match.at })
    return nothing
  }
  if (set.family !== packets.family) return nothing
  if (set.kind === 'addresses') return packets.addresses(ends[first], set.addresses)
  if (second !== 'dst') {
    const message = 'ports of sources are not read'
    reporter.report('NP2021', { message, at: match.at })
    return nothing
  }
  const { store } = packets
  return store.some(
    set.elements.map(({ addresses, protocol, from, to }) =>
      store.all([
        packets.addresses(ends[first], addresses),
        packets.ports(from, to),
        packets.protocols(protocol, protocol),
      ]),
    ),
  )
}
