// A small cluster for tests of what else is on a node, the ways in which rules get to the kernel there, and
// the rules that kube-proxy and Docker write.
import { join } from 'node:path'
import { type Family, parseAddress, printAddress } from '../../src/algebra/address.ts'
import type { Cluster, Flow, FlowEnd, FlowTraffic, Host } from '../../src/cluster/types.ts'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { GivenOptions } from '../../src/emit/options.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { makeSource } from '../../src/source/source.ts'
import { inFolder } from '../support/run.ts'
import { type Lab, type LabOptions, type LabPlan, withLab } from './lab.ts'
import { loadRules, writeOutputs } from './loading.ts'
import { sayMissing } from './missing.ts'
import { planOf, world } from './questions.ts'
import { type Engine, engines } from './tools.ts'

/** An engine, and the table that it writes to. */
export interface Way {
  readonly name: string
  readonly engine: Engine
  readonly options: GivenOptions
  /** The back end of iptables that others on the node use. */
  readonly backend: string
}

/** All engines, and the table that everybody shares. */
export const ways: readonly Way[] = engines.flatMap((engine) => {
  const backend = engine.backend === '' ? 'nft' : engine.backend
  const own = { name: engine.name, engine, options: {}, backend }
  const shared = { ...own, name: `${engine.name} in filter`, options: { table: ['filter'] } }
  return engine.target === 'iptables' ? [own, shared] : [own]
})

const policies = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - ipBlock: { cidr: 192.0.2.0/24 }
    - ipBlock: { cidr: '2001:db8:1::/48' }
    - podSelector: { matchLabels: { app: cache } }
    ports: [{ port: 8443 }]
  egress:
  - to: [{ podSelector: { matchLabels: { app: db } } }]
    ports: [{ port: 5432 }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{ podSelector: { matchLabels: { app: web } } }]
    ports: [{ port: 5432 }]
