// What assignments do to marks: nft(8), "meta statement", "conntrack statement".
import type { Deed, MarkPlace } from '../../../src/ruleset/types.ts'
import { numberOf } from './dataTypes.ts'
import type { Expression } from './syntax.ts'

const whole = 0xffffffff

/** Where a mark is, by the words for it. */
export function markPlaceOf(words: string): MarkPlace | null {
  return words === 'meta mark' ? 'packet' : words === 'ct mark' ? 'connection' : null
}

/** What gives a mark a value. */
export function lowerMark(to: MarkPlace, value: Expression): readonly Deed[] {
  const found = formulaOf(value)
  if (found === null) return [{ kind: 'unknown mark', of: to, mask: whole }]
  const { of, and, xor } = found
  if (of === null) return [{ kind: 'mark', of: to, mask: whole, value: xor }]
  if (of === to) return [{ kind: 'mark', of: to, mask: ~and >>> 0, value: xor }]
  const copy: Deed = { kind: 'copy mark', to, fromMask: and, toMask: whole }
  return xor === 0 ? [copy] : [copy, { kind: 'mark', of: to, mask: 0, value: xor }]
}

/** `(mark & and) ^ xor`; of no mark: `xor` alone. */
interface Formula {
  readonly of: MarkPlace | null
  readonly and: number
  readonly xor: number
}

function formulaOf(value: Expression): Formula | null {
  const constant = numberOf(value, 'mark')
  if (constant !== null) return { of: null, and: 0, xor: Number(constant) }
  if (value.kind === 'selector') {
    const of = markPlaceOf(value.words)
    return of && { of, and: whole, xor: 0 }
  }
  if (value.kind !== 'binary') return null
  const bits = numberOf(value.right, 'mark')
  const left = bits === null ? null : formulaOf(value.left)
  if (left === null) return null
  const number = Number(bits)
  const { of, and, xor } = left
  switch (value.operator) {
    case '&':
      return { of, and: (and & number) >>> 0, xor: (xor & number) >>> 0 }
    case '|':
      return { of, and: (and & ~number) >>> 0, xor: ((xor & ~number) | number) >>> 0 }
    case '^':
      return { of, and, xor: (xor ^ number) >>> 0 }
  }
  return null
}
