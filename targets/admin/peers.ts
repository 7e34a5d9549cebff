// Peers of one rule of the IR as peers of a ClusterNetworkPolicy. Ingress rules have words for pods only.
import { addressesOf, type Cidr, families, printCidr, toCidrs } from '../../src/algebra/address.ts'
import { chunks } from '../../src/algebra/order.ts'
import type { Complain } from '../../src/emit/complain.ts'
import type { ManifestMap } from '../../src/emit/manifest.ts'
import type { Direction, Peer, Rule } from '../../src/ir/types.ts'
import { maxNames } from './limits.ts'
import { labelSelectors, podChoices } from './selector.ts'

/** Peers by whether ports have names there. */
export interface Peers {
  readonly pods: readonly ManifestMap[]
  /** Networks and nodes. */
  readonly nameless: readonly ManifestMap[]
}

const nobody: Peers = { pods: [], nameless: [] }

/** The peers of a rule; what cannot be written is complained about and left out. */
export function rulePeers({ peers }: Rule, direction: Direction, complain: Complain): Peers {
  const inWords = peers.filter((peer) => checkPeer(peer, direction, complain))
  const networks = [...new Set(inWords.flatMap(blocksOf).map(printCidr))]
  return {
    pods: inWords.flatMap((peer) => (peer.kind === 'pods' ? podChoices(peer, complain) : [])),
    nameless: [
      ...chunks(networks, maxNames).map((part) => ({ networks: part })),
      ...inWords.flatMap((peer) =>
        peer.kind === 'hosts'
          ? labelSelectors(peer.nodes, complain).map((nodes) => ({ nodes }))
          : [],
      ),
    ],
  }
}

/** The pods among a rule's peers, for ports by name, which nobody else has. */
export function podsAmong({ peers }: Rule, complain: Complain): Peers {
  if (peers.some(({ kind }) => kind === 'any')) return { ...nobody, pods: [{ namespaces: {} }] }
  if (peers.some(({ kind }) => kind === 'cidr')) {
    complain('NP5001', 'ClusterNetworkPolicy takes no port by name towards address blocks')
  }
  const pods = peers.flatMap((peer) => (peer.kind === 'pods' ? podChoices(peer, complain) : []))
  return { ...nobody, pods }
}

function checkPeer(peer: Peer, direction: Direction, complain: Complain): boolean {
  const fault = faultOf(peer, direction)
  if (fault !== undefined) complain('NP5001', fault)
  return fault === undefined
}

function faultOf(peer: Peer, direction: Direction): string | undefined {
  if (peer.kind === 'hosts' && peer.which !== 'any') {
    return 'ClusterNetworkPolicy does not tell the own node of a pod from others'
  }
  if (direction === 'egress' || peer.kind === 'pods') return undefined
  const whom = { any: 'everybody', hosts: 'nodes', cidr: 'address blocks' }
  const { kind } = peer
  const meant = kind === 'any' || kind === 'hosts' || kind === 'cidr' ? whom[kind] : 'such peers'
  return `ingress rules of ClusterNetworkPolicy are about pods only, not about ${meant}`
}

/** Networks have no exceptions: what those leave is written block by block. */
function blocksOf(peer: Peer): readonly Cidr[] {
  if (peer.kind === 'any') return families.map((family) => ({ family, base: 0n, prefix: 0 }))
  if (peer.kind !== 'cidr') return []
  const { cidr, except } = peer
  const holes = except.filter(({ family }) => family === cidr.family)
  return holes.length === 0 ? [cidr] : toCidrs(cidr.family, addressesOf(cidr, holes))
}
