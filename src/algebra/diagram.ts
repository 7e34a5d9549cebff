// Sets of points in a space of many variables, as reduced, ordered, hash-consed decision diagrams with
// many-way branches. A variable ranges over texts, of which there are endlessly many, or over whole
// numbers; a node names the values (or the starts of the intervals) at which something changes, and
// has one edge for all others. Two sets are equal exactly where their diagrams are the same number.
// What it costs, and why this form was chosen, is in src/proof/README.md.

import {
  type Bound,
  childrenOf,
  combineNumbers,
  type Diagram,
  everything,
  type Node,
  type NumberSide,
  nothing,
  numberSide,
  type Operation,
  shortcut,
  type TextSide,
  textSide,
  zipNumbers,
  zipTexts,
} from './diagramNodes.ts'
import { PairMemo } from './pairMemo.ts'
import { UniqueNodes } from './uniqueNodes.ts'

export { type Bound, type Diagram, everything, nothing } from './diagramNodes.ts'

/** A variable of the space. Variables that come earlier in the list are decided earlier. */
export type Variable =
  | { readonly name: string; readonly domain: 'text' }
  /** The numbers from `first` to `last`, both included. */
  | {
      readonly name: string
      readonly domain: 'number'
      readonly first: Bound
      readonly last: Bound
    }

/** How a diagram goes on at its first variable. */
export type Branches =
  /** `children[i]` for the text `values[i]`, `other` for every other text. */
  | {
      readonly kind: 'text'
      readonly variable: number
      readonly values: readonly string[]
      readonly children: readonly Diagram[]
      readonly other: Diagram
    }
  /** `children[i]` for the numbers from `starts[i]` to before `starts[i + 1]`. */
  | {
      readonly kind: 'number'
      readonly variable: number
      readonly starts: readonly Bound[]
      readonly children: readonly Diagram[]
    }

/** Says that a computation was given up: it needed more nodes or steps than allowed. */
export class LimitReached extends Error {}

/** Children are numbered below this, so that two of them fit into one key. */
const maxNodes = 2 ** 26

