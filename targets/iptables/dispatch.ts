// From an address to its pod's profile in few steps: a tree over address prefixes, four bits a level,
// since a list of thousands of comparisons costs every packet dearly.
import {
  type Address,
  bitsOf,
  blockOf,
  type Cidr,
  type Family,
  printAddress,
  printCidr,
} from '../../src/algebra/address.ts'
import { groupBy } from '../../src/algebra/order.ts'
import type { Chain } from './profiles.ts'
import { type ChainKind, chainName, quoteComment } from './text.ts'

/** A pod's address and the chain that decides for it. */
export interface Leaf {
  readonly address: Address
  readonly chain: string
  /** All of the pod's addresses of the family: its way to itself is always open. */
  readonly own: readonly Address[]
  /** `namespace/name`, shown beside it. */
  readonly title: string
}

/** How a dispatch matches and what its chains are called. */
export interface DispatchForm {
  readonly flag: '-s' | '-d'
  readonly kind: ChainKind
  readonly family: Family
  /** Whether packets of a pod to itself can come by. */
  readonly meetsItself: boolean
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
export function makeDispatch(leaves: readonly Leaf[], form: DispatchForm): Dispatch {
  const sorted = [...leaves].sort((a, b) => (a.address.value < b.address.value ? -1 : 1))
  return branch(sorted, 0, form)
}

function branch(leaves: readonly Leaf[], depth: number, form: DispatchForm): Dispatch {
  if (leaves.length <= listed)
    return { rules: leaves.flatMap((leaf) => leafRules(leaf, form)), chains: [] }
  const prefix = splitPrefix(leaves, depth, form.family)
  const parts = [...groupBy(leaves, (leaf) => printCidr(blockOf(leaf.address, prefix)))]
  const below = parts.map(([block, group]) => {
    const inner = branch(group, prefix, form)
    return { block, inner, chain: { name: chainName(form.kind, [block]), rules: inner.rules } }
  })
  return {
    rules: below.map(({ block, chain }) => `${form.flag} ${block} -g ${chain.name}`),
    chains: below.flatMap(({ inner, chain }) => [chain, ...inner.chains]),
  }
}

/** One rule where a pod has one address: what it sends to itself matches none and falls through. */
function leafRules(
  { address, chain, own, title }: Leaf,
  { flag, meetsItself }: DispatchForm,
): readonly string[] {
  const text = printAddress(address)
  const other = flag === '-s' ? '-d' : '-s'
  const lead = `-m comment --comment ${quoteComment(title)} -g ${chain}`
  if (!meetsItself) return [`${flag} ${text} ${lead}`]
  if (own.length === 1) return [`${flag} ${text} ! ${other} ${text} ${lead}`]
  const comment = `-m comment --comment ${quoteComment(`${title} to itself`)}`
  const itself = own.map(
    (one) => `${flag} ${text} ${other} ${printAddress(one)} ${comment} -j RETURN`,
  )
  return [...itself, `${flag} ${text} ${lead}`]
}

/** The first multiple of four bits, past `depth`, at which the addresses part. */
function splitPrefix(leaves: readonly Leaf[], depth: number, family: Family): number {
  const [first, last] = [leaves[0], leaves.at(-1)]
  let prefix = depth + bitsOfLevel
  while (first !== undefined && last !== undefined && prefix < bitsOf(family)) {
    if (!sameBlock(blockOf(first.address, prefix), blockOf(last.address, prefix))) break
    prefix += bitsOfLevel
  }
  return prefix
}

function sameBlock(a: Cidr, b: Cidr): boolean {
  return a.base === b.base
}
