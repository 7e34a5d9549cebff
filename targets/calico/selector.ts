// Selectors as Calico's selector language: put into negation normal form, checked, and printed.
import { namespaceNameLabel, serviceAccountNameLabel } from '../../src/ir/selector.ts'
import type { PodMatch, Selector } from '../../src/ir/types.ts'

/**
 * Only pods carry this label: without the test a selector would also match network sets and, where
 * it says "not in" or "does not exist", host endpoints.
 */
export const podTest: string = "projectcalico.org/orchestrator == 'k8s'"

/** A selector that holds for nothing. */
const never: Selector = { kind: 'not', of: { kind: 'all' } }

/** Longest label key of the language. */
const maxKeyLength = 512

/** Whether a selector that `normalForm` made holds for nothing. */
export function isNever(selector: Selector): boolean {
  return selector.kind === 'not' && selector.of.kind === 'all'
}

/**
 * The same selector with `not` only around `in` and `exists`, no nested lists of one kind, and
 * constants only as the whole: `all`, or `not` of it for nothing.
 */
export function normalForm(selector: Selector, negated = false): Selector {
  switch (selector.kind) {
    case 'all':
      return negated ? never : selector
    case 'in':
      if (selector.values.length === 0) return negated ? { kind: 'all' } : never
      return negated ? { kind: 'not', of: selector } : selector
    case 'exists':
    case 'part':
      return negated ? { kind: 'not', of: selector } : selector
    case 'not':
      return normalForm(selector.of, !negated)
    case 'and':
    case 'or':
      return joined((selector.kind === 'and') !== negated ? 'and' : 'or', [
        ...selector.of.map((part) => normalForm(part, negated)),
      ])
  }
}

/** Parts in normal form joined, the whole in normal form too. */
export function joined(kind: 'and' | 'or', parts: readonly Selector[]): Selector {
  const isUnit = (part: Selector): boolean => (kind === 'and' ? part.kind === 'all' : isNever(part))
  const isZero = (part: Selector): boolean => (kind === 'and' ? isNever(part) : part.kind === 'all')
  const zero = parts.find(isZero)
  if (zero !== undefined) return zero
  const kept = parts
    .filter((part) => !isUnit(part))
    .flatMap((part) => (part.kind === kind ? part.of : [part]))
  if (kept.length <= 1) return kept[0] ?? (kind === 'and' ? { kind: 'all' } : never)
  return { kind, of: kept }
}

/** Prints a selector in normal form. Its text must have passed `selectorFault`. */
export function printSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'all':
      return 'all()'
    case 'in':
      return printIn(selector.key, selector.values, false)
    case 'exists':
      return `has(${selector.key})`
    case 'part':
      return `${selector.key} ${selector.test} ${quote(selector.text)}`
    case 'not':
      if (selector.of.kind === 'in') return printIn(selector.of.key, selector.of.values, true)
      return `!${inBrackets(selector.of)}`
    case 'and':
      return selector.of.map(inBrackets).join(' && ')
    case 'or':
      return selector.of.map(inBrackets).join(' || ')
  }
}

/** The selector ANDed with the test that it is a pod. */
export function printPodSelector(selector: Selector): string {
  return selector.kind === 'all' ? podTest : `${podTest} && ${printConjunct(selector)}`
}

function printConjunct(selector: Selector): string {
  return selector.kind === 'and' ? printSelector(selector) : inBrackets(selector)
}

function inBrackets(selector: Selector): string {
  const text = printSelector(selector)
  return selector.kind === 'and' || selector.kind === 'or' ? `(${text})` : text
}

function printIn(key: string, values: readonly string[], negated: boolean): string {
  const quoted = values.map(quote)
  if (quoted.length === 1) return `${key} ${negated ? '!=' : '=='} ${quoted[0]}`
  return `${key} ${negated ? 'not in' : 'in'} { ${quoted.join(', ')} }`
}

