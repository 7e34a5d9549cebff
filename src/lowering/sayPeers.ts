// Sets of endpoints back in the words of rules: everybody, pods and hosts by labels, blocks of addresses.
import type { Peer } from '../ir/types.ts'
import { blockOwners } from '../semantics/evaluate.ts'
import {
  type AddressSet,
  asBlocks,
  isCovered,
  isNoAddress,
  joinAddresses,
  meetAddresses,
  minusAddresses,
  noAddress,
} from './addresses.ts'
import { everything, podMatchOf, selectorOf, whichNode } from './labels.ts'
import { refuse } from './limit.ts'
import {
  isWithinPeers,
  minusParts,
  ofFamilies,
  type Part,
  type PeerSet,
  type World,
} from './peers.ts'
import { simplified } from './simplify.ts'

/**
 * The words for a set as far as the given IP versions go. Throws `Refusal` where endpoints would have
 * to be told apart by labels and addresses at once.
 */
export function sayPeers(
  set: PeerSet,
  { all, reading }: World,
  families: readonly (4 | 6)[],
): readonly Peer[] {
  const wanted = ofFamilies(set, families)
  const there = ofFamilies(all, families)
  if (isWithinPeers(there, wanted)) return [{ kind: 'any' }]
  const owners = blockOwners[reading]
  const matched = blocksFor(wanted, there, owners)
  const of = (kind: 'pod' | 'host'): Chosen => {
    const [parts, whole] = kind === 'pod' ? [wanted.pods, there.pods] : [wanted.hosts, there.hosts]
    return chosenBy(parts, whole, owners.includes(kind) ? matched : null, kind)
  }
  const [pods, hosts] = [of('pod'), of('host')]
  return [
    ...simplified(pods.map(({ labels }) => labels)).map(
      (labels): Peer => ({ kind: 'pods', ...podMatchOf(labels) }),
    ),
    ...hosts.map(
      ({ labels }): Peer => ({
        kind: 'hosts',
        nodes: selectorOf(labels, 'nodes'),
        which: whichNode(labels),
      }),
    ),
    ...asBlocks(matched).map((block): Peer => ({ kind: 'cidr', ...block })),
  ]
}

/**
 * The addresses to be named by blocks: those outside, and where blocks match hosts, those of hosts
 * that are meant whatever their labels, unless pods or outsiders may have them too.
 */
function blocksFor(
  { hosts, external }: PeerSet,
  { pods, external: outside }: PeerSet,
  owners: readonly string[],
): AddressSet {
  if (!owners.includes('host')) return external
  const ofHosts = hosts
    .filter(({ labels }) => labels.size === 0)
    .reduce((all, { addresses }) => joinAddresses(all, addresses), noAddress)
  const ofPods = pods.reduce((all, { addresses }) => joinAddresses(all, addresses), noAddress)
  const apart = owners.includes('pod') ? minusAddresses(ofHosts, ofPods) : ofHosts
  return joinAddresses(external, minusAddresses(apart, outside))
}

type Chosen = readonly Part[]

/**
 * The parts that have to be named by labels, whatever their addresses; `blocks` are the addresses that
 * are named anyway and match such endpoints too, null where they do not.
 */
function chosenBy(
  parts: readonly Part[],
  whole: readonly Part[],
  blocks: AddressSet | null,
  kind: 'pod' | 'host',
): Chosen {
  const covered = blocks ?? noAddress
  const reached = whole.map((part) => ({
    labels: everything,
    addresses: meetAddresses(part.addresses, covered),
  }))
  const tooMuch = minusParts(
    reached.filter(({ addresses }) => !isNoAddress(addresses)),
    parts,
  )
  if (tooMuch.length > 0) refuse(`${kind}s by their labels and addresses at once`)
  return parts.flatMap((part) => {
    if (isCovered(part.addresses, covered)) return []
    const isWhole = whole.every(({ addresses }) =>
      isCovered(addresses, joinAddresses(part.addresses, covered)),
    )
    if (!isWhole) refuse(`${kind}s by their addresses`)
    return [part]
  })
}
