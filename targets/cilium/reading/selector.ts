// EndpointSelector → whom it selects. Labels have sources, and those of a pod's namespace and service
// account are among them: pkg/k8s/apis/cilium.io/utils, getEndpointSelector.
import {
  all,
  and,
  exists,
  isIn,
  namespaceNameLabel,
  not,
  serviceAccountNameLabel,
} from '../../../src/ir/selector.ts'
import type { Peer, PodMatch, Selector } from '../../../src/ir/types.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import type { RawRequirement, RawSelector } from '../../../src/schema/shapes.ts'
import { suggest } from '../../../src/schema/suggest.ts'
import { entityPeer } from './entities.ts'
import { allButOwnNode } from './ownNode.ts'

/** Keys that stand for something else than a label of the pod. */
const podNamespace = 'io.kubernetes.pod.namespace'
const namespaceLabels = 'io.cilium.k8s.namespace.labels.'
const serviceAccount = 'io.cilium.k8s.policy.serviceaccount'
const cluster = 'io.cilium.k8s.policy.cluster'

const sources = [
  'k8s',
  'any',
  'reserved',
  'node',
  'container',
  'unspec',
  'cidr',
  'cidrgroup',
  'fqdn',
]

interface Test {
  readonly source: string
  readonly key: string
  readonly selector: Selector
  readonly operator: string
  /** Whether an endpoint without the label passes. */
  readonly isNegative: boolean
  readonly at: Place
}

/** The pods that a policy is for: in its namespace alone where it has one. */
export function readSubject(raw: RawSelector, namespace: string | null, place: Place): PodMatch {
  const tests = readTests(raw, podSources, place)
  for (const { at } of tests.filter(({ source }) => source === 'reserved')) {
    complain(at, 'NP2021', {
      message: 'a subject by a reserved label is no pod, and other policies are not read',
    })
  }
  const match = podMatch(tests.filter(({ key }) => namespace === null || key !== podNamespace))
  if (namespace === null) return match
  for (const { at } of tests.filter(({ key }) => key === podNamespace)) {
    complain(at, 'NP3005', {
      message: `the policy is for pods of its own namespace, "${namespace}", whatever the selector says of namespaces`,
    })
  }
  return { ...match, namespaces: and([isIn(namespaceNameLabel, [namespace]), match.namespaces]) }
}

/** Whom an item of `fromEndpoints` or `toEndpoints` means; null where it cannot be said. */
export function readEndpoints(
  raw: RawSelector,
  namespace: string | null,
  place: Place,
): Peer | null {
  const tests = readTests(raw, podSources, place)
  const reserved = tests.filter(({ source }) => source === 'reserved')
  if (reserved.length > 0) return readReserved(tests, reserved, place)
  const says = (test: Test): boolean =>
    test.key === podNamespace || (namespace !== null && test.key.startsWith(namespaceLabels))
  const match = podMatch(tests)
  if (!tests.some(says)) {
    const home = namespace === null ? [] : [isIn(namespaceNameLabel, [namespace])]
    return { kind: 'pods', ...match, namespaces: and([...home, match.namespaces]) }
  }
  const pods: Peer = { kind: 'pods', ...match }
  if (!tests.every(({ isNegative }) => isNegative)) return pods
  // Nodes and what is outside have none of these labels, and nothing here asks for one.
  return {
    kind: 'or',
    of: [pods, { kind: 'hosts', nodes: all, which: 'any' }, { kind: 'external' }],
  }
}

/**
 * A selector of one reserved label means an entity. No namespace is added to it: asking that the label
 * of the own node be absent is asking for everybody else.
 */
function readReserved(tests: readonly Test[], [first]: readonly Test[], place: Place): Peer | null {
  if (tests.length === 1 && first?.key === 'host' && first.operator === 'DoesNotExist')
    return allButOwnNode
  const peer = first === undefined ? undefined : entityPeer(first.key)
  if (tests.length === 1 && first !== undefined && !first.isNegative && peer?.kind === 'peer') {
    return peer.peer
  }
  complain(place, 'NP2021', {
    message: 'a selector by reserved labels is read only where it names one entity',
    help: 'write "fromEntities" or "toEntities"',
  })
  return null
}

