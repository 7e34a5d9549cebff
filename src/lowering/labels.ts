// Conjunctions of tests of labels as sets that can be cut and subtracted: for each label that is tested,
// whether it may be absent and which values it may have. Labels of a pod, its namespace and its service
// account, and of nodes, live side by side under keys of their own.
import {
  and,
  exists,
  isIn,
  namespaceNameLabel,
  not,
  or,
  serviceAccountNameLabel,
} from '../ir/selector.ts'
import type { PartTest, PodMatch, Selector } from '../ir/types.ts'
import { refuse } from './limit.ts'

/** Whose labels are tested. */
export type Owner = keyof PodMatch | 'nodes'

/** The states of one label that are in: absent or not, and some values or all but some. */
export interface Constraint {
  readonly absent: boolean
  readonly among: 'these' | 'others'
  /** Sorted. */
  readonly values: readonly string[]
}

/** What a key of a box stands for. */
interface Subkey {
  readonly owner: Owner
  readonly label: string
  /** Null for the label itself; else a test of a part of its value, with the states "yes" and absent. */
  readonly part: { readonly test: PartTest; readonly text: string } | null
}

interface Entry {
  readonly of: Subkey
  readonly is: Constraint
}

/** Every label that is tested, by a text that tells it from others; the empty box holds everything. */
export type LabelBox = ReadonlyMap<string, Entry>

/** The box without any test. */
export const everything: LabelBox = new Map()

/** More boxes than this for one selector and nobody could read what came of it. */
const maxBoxes = 256

/** The boxes whose union a selector is; none where it never holds. Throws `Refusal` past a limit. */
export function boxesOf(selector: Selector, owner: Owner): readonly LabelBox[] {
  return dnf(selector, owner, false)
}

/** The box of the nodes that are the other end's own, or of those that are not. */
export function isOwnNode(holds: boolean): LabelBox {
  const of: Subkey = { owner: 'nodes', label: ownNode, part: { test: 'contains', text: '' } }
  return new Map([[keyOf(of), { of, is: holds ? partHolds : complement(partHolds) }]])
}

/** What a box says of whose node a host is. */
export function whichNode(box: LabelBox): 'any' | 'own' | 'other' {
  const test = [...box.values()].find(({ of }) => of.label === ownNode)
  if (test === undefined) return 'any'
  return test.is.absent ? 'other' : 'own'
}

/** Stands where the key of a label does; no label of Kubernetes starts so. */
const ownNode = '@own'

/** The boxes of a pod match. */
export function podBoxes(match: PodMatch): readonly LabelBox[] {
  const owners = ['namespaces', 'pods', 'serviceAccounts'] as const
  return owners.reduce<readonly LabelBox[]>(
    (boxes, owner) => meetAll(boxes, boxesOf(match[owner], owner)),
    [everything],
  )
}

function dnf(selector: Selector, owner: Owner, negated: boolean): readonly LabelBox[] {
  switch (selector.kind) {
    case 'all':
      return negated ? [] : [everything]
    case 'in': {
      const is: Constraint = { absent: false, among: 'these', values: sorted(selector.values) }
      return single({ owner, label: selector.key, part: null }, is, negated)
    }
    case 'exists':
      return single({ owner, label: selector.key, part: null }, anyValue, negated)
    case 'part': {
      const of = { owner, label: selector.key, part: { test: selector.test, text: selector.text } }
      return single(of, partHolds, negated)
    }
    case 'not':
      return dnf(selector.of, owner, !negated)
    case 'and':
    case 'or': {
      const parts = selector.of.map((part) => dnf(part, owner, negated))
      return (selector.kind === 'and') !== negated
        ? parts.reduce<readonly LabelBox[]>(meetAll, [everything])
        : limited(parts.flat())
    }
  }
}

const anyValue: Constraint = { absent: false, among: 'others', values: [] }
const partHolds: Constraint = { absent: false, among: 'these', values: ['yes'] }

function single(of: Subkey, is: Constraint, negated: boolean): readonly LabelBox[] {
  const box = withTest(everything, keyOf(of), { of, is: negated ? complement(is) : is })
  return box === null ? [] : [box]
}

function keyOf({ owner, label, part }: Subkey): string {
  return part === null ? `${owner} ${label}` : `${owner} ${label} ${part.test} ${part.text}`
}

/** The box with one test more; null where nothing is left. */
function withTest(box: LabelBox, key: string, { of, is }: Entry): LabelBox | null {
  const before = box.get(key)?.is
  const bound = isAlwaysThere(of) ? { ...is, absent: false } : is
  const after = before === undefined ? bound : meetConstraints(before, bound)
  if (isEmpty(after)) return null
  const made = new Map(box)
  if (isEverything(after, of)) made.delete(key)
  else made.set(key, { of, is: after })
  return made
}

/** Names are always there; a test of a part of one may hold or not. */
function isAlwaysThere({ owner, label, part }: Subkey): boolean {
  return (
    part === null &&
    ((owner === 'namespaces' && label === namespaceNameLabel) ||
      (owner === 'serviceAccounts' && label === serviceAccountNameLabel))
  )
}

