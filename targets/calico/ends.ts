// Tests of one end of a flow as alternatives, each of which is a conjunction that one entity of a
// Calico rule can hold.
import {
  addressesOf,
  type Cidr,
  cidrsOverlap,
  compareCidrs,
  covers,
  families,
  printCidr,
} from '../../src/algebra/address.ts'
import type { Complain } from '../../src/emit/complain.ts'
import { and } from '../../src/ir/selector.ts'
import type { Peer, PodMatch } from '../../src/ir/types.ts'
import { normalMatch } from './selector.ts'

/** What one entity tests; without any field it is everybody. */
export interface End {
  /** Pods, in normal form. */
  readonly pods: PodMatch | null
  /** Pods that are not meant. */
  readonly notPods: readonly PodMatch[]
  /** The address is in one of these blocks, all of one family; null where no address is asked for. */
  readonly nets: readonly Cidr[] | null
  /** And in none of these. */
  readonly except: readonly Cidr[]
  /** The address family that it is confined to. */
  readonly family: 4 | 6 | null
}

const anybody: End = { pods: null, notPods: [], nets: null, except: [], family: null }

/** More alternatives than this are not written out. */
const maxAlternatives = 1024

/** The ends of which one must be met; none where it never is, or after complaining. */
export function endsOf(peers: readonly Peer[], role: Role, complain: Complain): readonly End[] {
  if (peers.some(({ kind }) => kind === 'any')) return [anybody]
  return peers.flatMap((peer) => alternatives(peer, false, { role, complain }))
}

/** The subject's end is always a pod. */
export type Role = 'subject' | 'peer'

interface Walk {
  readonly role: Role
  readonly complain: Complain
}

function alternatives(peer: Peer, negated: boolean, walk: Walk): readonly End[] {
  switch (peer.kind) {
    case 'any':
      return negated ? [] : [anybody]
    case 'pods':
      return podEnds(peer, negated, walk.role)
    case 'cidr':
      return negated ? outside(peer.cidr, peer.except) : inside(peer.cidr, peer.except)
    case 'external':
      return unsaid('all external addresses as a peer', negated, walk)
    case 'hosts':
      return unsaid('nodes as peers', negated, walk)
    case 'not':
      return alternatives(peer.of, !negated, walk)
    case 'and':
    case 'or': {
      const parts = peer.of.map((part) => alternatives(part, negated, walk))
      return (peer.kind === 'and') !== negated ? product(parts, walk) : parts.flat()
    }
  }
}

/** Neither a node nor what is outside has a word; a pod is never either. */
function unsaid(what: string, negated: boolean, { role, complain }: Walk): readonly End[] {
  if (role === 'subject') return negated ? [anybody] : []
  complain('NP5001', `Calico has no word for ${what}`)
  return []
}

function podEnds(peer: PodMatch, negated: boolean, role: Role): readonly End[] {
  const pods = normalMatch(peer)
  if (pods === null) return negated ? [anybody] : []
  if (!negated) return [{ ...anybody, pods }]
  // Of a subject, which is a pod, nothing remains where no pod is meant.
  return role === 'subject' && isEveryPod(pods) ? [] : [{ ...anybody, notPods: [pods] }]
}

/** Whether every pod passes. */
export function isEveryPod({ namespaces, pods, serviceAccounts }: PodMatch): boolean {
  return [namespaces, pods, serviceAccounts].every(({ kind }) => kind === 'all')
}

function inside(cidr: Cidr, except: readonly Cidr[]): readonly End[] {
  const { family } = cidr
  const holes = except.filter((hole) => hole.family === family)
  if (addressesOf(cidr, holes).length === 0) return []
  return [{ ...anybody, nets: [cidr], except: holes, family }]
}

/** Addresses of the other family, those beside the block, and its exceptions. */
function outside(cidr: Cidr, except: readonly Cidr[]): readonly End[] {
  const other = families.filter((family) => family !== cidr.family)
  return [
    ...(cidr.prefix === 0 ? [] : [{ ...anybody, except: [cidr], family: cidr.family }]),
    ...other.map((family): End => ({ ...anybody, family })),
    ...except.filter((hole) => cidrsOverlap(hole, cidr)).flatMap((hole) => inside(hole, [])),
  ]
}

function product(parts: readonly (readonly End[])[], { complain }: Walk): readonly End[] {
  let done: readonly End[] = [anybody]
  for (const part of parts) {
    done = done.flatMap((left) => part.flatMap((right) => meet(left, right) ?? []))
    if (done.length <= maxAlternatives) continue
    complain('NP5001', `the peer has more than ${maxAlternatives} alternatives in Calico's form`)
    return []
  }
  return done
}

/** Both at once; null where nothing is both. */
export function meet(a: End, b: End): End | null {
  if (a.family !== null && b.family !== null && a.family !== b.family) return null
  const pods = meetPods(a.pods, b.pods)
  if (pods === undefined) return null
  const except = unique([...a.except, ...b.except])
  const met = meetNets(a.nets, b.nets)
  const nets = met?.filter((net) => !except.some((hole) => covers(hole, net))) ?? null
  if (nets?.length === 0) return null
  const holes =
    nets === null ? except : except.filter((hole) => nets.some((net) => covers(net, hole)))
  if (nets?.every((net) => addressesOf(net, holes).length === 0)) return null
  const family = a.family ?? b.family
  return { pods, notPods: [...a.notPods, ...b.notPods], nets, except: holes, family }
}

function meetPods(a: PodMatch | null, b: PodMatch | null): PodMatch | null | undefined {
  if (a === null || b === null) return a ?? b
  const both = {
    namespaces: and([a.namespaces, b.namespaces]),
    pods: and([a.pods, b.pods]),
    serviceAccounts: and([a.serviceAccounts, b.serviceAccounts]),
  }
  return normalMatch(both) ?? undefined
}

function meetNets(a: End['nets'], b: End['nets']): End['nets'] {
  if (a === null || b === null) return a ?? b
  return a.flatMap((left) =>
    b.flatMap((right) => (covers(left, right) ? [right] : covers(right, left) ? [left] : [])),
  )
}

function unique(blocks: readonly Cidr[]): readonly Cidr[] {
  const byText = new Map(blocks.map((block) => [printCidr(block), block]))
  return [...byText.values()].sort(compareCidrs)
}
