// The nodes of one store of diagrams, each of them once: equal nodes have one number.
import type { Bound, Diagram, Node } from './diagramNodes.ts'

const firstSize = 1 << 10

/** Nodes by number; 0 and 1 are the two sets without nodes. */
export class UniqueNodes {
  readonly #nodes: (Node | null)[] = [null, null]
  readonly #hashes: number[] = [0, 0]
  /** Numbers of nodes at the places of their hashes; 0: free. */
  #table = new Int32Array(firstSize)

  /** The node of a set; null for the two that have none. */
  at(set: Diagram): Node | null {
    return this.#nodes[set] ?? null
  }

  get count(): number {
    return this.#nodes.length
  }

  /** The number of a node, which is new if there was no equal one. */
  numberOf(node: Node): Diagram {
    const hash = hashOf(node)
    const slot = this.#find(node, hash)
    const known = this.#table[slot] ?? 0
    if (known !== 0) return known
    const made = this.#nodes.push(node) - 1
    this.#hashes.push(hash)
    this.#table[slot] = made
    if (2 * made > this.#table.length) this.#grow()
    return made
  }

  /** The place of the equal node, or the free one where it would be. */
  #find(node: Node, hash: number): number {
    const mask = this.#table.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = this.#table[slot] ?? 0
      if (known === 0) return slot
      if (this.#hashes[known] !== hash) continue
      const other = this.#nodes[known]
      if (other && isSame(node, other)) return slot
    }
  }

  #grow(): void {
    this.#table = new Int32Array(2 * this.#table.length)
    const mask = this.#table.length - 1
    for (let number = 2; number < this.#nodes.length; number += 1) {
      let slot = (this.#hashes[number] ?? 0) & mask
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask
      this.#table[slot] = number
    }
  }
}

function hashOf(node: Node): number {
  let hash = node.level + 1
  for (const child of node.children) hash = mixed(hash, child)
  if (node.kind === 'number') {
    for (const start of node.starts) hash = mixed(hash, numberIn(start))
    return hash
  }
  for (const value of node.values) hash = mixed(hash, value)
  return mixed(hash, node.other)
}

function numberIn(start: Bound): number {
  if (typeof start === 'number') return start
  const low = Number(BigInt.asUintN(48, start))
  return low ^ (low / 2 ** 24) ^ Number(BigInt.asUintN(32, start >> 64n))
}

function mixed(hash: number, value: number): number {
  const next = Math.imul(hash ^ value, 0x9e3779b1)
  return next ^ (next >>> 15)
}

function isSame(a: Node, b: Node): boolean {
  if (a.level !== b.level || !areSame(a.children, b.children)) return false
  if (a.kind === 'number') return b.kind === 'number' && areSame(a.starts, b.starts)
  return b.kind === 'text' && a.other === b.other && areSame(a.values, b.values)
}

function areSame(a: readonly Bound[], b: readonly Bound[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index])
}
