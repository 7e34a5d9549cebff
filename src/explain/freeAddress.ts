// An address for a pod that is made up from labels: nobody wrote it, so no block should decide by it.
import { type Address, bitsOf, type Cidr, contains, intervalOf } from '../algebra/address.ts'
import type { Peer, PolicySet } from '../ir/types.ts'

/** What a policy set says of addresses: each block with its exceptions. */
export type Block = Extract<Peer, { readonly kind: 'cidr' }>

/** All blocks that the rules of a set mention. */
export function blocksOf({ tiers }: PolicySet): readonly Block[] {
  return tiers
    .flatMap(({ policies }) => policies.flatMap(({ ingress, egress }) => [ingress, egress]))
    .flatMap((section) => section?.rules ?? [])
    .flatMap(({ subjects, peers }) => [...subjects, ...peers])
    .flatMap(blocksIn)
}

function blocksIn(peer: Peer): readonly Block[] {
  switch (peer.kind) {
    case 'cidr':
      return [peer]
    case 'not':
      return blocksIn(peer.of)
    case 'and':
    case 'or':
      return peer.of.flatMap(blocksIn)
    default:
      return []
  }
}

/**
 * The address wanted, or one near the edge of a block where fewer blocks hold it: none at all where
 * the blocks leave room. `taken` are addresses of others.
 */
export function freeAddress(
  wanted: Address,
  blocks: readonly Block[],
  taken: readonly Address[],
): Address {
  const { family } = wanted
  const own = blocks.filter(({ cidr }) => cidr.family === family)
  const candidates = [wanted, ...own.flatMap(edgesOf)].filter(
    (one) => isUsable(one) && !taken.some((other) => isSame(one, other)),
  )
  const holders = candidates.map((one) => own.filter((block) => holds(block, one)).length)
  return candidates[holders.indexOf(Math.min(...holders))] ?? wanted
}

// Two for each place, as two ends may be looking; far enough in to look like those of pods, if possible.
const steps: readonly bigint[] = [7n, 8n, 1n, 2n]

/** Addresses beside a block, and inside of each of its holes. */
function edgesOf({ cidr, except }: Block): readonly Address[] {
  return [...besides(cidr), ...except.flatMap((hole) => [...insides(hole), ...besides(hole)])]
}

function besides(cidr: Cidr): readonly Address[] {
  const { from, to } = intervalOf(cidr)
  const values = [...steps.map((step) => to + step), ...steps.map((step) => from - step)]
  return values.map((value) => ({ family: cidr.family, value }))
}

function insides({ family, base }: Cidr): readonly Address[] {
  return [...steps, 0n].map((step) => ({ family, value: base + step }))
}

function isUsable({ family, value }: Address): boolean {
  return value > 0n && value < (1n << BigInt(bitsOf(family))) - 1n
}

function holds({ cidr, except }: Block, address: Address): boolean {
  return contains(cidr, address) && !except.some((hole) => contains(hole, address))
}

/** Whether two addresses are one. */
export function isSame(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value
}
