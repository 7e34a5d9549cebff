// Worlds at the limits of what tools and kernel take: sizes of sets, numbers of ports and blocks, lengths
// of names, characters.
import { makeSource } from '../../src/source/source.ts'
import type { World } from '../support/arbitraries.ts'

/** A world, and what the kernel has to hold of it. */
export interface Extreme {
  readonly title: string
  readonly world: () => World
  /** At least so many places that look so, in what the kernel prints. */
  readonly holds: { readonly pattern: RegExp; readonly count: number }
}

/** More than a set holds unless it is told how many will come. Every second address, or blocks would do. */
const many = 66_000

export const extremes: readonly Extreme[] = [
  {
    title: `a set of ${many} blocks`,
    world: () =>
      worldOf({
        policyTypes: ['Egress'],
        egress: [{ to: numbers(many).map((at) => block(`${dotted(11, 2 * at)}/32`)) }],
      }),
    holds: { pattern: /\b11\.\d+\.\d+\.\d+/g, count: many },
  },
  {
    title: `a name of a port in ${many} pods`,
    world: () =>
      worldOf(
        {
          policyTypes: ['Egress'],
          egress: [{ to: [{ podSelector: {} }], ports: [{ port: 'http' }] }],
        },
        numbers(many).map((at) => pod(`far-${at}`, 'elsewhere', dotted(10, 1024 + 2 * at))),
      ),
    holds: { pattern: /\b10\.\d+\.\d+\.\d+( \. tcp \. 80|,tcp:80)\b/g, count: many },
  },
  {
    title: '10,000 ports in a policy',
    world: () =>
      worldOf({
        ingress: [
          {
            from: [{ podSelector: {} }],
            ports: numbers(10_000).map((at) => ({ port: 2 * at + 1 })),
          },
        ],
      }),
    holds: { pattern: /[, ]1\d\d\d[13579]\b/g, count: 4999 },
  },
  {
    title: '1,000 blocks with exceptions in a policy',
    world: () =>
      worldOf({
        ingress: [
          {
            from: numbers(1000).map((at) => {
              const start = dotted(12, at << 8).replace(/0$/, '')
              return block(`${start}0/24`, [`${start}128/25`, `${start}7/32`])
            }),
          },
        ],
      }),
    // 0/25 without one address is seven blocks, or two ranges.
    holds: { pattern: /\b12\.\d+\.\d+\.\d+/g, count: 2000 },
  },
  {
    title: 'names of 63 characters, and characters of all the world in comments',
    world: () =>
      worldOf(
        {
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }, { port: 'http' }] }],
          egress: [{ to: [block('192.0.2.0/24', ['192.0.2.7/32'])] }],
          policyTypes: ['Ingress', 'Egress'],
        },
        [pod('b'.repeat(63), 'here', '10.0.0.7'), pod('short', 'elsewhere', '10.0.0.8')],
        `Grüße/規則 "it's\\" \u2028\n; drop # ${'é'.repeat(200)}.yaml`,
      ),
    holds: { pattern: new RegExp(`"${'n'.repeat(63)}/${'b'.repeat(63)}"`, 'g'), count: 1 },
  },
]

const namespace = 'n'.repeat(63)
/** The node whose rules are extreme. */
export const node = 'here'

/** One policy for all pods of a namespace, one of which is at the node. */
function worldOf(spec: object, others: readonly object[] = [], file = 'policy.yaml'): World {
  const items = [
    { kind: 'Namespace', metadata: { name: namespace } },
    ...[node, 'elsewhere'].map((name, at) => ({
      kind: 'Node',
      metadata: { name },
      status: { addresses: [{ type: 'InternalIP', address: `172.16.0.${at + 1}` }] },
    })),
    pod('near', node, '10.0.0.1'),
    ...others,
  ]
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p'.repeat(63), namespace },
    spec: { podSelector: {}, ...spec },
  }
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: items.map((item) => ({ apiVersion: 'v1', ...item })),
  }
  return {
    policies: [makeSource(file, JSON.stringify(policy))],
    snapshot: [makeSource('snapshot.json', JSON.stringify(list))],
  }
}

function pod(name: string, nodeName: string, ip: string): object {
  return {
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name.split('-')[0] } },
    spec: {
      nodeName,
      containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 80 }] }],
    },
    status: { phase: 'Running', podIPs: [{ ip }] },
  }
}

function block(cidr: string, except: readonly string[] = []): object {
  return { ipBlock: { cidr, except } }
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at)
}

/** The address that comes so many after the first one of a network. */
function dotted(network: number, offset: number): string {
  return [network, (offset >> 16) & 255, (offset >> 8) & 255, offset & 255].join('.')
}
