// From a list of decisions to rules whose order has no meaning: what is allowed, what is denied whatever
// else allows it, and whom the default denies.
//
// Some denies are left to the default: their subjects are isolated, and whatever a later decision allows
// has them taken out. The others become denies of their own, without what an earlier decision allows.
import type { Direction, Policy, PolicySet, Rule } from '../ir/types.ts'
import { type Decision, decisionsOf, finalMatch, productOf, type Unsaid } from './decisions.ts'
import { boxText, isWithin, type LabelBox, meetAll, meets, minusAll } from './labels.ts'
import { Refusal } from './limit.ts'
import { makeNamespaceIndex, type NamespaceIndex } from './namespaceIndex.ts'
import type { World } from './peers.ts'
import { minusMatch, overlap, type Product } from './products.ts'
import { simplified } from './simplify.ts'

/** A rule to be written for some subjects. */
export interface Piece {
  readonly verdict: 'allow' | 'deny'
  readonly policy: Policy
  /** Null where what is left is no rule of the source: what nothing denies. */
  readonly rule: Rule | null
  readonly product: Product
  /** Nothing was taken from the rule: its own words may stand. */
  readonly isIntact: boolean
}

/** Subjects that the default denies, by the policy that says so. */
export interface Isolation {
  readonly policy: Policy
  readonly subjects: readonly LabelBox[]
}

/** One direction of a policy set without order. */
export interface Unordered {
  readonly pieces: readonly Piece[]
  readonly isolations: readonly Isolation[]
}

/** What the target is like. */
export interface Shape {
  /** Whether it has words for all of a product in a deny that wins; null where it has no such denies. */
  readonly denies: ((product: Product, direction: Direction) => boolean) | null
  /** Whether to be selected at all isolates. */
  readonly alwaysIsolates: boolean
}

/** Lowers one direction; what cannot be said is handed to `unsaid` and denied where that can be. */
export function unorderedOf(
  set: PolicySet,
  direction: Direction,
  world: World,
  shape: Shape,
  unsaid: (one: Unsaid) => void,
): Unordered {
  const decisions = decisionsOf(set, direction, world, unsaid)
  return new Lowering(decisions, direction, world, shape, unsaid).run()
}

interface Numbered {
  readonly at: number
  readonly decision: Decision
  /** What of it can be reached: no rule passes it on, no earlier one has allowed its subjects everything. */
  readonly products: readonly Product[]
  readonly subjects: readonly LabelBox[]
}

class Lowering {
  private readonly decisions: readonly Decision[]
  private readonly world: World
  private readonly shape: Shape
  private readonly direction: Direction
  private readonly unsaid: (one: Unsaid) => void
  private readonly allows: NamespaceIndex<Numbered>
  /** Denies that are left to the default. */
  private readonly absorbed: NamespaceIndex<Numbered>
  private readonly isolated: NamespaceIndex<LabelBox>

  constructor(
    decisions: readonly Decision[],
    direction: Direction,
    world: World,
    shape: Shape,
    unsaid: (one: Unsaid) => void,
  ) {
    this.world = world
    this.shape = shape
    this.direction = direction
    this.unsaid = unsaid
    this.decisions = decisions
    this.allows = makeNamespaceIndex(subjectsOf)
    this.absorbed = makeNamespaceIndex(subjectsOf)
    this.isolated = makeNamespaceIndex((box) => [box])
  }

  run(): Unordered {
    const narrow: Numbered[] = []
    for (const one of reachable(this.decisions)) {
      if (one.decision.verdict === 'allow') this.allows.add(one)
      else if (this.shape.denies === null || one.decision.match.isFinal) this.absorb(one)
      else narrow.push(one)
    }
    const denied = narrow.flatMap((one) => this.denyOf(one))
    const allowed = this.allows.all().flatMap((one) => this.allowOf(one))
    return {
      pieces: [...denied, ...allowed, ...this.undenied()],
      isolations: this.absorbed.all().map(({ decision, subjects }) => ({
        policy: decision.policy,
        subjects,
      })),
    }
  }

  private absorb(one: Numbered): void {
    this.undeniedPieces = null
    this.absorbed.add(one)
    for (const box of one.subjects) this.isolated.add(box)
  }

  private isIsolated(boxes: readonly LabelBox[]): boolean {
    return boxes.every((box) => isWithin(box, this.isolated.near([box])))
  }

  /**
   * A deny of its own; none where the default denies as much. What is left of it beside earlier allows
   * may have no words: then it is left to the default, and taken out of what comes later.
   */
  private denyOf(one: Numbered): readonly Piece[] {
    if (this.isIsolated(subjectsOf(one)) && !this.isAllowedAfter(one)) return []
    const pieces = attempt(() => this.piecesOf(one, this.earlier(this.allows, one)))
    if (pieces?.every(({ product }) => this.shape.denies?.(product, this.direction))) return pieces
    this.absorb(one)
    return []
  }

