// Packets picked from a set: one that no earlier rule decides shows that a rule is not covered, without
// working out all that is left for it.
import {
  type Bound,
  type Diagram,
  type DiagramStore,
  everything,
  nothing,
} from '../../algebra/diagram.ts'

/** A packet: the values that matter of its variables, by their indexes. */
export type Sample = (variable: number) => Bound | string

/** Picks packets from sets, other ones each time, but the same ones in every run. */
export class Sampler {
  readonly #store: DiagramStore
  #state = 1

  constructor(store: DiagramStore) {
    this.#store = store
  }

  /** A packet of the set; null where there is none. */
  pick(set: Diagram): Sample | null {
    const values = new Map<number, Bound | string>()
    let here = set
    while (here !== everything) {
      const branches = this.#store.branches(here)
      if (branches === null) return null
      const { variable, children } = branches
      const open = children.flatMap((child, at) => (child === nothing ? [] : [at]))
      const isOther = branches.kind === 'text' && branches.other !== nothing
      const chosen = this.#below(open.length + (isOther ? 1 : 0))
      const at = open[chosen]
      if (branches.kind === 'text') {
        values.set(variable, at === undefined ? otherText : (branches.values[at] ?? otherText))
        here = at === undefined ? branches.other : (children[at] ?? nothing)
      } else {
        const start = branches.starts[at ?? 0] ?? 0
        values.set(variable, this.#between(start, branches.starts[(at ?? 0) + 1], variable))
        here = children[at ?? 0] ?? nothing
      }
    }
    return (variable) => this.#valueOf(values, variable)
  }

  /** What the set leaves open gets a value once it is asked for. */
  #valueOf(values: Map<number, Bound | string>, variable: number): Bound | string {
    const known = values.get(variable)
    if (known !== undefined) return known
    const domain = this.#store.variables[variable]
    const made =
      domain?.domain === 'number' ? this.#between(domain.first, undefined, variable) : otherText
    values.set(variable, made)
    return made
  }

  #between(start: Bound, end: Bound | undefined, variable: number): Bound {
    const domain = this.#store.variables[variable]
    const last = domain?.domain === 'number' ? domain.last : start
    const random = this.#below(2 ** 31)
    if (typeof start === 'bigint') {
      const size = (end === undefined ? BigInt(last) + 1n : BigInt(end)) - start
      return start + (size * BigInt(random)) / 2n ** 31n
    }
    const size = (end === undefined ? Number(last) + 1 : Number(end)) - start
    return start + Math.floor((size * random) / 2 ** 31)
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((this.#state / 2 ** 31) * limit)
  }
}

/** Stands for every text that no rule writes out. */
const otherText = '\u0000other'

/** Whether a packet is in a set. */
export function isSampleOf(sample: Sample, set: Diagram, store: DiagramStore): boolean {
  let here = set
  for (;;) {
    const branches = store.branches(here)
    if (branches === null) return here === everything
    const value = sample(branches.variable)
    if (branches.kind === 'text') {
      const at = branches.values.indexOf(`${value}`)
      here = at < 0 ? branches.other : (branches.children[at] ?? nothing)
    } else
      here =
        branches.children[lastUpTo(branches.starts, typeof value === 'string' ? 0 : value)] ??
        nothing
  }
}

/** Where the last of ascending numbers stands that is not above a value. */
function lastUpTo(starts: readonly Bound[], value: Bound): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}
