// Results by pairs of small numbers, in flat arrays: millions of them cost neither objects nor strings.

const firstSize = 1 << 10

/** A map from pairs of whole numbers from 0 to 2^31 - 2 to such a number. */
export class PairMemo {
  /** Each entry: the first number + 1 (0: free), the second, the result. */
  #entries = new Int32Array(3 * firstSize)
  #mask = firstSize - 1
  #count = 0

  /** The result for a pair; -1 where there is none. */
  get(a: number, b: number): number {
    const at = this.#find(a, b)
    return this.#entries[at] === 0 ? -1 : (this.#entries[at + 2] ?? -1)
  }

  set(a: number, b: number, result: number): void {
    const at = this.#find(a, b)
    if (this.#entries[at] === 0) this.#count += 1
    this.#entries[at] = a + 1
    this.#entries[at + 1] = b
    this.#entries[at + 2] = result
    if (2 * this.#count > this.#mask) this.#grow()
  }

  #find(a: number, b: number): number {
    const entries = this.#entries
    for (let slot = hash(a, b) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = 3 * slot
      const first = entries[at]
      if (first === 0 || (first === a + 1 && entries[at + 1] === b)) return at
    }
  }

  #grow(): void {
    const old = this.#entries
    this.#mask = 2 * this.#mask + 1
    this.#entries = new Int32Array(3 * (this.#mask + 1))
    for (let at = 0; at < old.length; at += 3) {
      const first = old[at] ?? 0
      if (first === 0) continue
      const [second, result] = [old[at + 1] ?? 0, old[at + 2] ?? 0]
      const to = this.#find(first - 1, second)
      this.#entries[to] = first
      this.#entries[to + 1] = second
      this.#entries[to + 2] = result
    }
  }
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