`

/** Nobody may anything, the own node included. */
export const nobody = `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: nobody }
spec:
  priority: 1
  subject: { namespaces: {} }
  ingress: [{ action: Deny, from: [{ namespaces: {} }] }]
  egress: [{ action: Deny, to: [{ networks: [0.0.0.0/0, '::/0'] }] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: nobody, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`

/** Pods by name, with their node; the last part of their addresses is their place. */
const pods = [
  ['web', 'node'],
  ['db', 'node'],
  ['cache', 'node'],
  ['client', 'other'],
] as const

const snapshot = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { kind: 'Namespace', metadata: { name: 'shop' } },
    ...['node', 'other'].map((name, at) => ({
      kind: 'Node',
      metadata: { name },
      status: {
        addresses: [`172.16.0.${at + 1}`, `fd01::${at + 1}`].map((address) => ({
          type: 'InternalIP',
          address,
        })),
      },
    })),
    ...pods.map(([app, nodeName], at) => ({
      kind: 'Pod',
      metadata: { name: app, namespace: 'shop', labels: { app } },
      spec: { nodeName, containers: [{ name: 'main' }] },
      status: {
        phase: 'Running',
        podIPs: [`10.0.0.${at + 1}`, `fd00::${at + 1}`].map((ip) => ({ ip })),
      },
    })),
  ].map((item) => ({ apiVersion: 'v1', ...item })),
})

/** The cluster with a lab around its node, and rules that are loaded when it is said. */
export interface Neighbourhood {
  readonly lab: Lab
  readonly plan: LabPlan
  readonly node: Host
  readonly set: PolicySet
  readonly cluster: Cluster
  /** Where the node's rules and the kit are. */
  readonly folder: string
  /** Loads the rules. */
  readonly load: () => void
  /** Runs a script with the variable B: the back end that others use. Throws what it says. */
  readonly must: (script: string) => string
  /** The end of a flow that has this address. */
  readonly end: (address: string) => FlowEnd
  readonly flow: (source: string, destination: string, traffic: FlowTraffic) => Flow
}

/** Builds it. */
export function inNeighbourhood(
  way: Way,
  use: (hood: Neighbourhood) => Promise<void>,
  given: {
    readonly text?: string
    readonly options?: GivenOptions
    readonly lab?: LabOptions
  } = {},
): Promise<void> {
  return inFolder((root) => {
    const result = compile({
      sources: [makeSource('policies.yaml', given.text ?? policies)],
      snapshot: [makeSource('snapshot.json', snapshot)],
      targets: [way.engine.target],
      options: { ...way.options, icmp: ['policy'], ...given.options },
      // The packets are to tell, not the proof.
      verify: false,
    })
    const { set, cluster, diagnostics } = result
    const node = cluster?.nodes.find(({ name }) => name === 'node')
    if (set === null || cluster === null || node === undefined)
      throw new Error(renderText(diagnostics))
    writeOutputs(result, root)
    const folder = join(root, node.name)
    const plan = planOf(cluster, node)
    const end = makeEnds(cluster)
    return withLab(plan, { gateway: world, ...given.lab }, (lab) => {
      sayMissing(lab.missing, 'the lab does without')
      return use({
        lab,
        plan,
        node,
        set,
        cluster,
        folder,
        end,
        load: () => loadRules(lab, folder, way.engine),
        must: (script) => must(lab, `B=${way.backend}\n${script}`),
        flow: (source, destination, traffic) => ({
          source: end(source),
          destination: end(destination),
          traffic,
        }),
      })
    })
  })
}

function makeEnds({ pods: all, nodes }: Cluster): (address: string) => FlowEnd {
  const known = new Map(
    [...all, ...nodes].flatMap((endpoint) =>
      endpoint.addresses.map((address) => [printAddress(address), { endpoint, address }] as const),
    ),
  )
  return (text) => {
    const address = parseAddress(text)
    if (address === undefined) throw new Error(`no address: ${text}`)
    return known.get(text) ?? { endpoint: { kind: 'external', address }, address }
  }
}

function must(lab: Lab, script: string): string {
  const { status, out, err } = lab.run(script)
  if (status !== 0) throw new Error(`${script}\nended with ${status}: ${out}${err}`)
  return out
}

/** A Service of one pod: what its clients speak to, and who answers. */
export interface Service {
  readonly address: string
  readonly port: number
  readonly pod: string
  readonly targetPort: number
}

/** A Service for each pod, in each family. */
export const services: readonly Service[] = pods.flatMap(([app], at) =>
  (['10.96.0.', 'fd00:96::'] as const).map((net) => ({
    address: `${net}${at + 1}`,
    port: 443,
    pod: `${net === '10.96.0.' ? '10.0.0.' : 'fd00::'}${at + 1}`,
    targetPort: app === 'db' ? 5432 : 8443,
  })),
)

const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4)

/** What kube-proxy writes in its mode iptables, as a script; clients that are no pods are masqueraded. */
export const kubeProxy: string = [4, 6]
  .map((family) => {
    const own = services.filter(({ address }) => familyOf(address) === family)
    const [podNet, suffix] = family === 4 ? ['10.0.0.0/16', '/32'] : ['fd00::/64', '/128']
    const to = ({ pod, targetPort }: Service): string =>
      family === 4 ? `${pod}:${targetPort}` : `[${pod}]:${targetPort}`
    const lines = [
      '*nat',
      ...['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'].map((one) => `:${one} - [0:0]`),
      ...own.flatMap((_, at) => [`:KUBE-SVC-${at} - [0:0]`, `:KUBE-SEP-${at} - [0:0]`]),
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
      ...own.flatMap((one, at) => [
        `-A KUBE-SERVICES -d ${one.address}${suffix} -p tcp -m tcp --dport ${one.port} -j KUBE-SVC-${at}`,
        `-A KUBE-SVC-${at} ! -s ${podNet} -d ${one.address}${suffix} -p tcp -m tcp --dport ${one.port} -j KUBE-MARK-MASQ`,
        `-A KUBE-SVC-${at} -j KUBE-SEP-${at}`,
        `-A KUBE-SEP-${at} -s ${one.pod}${suffix} -j KUBE-MARK-MASQ`,
        `-A KUBE-SEP-${at} -p tcp -m tcp -j DNAT --to-destination ${to(one)}`,
      ]),
      'COMMIT',
      '*filter',
      ':KUBE-FORWARD - [0:0]',
      '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
      '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
      '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
      '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'COMMIT',
    ]
    return restore(family, lines)
  })
  .join('\n')

/**
 * What Docker writes for a container that may speak to everybody, and for one with a published port, each
 * behind a cable of the node.
 */
export function docker(free: string, published: string, addresses: readonly string[]): string {
  return [4, 6]
    .map((family) => {
      const own = addresses.filter((one) => familyOf(one) === family)
      return restore(family, [
        '*filter',
        ':FORWARD DROP [0:0]',
        ...['DOCKER', 'DOCKER-BRIDGE', 'DOCKER-CT', 'DOCKER-FORWARD', 'DOCKER-USER'].map(
          (one) => `:${one} - [0:0]`,
        ),
        '-A FORWARD -j DOCKER-USER',
        '-A FORWARD -j DOCKER-FORWARD',
        '-A DOCKER-FORWARD -j DOCKER-CT',
        '-A DOCKER-FORWARD -j DOCKER-BRIDGE',
        `-A DOCKER-FORWARD -i ${free} -j ACCEPT`,
        `-A DOCKER-CT -o ${published} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
        `-A DOCKER-BRIDGE -o ${published} -j DOCKER`,
        ...own.map(
          (one) =>
            `-A DOCKER -d ${one} ! -i ${published} -o ${published} -p tcp -m tcp --dport 8443 -j ACCEPT`,
        ),
        '-A DOCKER-USER -j RETURN',
        'COMMIT',
      ])
    })
    .join('\n')
}

/** A script that loads lines into one family, beside what is there. */
function restore(family: number, lines: readonly string[]): string {
  const program = family === 4 ? 'iptables' : 'ip6tables'
  return `${program}-$B-restore --noflush <<'END'\n${lines.join('\n')}\nEND`
}
