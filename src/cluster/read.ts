// Output of `kubectl get namespaces,pods,nodes -A -o yaml` → cluster. Only pods that policies can be
// about are kept: with an address, not finished, with a network namespace of their own.
import { type Address, isSeenInNetworks, parseAddress, printAddress } from '../algebra/address.ts'
import { byName } from '../algebra/order.ts'
import type { Code } from '../diagnostics/catalog.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import { protocols } from '../ir/types.ts'
import { makeShapeCheck, type ShapeCheck } from '../schema/checkShape.ts'
import type { PathStep } from '../source/located.ts'
import { spanAt } from '../source/located.ts'
import { readDocuments } from '../source/read.ts'
import { type Resource, resourcesOf } from '../source/resources.ts'
import type { Source, Span } from '../source/source.ts'
import {
  namespaceSchema,
  nodeSchema,
  podSchema,
  type RawAccount,
  type RawContainer,
  type RawContainerPort,
  type RawNamespace,
  type RawNode,
  type RawPod,
} from './schema.ts'
import type { Cluster, Host, NamedPort, Namespace, Pod, PodNotes, ServiceAccount } from './types.ts'

/**
 * Reads a snapshot; other kinds in it are passed over. Null after reporting an error: a part of the
 * cluster that is missing would be a part without rules.
 */
export function readCluster(sources: readonly Source[], reporter: Reporter): Cluster | null {
  const before = reporter.errors
  const sorted = [...sources].sort(byName)
  const resources = sorted
    .flatMap((source) => readDocuments(source, reporter))
    .flatMap((document) => resourcesOf(document, reporter))
    .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kindsRead.includes(kind))
  const ofKind = (kind: string): Resource[] => resources.filter((one) => one.kind === kind)
  const namespaces = ofKind('Namespace').flatMap((one) => readNamespace(one, reporter))
  const nodes = ofKind('Node').flatMap((one) => readNode(one, reporter))
  const known: Known = {
    namespaces: new Map(namespaces.map((one) => [one.name, one])),
    nodes: new Set(nodes.map(({ value }) => value.name)),
    accounts: accountFinder(ofKind('ServiceAccount').flatMap((one) => readAccount(one, reporter))),
    waiting: [],
    others: [],
    onHosts: [],
  }
  const pods = ofKind('Pod').flatMap((one) => readPod(one, known, reporter))
  reportRepeated('pods', pods, ({ namespace, name }) => `${namespace.name}/${name}`, reporter)
  reportRepeated('nodes', nodes, ({ name }) => name, reporter)
  reportShared([...nodes, ...pods], reporter)
  if (resources.length === 0 && reporter.errors === before) reportNothing(sorted, reporter)
  if (pods.length === 0) reportAllWaiting(known.waiting, reporter)
  if (reporter.errors > before) return null
  return {
    namespaces: namespaces.sort(byName),
    nodes: nodes.map(({ value }) => value).sort(byName),
    pods: pods
      .map(({ value }) => value)
      .sort((a, b) => byName(a.namespace, b.namespace) || byName(a, b)),
    others: known.others,
    ...(known.onHosts.length > 0 ? { onHosts: known.onHosts } : {}),
  }
}

/** Kinds of core/v1 that a snapshot is made of. */
const kindsRead: readonly string[] = ['Namespace', 'Node', 'Pod', 'ServiceAccount']

/** Something read, and where. */
interface Found<T> {
  readonly value: T
  readonly at: Span
}

interface Known {
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly nodes: ReadonlySet<string>
  /** The account of a namespace by name; one that the snapshot leaves out has no labels. */
  readonly accounts: (namespace: string, name: string) => ServiceAccount
  /** Pods found without address. */
  readonly waiting: Span[]
  /** Those, and finished ones. */
  readonly others: PodNotes[]
  readonly onHosts: PodNotes[]
}

const checkNamespace: ShapeCheck<RawNamespace> = makeShapeCheck(namespaceSchema, {})
const checkNode: ShapeCheck<RawNode> = makeShapeCheck(nodeSchema, {})
const checkAccount: ShapeCheck<RawAccount> = makeShapeCheck(namespaceSchema, {})
const checkPod: ShapeCheck<RawPod> = makeShapeCheck(podSchema, {})

