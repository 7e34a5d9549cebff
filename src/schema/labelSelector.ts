// metav1.LabelSelector → selector: matchLabels and matchExpressions are ANDed; NotIn and DoesNotExist
// hold where the key is absent.
import { all, and, exists, isIn, not } from '../ir/selector.ts'
import type { Selector } from '../ir/types.ts'
import { keyFault, valueFault } from './names.ts'
import { complain, each, into, type Place } from './place.ts'
import type { RawRequirement, RawSelector } from './shapes.ts'
import { suggest } from './suggest.ts'

interface Operator {
  readonly values: 'needed' | 'forbidden'
  readonly make: (key: string, values: readonly string[]) => Selector
}

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['In', { values: 'needed', make: isIn }],
  ['NotIn', { values: 'needed', make: (key, values) => not(isIn(key, values)) }],
  ['Exists', { values: 'forbidden', make: exists }],
  ['DoesNotExist', { values: 'forbidden', make: (key) => not(exists(key)) }],
])

/** Reads a label selector; null, absent and `{}` select everything. */
export function readSelector(raw: RawSelector | null | undefined, place: Place): Selector {
  const labels = Object.entries(raw?.matchLabels ?? {}).map(([key, value]) => {
    const at = into(place, 'matchLabels', key)
    checkKey(key, at, 'key')
    checkValue(value, at)
    return isIn(key, [value])
  })
  const expressions = each(into(place, 'matchExpressions'), raw?.matchExpressions).map(
    ({ item, at }) => readRequirement(item, at),
  )
  return and([...labels, ...expressions])
}

function readRequirement(raw: RawRequirement, place: Place): Selector {
  checkKey(raw.key, into(place, 'key'), 'value')
  const operator = operators.get(raw.operator)
  if (operator === undefined) {
    const known = [...operators.keys()]
    const near = suggest(raw.operator, known)
    complain(into(place, 'operator'), 'NP2007', {
      message: `operator "${raw.operator}" is not known`,
      help: near ? `did you mean "${near}"?` : `known operators: ${known.join(', ')}`,
    })
    return all
  }
  const values = each(into(place, 'values'), raw.values)
  if (operator.values === 'needed' && values.length === 0) {
    complain(into(place, 'operator'), 'NP2007', {
      message: `operator ${raw.operator} needs at least one value`,
      help: 'list the values under "values"',
    })
  }
  if (operator.values === 'forbidden' && values.length > 0) {
    complain(into(place, 'values'), 'NP2007', {
      on: 'key',
      message: `operator ${raw.operator} takes no values`,
      help: `remove "values", or use ${raw.operator === 'Exists' ? 'In' : 'NotIn'}`,
    })
  }
  for (const { item, at } of values) checkValue(item, at)
  return operator.make(raw.key, raw.values ?? [])
}

function checkKey(key: string, place: Place, on: 'key' | 'value'): void {
  const fault = keyFault(key)
  if (fault !== undefined)
    complain(place, 'NP2006', { on, message: `label key "${key}" is not valid: ${fault}` })
}

function checkValue(value: string, place: Place): void {
  const fault = valueFault(value)
  if (fault !== undefined)
    complain(place, 'NP2006', { message: `label value "${value}" is not valid: ${fault}` })
}

/** Checks the labels that an object itself carries. */
export function checkLabels(
  labels: Readonly<Record<string, string>> | null | undefined,
  place: Place,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    checkKey(key, into(place, key), 'key')
    checkValue(value, into(place, key))
  }
}
