// Labels in selectors that Kubernetes would not take: those of other engines may be none of its own.
import type { Requirement } from '../ir/selector.ts'
import { keyFault, valueFault } from '../schema/names.ts'

/** A fact for each word of a test that no label of Kubernetes has; to be reported as NP5007. */
export function labelFaults({
  key,
  values,
}: Pick<Requirement, 'key' | 'values'>): readonly string[] {
  const fault = keyFault(key)
  const ofKey = fault === undefined ? [] : [`the label key ${quoted(key)} is not valid: ${fault}`]
  const ofValues = values.flatMap((value) => {
    const wrong = valueFault(value)
    if (wrong === undefined) return []
    return [`the value ${quoted(value)} of the label ${quoted(key)} is not valid: ${wrong}`]
  })
  return [...ofKey, ...ofValues]
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
