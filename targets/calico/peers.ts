// Peers and subjects of one rule as the entities (source or destination) of Calico rules.
import {
  addressesOf,
  type Cidr,
  compareCidrs,
  families,
  printCidr,
  toCidrs,
} from '../../src/algebra/address.ts'
import { chunks, groupBy, uniqueBy } from '../../src/algebra/order.ts'
import type { Complain } from '../../src/emit/complain.ts'
import type { Peer } from '../../src/ir/types.ts'
import { type End, endsOf, type Role } from './ends.ts'
import { maxNets } from './limits.ts'
import { podSelectors } from './podSelectors.ts'
import { podTest } from './selector.ts'
import type { CalicoEntity } from './types.ts'

/** One entity and what it can match. */
export interface PeerMatch {
  readonly entity: CalicoEntity
  /** The address family that it is confined to, or null for both. */
  readonly family: 4 | 6 | null
  /** Whether it matches pods only. */
  readonly podsOnly: boolean
}

/** What the meaning of a peer depends on. */
export interface PeerContext {
  /** The policy's namespace, that a selector alone speaks of; null for a GlobalNetworkPolicy. */
  readonly namespace: string | null
  readonly enforcesLimits: boolean
  readonly complain: Complain
}

/** The pods of every namespace, and nothing else. */
export const everyPod: CalicoEntity = { namespaceSelector: 'all()', selector: podTest }

/** The entities of a rule's peers or subjects, in their order; none where the rule never matches. */
export function peerMatches(
  peers: readonly Peer[],
  role: Role,
  context: PeerContext,
): readonly PeerMatch[] {
  const matches = sharingBlocks(endsOf(peers, role, context.complain)).flatMap((end) =>
    endMatches(end, role, context),
  )
  return matches.length < 2 ? matches : uniqueBy(matches, (match) => JSON.stringify(match))
}

/** Blocks without exceptions share the entities that stand where the first of them stood. */
function sharingBlocks(ends: readonly End[]): readonly End[] {
  if (ends.length < 2) return ends
  const isPlain = ({ nets, except }: End): boolean => nets !== null && except.length === 0
  const groups = groupBy(ends.filter(isPlain), pairOf)
  return ends.flatMap((end) => {
    if (!isPlain(end)) return [end]
    const group = groups.get(pairOf(end)) ?? []
    if (group[0] !== end) return []
    return families.flatMap((family) => {
      const own = group.filter((one) => one.family === family)
      return own.length === 0
        ? []
        : [{ ...end, family, nets: own.flatMap(({ nets }) => nets ?? []) }]
    })
  })
}

function pairOf({ pods, notPods }: End): string {
  return JSON.stringify([pods, notPods])
}

function endMatches(end: End, role: Role, context: PeerContext): readonly PeerMatch[] {
  const { family, pods } = end
  if (pods === null && end.notPods.length > 0 && context.namespace !== null && role === 'peer') {
    context.complain(
      'NP5001',
      'in a NetworkPolicy Calico has no word for everybody but some pods: it confines "notSelector" to the own namespace',
      { help: 'write a policy of the whole cluster' },
    )
    return []
  }
  return podSelectors(end, context).flatMap((selectors) =>
    blocksOf(end).map((blocks) => ({
      entity: { ...blocks, ...selectors },
      family,
      podsOnly: pods !== null,
    })),
  )
}

type Blocks = Pick<CalicoEntity, 'nets' | 'notNets'>

function blocksOf({ nets, except, family }: End): readonly Blocks[] {
  // Too many exceptions for one list: the addresses that remain, block by block.
  if (family !== null && except.length > maxNets) {
    const whole: Cidr = { family, base: 0n, prefix: 0 }
    return (nets ?? [whole]).flatMap((net) => netLists(toCidrs(family, addressesOf(net, except))))
  }
  const notNets = except.length === 0 ? {} : { notNets: except.map(printCidr) }
  return nets === null ? [notNets] : netLists(nets).map((one) => ({ ...one, ...notNets }))
}

function netLists(nets: readonly Cidr[]): readonly Blocks[] {
  const texts = [...new Set([...nets].sort(compareCidrs).map(printCidr))]
  return chunks(texts, maxNets).map((part) => ({ nets: part }))
}
