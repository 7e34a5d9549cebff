// Words of the command line → a flow: pods and nodes of a cluster, addresses, or pods made up from
// labels.
import { type Address, parseAddress, printAddress } from '../algebra/address.ts'
import type { Cluster, Endpoint, Flow, FlowEnd, FlowTraffic, NamedPort } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import { protocols } from '../ir/types.ts'
import { suggest } from '../schema/suggest.ts'

/** A flow as the user writes it. */
export interface FlowWords {
  readonly from: string
  readonly to: string
  /** `5432/tcp`, `80`, `http/tcp`, `icmp`, `icmp/8/0`, or the number of a protocol as `proto/47`. */
  readonly port: string
}

/** Where words are looked up. */
export interface FlowContext {
  readonly cluster: Cluster | null
  /** Namespace of pods that name none. */
  readonly namespace: string
  readonly reporter: Reporter
}

/** The flow; null after reporting (NP6008) what is wrong with the words. */
export function readFlow({ from, to, port }: FlowWords, context: FlowContext): Flow | null {
  const source = readEnd('--from', from, context)
  const destination = readEnd('--to', to, context)
  if (source === null || destination === null) return null
  const ends = inOneFamily(source, destination, context)
  if (ends === null) return null
  const traffic = readTraffic(port, ends.destination, context)
  return traffic === null ? null : { ...ends, traffic }
}

/** An end of a flow before one of its addresses is chosen. */
interface Candidate {
  readonly words: string
  readonly endpoint: Endpoint
  readonly addresses: readonly Address[]
}

function readEnd(flag: string, words: string, context: FlowContext): Candidate | null {
  const address = parseAddress(words)
  if (address !== undefined) return ofAddress(words, address, context)
  if (words.includes('=')) return madeUp(flag, words, context)
  return ofName(flag, words, context)
}

/** An address is that of the pod or node which has it, where there is one. */
function ofAddress(words: string, address: Address, { cluster }: FlowContext): Candidate {
  const owners = cluster === null ? [] : [...cluster.pods, ...cluster.nodes]
  const owner = owners.find(({ addresses }) =>
    addresses.some(({ family, value }) => family === address.family && value === address.value),
  )
  return { words, endpoint: owner ?? { kind: 'external', address }, addresses: [address] }
}

function ofName(flag: string, words: string, context: FlowContext): Candidate | null {
  const { cluster, namespace } = context
  const name = words.includes('/') ? words : `${namespace}/${words}`
  const all = [
    ...(cluster?.pods ?? []).map((pod) => ({
      endpoint: pod,
      name: `${pod.namespace.name}/${pod.name}`,
    })),
    ...(cluster?.nodes ?? []).map((node) => ({ endpoint: node, name: `node/${node.name}` })),
  ]
  const found = all.find((one) => one.name === name)
  if (found !== undefined) {
    return { words, endpoint: found.endpoint, addresses: found.endpoint.addresses }
  }
  const near = suggest(
    name,
    all.map((one) => one.name),
  )
  const help =
    cluster === null
      ? 'without --cluster, write labels such as "ns=shop,app=web", or an address'
      : near === undefined
        ? 'write namespace/pod, node/name, an address, or labels such as "ns=shop,app=web"'
        : `did you mean "${near}"?`
  const message =
    cluster === null
      ? `${flag} "${words}": there is no cluster to find it in`
      : `${flag} "${words}": the snapshot has no such pod`
  context.reporter.report('NP6008', { message, help })
  return null
}

/** Keys of a made-up pod that are no labels of its own. */
const ownKeys = ['ns', 'namespace', 'sa', 'ip', 'node']

