// Selector trees over what Calico's labels stand for: pods by three kinds of labels, and network sets.
import {
  all,
  and,
  exists,
  isIn,
  namespaceNameLabel,
  not,
  or,
  serviceAccountNameLabel,
} from '../../../src/ir/selector.ts'
import type { PodMatch, Selector } from '../../../src/ir/types.ts'
import type { SelectorTree } from './selectorText.ts'

/** What kept a tree from being read. */
export type MatchResult =
  | { readonly ok: true; readonly matches: readonly PodMatch[] }
  | { readonly ok: false; readonly fault: string }

/** Labels that Calico gives to endpoints by itself. */
const namespaceLabel = 'projectcalico.org/namespace'
const orchestratorLabel = 'projectcalico.org/orchestrator'
const accountLabel = 'projectcalico.org/serviceaccount'
const nameLabel = 'projectcalico.org/name'

/** A tree in which each label is that of the namespace (`pcns.`) or service account (`pcsa.`). */
export function prefixed(tree: SelectorTree, prefix: 'pcns.' | 'pcsa.'): SelectorTree {
  switch (tree.kind) {
    case 'all':
    case 'global':
      return tree
    case 'has':
    case 'compare':
    case 'in':
      return { ...tree, label: `${prefix}${tree.label}` }
    case 'not':
      return { kind: 'not', of: prefixed(tree.of, prefix) }
    case 'and':
    case 'or':
      return { kind: tree.kind, of: tree.of.map((one) => prefixed(one, prefix)) }
  }
}

/** `projectcalico.org/namespace == 'shop'` and its like. */
export const inNamespace = (name: string): SelectorTree => ({
  kind: 'compare',
  label: namespaceLabel,
  by: '==',
  value: name,
})
/** Whether the endpoint is in some namespace. */
export const namespaced: SelectorTree = { kind: 'has', label: namespaceLabel }
/** Whether the pod's service account has one of the names. */
export const accountIn = (names: readonly string[]): SelectorTree => ({
  kind: 'in',
  label: accountLabel,
  values: names,
})

/** More alternatives than this and the selector is refused. */
const maxAlternatives = 256

/** Leaves the walk; never leaves this file. */
class NotSaid extends Error {}

/** The pods that a tree selects, as alternatives that test each kind of labels by itself. */
export function podMatches(tree: SelectorTree): MatchResult {
  try {
    return { ok: true, matches: matchesOf(tree, false) }
  } catch (error) {
    if (error instanceof NotSaid) return { ok: false, fault: error.message }
    throw error
  }
}

const everyPod: PodMatch = { namespaces: all, pods: all, serviceAccounts: all }

function matchesOf(tree: SelectorTree, negated: boolean): readonly PodMatch[] {
  switch (tree.kind) {
    case 'all':
      return constant(!negated)
    case 'global':
      return constant(negated)
    case 'not':
      return matchesOf(tree.of, !negated)
    case 'and':
    case 'or': {
      const parts = tree.of.map((one) => matchesOf(one, negated))
      return (tree.kind === 'and') !== negated ? product(parts) : merged(parts.flat())
    }
    default:
      return leaf(tree, negated)
  }
}

function constant(holds: boolean): readonly PodMatch[] {
  return holds ? [everyPod] : []
}

type Leaf = Extract<SelectorTree, { readonly label: string }>

function leaf(tree: Leaf, negated: boolean): readonly PodMatch[] {
  const { label } = tree
  if (label === orchestratorLabel) return constant(testText(tree, 'k8s') !== negated)
  const { owner, key } = ownerOf(label)
  const isThere = isAlwaysThere(owner, key)
  const test = testOf(tree, key, isThere)
  if (test.kind === 'all') return constant(!negated)
  const selector = negated ? not(test) : test
  return [{ ...everyPod, [owner]: simplified(selector) }]
}

type Owner = keyof PodMatch

function ownerOf(label: string): { readonly owner: Owner; readonly key: string } {
  if (label === namespaceLabel) return { owner: 'namespaces', key: namespaceNameLabel }
  if (label === accountLabel) return { owner: 'serviceAccounts', key: serviceAccountNameLabel }
  if (label.startsWith('pcns.')) {
    const key = label.slice('pcns.'.length)
    return { owner: 'namespaces', key: key === nameLabel ? namespaceNameLabel : key }
  }
  if (label.startsWith('pcsa.')) {
    const key = label.slice('pcsa.'.length)
    return { owner: 'serviceAccounts', key: key === nameLabel ? serviceAccountNameLabel : key }
  }
  return { owner: 'pods', key: label }
}

