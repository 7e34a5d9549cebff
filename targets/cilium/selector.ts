// Selectors as Cilium label selectors. Every key says its source (`k8s:`), and every peer says its
// namespace: without that key Cilium would add the policy's own, or match what is no pod.
import { labelFaults } from '../../src/emit/labelFaults.ts'
import type { ManifestMap } from '../../src/emit/manifest.ts'
import { alternatives, namespaceNameLabel, type Requirement } from '../../src/ir/selector.ts'
import type { PodMatch, Policy } from '../../src/ir/types.ts'
import { isReserved, isUnseen } from './identityLabels.ts'

/** A selector, or why it cannot be written. */
export type SelectorResult =
  | {
      readonly ok: true
      readonly selectors: readonly ManifestMap[]
      /** Labels that Cilium does not look at unless it is told to. */
      readonly unseen: readonly string[]
    }
  | { readonly ok: false; readonly faults: readonly SelectorFault[] }

/** Something that cannot be written, and the code to report it with. */
export interface SelectorFault {
  readonly code: 'NP5001' | 'NP5007'
  readonly fact: string
}

/** A conjunction. */
type Requirements = readonly Requirement[]

/** What Cilium puts before the keys of labels that come from Kubernetes. */
const source = 'k8s:'
const namespaceKey = 'k8s:io.kubernetes.pod.namespace'
const accountKey = 'k8s:io.cilium.k8s.policy.serviceaccount'
const namespaceLabels = 'k8s:io.cilium.k8s.namespace.labels.'
/** Most characters of a name in a key, once Cilium has written its source as a part of it. */
const maxName = 63
/** The same for what stands before the slash. */
const maxPrefix = 253

/** Selectors of a policy's subject; Cilium itself confines a policy of a namespace to it. */
export function subjectSelectors({ namespace, subject }: Policy): SelectorResult {
  if (namespace === null) return peerSelectors(subject)
  const invalid = invalidLabels(subject)
  if (invalid.length > 0) return { ok: false, faults: invalid }
  const places = alternatives(subject.namespaces)
  if (!places.every((place) => place.some(isNameOf(namespace)))) {
    return lacking('its subject is not confined to its own namespace')
  }
  // Cilium adds the test of the name itself, and would take another in its place.
  const labels = places
    .filter((place) => place.every((test) => holdsName(test, namespace)))
    .map((place) => place.filter(({ key }) => key !== namespaceNameLabel).map(namespaceRequirement))
  const accounts = alternatives(subject.serviceAccounts).map(accountRequirements)
  return print(alternatives(subject.pods), (part) =>
    labels.flatMap((place) =>
      accounts.map((account) => [...place, ...part.map(podRequirement), ...account]),
    ),
  )
}

function isNameOf(namespace: string): (test: Requirement) => boolean {
  return ({ key, operator, values }) =>
    key === namespaceNameLabel && operator === 'In' && values.join() === namespace
}

/** Whether a test of the namespace's name holds for one; other tests are not of the name. */
function holdsName({ key, operator, values }: Requirement, namespace: string): boolean {
  if (key !== namespaceNameLabel) return true
  const isListed = values.includes(namespace)
  return { In: isListed, NotIn: !isListed, Exists: true, DoesNotExist: false }[operator]
}

/** Selectors that together match the pods; none of them matches anything that is no pod. */
export function peerSelectors(match: PodMatch): SelectorResult {
  const invalid = invalidLabels(match)
  if (invalid.length > 0) return { ok: false, faults: invalid }
  const { namespaces, pods, serviceAccounts } = match
  const places = alternatives(namespaces).flatMap(inNamespaces)
  const accounts = alternatives(serviceAccounts).map(accountRequirements)
  return print(alternatives(pods), (part) => {
    const own = part.map(podRequirement)
    return places.flatMap((place) => accounts.map((account) => [...place, ...own, ...account]))
  })
}

/**
 * Labels that are none of Kubernetes, in the keys that they have there: one of them, and Cilium
 * stores the object and enforces nothing of it.
 */
function invalidLabels(match: PodMatch): readonly SelectorFault[] {
  const accounts = alternatives(match.serviceAccounts).flat()
  const facts = [
    ...[match.namespaces, match.pods].flatMap(alternatives).flat(),
    ...accounts.map((one) => ({ ...one, key: accountKey.slice(source.length) })),
  ].flatMap(labelFaults)
  return [...new Set(facts)].map((fact) => ({ code: 'NP5007', fact }))
}

function lacking(fact: string): SelectorResult {
  return { ok: false, faults: [{ code: 'NP5001', fact }] }
}

/** Every pod has an account: that it has one need not be asked. */
function accountRequirements(requirements: Requirements): Requirements {
  return requirements
    .filter(({ operator }) => operator !== 'Exists')
    .map((one) => ({ ...one, key: accountKey }))
}

/**
 * Namespace requirements in Cilium's keys; none where no namespace can satisfy them. Nodes and the
 * world have no namespace labels and so pass every negative test: the namespace key keeps them out.
 */
function inNamespaces(requirements: Requirements): readonly Requirements[] {
  const names = requirements.filter(({ key }) => key === namespaceNameLabel)
  if (names.some(({ operator }) => operator === 'DoesNotExist')) return []
  const tests = names.filter(({ operator }) => operator !== 'Exists')
  const isNamed = tests.some(({ operator }) => operator === 'In')
  const exists: Requirement = { key: namespaceKey, operator: 'Exists', values: [] }
  const place = [
    ...(isNamed ? [] : [exists]),
    ...tests.map((test) => ({ ...test, key: namespaceKey })),
    ...requirements.filter(({ key }) => key !== namespaceNameLabel).map(namespaceRequirement),
  ]
  return [place]
}

function namespaceRequirement(requirement: Requirement): Requirement {
  return { ...requirement, key: `${namespaceLabels}${requirement.key}` }
}

function podRequirement(requirement: Requirement): Requirement {
  return { ...requirement, key: `${source}${requirement.key}` }
}

function reservedFault(pods: readonly (readonly Requirement[])[]): string | undefined {
  const taken = pods.flat().find(({ key }) => isReserved(key))
  return taken && `Cilium puts labels of its own in the place of the pod label "${taken.key}"`
}

function print(
  pods: readonly Requirements[],
  inCiliumKeys: (part: Requirements) => readonly Requirements[],
): SelectorResult {
  const parts = pods.flatMap(inCiliumKeys)
  const tooLong = parts
    .flat()
    .map(({ key }) => keyFault(key))
    .find((one) => one !== undefined)
  const fault = reservedFault(pods) ?? tooLong
  if (fault !== undefined) return lacking(fault)
  const keys = new Set(parts.flat().map(({ key }) => key.slice(source.length)))
  return { ok: true, selectors: parts.map(selectorValue), unseen: [...keys].filter(isUnseen) }
}

// Cilium checks keys after it has turned "k8s:" into "k8s.", which takes up room in the name.
function keyFault(key: string): string | undefined {
  const [first = '', second] = `k8s.${key.slice(source.length)}`.split('/')
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