  private isAllowedAfter(one: Numbered): boolean {
    const later = this.allows.near(one.subjects).filter(({ at }) => at > one.at)
    if (later.some((other) => meetsAny(one, other.products))) return true
    return this.undenied().some(({ product }) => meetsAny(one, [product]))
  }

  private allowOf(one: Numbered): readonly Piece[] {
    const { decision, subjects } = one
    const near = this.isolated.near(subjects)
    // Where nobody is isolated, everything is allowed that no deny is about.
    if (!subjects.some((box) => near.some((other) => meets(box, other)))) return []
    return this.orUnsaid(decision, () => {
      const pieces = this.piecesOf(one, this.earlier(this.absorbed, one))
      return this.shape.alwaysIsolates
        ? pieces.flatMap((piece) => this.onlyIsolated(piece))
        : pieces
    })
  }

  /** The pieces; none, and said, where they are refused: what is not allowed is denied. */
  private orUnsaid({ policy, rule }: Decision, compute: () => readonly Piece[]): readonly Piece[] {
    try {
      return compute()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.unsaid({ policy, rule, reason: error.message })
      return []
    }
  }

  /** To be selected would isolate the others of its subjects. */
  private onlyIsolated(piece: Piece): readonly Piece[] {
    const { product } = piece
    if (this.isIsolated(product.subjects)) return [piece]
    const subjects = meetAll(product.subjects, this.isolated.near(product.subjects))
    if (subjects.length === 0) return []
    return [{ ...piece, product: { ...product, subjects: simplified(subjects) } }]
  }

  private earlier(index: NamespaceIndex<Numbered>, one: Numbered): readonly Numbered[] {
    return index.near(one.subjects).filter(({ at }) => at < one.at)
  }

  private piecesOf(one: Numbered, holes: readonly Numbered[]): readonly Piece[] {
    const all = holes.flatMap(({ products }) => products).filter((hole) => meetsAny(one, [hole]))
    const left = all.reduce<readonly Product[]>(minusMatch, one.products)
    const isIntact = one.decision.left === null && all.length === 0
    return left.map((product) => pieceOf(one.decision, product, isIntact))
  }

  private undeniedPieces: readonly Piece[] | null = null

  /** What is left allowed to isolated subjects, since no decision is about it. */
  private undenied(): readonly Piece[] {
    if (this.undeniedPieces === null) {
      this.undeniedPieces = this.absorbed.all().flatMap((one) => this.undeniedBy(one))
    }
    return this.undeniedPieces
  }

  private undeniedBy({ decision, subjects }: Numbered): readonly Piece[] {
    const { policy, match, left } = decision
    if (left === null && match.isFinal) return []
    const whole = productOf(finalMatch(subjects, this.world))
    // What denies everything comes first: little is left to take the others out of.
    const holes = this.absorbed
      .near(subjects)
      .toSorted((a, b) => Number(isFinal(b)) - Number(isFinal(a)))
      .flatMap((other) => other.products)
    return this.orUnsaid(decision, () =>
      holes
        .reduce<readonly Product[]>(minusMatch, [whole])
        .map((product) => ({ verdict: 'allow', policy, rule: null, product, isIntact: false })),
    )
  }
}

function isFinal({ decision }: Numbered): boolean {
  return decision.match.isFinal
}

function subjectsOf({ subjects }: Numbered): readonly LabelBox[] {
  return subjects
}

/** The decisions that can be reached, in order. */
function reachable(decisions: readonly Decision[]): readonly Numbered[] {
  const settled = makeNamespaceIndex<LabelBox>((box) => [box])
  return decisions.flatMap((decision, at): Numbered[] => {
    const { left, match } = decision
    const whole = left ?? [productOf(match)]
    const products = whole.flatMap((one) => withoutSubjects(one, settled.near(one.subjects)))
    const [first, second] = products
    if (first === undefined) return []
    const isFinal = decision.verdict === 'allow' && match.isFinal && left === null
    if (isFinal) for (const box of match.subjects) settled.add(box)
    const subjects = second === undefined ? first.subjects : products.flatMap((one) => one.subjects)
    return [{ at, decision, products, subjects }]
  })
}

function withoutSubjects(product: Product, settled: readonly LabelBox[]): readonly Product[] {
  const { subjects } = product
  if (!subjects.some((box) => settled.some((other) => meets(box, other)))) return [product]
  const left = attempt(() => minusAll(subjects, settled)) ?? subjects
  return left.length === 0 ? [] : [{ ...product, subjects: left }]
}

function meetsAny({ products }: Numbered, others: readonly Product[]): boolean {
  return products.some((one) => others.some((other) => overlap(one, other)))
}

function pieceOf({ verdict, policy, rule }: Decision, product: Product, isIntact: boolean): Piece {
  return { verdict, policy, rule, product, isIntact }
}

/** The answer, or null where it was refused. */
function attempt<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** A text that is the same for equal lists of boxes. */
export function subjectsText(boxes: readonly LabelBox[]): string {
  return `${boxes.length}\n${boxes.map(boxText).sort().join('\n\n')}`
}