// The language has no escapes: a value can hold one kind of quote, not both.
function quote(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`
}

/** Whose labels a selector tests. */
export type LabelOwner = 'pod' | 'namespace' | 'service account'

/** What Calico puts before keys of labels that pods inherit. */
const prefixes: Readonly<Record<LabelOwner, string>> = {
  pod: '',
  namespace: 'pcns.',
  'service account': 'pcsa.',
}

/** The name of a namespace or service account as a label that Calico gives it. */
const nameLabel = 'projectcalico.org/name'

/** A selector of service accounts in the labels that Calico knows them by. */
export function accountSelector(accounts: Selector): Selector {
  return respelt(accounts, (key) => (key === serviceAccountNameLabel ? nameLabel : key))
}

/** All tests of a match, in normal form, as one selector over the labels that a pod has in Calico. */
export function wholeSelector({ namespaces, pods, serviceAccounts }: PodMatch): Selector {
  const inherited = (owner: LabelOwner, of: Selector): Selector =>
    respelt(of, (key) =>
      owner === 'namespace' && key === namespaceNameLabel
        ? 'projectcalico.org/namespace'
        : `${prefixes[owner]}${key}`,
    )
  return joined('and', [
    inherited('namespace', namespaces),
    pods,
    inherited('service account', accountSelector(serviceAccounts)),
  ])
}

function respelt(selector: Selector, spell: (key: string) => string): Selector {
  switch (selector.kind) {
    case 'all':
      return selector
    case 'in':
    case 'exists':
    case 'part':
      return { ...selector, key: spell(selector.key) }
    case 'not':
      return { kind: 'not', of: respelt(selector.of, spell) }
    case 'and':
    case 'or':
      return { kind: selector.kind, of: selector.of.map((part) => respelt(part, spell)) }
  }
}

/** The three selectors of a match in normal form; null where one of them holds for nothing. */
export function normalMatch(match: PodMatch): PodMatch | null {
  const [namespaces, pods, serviceAccounts] = [
    normalForm(match.namespaces),
    normalForm(match.pods),
    normalForm(match.serviceAccounts),
  ]
  if ([namespaces, pods, serviceAccounts].some(isNever)) return null
  return { namespaces, pods, serviceAccounts }
}

/** Why a match in normal form cannot be written. */
export function matchFault({
  namespaces,
  pods,
  serviceAccounts,
}: PodMatch): SelectorFault | undefined {
  return (
    selectorFault(namespaces, 'namespace') ??
    selectorFault(pods, 'pod') ??
    selectorFault(serviceAccounts, 'service account')
  )
}

/** Why a selector cannot be written, and the code to report that with. */
export interface SelectorFault {
  readonly code: 'NP5001' | 'NP5007'
  readonly fact: string
}

/**
 * Why a selector's words cannot be written in the language, or undefined when they can. Labels that
 * the API server accepted can, but for keys that mean something else in Calico.
 */
export function selectorFault(selector: Selector, owner: LabelOwner): SelectorFault | undefined {
  switch (selector.kind) {
    case 'all':
      return undefined
    case 'in':
      return (
        keyFault(selector.key, owner) ??
        selector.values.map(valueFault).find((fault) => fault !== undefined)
      )
    case 'exists':
      return keyFault(selector.key, owner)
    case 'part':
      return keyFault(selector.key, owner) ?? valueFault(selector.text)
    case 'not':
      return selectorFault(selector.of, owner)
    case 'and':
    case 'or':
      return selector.of
        .map((part) => selectorFault(part, owner))
        .find((fault) => fault !== undefined)
  }
}

/** Labels that Calico sets itself, whatever a pod or namespace carries under that key. */
const ownLabels: Readonly<Record<LabelOwner, RegExp>> = {
  pod: /^(projectcalico\.org\/(namespace|orchestrator|serviceaccount)$|pcns\.|pcsa\.)/,
  namespace: /^projectcalico\.org\/name$/,
  'service account': /^projectcalico\.org\/name$/,
}

function keyFault(key: string, owner: LabelOwner): SelectorFault | undefined {
  const text = JSON.stringify(key)
  if (owner === 'service account' && key === serviceAccountNameLabel) return undefined
  const room = maxKeyLength - prefixes[owner].length
  if (!/^[A-Za-z0-9_./-]+$/.test(key) || key.length > room) {
    return unsafe(`label key ${text} is not a word of Calico's selector language`)
  }
  if (!ownLabels[owner].test(key)) return undefined
  return { code: 'NP5001', fact: `label key ${text} stands for a label of Calico's own there` }
}

function valueFault(value: string): SelectorFault | undefined {
  const text = JSON.stringify(value)
  if (value.includes("'") && value.includes('"')) {
    return unsafe(
      `label value ${text} has both kinds of quotes, and Calico's selectors have no escape`,
    )
  }
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return unsafe(`label value ${text} has control characters`)
  // Calico replaces these words in a selector's text, quoted or not, and refuses `global(`.
  if (/all\(\)|global\(/.test(value)) {
    return unsafe(`label value ${text} holds words that Calico replaces inside of selectors`)
  }
  return undefined
}

function unsafe(fact: string): SelectorFault {
  return { code: 'NP5007', fact }
}