function isAlwaysThere(owner: Owner, key: string): boolean {
  return (
    (owner === 'namespaces' && key === namespaceNameLabel) ||
    (owner === 'serviceAccounts' && key === serviceAccountNameLabel)
  )
}

function testOf(tree: Leaf, key: string, isThere: boolean): Selector {
  switch (tree.kind) {
    case 'has':
      return isThere ? all : exists(key)
    case 'in':
      return isIn(key, tree.values)
    case 'compare':
      if (tree.by === '==') return isIn(key, [tree.value])
      if (tree.by === '!=') return not(isIn(key, [tree.value]))
      // Every value has the empty text in it.
      return tree.value === ''
        ? exists(key)
        : { kind: 'part', key, test: tree.by, text: tree.value }
  }
}

function simplified(selector: Selector): Selector {
  return selector.kind === 'not' && selector.of.kind === 'not' ? selector.of.of : selector
}

function product(parts: readonly (readonly PodMatch[])[]): readonly PodMatch[] {
  return parts.reduce<readonly PodMatch[]>(
    (done, part) => merged(done.flatMap((left) => part.map((right) => both(left, right)))),
    [everyPod],
  )
}

function both(a: PodMatch, b: PodMatch): PodMatch {
  return {
    namespaces: and([a.namespaces, b.namespaces]),
    pods: and([a.pods, b.pods]),
    serviceAccounts: and([a.serviceAccounts, b.serviceAccounts]),
  }
}

/** Alternatives that differ in one kind of labels only become one. */
function merged(matches: readonly PodMatch[]): readonly PodMatch[] {
  const owners: readonly Owner[] = ['pods', 'namespaces', 'serviceAccounts']
  const joined = owners.reduce<readonly PodMatch[]>((list, owner) => joinBy(list, owner), matches)
  if (joined.length > maxAlternatives) {
    throw new NotSaid(`the selector has more than ${maxAlternatives} alternatives`)
  }
  return joined
}

function joinBy(matches: readonly PodMatch[], owner: Owner): readonly PodMatch[] {
  const groups = new Map<string, PodMatch[]>()
  for (const match of matches) {
    const key = JSON.stringify({ ...match, [owner]: null })
    groups.set(key, [...(groups.get(key) ?? []), match])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    if (group.some((one) => one[owner].kind === 'all')) return [{ ...first, [owner]: all }]
    return [{ ...first, [owner]: or(group.map((one) => one[owner])) }]
  })
}

/** Labels of workloads alone: no host endpoint has them. */
const workloadLabels = /^(projectcalico\.org\/(namespace|orchestrator|serviceaccount)$|pc(ns|sa)\.)/

/** Whether a tree may select host endpoints; false only where it cannot. */
export function hostsMayMatch(tree: SelectorTree): boolean {
  return selectsLabels(tree, new Map(), (label) => !workloadLabels.test(label)) !== false
}

/** Whether a tree selects an object with these labels; null where a label of it is not known. */
export function selectsLabels(
  tree: SelectorTree,
  labels: ReadonlyMap<string, string>,
  isUnknown: (label: string) => boolean,
): boolean | null {
  switch (tree.kind) {
    case 'all':
      return true
    case 'global':
      return !labels.has(namespaceLabel)
    case 'not': {
      const inner = selectsLabels(tree.of, labels, isUnknown)
      return inner === null ? null : !inner
    }
    case 'and':
    case 'or': {
      const parts = tree.of.map((one) => selectsLabels(one, labels, isUnknown))
      const deciding = tree.kind === 'or'
      if (parts.includes(deciding)) return deciding
      return parts.includes(null) ? null : !deciding
    }
    default:
      if (isUnknown(tree.label)) return null
      return testText(tree, labels.get(tree.label))
  }
}

/** The test of one label's value; undefined where the label is not there. */
function testText(tree: Leaf, value: string | undefined): boolean {
  switch (tree.kind) {
    case 'has':
      return value !== undefined
    case 'in':
      return value !== undefined && tree.values.includes(value)
    case 'compare':
      return comparisons[tree.by](value, tree.value)
  }
}

const comparisons: Readonly<
  Record<
    Extract<Leaf, { kind: 'compare' }>['by'],
    (value: string | undefined, wanted: string) => boolean
  >
> = {
  '==': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  contains: (value, wanted) => value?.includes(wanted) ?? false,
  'starts with': (value, wanted) => value?.startsWith(wanted) ?? false,
  'ends with': (value, wanted) => value?.endsWith(wanted) ?? false,
}
