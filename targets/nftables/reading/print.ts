// Expressions as text: one text for one meaning, whether they were read from text or JSON.
import type { Comparison, Expression, SetItem, Verdict } from './syntax.ts'

/** The text of an expression; members of sets and bits of lists are sorted. */
export function print(expression: Expression): string {
  switch (expression.kind) {
    case 'value':
    case 'unknown':
      return expression.text
    case 'selector':
      return expression.words
    case 'prefix':
      return `${print(expression.of)}/${expression.length}`
    case 'range':
      return `${print(expression.from)}-${print(expression.to)}`
    case 'list':
      return expression.items.map(print).sort().join(',')
    case 'concat':
      return expression.parts.map(print).join(' . ')
    case 'set':
      return `{ ${expression.items.map(printItem).sort().join(', ')} }`
    case 'set name':
      return `@${expression.name}`
    case 'binary':
      return `(${print(expression.left)} ${expression.operator} ${print(expression.right)})`
    case 'map':
      return `${print(expression.key)} map ${print(expression.data)}`
    case 'number maker':
      return expression.text
    case 'any':
      return '*'
  }
}

function printItem({ key, answer }: SetItem): string {
  if (answer === null) return print(key)
  return `${print(key)} : ${answer.kind === 'verdict' ? printVerdict(answer) : print(answer)}`
}

function printVerdict(verdict: Verdict): string {
  return 'chain' in verdict ? `${verdict.verdict} ${verdict.chain}` : verdict.verdict
}

/** Values that are bits: there, `==` and no operator at all are two things. */
const ofBits: readonly string[] = ['ct state', 'ct status', 'ct label', 'tcp flags']

/** The text of a test without its negation. */
export function printTest(left: Expression, comparison: Comparison, right: Expression): string {
  const isBits = left.kind === 'selector' && ofBits.includes(left.words) && right.kind !== 'set'
  const isOrdered = ['<', '>', '<=', '>='].includes(comparison)
  const isJust = isBits && (comparison === '==' || comparison === '!=')
  const operator = isOrdered ? [comparison] : isJust ? ['=='] : []
  return [print(left), ...operator, print(right)].join(' ')
}
