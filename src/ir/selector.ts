// Making, testing and rearranging selectors.
import type { PartTest, Peer, PodMatch, Selector } from './types.ts'

/** The namespace label whose value is the namespace's name (immutable since Kubernetes 1.21). */
export const namespaceNameLabel = 'kubernetes.io/metadata.name'

/** Stands for the name of a service account among its labels; no label of Kubernetes starts so. */
export const serviceAccountNameLabel = '@name'

/** The test that every endpoint passes. */
export const everyone: readonly Peer[] = [{ kind: 'any' }]

/** One test of one label; a list of them is a conjunction. */
export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  /** Sorted, without repeats; empty for Exists and DoesNotExist. */
  readonly values: readonly string[]
}

export const all: Selector = { kind: 'all' }
export const isIn = (key: string, values: readonly string[]): Selector => ({
  kind: 'in',
  key,
  values,
})
export const exists = (key: string): Selector => ({ kind: 'exists', key })
export const not = (of: Selector): Selector => ({ kind: 'not', of })

/** All of the parts; `all` for none of them. */
export function and(parts: readonly Selector[]): Selector {
  const kept = parts.filter((part) => part.kind !== 'all')
  if (kept.length <= 1) return kept[0] ?? all
  return { kind: 'and', of: kept }
}

/** One of the parts; never true for none of them. */
export function or(parts: readonly Selector[]): Selector {
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { kind: 'or', of: parts }
}

/** The pods of one namespace that `pods` selects. */
export function podsOfNamespace(namespace: string, pods: Selector): PodMatch {
  return { namespaces: isIn(namespaceNameLabel, [namespace]), pods, serviceAccounts: all }
}

/** Whether labels satisfy a selector. */
export function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  switch (selector.kind) {
    case 'all':
      return true
    case 'in':
      return (
        Object.hasOwn(labels, selector.key) && selector.values.includes(labels[selector.key] ?? '')
      )
    case 'exists':
      return Object.hasOwn(labels, selector.key)
    case 'part':
      return (
        Object.hasOwn(labels, selector.key) &&
        hasPart(selector.test, selector.text, labels[selector.key] ?? '')
      )
    case 'not':
      return !selects(selector.of, labels)
    case 'and':
      return selector.of.every((part) => selects(part, labels))
    case 'or':
      return selector.of.some((part) => selects(part, labels))
  }
}

/** Whether a value has a text where the test looks for it. */
export function hasPart(test: PartTest, text: string, value: string): boolean {
  switch (test) {
    case 'contains':
      return value.includes(text)
    case 'starts with':
      return value.startsWith(text)
    case 'ends with':
      return value.endsWith(text)
  }
}

/** Whether a selector tests parts of values, which few targets have words for. */
export function testsParts(selector: Selector): boolean {
  switch (selector.kind) {
    case 'part':
      return true
    case 'not':
      return testsParts(selector.of)
    case 'and':
    case 'or':
      return selector.of.some(testsParts)
    default:
      return false
  }
}

/** Whether a selector of service accounts asks for whole names alone. */
export function testsOnlyNames(selector: Selector): boolean {
  switch (selector.kind) {
    case 'all':
      return true
    case 'in':
    case 'exists':
      return selector.key === serviceAccountNameLabel
    case 'part':
      return false
    case 'not':
      return testsOnlyNames(selector.of)
    case 'and':
    case 'or':
      return selector.of.every(testsOnlyNames)
  }
}

/** The one name that a namespace selector stands for, when it tests nothing but the name. */
export function onlyNamespace(namespaces: Selector): string | null {
  const isName = namespaces.kind === 'in' && namespaces.key === namespaceNameLabel
  return isName && namespaces.values.length === 1 ? (namespaces.values[0] ?? null) : null
}

/**
 * The selector as alternatives of requirement lists: it holds where one list holds as a whole.
 * No alternative: it never holds. Throws for tests of parts of values. Exponential in the worst case of nested and/or; selectors read
 * from Kubernetes have one alternative.
 */
export function alternatives(selector: Selector): readonly (readonly Requirement[])[] {
  return dnf(selector, false)
}

function dnf(selector: Selector, negated: boolean): (readonly Requirement[])[] {
  switch (selector.kind) {
    case 'all':
      return negated ? [] : [[]]
    case 'in':
      return inRequirement(selector.key, selector.values, negated)
    case 'exists':
      return [[{ key: selector.key, operator: negated ? 'DoesNotExist' : 'Exists', values: [] }]]
    case 'part':
      throw new Error(`a test of a part of "${selector.key}" reached a target`)
    case 'not':
      return dnf(selector.of, !negated)
    case 'and':
    case 'or': {
      const parts = selector.of.map((part) => dnf(part, negated))
      return (selector.kind === 'and') !== negated ? product(parts) : parts.flat()
    }
  }
}

function inRequirement(
  key: string,
  values: readonly string[],
  negated: boolean,
): (readonly Requirement[])[] {
  if (values.length === 0) return negated ? [[]] : []
  const sorted = [...new Set(values)].sort()
  return [[{ key, operator: negated ? 'NotIn' : 'In', values: sorted }]]
}

function product(
  parts: readonly (readonly (readonly Requirement[])[])[],
): (readonly Requirement[])[] {
  return parts.reduce<(readonly Requirement[])[]>(
    (done, part) => done.flatMap((left) => part.map((right) => [...left, ...right])),
    [[]],
  )
}
