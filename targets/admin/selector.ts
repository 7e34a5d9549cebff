// Pods as subjects and peers: the alternatives of selectors, each as label selectors of Kubernetes.
import { uniqueBy } from '../../src/algebra/order.ts'
import type { Complain } from '../../src/emit/complain.ts'
import { labelFaults } from '../../src/emit/labelFaults.ts'
import type { ManifestMap, ManifestValue } from '../../src/emit/manifest.ts'
import { alternatives, type Requirement } from '../../src/ir/selector.ts'
import type { PodMatch, Selector } from '../../src/ir/types.ts'

/**
 * What selects the pods of a match, in `namespaces` where their own labels do not count, else in `pods`;
 * several for one that needs alternatives, none for one that never holds.
 */
export function podChoices(match: PodMatch, complain: Complain): readonly ManifestMap[] {
  const namespaces = labelSelectors(match.namespaces, complain)
  if (match.pods.kind === 'all') return namespaces.map((one) => ({ namespaces: one }))
  const pods = labelSelectors(match.pods, complain)
  return namespaces.flatMap((namespaceSelector) =>
    pods.map((podSelector) => ({ pods: { namespaceSelector, podSelector } })),
  )
}

/** The label selectors of which one holds where the selector does. */
export function labelSelectors(selector: Selector, complain: Complain): readonly ManifestMap[] {
  const made = alternatives(selector).map((requirements) => {
    for (const fact of requirements.flatMap(labelFaults)) complain('NP5007', fact)
    return labelSelector(requirements)
  })
  return uniqueBy(made, (one) => JSON.stringify(one))
}

function labelSelector(requirements: readonly Requirement[]): ManifestMap {
  const labels = new Map<string, string>()
  const expressions: ManifestValue[] = []
  for (const { key, operator, values } of requirements) {
    const [only] = values
    // One key has one value among the labels: a second test of it is an expression.
    if (operator === 'In' && only !== undefined && values.length === 1 && !labels.has(key)) {
      labels.set(key, only)
    } else {
      expressions.push({ key, operator, values: values.length === 0 ? undefined : values })
    }
  }
  return {
    matchLabels: labels.size === 0 ? undefined : Object.fromEntries(labels),
    matchExpressions: expressions.length === 0 ? undefined : expressions,
  }
}
