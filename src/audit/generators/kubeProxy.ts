// kube-proxy with iptables, IPVS and nftables, and the few chains that the kubelet keeps beside it. Names
// of services' chains are hashes of names that comments tell; with nftables they tell them themselves.
import { type Address, printAddress } from '../../algebra/address.ts'
import type { Chain, NatPlace, Rule, Table } from '../../ruleset/types.ts'
import { commentsIn } from './comments.ts'
import { byName, jumpsInto, type Known, type NameTable, recogniseBy } from './naming.ts'
import { shortHash } from './shortHash.ts'
import type { Generator } from './types.ts'

/** Recognises what kube-proxy and the kubelet write. */
export const kubeProxy: Generator = {
  name: 'kube-proxy',
  recognise: () =>
    recogniseBy({
      name: 'kube-proxy',
      chain: (table, chain) => (isOwnTable(table) ? nftChain(chain) : iptablesChain(table, chain)),
      set: (name) => byName(name, setNames),
    }),
}

const iptablesNames: NameTable = [
  [/^KUBE-SERVICES$/, 'choice of a service, by its address'],
  [/^KUBE-EXTERNAL-SERVICES$/, 'services without endpoints, from outside'],
  [/^KUBE-NODEPORTS?$/, 'choice of a service, by its port on the node'],
  [/^KUBE-NODE-PORT$/, 'ports of services on the node (IPVS)'],
  [/^KUBE-POSTROUTING$/, 'masquerading of marked traffic'],
  [/^KUBE-MARK-MASQ$/, 'mark of what is to be masqueraded'],
  [/^KUBE-MARK-DROP$/, 'mark of what is to be dropped'],
  [/^KUBE-FORWARD$/, 'forwarding for services'],
  [/^KUBE-FIREWALL$/, 'drop of marked traffic, and of localhost from outside (kubelet)'],
  [/^KUBE-PROXY-FIREWALL$/, 'sources that load balancers let in'],
  [
    /^KUBE-(?:LOAD-BALANCER|SOURCE-RANGES-FIREWALL|IPVS-FILTER|IPVS-OUT-FILTER)$/,
    'services (IPVS)',
  ],
  [/^KUBE-(?:PROXY-CANARY|KUBELET-CANARY|IPTABLES-HINT)$/, 'sign that the rules are still there'],
]

const choice = 'choice of an endpoint of a service'
const localChoice = `${choice} on the node`
const outside = 'traffic to a service from outside'
const sources = 'sources that a load balancer lets in'
const endpoint = 'endpoint of a service'

const serviceChains: Readonly<Record<string, string>> = {
  SVC: choice,
  SVL: localChoice,
  XLB: localChoice,
  EXT: outside,
  FW: sources,
  SEP: endpoint,
}

const setNames: NameTable = [
  [/^KUBE-(?:6-)?CLUSTER-IP$/, 'addresses of services'],
  [/^KUBE-(?:6-)?LOOP-BACK$/, 'endpoints that reach themselves'],
  [/^KUBE-(?:6-)?EXTERNAL-IP(?:-LOCAL)?$/, 'external addresses of services'],
  [/^KUBE-(?:6-)?(?:LOAD-BALANCER|LB-)\S*$/, 'addresses of load balancers'],
  [/^KUBE-(?:6-)?NODE-PORT-\S+$/, 'ports of services on the node'],
  [/^KUBE-(?:6-)?(?:HEALTH-CHECK-NODE-PORT|IPVS-IPS)$/, 'addresses and ports of services'],
  [/^(?:service-ips|cluster-ips)$/, 'addresses of services'],
  [/^(?:service-nodeports|nodeport-ips)$/, 'ports of services on the node'],
  [/^no-endpoint-(?:services|nodeports)$/, 'services without endpoints'],
  [/^firewall(?:-ips|-allow)?$/, 'sources that load balancers let in'],
  [
    /^affinity-[A-Z2-7]{8}-([^/]+)\/([^/]+)\/([^/]+)\/([^_]*)__(.+)$/,
    'clients of an endpoint',
    'service $1/$2:$4',
  ],
]