function isEmpty({ absent, among, values }: Constraint): boolean {
  return !absent && among === 'these' && values.length === 0
}

function isEverything({ absent, among, values }: Constraint, of: Subkey): boolean {
  return (absent || isAlwaysThere(of)) && among === 'others' && values.length === 0
}

function complement({ absent, among, values }: Constraint): Constraint {
  return { absent: !absent, among: among === 'these' ? 'others' : 'these', values }
}

function meetConstraints(a: Constraint, b: Constraint): Constraint {
  const absent = a.absent && b.absent
  if (a.among === 'these') {
    return { absent, among: 'these', values: a.values.filter((one) => allows(b, one)) }
  }
  if (b.among === 'these') {
    return { absent, among: 'these', values: b.values.filter((one) => allows(a, one)) }
  }
  return { absent, among: 'others', values: sorted([...a.values, ...b.values]) }
}

function allows({ among, values }: Constraint, value: string): boolean {
  return values.includes(value) === (among === 'these')
}

function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}

/** What is in both; null where nothing is. */
export function meet(a: LabelBox, b: LabelBox): LabelBox | null {
  if (b.size > a.size) return meet(b, a)
  let box: LabelBox | null = a
  for (const [key, entry] of b) {
    box = withTest(box, key, entry)
    if (box === null) return null
  }
  return box
}

/** Whether two boxes have something in common. */
export function meets(a: LabelBox, b: LabelBox): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  for (const [key, { is }] of small) {
    const other = large.get(key)?.is
    if (other !== undefined && isEmpty(meetConstraints(is, other))) return false
  }
  return true
}

/** Disjoint boxes of what is in `a` and not in `b`, one at most for each test of `b`. */
export function minus(a: LabelBox, b: LabelBox): readonly LabelBox[] {
  if (!meets(a, b)) return [a]
  const pieces: LabelBox[] = []
  let rest: LabelBox = a
  for (const [key, entry] of b) {
    const outside = withTest(rest, key, { ...entry, is: complement(entry.is) })
    if (outside !== null) pieces.push(outside)
    const inside = withTest(rest, key, entry)
    if (inside === null) break
    rest = inside
  }
  return pieces
}

/** Disjoint boxes of what is in some of `boxes` and in none of `others`. */
export function minusAll(
  boxes: readonly LabelBox[],
  others: readonly LabelBox[],
): readonly LabelBox[] {
  return others.reduce<readonly LabelBox[]>(
    (left, other) => limited(left.flatMap((box) => minus(box, other))),
    boxes,
  )
}

/** What is in one of the first and in one of the second. */
export function meetAll(a: readonly LabelBox[], b: readonly LabelBox[]): readonly LabelBox[] {
  return limited(a.flatMap((left) => b.flatMap((right) => meet(left, right) ?? [])))
}

/** Whether every part of the box is in one of the others, as far as the limit lets it be seen. */
export function isWithin(box: LabelBox, others: readonly LabelBox[]): boolean {
  let left: readonly LabelBox[] = [box]
  for (const other of others) {
    left = left.flatMap((one) => minus(one, other))
    if (left.length === 0) return true
    if (left.length > maxBoxes) return false
  }
  return false
}

function limited(boxes: readonly LabelBox[]): readonly LabelBox[] {
  return boxes.length > maxBoxes
    ? refuse(`labels that fall into more than ${maxBoxes} cases`)
    : boxes
}

/** A text that is the same for equal boxes. */
export function boxText(box: LabelBox): string {
  return [...box]
    .map(([key, { is }]) => `${key} ${is.absent} ${is.among} ${is.values.join(',')}`)
    .sort()
    .join('\n')
}

/** The tests of one owner's labels as a selector. */
export function selectorOf(box: LabelBox, owner: Owner): Selector {
  const tests = [...box.values()]
    .filter(({ of }) => of.owner === owner && of.label !== ownNode)
    .map(testOf)
  return and(tests)
}

/** A box as a pod match. */
export function podMatchOf(box: LabelBox): PodMatch {
  return {
    namespaces: selectorOf(box, 'namespaces'),
    pods: selectorOf(box, 'pods'),
    serviceAccounts: selectorOf(box, 'serviceAccounts'),
  }
}

function testOf({ of, is: { absent, among, values } }: Entry): Selector {
  const { label: key, part } = of
  if (part !== null) {
    const holds: Selector = { kind: 'part', key, ...part }
    return absent ? not(holds) : holds
  }
  if (among === 'these') {
    if (!absent) return isIn(key, values)
    return values.length === 0 ? not(exists(key)) : or([not(exists(key)), isIn(key, values)])
  }
  if (values.length === 0) return exists(key)
  const notThese = not(isIn(key, values))
  return absent || isAlwaysThere(of) ? notThese : and([exists(key), notThese])
}

/** The values that a label must have one of; null where that is not said. */
export function valuesOf(box: LabelBox, owner: Owner, label: string): readonly string[] | null {
  const is = box.get(keyOf({ owner, label, part: null }))?.is
  return is === undefined || is.absent || is.among === 'others' ? null : is.values
}
