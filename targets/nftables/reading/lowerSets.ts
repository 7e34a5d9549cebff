// Sets and maps with names, as those of the neutral rule set.
import type { Family } from '../../../src/algebra/address.ts'
import { type Interval, subtract, union } from '../../../src/algebra/interval.ts'
import type { Action, NamedSet, SetElement, SetPart } from '../../../src/ruleset/types.ts'
import { type DataType, typeNamed } from './dataTypes.ts'
import { partsOf } from './lowerMatch.ts'
import { findOverlap } from './overlap.ts'
import { fieldOf } from './packetFields.ts'
import type { SetItem, SetTree, Verdict } from './syntax.ts'

/** The set; `isChanged`: rules add to it or take from it. */
export function lowerSet(set: SetTree, isChanged: boolean): NamedSet {
  const types = set.keyTypes.map(typeOf)
  const fields = types.map((type) => ({ type }))
  const elements = lowerItems(set.items, fields)
  const isSteady =
    !isChanged &&
    !set.isPassing &&
    !set.flags.some((flag) => flag === 'dynamic' || flag === 'timeout') &&
    set.items.every(({ isPassing, isConditional }) => !isPassing && !isConditional)
  return {
    name: set.name,
    type: typeText(set),
    family: familyOf(types),
    elements,
    members: null,
    isKnown:
      isSteady &&
      types.length > 0 &&
      types.every((type) => type !== null) &&
      (set.answerTypes?.[0] !== 'verdict' || elements.every(({ action }) => action !== null)) &&
      elements.every((one) => isWhole(one, types)) &&
      !isAmbiguous(elements),
    count: set.items.length,
    capacity: set.size,
    at: set.at,
  }
}

/** Elements with what a verdict map answers. */
export function lowerItems(
  items: readonly SetItem[],
  fields: readonly { readonly type: DataType | null }[],
): readonly SetElement[] {
  const elements = items.map((item) => lowerItem(item, fields))
  const star = items.findIndex(({ key }) => key.kind === 'any')
  const element = elements[star]
  if (element === undefined || fields.length !== 1) return elements
  // The star is for all keys that no other element holds.
  const others = elements.flatMap(({ parts: [part] }, index) =>
    index !== star && part?.kind === 'numbers' ? part.set : [],
  )
  const parts = element.parts.map((part): SetPart => {
    return part.kind === 'numbers'
      ? { kind: 'numbers', set: subtract(part.set, union(others)) }
      : part
  })
  return elements.map((one, index) => (index === star ? { ...one, parts } : one))
}

function lowerItem(
  { key, answer, at }: SetItem,
  fields: readonly { readonly type: DataType | null }[],
): SetElement {
  const action = answer?.kind === 'verdict' ? lowerVerdict(answer) : null
  return { parts: partsOf(key, fields), isException: false, action, at }
}

export function lowerVerdict(verdict: Verdict): Action {
  const { at } = verdict
  if ('chain' in verdict) return { kind: verdict.verdict, chain: verdict.chain, at }
  if (verdict.verdict === 'drop') return { kind: 'drop', how: 'drop', at }
  return { kind: verdict.verdict, at }
}

/** Types are told by name, or by an example. */
function typeOf(word: string): DataType | null {
  return word.includes(' ') ? fieldOf(word).type : (typeNamed(word) ?? null)
}

function typeText({ keyTypes, answerTypes }: SetTree): string {
  const named = (words: readonly string[]): string =>
    words.map((word) => (word.includes(' ') ? (typeOf(word) ?? word) : word)).join(' . ')
  return answerTypes === null ? named(keyTypes) : `${named(keyTypes)} : ${named(answerTypes)}`
}

function familyOf(types: readonly (DataType | null)[]): Family | null {
  const [four, six] = [types.includes('ipv4_addr'), types.includes('ipv6_addr')]
  return four === six ? null : four ? 4 : 6
}

function isWhole({ parts }: SetElement, types: readonly unknown[]): boolean {
  return parts.length === types.length && parts.every(({ kind }) => kind !== 'unknown')
}

/**
 * Whether one key may have two answers: elements of several parts that overlap are told apart by nobody,
 * and neither are names of interfaces and what begins like them.
 */
export function isAmbiguous(elements: readonly SetElement[]): boolean {
  const answers = elements.filter(({ action }) => action !== null)
  const [first] = answers
  const isSingle = first?.parts.length === 1 && first.parts[0]?.kind === 'numbers'
  if (answers.length < 2 || isSingle) return false
  const boxed = answers.map(({ parts, action }) => ({ box: parts.map(spanned), action }))
  return findOverlap(boxed, ({ action }) => (action === null ? '' : answerText(action))) !== null
}

function answerText(action: Action): string {
  return 'chain' in action ? `${action.kind} ${action.chain}` : action.kind
}

const everything: Interval = { from: 0n, to: 1n << 128n }

function spanned(part: SetPart): Interval {
  const [first] = part.kind === 'numbers' ? part.set : []
  const last = part.kind === 'numbers' ? part.set.at(-1) : undefined
  if (first !== undefined && last !== undefined) return { from: first.from, to: last.to }
  // Names that differ do not overlap; a number stands for each.
  if (part.kind !== 'interface' || part.name.isPrefix) return everything
  const number = [...part.name.text].reduce(
    (sum, char) => sum * 256n + BigInt(char.charCodeAt(0)),
    0n,
  )
  return { from: number, to: number }
}
