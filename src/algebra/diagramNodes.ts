// The nodes of decision diagrams, and going through two of them side by side.

/** A set of points: a number that only the store that made it can read. */
export type Diagram = number
/** The empty set. */
export const nothing: Diagram = 0
/** The set of all points. */
export const everything: Diagram = 1

/** A whole number; one variable uses either numbers or bigints. */
export type Bound = number | bigint

/** Branches on a text. */
export interface TextNode {
  readonly kind: 'text'
  readonly level: number
  /** Numbers of texts, ascending. */
  readonly values: readonly number[]
  readonly children: readonly Diagram[]
  readonly other: Diagram
}

/** Branches on a whole number. */
export interface NumberNode {
  readonly kind: 'number'
  readonly level: number
  readonly starts: readonly Bound[]
  readonly children: readonly Diagram[]
}

export type Node = TextNode | NumberNode

/** What two sets are combined by. */
export type Operation = 'and' | 'or' | 'minus' | 'xor'

/** Goes through the branches of two nodes of one variable side by side. */
export function zipTexts<T>(
  left: TextSide,
  right: TextSide,
  visit: (a: Diagram, b: Diagram) => T,
): { readonly values: number[]; readonly children: T[]; readonly other: T } {
  const values: number[] = []
  const children: T[] = []
  let [i, j] = [0, 0]
  while (i < left.values.length || j < right.values.length) {
    const [own, its] = [left.values[i] ?? Infinity, right.values[j] ?? Infinity]
    const a = own <= its ? left.children[i++] : left.other
    const b = its <= own ? right.children[j++] : right.other
    values.push(Math.min(own, its))
    children.push(visit(a ?? nothing, b ?? nothing))
  }
  return { values, children, other: visit(left.other, right.other) }
}

export function zipNumbers<T>(
  left: NumberSide,
  right: NumberSide,
  visit: (a: Diagram, b: Diagram) => T,
): { readonly starts: Bound[]; readonly children: T[] } {
  const starts: Bound[] = []
  const children: T[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const own = left.starts[i]
    const its = right.starts[j]
    starts.push(own === undefined || (its !== undefined && its > own) ? (its ?? 0) : own)
    children.push(visit(left.children[i] ?? nothing, right.children[j] ?? nothing))
    const [nextOwn, nextIts] = [left.starts[i + 1], right.starts[j + 1]]
    if (nextOwn === undefined && nextIts === undefined) return { starts, children }
    if (nextIts === undefined || (nextOwn !== undefined && nextOwn <= nextIts)) i += 1
    if (nextOwn === undefined || (nextIts !== undefined && nextIts <= nextOwn)) j += 1
  }
}

/**
 * The same for an operation and two nodes, one of which may be large: where the child of the one decides
 * by itself, the branches of the other are passed over.
 */
export function combineNumbers(
  operation: Operation,
  left: NumberSide,
  right: NumberSide,
  visit: (a: Diagram, b: Diagram) => Diagram,
): { readonly starts: Bound[]; readonly children: Diagram[] } {
  const starts: Bound[] = []
  const children: Diagram[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const own = left.starts[i]
    const its = right.starts[j]
    starts.push(own === undefined || (its !== undefined && its > own) ? (its ?? 0) : own)
    const [a, b] = [left.children[i] ?? nothing, right.children[j] ?? nothing]
    const [nextOwn, nextIts] = [left.starts[i + 1], right.starts[j + 1]]
    if (decidesAlone(operation, 'left', a)) {
      children.push(shortcut(operation, a, nothing) ?? nothing)
      if (nextOwn === undefined) return { starts, children }
      i += 1
      j = lastUpTo(right.starts, nextOwn, j)
    } else if (decidesAlone(operation, 'right', b)) {
      children.push(shortcut(operation, everything, b) ?? nothing)
      if (nextIts === undefined) return { starts, children }
      j += 1
      i = lastUpTo(left.starts, nextIts, i)
    } else {
      children.push(visit(a, b))
      if (nextOwn === undefined && nextIts === undefined) return { starts, children }
      if (nextIts === undefined || (nextOwn !== undefined && nextOwn <= nextIts)) i += 1
      if (nextOwn === undefined || (nextIts !== undefined && nextIts <= nextOwn)) j += 1
    }
  }
}

function decidesAlone(operation: Operation, side: 'left' | 'right', child: Diagram): boolean {
  switch (operation) {
    case 'and':
      return child === nothing
    case 'or':
      return child === everything
    case 'minus':
      return child === (side === 'left' ? nothing : everything)
    case 'xor':
      return false
  }
}

/** The last place from `at` on whose start is not beyond the bound. */
function lastUpTo(starts: readonly (Bound | undefined)[], bound: Bound, at: number): number {
  let low = at
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= bound) low = middle
    else high = middle - 1
  }
  return low
}

export function childrenOf(node: Node): readonly Diagram[] {
  return node.kind === 'text' ? [...node.children, node.other] : node.children
}

export type TextSide = Pick<TextNode, 'values' | 'children' | 'other'>
export type NumberSide = Pick<NumberNode, 'children'> & {
  readonly starts: readonly (Bound | undefined)[]
}

/** A side that does not look at the variable goes on as it is, whatever the value. */
export function textSide(node: Node | null, whole: Diagram): TextSide {
  return node?.kind === 'text' ? node : { values: [], children: [], other: whole }
}

export function numberSide(node: Node | null, whole: Diagram): NumberSide {
  return node?.kind === 'number' ? node : { starts: [undefined], children: [whole] }
}

/** What needs no look inside. */
export function shortcut(operation: Operation, a: Diagram, b: Diagram): Diagram | undefined {
  switch (operation) {
    case 'and':
      if (a === nothing || b === nothing) return nothing
      if (a === everything || a === b) return b
      return b === everything ? a : undefined
    case 'or':
      if (a === everything || b === everything) return everything
      if (a === nothing || a === b) return b
      return b === nothing ? a : undefined
    case 'minus':
      if (a === nothing || a === b || b === everything) return nothing
      return b === nothing ? a : undefined
    case 'xor':
      if (a === b) return nothing
      if (a === nothing) return b
      return b === nothing ? a : undefined
  }
}