/** Phases whose address may belong to another pod by now. */
const finished: readonly string[] = ['Succeeded', 'Failed']

function readNamespace({ document }: Resource, reporter: Reporter): Namespace[] {
  const raw = checkNamespace(document, reporter)
  if (raw === null) return []
  const { name, labels } = raw.metadata
  const label = labels?.[namespaceNameLabel]
  if (label !== undefined && label !== name) {
    reporter.report('NP4005', {
      message: `namespace "${name}" has the label ${namespaceNameLabel}=${label}`,
      at: spanAt(document, ['metadata', 'labels', namespaceNameLabel]),
      help: 'the API server sets this label to the name of the namespace',
    })
  }
  return [{ name, labels: { ...labels, [namespaceNameLabel]: name } }]
}

function readNode({ document }: Resource, reporter: Reporter): Found<Host>[] {
  const raw = checkNode(document, reporter)
  if (raw === null) return []
  const written = raw.status?.addresses ?? []
  const addresses = written.flatMap(({ type, address }, index) =>
    type.endsWith('IP')
      ? readAddress(address, { document, path: ['status', 'addresses', index], reporter })
      : [],
  )
  const { name, labels } = raw.metadata
  const value: Host = { kind: 'host', name, labels: labels ?? {}, addresses: unique(addresses) }
  return [{ value, at: spanAt(document, ['metadata', 'name']) }]
}

function readAccount({ document }: Resource, reporter: Reporter): RawAccount['metadata'][] {
  const raw = checkAccount(document, reporter)
  return raw === null ? [] : [raw.metadata]
}

function accountFinder(written: readonly RawAccount['metadata'][]): Known['accounts'] {
  const labels = new Map(written.map((one) => [`${one.namespace ?? ''}/${one.name}`, one.labels]))
  return (namespace, name) => ({
    name,
    labels: { ...labels.get(`${namespace}/${name}`), [serviceAccountNameLabel]: name },
  })
}

/** A place in a snapshot's object. */
interface Place {
  readonly document: Resource['document']
  readonly path: readonly PathStep[]
  readonly reporter: Reporter
}

function readPod({ document }: Resource, known: Known, reporter: Reporter): Found<Pod>[] {
  const raw = checkPod(document, reporter)
  if (raw === null) return []
  const { metadata, spec, status } = raw
  const complain = (code: Code, path: readonly PathStep[], fact: string): Found<Pod>[] => {
    const message = `pod "${metadata.namespace ?? ''}/${metadata.name}" ${fact}`
    reporter.report(code, { message, at: spanAt(document, path) })
    return []
  }
  const name = ['metadata', 'name']
  const namespace = known.namespaces.get(metadata.namespace ?? '')
  const isFinished = finished.includes(status?.phase ?? '')
  const isOnHost = spec.hostNetwork === true
  if (namespace === undefined) {
    if (isFinished || isOnHost) return []
    const fact =
      metadata.namespace == null ? 'has no namespace' : 'is in a namespace that is missing'
    return complain('NP4003', metadata.namespace == null ? name : ['metadata', 'namespace'], fact)
  }
  const pod = {
    namespace,
    name: metadata.name,
    labels: metadata.labels ?? {},
    serviceAccount: known.accounts(namespace.name, spec.serviceAccountName ?? 'default'),
  }
  if (isFinished || isOnHost) {
    if (!isOnHost) known.others.push(pod)
    else if (!isFinished) known.onHosts.push(pod)
    return []
  }
  const before = reporter.errors
  const addresses = addressesOf(raw, document, reporter)
  if (reporter.errors > before) return []
  if (addresses.length === 0) {
    known.others.push(pod)
    known.waiting.push(spanAt(document, name))
    return complain('NP4004', name, 'has no address yet')
  }
  const node = spec.nodeName ?? ''
  if (!known.nodes.has(node)) {
    const fact = node === '' ? 'has no node' : `is on node "${node}", which is missing`
    return complain('NP4005', node === '' ? name : ['spec', 'nodeName'], fact)
  }
  const value: Pod = { kind: 'pod', ...pod, ports: namedPorts(raw), addresses, node }
  return [{ value, at: spanAt(document, name) }]
}

