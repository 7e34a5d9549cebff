// From an address to its pod's profile in few steps: a tree over address prefixes, four bits a level,
// since a list of thousands of comparisons costs every packet dearly.
import {
  type Address,
  blockOf,
  type Cidr,
  type Family,
  printAddress,
  printCidr,
} from '../../src/algebra/address.ts'
import { groupBy } from '../../src/algebra/order.ts'
import { hostPrefix } from './peers.ts'
import type { Chain } from './profiles.ts'
import { chainName, quoteComment } from './text.ts'

/** A pod's address and the chain that decides for it. */
export interface Leaf {
  readonly address: Address
  readonly chain: string
  /** `namespace/name`, shown beside it. */
  readonly title: string
}

/** Chains of a dispatch, and the rules that lead into them. */
export interface Dispatch {
  readonly rules: readonly string[]
  readonly chains: readonly Chain[]
}

/** Most addresses that are simply listed. */
const listed = 16
const bitsOfLevel = 4

/** Leads packets from (`-s`) or to (`-d`) the addresses to their chains; others fall through. */
export function makeDispatch(leaves: readonly Leaf[], flag: '-s' | '-d', family: Family): Dispatch {
  const sorted = [...leaves].sort((a, b) => (a.address.value < b.address.value ? -1 : 1))
  return branch(sorted, 0, flag, family)
}

function branch(
  leaves: readonly Leaf[],
  depth: number,
  flag: '-s' | '-d',
  family: Family,
): Dispatch {
  if (leaves.length <= listed)
    return { rules: leaves.flatMap((leaf) => leafRules(leaf, flag)), chains: [] }
  const prefix = splitPrefix(leaves, depth, family)
  const parts = [...groupBy(leaves, (leaf) => printCidr(blockOf(leaf.address, prefix)))]
  const below = parts.map(([block, group]) => {
    const inner = branch(group, prefix, flag, family)
    const name = chainName(flag === '-s' ? 'DE' : 'DI', [block, ...inner.rules])
    return { block, inner, chain: { name, rules: inner.rules } }
  })
  return {
    rules: below.map(({ block, chain }) => `${flag} ${block} -g ${chain.name}`),
    chains: below.flatMap(({ inner, chain }) => [chain, ...inner.chains]),
  }
}

/** A pod's way to itself (through a Service) is always open. */
function leafRules({ address, chain, title }: Leaf, flag: '-s' | '-d'): readonly string[] {
  const text = printAddress(address)
  return [
    `-s ${text} -d ${text} -m comment --comment ${quoteComment(`${title} to itself`)} -j RETURN`,
    `${flag} ${text} -m comment --comment ${quoteComment(title)} -g ${chain}`,
  ]
}

/** The first multiple of four bits, past `depth`, at which the addresses part. */
function splitPrefix(leaves: readonly Leaf[], depth: number, family: Family): number {
  const [first, last] = [leaves[0], leaves.at(-1)]
  let prefix = depth + bitsOfLevel
  while (first !== undefined && last !== undefined && prefix < hostPrefix(family)) {
    if (!sameBlock(blockOf(first.address, prefix), blockOf(last.address, prefix))) break
    prefix += bitsOfLevel
  }
  return prefix
}

function sameBlock(a: Cidr, b: Cidr): boolean {
  return a.base === b.base
}
