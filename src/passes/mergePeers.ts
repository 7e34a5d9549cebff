// Peers of a rule in one form: repeats dropped, exceptions of a block disjoint and sorted, blocks
// whose exceptions leave nothing taken out.
import {
  addressesOf,
  type Cidr,
  cidrsOverlap,
  compareCidrs,
  covers,
  printCidr,
} from '../algebra/address.ts'
import { uniqueBy } from '../algebra/order.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Peer, Rule } from '../ir/types.ts'
import type { Pass } from './pass.ts'

type CidrPeer = Extract<Peer, { kind: 'cidr' }>

/** Tidies the peers of each rule. */
export const mergePeers: Pass = {
  name: 'mergePeers',
  of: 'rule',
  change: (rule, reporter) =>
    isTidy(rule.peers) ? rule : { ...rule, peers: merged(rule, reporter) },
}

function isTidy(peers: Rule['peers']): boolean {
  const [only] = peers
  return peers.length === 1 && (only?.kind !== 'cidr' || only.except.length === 0)
}

function merged(rule: Rule, reporter: Reporter): Rule['peers'] {
  if (rule.peers.some(({ kind }) => kind === 'any')) return [{ kind: 'any' }]
  const peers = rule.peers.flatMap((peer): Peer[] =>
    peer.kind === 'cidr' ? withoutHoles(peer, rule, reporter) : [peer],
  )
  return peers.length < 2 ? peers : uniqueBy(peers, keyOf)
}

function withoutHoles(peer: CidrPeer, rule: Rule, reporter: Reporter): CidrPeer[] {
  const { cidr } = peer
  const holes = outermost(peer.except.filter((hole) => cidrsOverlap(hole, cidr)))
  if (holes.length === 0 || addressesOf(cidr, holes).length > 0) return [{ ...peer, except: holes }]
  const { span, path } = rule.origins[0]
  reporter.report('NP3004', {
    message: `${printCidr(cidr)} matches nothing: its exceptions leave no address`,
    at: span,
    label: path,
    help: 'remove the block, or the exceptions that cover it',
  })
  return []
}

/** The blocks that no other one covers, sorted: two blocks either nest or have nothing in common. */
function outermost(blocks: readonly Cidr[]): readonly Cidr[] {
  const kept: Cidr[] = []
  for (const block of [...blocks].sort(compareCidrs)) {
    const last = kept.at(-1)
    if (last === undefined || !covers(last, block)) kept.push(block)
  }
  return kept
}

function keyOf(peer: Peer): string {
  if (peer.kind !== 'cidr') {
    return JSON.stringify(peer, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  }
  return [peer.cidr, ...peer.except].map(printCidr).join(' ')
}