function addressesOf(
  { status }: RawPod,
  document: Resource['document'],
  reporter: Reporter,
): readonly Address[] {
  const listed = (status?.podIPs ?? []).flatMap(({ ip }, index) =>
    ip == null ? [] : readPodAddress(ip, { document, path: ['status', 'podIPs', index], reporter }),
  )
  const { podIP } = status ?? {}
  const first =
    podIP == null || podIP === ''
      ? []
      : readPodAddress(podIP, { document, path: ['status', 'podIP'], reporter })
  return unique([...first, ...listed])
}

/** Rules about an address that no packet has would leave the pod without rules. */
function readPodAddress(text: string, place: Place): Address[] {
  const own = readAddress(text, place)
  if (own.every(isSeenInNetworks)) return own
  const { document, path, reporter } = place
  const message = `"${text}" cannot be the address of a pod`
  reporter.report('NP4005', { message, at: spanAt(document, path) })
  return []
}

function readAddress(text: string, { document, path, reporter }: Place): Address[] {
  const address = parseAddress(text)
  if (address !== undefined) return [address]
  reporter.report('NP4005', { message: `"${text}" is not an address`, at: spanAt(document, path) })
  return []
}

/** Ports of containers and of native sidecars: init containers that are restarted always. */
function namedPorts({ spec }: RawPod): readonly NamedPort[] {
  const sidecars = (spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always')
  const containers: readonly RawContainer[] = [...(spec.containers ?? []), ...sidecars]
  return containers.flatMap(({ ports }) => (ports ?? []).flatMap(namedPort))
}

function namedPort({ name, containerPort, protocol }: RawContainerPort): NamedPort[] {
  const known = protocols.find((one) => one === (protocol ?? 'TCP'))
  if (name == null || name === '' || known === undefined) return []
  return [{ name, protocol: known, port: containerPort }]
}

function reportRepeated<T>(
  what: string,
  found: readonly Found<T>[],
  nameOf: (value: T) => string,
  reporter: Reporter,
): void {
  const seen = new Map<string, Span>()
  for (const { value, at } of found) {
    const name = nameOf(value)
    const first = seen.get(name)
    if (first === undefined) seen.set(name, at)
    else {
      const message = `the snapshot holds two ${what} "${name}"`
      reporter.report('NP4005', { message, at, also: [{ span: first, text: 'first' }] })
    }
  }
}

function reportShared(found: readonly Found<Host | Pod>[], reporter: Reporter): void {
  const owners = new Map<string, Found<Host | Pod>>()
  for (const one of found) {
    for (const address of one.value.addresses) {
      const text = printAddress(address)
      const first = owners.get(text)
      if (first === undefined) owners.set(text, one)
      else {
        const message = `${titleOf(first.value)} and ${titleOf(one.value)} share the address ${text}`
        reporter.report('NP4002', {
          message,
          at: one.at,
          also: [{ span: first.at, text: 'the other' }],
        })
      }
    }
  }
}

function titleOf(owner: Host | Pod): string {
  return owner.kind === 'host'
    ? `node "${owner.name}"`
    : `pod "${owner.namespace.name}/${owner.name}"`
}

function reportNothing([first]: readonly Source[], reporter: Reporter): void {
  if (first === undefined) return
  const at = { source: first, start: 0, end: 0 }
  reporter.report('NP4005', { message: 'the snapshot holds no namespace, pod or node', at })
}

/** One pod that starts is everyday life; rules for a cluster without any address would say nothing. */
function reportAllWaiting([first]: readonly Span[], reporter: Reporter): void {
  if (first === undefined) return
  reporter.report('NP4005', { message: 'no pod of the snapshot has an address', at: first })
}

function unique(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map((address) => [printAddress(address), address])).values()]
}
