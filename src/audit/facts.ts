// What is known beside the dumps: policies, the cluster, which of its nodes was dumped, its routes, and
// the services that are asked about.
import { type Address, parseAddress } from '../algebra/address.ts'
import { readCluster } from '../cluster/read.ts'
import type { Cluster, Host } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { trafficOf } from '../explain/traffic.ts'
import { type PolicySet, protocolNumbers } from '../ir/types.ts'
import { normalise } from '../passes/index.ts'
import { readPolicies } from '../readPolicies.ts'
import { suggest } from '../schema/suggest.ts'
import type { Source } from '../source/source.ts'
import type { MatrixTraffic } from './matrix/index.ts'

/** Texts and words of facts, as they are given. */
export interface FactRequest {
  readonly policies?: readonly Source[]
  /** Namespace of policies that name none. */
  readonly namespace?: string
  readonly v1Types?: 'both' | 'rules'
  /** Output of `kubectl get namespaces,pods,nodes -A -o yaml`. */
  readonly snapshot?: readonly Source[]
  /** Name of the node that was dumped. */
  readonly node?: string
  /** `5432/tcp`, `proto/47` */
  readonly ports?: readonly string[]
}

/** Facts as read; null where nothing was given, or where it could not be read. */
export interface Facts {
  readonly policies: PolicySet | null
  readonly cluster: Cluster | null
  readonly node: Host | null
  /** What it is asked of who reaches whom. */
  readonly services: readonly MatrixTraffic[]
}

/** Reads the facts; what is wrong with them is reported, and they are then missing. */
export function readFacts(request: FactRequest, reporter: Reporter): Facts {
  const { policies = [], snapshot = [], ports = [] } = request
  const cluster = snapshot.length === 0 ? null : readCluster(snapshot, reporter)
  const node = nodeOf(request, cluster, reporter)
  const before = reporter.errors
  const set = policies.length === 0 ? null : readSet(policies, request, reporter)
  return {
    policies: reporter.errors > before ? null : set,
    cluster,
    node,
    services: ports.flatMap((words) => serviceOf(words, reporter)),
  }
}

function readSet(
  sources: readonly Source[],
  { namespace, v1Types = 'both', snapshot = [] }: FactRequest,
  reporter: Reporter,
): PolicySet {
  if (snapshot.length === 0) {
    reporter.report('NP4001', { message: 'comparing rules with policies needs a cluster snapshot' })
  }
  const { set } = readPolicies(sources, namespace, reporter, { v1Types })
  return normalise(set, reporter)
}

/** The node that was dumped: the one named, or the only one there is. */
function nodeOf(
  { node: name, policies = [], snapshot = [] }: FactRequest,
  cluster: Cluster | null,
  reporter: Reporter,
): Host | null {
  if (name !== undefined && snapshot.length === 0) {
    const message = `node "${name}" means nothing without a snapshot`
    reporter.report('NP6004', { message, help: 'give one with --cluster, or leave --node out' })
  }
  if (cluster === null) return null
  const names = cluster.nodes.map((one) => one.name)
  const found =
    name === undefined && names.length === 1
      ? cluster.nodes[0]
      : cluster.nodes.find((one) => one.name === name)
  if (found !== undefined) return found
  if (name !== undefined) {
    const near = suggest(name, names)
    const help = near === undefined ? `known: ${names.join(', ')}` : `did you mean "${near}"?`
    reporter.report('NP4006', { message: `node "${name}" is not in the snapshot`, help })
  } else if (policies.length > 0) {
    const message = 'it is not known which node was dumped'
    reporter.report('NP6004', { message, help: `name it with --node: ${names.join(', ')}` })
  }
  return null
}

/** Any address: no port has a name there. */
const anywhere: Address = parseAddress('192.0.2.1') ?? { family: 4, value: 0n }

function serviceOf(words: string, reporter: Reporter): readonly MatrixTraffic[] {
  const traffic = trafficOf(words, { kind: 'external', address: anywhere })
  if (typeof traffic !== 'string' && traffic.kind === 'ports') {
    const { port, protocol } = traffic
    return [{ protocol: protocolNumbers[protocol], port, words: `${port}/${protocol}` }]
  }
  if (typeof traffic !== 'string' && traffic.kind === 'other') {
    const { protocolNumber: protocol } = traffic
    return [{ protocol, port: null, words: `protocol ${protocol}` }]
  }
  const why = typeof traffic === 'string' ? traffic : 'types of ICMP are not asked for'
  const isNamed = /^[a-z][a-z0-9-]*(\/(tcp|udp|sctp))?$/i.test(words)
  const message = `--port "${words}": ${isNamed ? 'ports are written as numbers here' : why}`
  reporter.report('NP6004', { message, help: 'write 5432/tcp, 53/udp or proto/47' })
  return []
}