function madeUp(flag: string, words: string, context: FlowContext): Candidate | null {
  const parts = words.split(',').map((part) => part.split('='))
  const bad = parts.find(([key, ...rest]) => key === '' || rest.length !== 1)
  if (bad !== undefined) {
    const message = `${flag} "${words}": "${bad.join('=')}" is not "key=value"`
    context.reporter.report('NP6008', { message })
    return null
  }
  const values = new Map(parts.map(([key = '', value = '']) => [key.trim(), value.trim()]))
  const written = values.get('ip')
  const address = parseAddress(written ?? (flag === '--from' ? '203.0.113.7' : '203.0.113.8'))
  if (address === undefined) {
    const message = `${flag} "${words}": "${written}" is no address`
    context.reporter.report('NP6008', { message })
    return null
  }
  const namespace = values.get('ns') ?? values.get('namespace') ?? context.namespace
  const account = values.get('sa') ?? 'default'
  const labelled = (prefix: string): Record<string, string> =>
    Object.fromEntries(
      [...values].flatMap(([key, value]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
      ),
    )
  const known = context.cluster?.namespaces.find(({ name }) => name === namespace)
  const labels = [...values].filter(([key]) => !ownKeys.includes(key) && !/^(ns|sa):/.test(key))
  const endpoint: Endpoint = {
    kind: 'pod',
    name: flag.slice(2),
    namespace: {
      name: namespace,
      labels: { ...known?.labels, ...labelled('ns:'), [namespaceNameLabel]: namespace },
    },
    labels: Object.fromEntries(labels),
    serviceAccount: {
      name: account,
      labels: { ...labelled('sa:'), [serviceAccountNameLabel]: account },
    },
    ports: [],
    addresses: [address],
    node: values.get('node') ?? '',
  }
  return { words, endpoint, addresses: [address] }
}

function inOneFamily(
  source: Candidate,
  destination: Candidate,
  { reporter }: FlowContext,
): { readonly source: FlowEnd; readonly destination: FlowEnd } | null {
  for (const family of [4, 6] as const) {
    const [from, to] = [source, destination].map(({ endpoint, addresses }) => {
      const address = addresses.find((one) => one.family === family)
      return address === undefined ? null : { endpoint, address }
    })
    if (from != null && to != null) return { source: from, destination: to }
  }
  const list = ({ words, addresses }: Candidate): string =>
    `"${words}" has ${addresses.map(printAddress).join(', ')}`
  const message = `the two ends have no IP version in common: ${list(source)}, ${list(destination)}`
  reporter.report('NP6008', { message, help: 'write addresses of one IP version' })
  return null
}

function readTraffic(
  words: string,
  destination: FlowEnd,
  { reporter }: FlowContext,
): FlowTraffic | null {
  const traffic = trafficOf(words.toLowerCase(), destination)
  if (typeof traffic !== 'string') return traffic
  reporter.report('NP6008', {
    message: `--port "${words}": ${traffic}`,
    help: 'write 5432/tcp, 53/udp, 80, http/tcp, icmp/8 or proto/47',
  })
  return null
}

/** The traffic, or what is wrong with the words. */
function trafficOf(words: string, destination: FlowEnd): FlowTraffic | string {
  const [first = '', second, third] = words.split('/')
  if (first === 'icmp' || first === 'icmpv6') {
    const echo = destination.address.family === 4 ? 8 : 128
    const [type, code] = [Number(second ?? echo), Number(third ?? 0)]
    const isFine = [type, code].every((one) => Number.isInteger(one) && one >= 0 && one <= 255)
    return isFine ? { kind: 'icmp', type, code } : 'types and codes are numbers from 0 to 255'
  }
  if (first === 'proto') {
    const number = Number(second)
    const isFine = second !== undefined && Number.isInteger(number) && number >= 0 && number <= 255
    return isFine ? { kind: 'other', protocolNumber: number } : 'a protocol is a number up to 255'
  }
  const protocol = protocols.find((one) => one.toLowerCase() === (second ?? 'tcp'))
  if (protocol === undefined || third !== undefined) return 'the protocol is not known'
  if (/^\d+$/.test(first)) {
    const port = Number(first)
    return port >= 1 && port <= 65535
      ? { kind: 'ports', protocol, port }
      : 'a port is a number from 1 to 65535'
  }
  const named = portsOf(destination.endpoint).find(
    (one) => one.name === first && one.protocol === protocol,
  )
  if (named !== undefined) return { kind: 'ports', protocol, port: named.port }
  return `the destination gives no port the name "${first}"`
}

function portsOf(endpoint: Endpoint): readonly NamedPort[] {
  return endpoint.kind === 'pod' ? endpoint.ports : []
}
