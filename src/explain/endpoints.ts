// Words of the command line → a flow: pods and nodes of a cluster, addresses, or pods made up from
// labels.
import { type Address, families, parseAddress, printAddress } from '../algebra/address.ts'
import type { Cluster, Endpoint, Flow, FlowEnd, Host, Pod } from '../cluster/types.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { suggest } from '../schema/suggest.ts'
import { type Block, freeAddress, isSame } from './freeAddress.ts'
import { madeUp } from './madeUp.ts'
import { familyOfWords, trafficOf } from './traffic.ts'

/** A flow as the user writes it. */
export interface FlowWords {
  readonly from: string
  readonly to: string
  /** `5432/tcp`, `80`, `http`, `icmp`, `icmp/8/0`, or the number of a protocol as `proto/47`. */
  readonly port: string
}

/** Where words are looked up. */
export interface FlowContext {
  readonly cluster: Cluster | null
  /** Namespace of pods that name none. */
  readonly namespace: string
  /** Blocks that pods made up from labels keep out of; see `blocksOf`. */
  readonly blocks: readonly Block[]
  readonly reporter: Reporter
}

/** The flow; null after reporting (NP6008) what is wrong with the words. */
export function readFlow({ from, to, port }: FlowWords, context: FlowContext): Flow | null {
  const { reporter } = context
  const source = readEnd(from, ends.from, context)
  const destination = readEnd(to, ends.to, context)
  if (source === null || destination === null) return null
  const both = inOneFamily(source, destination, port, context)
  if (both === null) return null
  const traffic = trafficOf(port, both.destination.endpoint)
  if (typeof traffic !== 'string') return { ...both, traffic }
  const help = 'write 5432/tcp, 53/udp, 80, http/tcp, icmp/8, icmpv6/128 or proto/47'
  reporter.report('NP6008', { message: `--port "${port}": ${traffic}`, help })
  return null
}

/** A flag, and the addresses that a pod made up by it has unless a block holds them. */
interface End {
  readonly flag: string
  readonly addresses: readonly string[]
}

const ends = {
  from: { flag: '--from', addresses: ['203.0.113.7', '2001:db8::7'] },
  to: { flag: '--to', addresses: ['203.0.113.8', '2001:db8::8'] },
} as const

/** An end of a flow before one of its addresses is chosen. */
interface Candidate {
  readonly words: string
  readonly endpoint: Endpoint
  readonly addresses: readonly Address[]
}

function readEnd(words: string, end: End, context: FlowContext): Candidate | null {
  const address = parseAddress(words)
  if (address !== undefined) return ofAddress(words, address, context)
  if (words.includes('=')) return ofLabels(words, end, context)
  return ofName(words, end, context)
}

/** An address is that of the pod or node which has it, where there is one. */
function ofAddress(words: string, address: Address, { cluster }: FlowContext): Candidate {
  const owner = ownersOf(cluster).find(({ addresses }) =>
    addresses.some((one) => isSame(one, address)),
  )
  return { words, endpoint: owner ?? { kind: 'external', address }, addresses: [address] }
}

function ownersOf(cluster: Cluster | null): readonly (Pod | Host)[] {
  return cluster === null ? [] : [...cluster.pods, ...cluster.nodes]
}

function ofName(words: string, { flag }: End, context: FlowContext): Candidate | null {
  const { cluster, namespace, reporter } = context
  if (cluster === null) {
    const message = `${flag} "${words}": there is no cluster to find it in`
    const help = 'without --cluster, write labels such as "ns=shop,app=web", or an address'
    reporter.report('NP6008', { message, help })
    return null
  }
  const name = words.includes('/') ? words : `${namespace}/${words}`
  const endpoint = ownersOf(cluster).find((one) => nameOf(one) === name)
  if (endpoint !== undefined) return { words, endpoint, addresses: endpoint.addresses }
  const near = suggest(name, ownersOf(cluster).map(nameOf))
  const help =
    near === undefined
      ? 'write namespace/pod, node/name, an address, or labels such as "ns=shop,app=web"'
      : `did you mean "${near}"?`
  const kind = name.startsWith('node/') ? 'node' : 'pod'
  const message = `${flag} "${words}": the snapshot has no such ${kind}`
  reporter.report('NP6008', { message, help })
  return null
}

function nameOf(one: Pod | Host): string {
  return one.kind === 'pod' ? `${one.namespace.name}/${one.name}` : `node/${one.name}`
}

function ofLabels(words: string, end: End, context: FlowContext): Candidate | null {
  const { cluster, namespace, reporter } = context
  const endpoint = madeUp(words, {
    name: end.flag.slice(2),
    namespace,
    namespaceLabels: (name) => cluster?.namespaces.find((one) => one.name === name)?.labels ?? {},
    addresses: freeAddresses(end, context),
  })
  if (typeof endpoint === 'string') {
    reporter.report('NP6008', { message: `${end.flag} "${words}": ${endpoint}` })
    return null
  }
  // A node that the snapshot has is that one, with its labels and addresses.
  const known =
    endpoint.kind === 'host' ? cluster?.nodes.find(({ name }) => name === endpoint.name) : undefined
  return { words, endpoint: known ?? endpoint, addresses: (known ?? endpoint).addresses }
}

/** Both ends avoid what the other would have, so that no two pods share an address. */
function freeAddresses(end: End, { cluster, blocks }: FlowContext): readonly Address[] {
  const owned = ownersOf(cluster).flatMap(({ addresses }) => addresses)
  const free = (texts: readonly string[], taken: readonly Address[]): readonly Address[] =>
    texts
      .flatMap((text) => parseAddress(text) ?? [])
      .map((wanted) => freeAddress(wanted, blocks, taken))
  const ofSource = free(ends.from.addresses, owned)
  return end.flag === ends.from.flag ? ofSource : free(end.addresses, [...owned, ...ofSource])
}

/** IPv4 where both ends have it, unless the traffic is of one IP version only. */
function inOneFamily(
  source: Candidate,
  destination: Candidate,
  port: string,
  { reporter }: FlowContext,
): { readonly source: FlowEnd; readonly destination: FlowEnd } | null {
  const wanted = familyOfWords(port)
  for (const family of wanted === null ? families : [wanted]) {
    const [from, to] = [source, destination].map(({ endpoint, addresses }) => {
      const address = addresses.find((one) => one.family === family)
      return address === undefined ? null : { endpoint, address }
    })
    if (from != null && to != null) return { source: from, destination: to }
  }
  const list = ({ words, addresses }: Candidate): string =>
    `"${words}" has ${addresses.map(printAddress).join(', ')}`
  const both = `${list(source)}, ${list(destination)}`
  if (wanted === null) {
    const message = `the two ends have no IP version in common: ${both}`
    reporter.report('NP6008', { message, help: 'write addresses of one IP version' })
  } else {
    const message = `--port "${port}" goes over IPv${wanted}, and not both ends have it: ${both}`
    const help = `for IPv${wanted === 4 ? '6 write icmpv6/128' : '4 write icmp/8'}`
    reporter.report('NP6008', { message, help })
  }
  return null
}