/** Nodes by the labels with source `node`. */
export function readNodes(raw: RawSelector, place: Place): Selector {
  return and(readTests(raw, ['node', 'any'], place).map(({ selector }) => selector))
}

/** A selector of CIDR groups, by their own labels. */
export function readGroupSelector(raw: RawSelector, place: Place): Selector {
  return and(readTests(raw, ['k8s', 'any'], place).map(({ selector }) => selector))
}

function podMatch(tests: readonly Test[]): PodMatch {
  const of = (owner: keyof PodMatch): Selector =>
    and(tests.filter(({ key }) => ownerOf(key) === owner).map(({ selector }) => selector))
  return {
    namespaces: of('namespaces'),
    pods: of('pods'),
    serviceAccounts: of('serviceAccounts'),
  }
}

function ownerOf(key: string): keyof PodMatch {
  if (key === podNamespace || key.startsWith(namespaceLabels)) return 'namespaces'
  return key === serviceAccount ? 'serviceAccounts' : 'pods'
}

function irKey(key: string): string {
  if (key === podNamespace) return namespaceNameLabel
  if (key === serviceAccount) return serviceAccountNameLabel
  return key.startsWith(namespaceLabels) ? key.slice(namespaceLabels.length) : key
}

/** Sources whose labels pods have, and what else has an identity. */
const podSources: readonly string[] = ['k8s', 'any', 'reserved']

function readTests(raw: RawSelector, allowed: readonly string[], place: Place): readonly Test[] {
  const labels = Object.entries(raw.matchLabels ?? {}).flatMap(([key, value]) =>
    readTest({ key, operator: 'In', values: [value] }, allowed, into(place, 'matchLabels', key)),
  )
  const expressions = each(into(place, 'matchExpressions'), raw.matchExpressions).flatMap(
    ({ item, at }) => readTest(item, allowed, at),
  )
  return [...labels, ...expressions]
}

const operators: ReadonlyMap<string, (key: string, values: readonly string[]) => Selector> =
  new Map<string, (key: string, values: readonly string[]) => Selector>([
    ['In', isIn],
    ['NotIn', (key, values) => not(isIn(key, values))],
    ['Exists', exists],
    ['DoesNotExist', (key) => not(exists(key))],
  ])

function readTest(raw: RawRequirement, allowed: readonly string[], at: Place): readonly Test[] {
  const { source, key } = splitKey(raw.key)
  const make = operators.get(raw.operator)
  const values = raw.values ?? []
  if (make === undefined) {
    const near = suggest(raw.operator, [...operators.keys()])
    complain(at, 'NP2007', {
      message: `operator "${raw.operator}" is not known`,
      help: near
        ? `did you mean "${near}"?`
        : `known operators: ${[...operators.keys()].join(', ')}`,
    })
    return []
  }
  const needsValues = raw.operator === 'In' || raw.operator === 'NotIn'
  if (needsValues !== values.length > 0) {
    const message = `operator ${raw.operator} ${needsValues ? 'needs' : 'takes no'} values`
    complain(at, 'NP2007', { message })
    return []
  }
  if (key === cluster) return clusterTest(raw, at)
  if (!allowed.includes(source)) {
    complain(at, 'NP2021', { message: `labels of the source "${source}" are not read here` })
    return []
  }
  const isNegative = raw.operator === 'NotIn' || raw.operator === 'DoesNotExist'
  const selector = make(irKey(key), values)
  return [{ source, key, selector, operator: raw.operator, isNegative, at }]
}

/** Every pod that is known here is of the local cluster, whatever its name. */
function clusterTest({ operator }: RawRequirement, at: Place): readonly Test[] {
  if (operator !== 'Exists') {
    const help = 'leave it out where there is one cluster'
    complain(at, 'NP2021', { message: 'pods of other clusters are not read', help })
  }
  return []
}

function splitKey(key: string): { readonly source: string; readonly key: string } {
  const at = key.indexOf(':')
  const source = key.slice(0, Math.max(0, at))
  return sources.includes(source) ? { source, key: key.slice(at + 1) } : { source: 'any', key }
}