/** Makes diagrams over one list of variables, and computes with them. */
export class DiagramStore {
  readonly variables: readonly Variable[]
  readonly #budget: number
  #steps = 0
  readonly #nodes = new UniqueNodes()
  readonly #texts: string[] = []
  readonly #numberOfText = new Map<string, number>()
  readonly #memo: Readonly<Record<Operation, PairMemo>> = {
    and: new PairMemo(),
    or: new PairMemo(),
    minus: new PairMemo(),
    xor: new PairMemo(),
  }

  /** `budget`: how many steps of computation are allowed before `LimitReached` is thrown. */
  constructor(variables: readonly Variable[], budget: number) {
    this.variables = variables
    this.#budget = budget
  }

  /** Grants the whole budget once more, for a computation with a purpose of its own. */
  renewBudget(): void {
    this.#steps = 0
  }

  /** The points where the variable (by its index) has one of the texts. */
  isOneOf(variable: number, values: readonly string[]): Diagram {
    const numbers = [...new Set(values.map((value) => this.#textNumber(value)))]
    numbers.sort((a, b) => a - b)
    return this.#text(
      variable,
      numbers,
      numbers.map(() => everything),
      nothing,
    )
  }

  /** The points where the variable is in one of the intervals: ascending, disjoint, ends included. */
  isIn(
    variable: number,
    intervals: readonly { readonly from: Bound; readonly to: Bound }[],
  ): Diagram {
    const starts: Bound[] = [this.#domainOf(variable).first]
    const children: Diagram[] = [nothing]
    for (const { from, to } of intervals) {
      starts.push(from, typeof to === 'bigint' ? to + 1n : to + 1)
      children.push(everything, nothing)
    }
    return this.#number(variable, starts, children)
  }

  and(a: Diagram, b: Diagram): Diagram {
    return this.#apply('and', a, b)
  }

  or(a: Diagram, b: Diagram): Diagram {
    return this.#apply('or', a, b)
  }

  /** The points of `a` that are not in `b`. */
  minus(a: Diagram, b: Diagram): Diagram {
    return this.#apply('minus', a, b)
  }

  not(a: Diagram): Diagram {
    return this.#apply('minus', everything, a)
  }

  /** The points that are in exactly one of the two. */
  xor(a: Diagram, b: Diagram): Diagram {
    return this.#apply('xor', a, b)
  }

  /**
   * A set that is simple to say and has the same points as `of` inside of `care`: outside of it, it
   * may be anything.
   */
  simplify(of: Diagram, care: Diagram): Diagram {
    return this.#simplify(of, care, new Map()) ?? nothing
  }

  /** The points that are in the set for some value of the variables (by their indexes). */
  forget(of: Diagram, variables: ReadonlySet<number>): Diagram {
    return variables.size === 0 ? of : this.#forget(of, variables, new Map())
  }

  /** The points that are in all of them; what is decided late goes first, under what is decided early. */
  all(parts: readonly Diagram[]): Diagram {
    const level = (part: Diagram): number => this.#nodes.at(part)?.level ?? Infinity
    const sorted = parts.length > 2 ? [...parts].sort((a, b) => level(b) - level(a)) : parts
    return sorted.reduce((done, part) => this.and(done, part), everything)
  }

  /** The points that are in some of them: pairs first, so that big unions meet late. */
  some(parts: readonly Diagram[]): Diagram {
    let level = [...new Set(parts)]
    while (level.length > 1) {
      const next: Diagram[] = []
      for (let at = 0; at < level.length; at += 2) {
        next.push(this.or(level[at] ?? nothing, level[at + 1] ?? nothing))
      }
      level = next
    }
    return level[0] ?? nothing
  }

  /** Whether a point is in the set; `value` gives its values by the indexes of variables. */
  holds(of: Diagram, value: (variable: number) => Bound | string): boolean {
    for (let at = of; ; ) {
      const node = this.#nodes.at(at)
      if (node === null) return at === everything
      const own = value(node.level)
      if (node.kind === 'number') {
        const next = node.starts.findIndex((start) => typeof own !== 'string' && start > own)
        at = node.children[next < 0 ? node.children.length - 1 : next - 1] ?? nothing
      } else {
        const found = node.values.findIndex((number) => this.#texts[number] === own)
        at = found < 0 ? node.other : (node.children[found] ?? nothing)
      }
    }
  }

  /** Reads a diagram; null for nothing and everything. */
  branches(of: Diagram): Branches | null {
    const node = this.#nodes.at(of)
    if (node === null || node === undefined) return null
    if (node.kind === 'number') return { ...node, variable: node.level }
    const values = node.values.map((value) => this.#texts[value] ?? '')
    return { ...node, variable: node.level, values }
  }

  #domainOf(variable: number): Variable & { readonly domain: 'number' } {
    const known = this.variables[variable]
    if (known?.domain === 'number') return known
    throw new Error(`variable ${variable} is no number`)
  }

  #forget(of: Diagram, variables: ReadonlySet<number>, memo: Map<Diagram, Diagram>): Diagram {
    const node = this.#nodes.at(of)
    if (!node) return of
    const known = memo.get(of)
    if (known !== undefined) return known
    this.#steps += node.children.length
    if (this.#steps > this.#budget) throw new LimitReached()
    const visit = (child: Diagram): Diagram => this.#forget(child, variables, memo)
    const result = variables.has(node.level)
      ? this.some(childrenOf(node).map(visit))
      : node.kind === 'text'
        ? this.#text(node.level, node.values, node.children.map(visit), visit(node.other))
        : this.#number(node.level, node.starts, node.children.map(visit))
    memo.set(of, result)
    return result
  }

  /** Undefined where the choice is free. */
  #simplify(of: Diagram, care: Diagram, memo: Map<number, Diagram>): Diagram | undefined {
    if (care === nothing) return undefined
    if (care === everything || of === nothing || of === everything) return of
    const key = of * maxNodes + care
    const known = memo.get(key)
    if (known !== undefined) return known
    const [node, cared] = [this.#nodes.at(of), this.#nodes.at(care)]
    if (!node || !cared) return of
    const result =
      cared.level < node.level
        ? this.#simplify(of, this.some(childrenOf(cared)), memo)
        : this.#simplifyBranches(node, cared.level === node.level ? cared : null, care, memo)
    if (result !== undefined) memo.set(key, result)
    return result
  }

  #simplifyBranches(
    node: Node,
    cared: Node | null,
    care: Diagram,
    memo: Map<number, Diagram>,
  ): Diagram {
    this.#steps += node.children.length + (cared?.children.length ?? 0)
    if (this.#steps > this.#budget) throw new LimitReached()
    const visit = (a: Diagram, b: Diagram): Diagram | undefined => this.#simplify(a, b, memo)
    if (node.kind === 'text') {
      const { values, children, other } = zipTexts(node, textSide(cared, care), visit)
      const rest = other ?? children.find((child) => child !== undefined) ?? nothing
      return this.#text(
        node.level,
        values,
        children.map((child) => child ?? rest),
        rest,
      )
    }
    const { starts, children } = zipNumbers(node, numberSide(cared, care), visit)
    let last = children.find((child) => child !== undefined) ?? nothing
    const filled = children.map((child) => {
      last = child ?? last
      return last
    })
    return this.#number(node.level, starts, filled)
  }

  #textNumber(text: string): number {
    const known = this.#numberOfText.get(text)
    if (known !== undefined) return known
    const number = this.#texts.push(text) - 1
    this.#numberOfText.set(text, number)
    return number
  }

  /** Edges that lead where `other` leads are left out: one form for one set. */
  #text(
    level: number,
    values: readonly number[],
    children: readonly Diagram[],
    other: Diagram,
  ): Diagram {
    const kept = values.filter((_, at) => children[at] !== other)
    if (kept.length === 0) return other
    const keptChildren =
      kept.length === values.length ? children : children.filter((child) => child !== other)
    return this.#intern({ kind: 'text', level, values: kept, children: keptChildren, other })
  }

  /** Neighbours that lead to one place are joined; of equal starts the last one holds. */
  #number(level: number, starts: readonly Bound[], children: readonly Diagram[]): Diagram {
    const { last } = this.#domainOf(level)
    const keptStarts: Bound[] = []
    const keptChildren: Diagram[] = []
    for (let at = 0; at < starts.length; at += 1) {
      const start = starts[at] ?? 0
      const next = starts[at + 1]
      if (start > last || (next !== undefined && next <= start)) continue
      const child = children[at] ?? nothing
      if (keptChildren.at(-1) === child) continue
      keptStarts.push(start)
      keptChildren.push(child)
    }
    if (keptChildren.length === 1) return keptChildren[0] ?? nothing
    return this.#intern({
      kind: 'number',
      level,
      starts: keptStarts,
      children: keptChildren,
    })
  }

  #intern(node: Node): Diagram {
    if (this.#nodes.count >= maxNodes) throw new LimitReached()
    return this.#nodes.numberOf(node)
  }

  #apply(operation: Operation, a: Diagram, b: Diagram): Diagram {
    const known = shortcut(operation, a, b)
    if (known !== undefined) return known
    const memo = this.#memo[operation]
    // All but one of the operations do not mind the order of their sides.
    const isAsIs = operation === 'minus' || a < b
    const [first, second] = isAsIs ? [a, b] : [b, a]
    const before = memo.get(first, second)
    if (before >= 0) return before
    const result = this.#combine(operation, a, b)
    memo.set(first, second, result)
    return result
  }

  #combine(operation: Operation, a: Diagram, b: Diagram): Diagram {
    const [left, right] = [this.#nodes.at(a), this.#nodes.at(b)]
    const level = Math.min(left?.level ?? Infinity, right?.level ?? Infinity)
    const first = left?.level === level ? left : null
    const second = right?.level === level ? right : null
    this.#steps += 2
    const isText = (first ?? second)?.kind === 'text'
    return isText
      ? this.#combineTexts(operation, level, textSide(first, a), textSide(second, b))
      : this.#combineNumbers(operation, level, numberSide(first, a), numberSide(second, b))
  }

  #combineTexts(operation: Operation, level: number, left: TextSide, right: TextSide): Diagram {
    const visit = (a: Diagram, b: Diagram): Diagram => this.#apply(operation, a, b)
    const { values, children, other } = zipTexts(left, right, visit)
    this.#steps += children.length
    if (this.#steps > this.#budget) throw new LimitReached()
    return this.#text(level, values, children, other)
  }

  #combineNumbers(
    operation: Operation,
    level: number,
    left: NumberSide,
    right: NumberSide,
  ): Diagram {
    const visit = (a: Diagram, b: Diagram): Diagram => this.#apply(operation, a, b)
    const { starts, children } = combineNumbers(operation, left, right, visit)
    this.#steps += children.length
    if (this.#steps > this.#budget) throw new LimitReached()
    return this.#number(level, starts, children)
  }
}