const nftNames: NameTable = [
  [/^(?:filter|nat)-\S+$/, "entry from the kernel's hook"],
  [/^services$/, 'choice of a service, by its address'],
  [/^(?:service-|nodeport-)?endpoints-check$/, 'services without endpoints'],
  [/^reject-chain$/, 'refusal of services without endpoints'],
  [/^cluster-ips-check$/, 'addresses of services that are not in use'],
  [/^firewall-(?:allow-)?check$/, 'sources that load balancers let in'],
  [/^mark-for-masquerade$/, 'mark of what is to be masqueraded'],
  [/^masquerading$/, 'masquerading of marked traffic'],
]

const nftServiceChains: Readonly<Record<string, string>> = {
  service: choice,
  local: localChoice,
  external: outside,
  firewall: sources,
  endpoint,
}

function isOwnTable({ engine, name }: Table): boolean {
  return engine === 'nftables' && name === 'kube-proxy'
}

/** `service-ULMVA6XW-ns1/svc1/tcp/p80`, and for an endpoint `__10.180.0.1/80` behind it. */
function nftChain({ name }: Chain): Known {
  const [, kind = '', namespace = '', service = '', , port = '', place = ''] =
    /^([a-z]+)-[A-Z2-7]{8}-([^/]+)\/([^/]+)(?:\/([a-z]+)(?:\/([^_]*)(?:__(.+))?)?)?$/.exec(name) ??
    []
  const purpose = nftServiceChains[kind]
  if (purpose === undefined) {
    return byName(name, nftNames) ?? { purpose: 'chain of no known kind', subject: null }
  }
  const cut = name.endsWith('...')
  const title = titleOf(namespace, service, cut ? '' : port)
  const at = place === '' || cut ? '' : `endpoint ${place.replace(/\/(\d+)$/, ':$1')} of `
  return { purpose, subject: `${at}service ${title}` }
}

function titleOf(namespace: string, service: string, port: string): string {
  return port === '' ? `${namespace}/${service}` : `${namespace}/${service}:${port}`
}

function iptablesChain(table: Table, chain: Chain): Known | null {
  const known = byName(chain.name, iptablesNames)
  if (known !== null) return known
  const [, kind = '', digest = ''] =
    /^KUBE-(SVC|SVL|XLB|EXT|FW|SEP)-([A-Z2-7]{16})$/.exec(chain.name) ?? []
  const purpose = serviceChains[kind]
  if (purpose === undefined) return null
  const jumps = jumpsInto(table, chain.name).map(({ rule }) => rule)
  const address = kind === 'SEP' ? endpointOf(chain.rules) : null
  const isIt = (service: string): boolean =>
    (kind === 'SEP' && address === null) ||
    protocols.some((protocol) => shortHash(`${service}${protocol}${address ?? ''}`) === digest)
  const service = serviceIn([...chain.rules, ...jumps], isIt)
  if (service === null) return { purpose, subject: address && `endpoint ${address}` }
  const at = address === null ? '' : `endpoint ${address} of `
  return { purpose, subject: `${at}service ${service}` }
}

const serviceWord = /^([a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*)(?::([a-z0-9-]*))?$/
const protocols = ['tcp', 'udp', 'sctp']

/** The service that comments name; the chain's name is a hash of it, which tells whether it is the one. */
function serviceIn(rules: readonly Rule[], isIt: (service: string) => boolean): string | null {
  const words = new Set(rules.flatMap(commentsIn).flatMap((comment) => comment.split(/\s+/)))
  for (const word of words) {
    const [, service, port = ''] = serviceWord.exec(word) ?? []
    if (service === undefined || ![word, service, `${service}:`].some(isIt)) continue
    return port === '' ? service : `${service}:${port}`
  }
  return null
}

function endpointOf(rules: readonly Rule[]): string | null {
  for (const { actions } of rules) {
    for (const action of actions) {
      const place = action.kind === 'dnat' ? action.to?.[0] : undefined
      if (place !== undefined) return printPlace(place)
    }
  }
  return null
}

function printPlace({ family, addresses, ports }: NatPlace): string | null {
  if (addresses === null) return null
  const address: Address = { family, value: addresses.from }
  const text = family === 6 ? `[${printAddress(address)}]` : printAddress(address)
  return ports === null ? text : `${text}:${ports.from}`
}
