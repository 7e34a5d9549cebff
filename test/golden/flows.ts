// The flows that a case probes: from words (`shop/web-0`, `node:node-a`, `203.0.113.7`) to flows of
// its cluster, and from verdicts back to words.
import { type Address, parseAddress, printAddress } from '../../src/algebra/address.ts'
import type { Cluster, Endpoint, Flow, FlowTraffic } from '../../src/cluster/types.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { type Decision, verdict } from '../../src/semantics/evaluate.ts'
import { fileAndLine, type Origin } from '../../src/source/origin.ts'
import type { FlowSpec } from './cases.ts'

/** `shop/web-0 -> shop/db-0 TCP 5432` */
export function printSpec({ from, to, traffic, family }: FlowSpec): string {
  return `${from} -> ${to} ${traffic}${family === null ? '' : ` over IPv${family}`}`
}

/** The flow meant. Throws where the cluster has no such end: the case itself is wrong then. */
export function resolveFlow(spec: FlowSpec, cluster: Cluster): Flow {
  const from = resolveEnd(spec.from, cluster)
  const to = resolveEnd(spec.to, cluster)
  const families = spec.family === null ? ([4, 6] as const) : [spec.family]
  for (const family of families) {
    const source = from.addresses.find((address) => address.family === family)
    const destination = to.addresses.find((address) => address.family === family)
    if (source === undefined || destination === undefined) continue
    return {
      source: { endpoint: from.endpoint, address: source },
      destination: { endpoint: to.endpoint, address: destination },
      traffic: parseTraffic(spec.traffic),
    }
  }
  throw new Error(`${printSpec(spec)}: the two ends have no address family in common`)
}

/** The text of verdicts.txt: each flow, its verdict, and what decided at either end. */
export function printVerdicts(
  flows: readonly FlowSpec[],
  set: PolicySet,
  cluster: Cluster,
): string {
  return flows.map((spec) => printVerdict(spec, set, cluster)).join('\n')
}

function printVerdict(spec: FlowSpec, set: PolicySet, cluster: Cluster): string {
  const flow = resolveFlow(spec, cluster)
  const decision = verdict(set, flow)
  const external = verdict(set, flow, { ipBlock: 'external' })
  const lines = [
    `${decision.verdict.padEnd(5)}  ${printSpec(spec)}`,
    `       ${printAddress(flow.source.address)} -> ${printAddress(flow.destination.address)}`,
    `       egress:  ${printDecision(decision.egress)}`,
    `       ingress: ${printDecision(decision.ingress)}`,
    ...(external.verdict === decision.verdict
      ? []
      : [`       ${external.verdict} where ipBlock means addresses outside of the cluster only`]),
  ]
  return `${lines.join('\n')}\n`
}

function printDecision(decision: Decision): string {
  switch (decision.by) {
    case 'rule': {
      const { policy, rule } = decision
      return `${decision.verdict} by ${policy.namespace ?? ''}/${policy.name}, ${rule.origins.map(printOrigin).join(', ')}`
    }
    case 'tier-default':
      return `${decision.verdict}, isolated and no rule matches`
    case 'no-policy':
      return 'allow, not isolated'
    case 'ungoverned':
      return 'allow, not a pod'
    case 'self':
      return 'allow, a pod to itself'
    case 'own-node':
      return 'allow, a pod and its own node'
  }
}

function printOrigin(origin: Origin): string {
  return `${fileAndLine(origin)} ${origin.path}`
}

interface End {
  readonly endpoint: Endpoint
  readonly addresses: readonly Address[]
}

function resolveEnd(word: string, cluster: Cluster): End {
  const endpoint = findEndpoint(word, cluster)
  if (endpoint === undefined) throw new Error(`the cluster has no endpoint "${word}"`)
  const asked = parseAddress(word)
  if (asked !== undefined) return { endpoint, addresses: [asked] }
  return { endpoint, addresses: endpoint.kind === 'external' ? [] : endpoint.addresses }
}

function findEndpoint(word: string, { pods, nodes }: Cluster): Endpoint | undefined {
  const address = parseAddress(word)
  if (address !== undefined) {
    const owner = [...pods, ...nodes].find((one) =>
      one.addresses.some((own) => own.family === address.family && own.value === address.value),
    )
    return owner ?? { kind: 'external', address }
  }
  const node = /^node:(.+)$/.exec(word)?.[1]
  if (node !== undefined) return nodes.find(({ name }) => name === node)
  return pods.find(({ namespace, name }) => `${namespace.name}/${name}` === word)
}

function parseTraffic(words: string): FlowTraffic {
  const [, protocol, port] = /^(TCP|UDP|SCTP) (\d+)$/.exec(words) ?? []
  if (protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP') {
    return { kind: 'ports', protocol, port: Number(port) }
  }
  const [, type, code] = /^ICMP (\d+)\/(\d+)$/.exec(words) ?? []
  if (type !== undefined) return { kind: 'icmp', type: Number(type), code: Number(code) }
  const [, protocolNumber] = /^protocol (\d+)$/.exec(words) ?? []
  if (protocolNumber === undefined) throw new Error(`traffic "${words}" is not understood`)
  return { kind: 'other', protocolNumber: Number(protocolNumber) }
}
