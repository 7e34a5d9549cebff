// What a group of addresses is called: by the pods and nodes that are in it, or by its largest blocks.
import { type Cidr, type Family, printAddress, printCidr } from '../../algebra/address.ts'
import type { Cluster } from '../../cluster/types.ts'
import type { Block } from './partition.ts'

/** Names that are written out. */
const maxNames = 4

/** `shop/db-0, shop/db-1`, `10.0.0.0/8 and 3 more blocks`, `every other address`. */
export function groupName(
  blocks: readonly Block[],
  cidrs: readonly Cidr[],
  family: Family,
  cluster: Cluster | null,
): string {
  const owners = cluster === null ? [] : ownersIn(blocks, family, cluster)
  if (owners.length > 0) return listed(owners, owners.length === 1 ? '' : 'more')
  const byWidth = [...cidrs].sort((a, b) => a.prefix - b.prefix)
  const widest = byWidth[0]
  // The rest of all addresses is many blocks, some of them very large.
  if (widest !== undefined && widest.prefix <= 2 && cidrs.length > maxNames) {
    return 'every other address'
  }
  return listed(cidrs.map(blockName), 'more blocks')
}

function blockName(block: Cidr): string {
  const isOne = block.prefix === (block.family === 4 ? 32 : 128)
  return isOne ? printAddress({ family: block.family, value: block.base }) : printCidr(block)
}

function listed(names: readonly string[], word: string): string {
  const shown = names.slice(0, maxNames)
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} ${word}` : shown.join(', ')
}

function ownersIn(
  blocks: readonly Block[],
  family: Family,
  { pods, nodes }: Cluster,
): readonly string[] {
  const isIn = (value: bigint): boolean =>
    blocks.some(({ from, to }) => BigInt(from) <= value && value <= BigInt(to))
  const isHere = (addresses: (typeof pods)[number]['addresses']): boolean =>
    addresses.some((one) => one.family === family && isIn(one.value))
  return [
    ...pods
      .filter((pod) => isHere(pod.addresses))
      .map((pod) => `${pod.namespace.name}/${pod.name}`),
    ...nodes.filter((node) => isHere(node.addresses)).map(({ name }) => `node ${name}`),
  ]
}
