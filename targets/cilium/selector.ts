// Selectors as Cilium label selectors. Every key says its source (`k8s:`), and every peer says its
// namespace: without that key Cilium would add the policy's own, or match what is no pod.
import type { ManifestMap } from '../../src/emit/manifest.ts'
import { alternatives, namespaceNameLabel, type Requirement } from '../../src/ir/selector.ts'
import type { PodMatch, Selector } from '../../src/ir/types.ts'

/** A selector, or why it cannot be written. */
export type SelectorResult =
  | { readonly ok: true; readonly selectors: readonly ManifestMap[] }
  | { readonly ok: false; readonly fault: string }

const namespaceKey = 'k8s:io.kubernetes.pod.namespace'
const namespaceLabels = 'k8s:io.cilium.k8s.namespace.labels.'
/** Most characters of a name in a key, once Cilium has written its source as a part of it. */
const maxName = 63
/** The same for what stands before the slash. */
const maxPrefix = 253

/** Selectors of a policy's subject; it is confined to the policy's namespace by Cilium itself. */
export function subjectSelectors(pods: Selector): SelectorResult {
  return print(alternatives(pods).map((requirements) => requirements.map(podRequirement)))
}

/** Selectors that together match the pods; none of them matches anything that is no pod. */
export function peerSelectors({ namespaces, pods }: PodMatch): SelectorResult {
  const podParts = alternatives(pods).map((requirements) => requirements.map(podRequirement))
  return print(
    alternatives(namespaces).flatMap((requirements) => {
      const where = inNamespaces(requirements)
      return where === null ? [] : podParts.map((part) => [...where, ...part])
    }),
  )
}

/**
 * Namespace requirements in Cilium's keys; null where no namespace can satisfy them. Nodes and the
 * world have no namespace labels and so pass every negative test: the namespace key keeps them out.
 */
function inNamespaces(requirements: readonly Requirement[]): readonly Requirement[] | null {
  const names = requirements.filter(({ key }) => key === namespaceNameLabel)
  if (names.some(({ operator }) => operator === 'DoesNotExist')) return null
  const tests = names.filter(({ operator }) => operator !== 'Exists')
  const isNamed = tests.some(({ operator }) => operator === 'In')
  const exists: Requirement = { key: namespaceKey, operator: 'Exists', values: [] }
  return [
    ...(isNamed ? [] : [exists]),
    ...tests.map((test) => ({ ...test, key: namespaceKey })),
    ...requirements
      .filter(({ key }) => key !== namespaceNameLabel)
      .map((one) => ({ ...one, key: `${namespaceLabels}${one.key}` })),
  ]
}

function podRequirement(requirement: Requirement): Requirement {
  return { ...requirement, key: `k8s:${requirement.key}` }
}

function print(parts: readonly (readonly Requirement[])[]): SelectorResult {
  const fault = parts
    .flat()
    .map(keyFault)
    .find((one) => one !== undefined)
  if (fault !== undefined) return { ok: false, fault }
  return { ok: true, selectors: parts.map(selectorValue) }
}

// Cilium checks keys after it has turned "k8s:" into "k8s.", which takes up room in the name.
function keyFault({ key }: Requirement): string | undefined {
  const [first = '', second] = key.replace('k8s:', 'k8s.').split('/')
  const fits = second === undefined ? first.length <= maxName : first.length <= maxPrefix
  return fits ? undefined : `label key "${key}" is longer than Cilium takes`
}

/** Single values as matchLabels, the rest, and second tests of one key, as matchExpressions. */
function selectorValue(requirements: readonly Requirement[]): ManifestMap {
  const labels: Record<string, string> = {}
  const expressions: ManifestMap[] = []
  for (const { key, operator, values } of requirements) {
    const [value] = values
    if (
      operator === 'In' &&
      values.length === 1 &&
      value !== undefined &&
      !Object.hasOwn(labels, key)
    ) {
      labels[key] = value
    } else {
      expressions.push({ key, operator, values: values.length === 0 ? undefined : values })
    }
  }
  return {
    matchLabels: Object.keys(labels).length === 0 ? undefined : labels,
    matchExpressions: expressions.length === 0 ? undefined : expressions,
  }
}
