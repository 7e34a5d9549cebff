// What the firewalls of `npm run bench kernel` are about: one node, its pods, policies that pods share or
// that each has for itself. The first pod may talk to the last one, over one port.

/** A node to be made. */
export interface NodeShape {
  readonly pods: number
  /** How many policies there are; each governs the same number of pods, both ways. */
  readonly profiles: number
  /** Whom a policy names in a direction: five pods, or all that three policies govern. */
  readonly peers: 'five' | 'groups'
}

/** The port that policies allow. */
export const openPort = 5000

export const nodeName = 'node-0'

/** Numbers of pods: who may send to the pods of a policy, and to whom they may. */
export interface PolicyPeers {
  readonly sources: readonly number[]
  readonly destinations: readonly number[]
}

/** IPv4 address of a pod. */
export function addressOf(pod: number): string {
  return `10.64.${(pod + 1) >> 8}.${(pod + 1) & 255}`
}

/** Which policy governs a pod. */
export function policyOf(pod: number, { profiles }: NodeShape): number {
  return pod % profiles
}

/** Five pods each, the first or the last pod among them. */
export function fivePeers(policy: number, { pods }: NodeShape): PolicyPeers {
  const some = [7, 13, 29, 31].map((step, at) => (step * (policy + 1) + at) % pods)
  return { sources: distinct([0, ...some]), destinations: distinct([pods - 1, ...some]) }
}

/** A snapshot of `kubectl get`, as JSON. */
export function snapshotOf(shape: NodeShape): string {
  const items = [
    { kind: 'Namespace', metadata: { name: 'bench', labels: {} } },
    {
      kind: 'Node',
      metadata: { name: nodeName },
      status: { addresses: [{ type: 'InternalIP', address: '192.168.0.1' }] },
    },
    ...Array.from({ length: shape.pods }, (_, pod) => podOf(pod, shape)),
  ].map((item) => ({ apiVersion: 'v1', ...item }))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

function podOf(pod: number, shape: NodeShape): object {
  const address = addressOf(pod)
  return {
    kind: 'Pod',
    metadata: {
      name: `pod-${pod}`,
      namespace: 'bench',
      labels: { group: `g-${policyOf(pod, shape)}`, pod: `p-${pod}` },
    },
    spec: { nodeName, containers: [{ name: 'main' }] },
    status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }] },
  }
}

/** The policies as one JSON list; `changed` opens another port in that one. */
export function policiesOf(shape: NodeShape, changed: number | null = null): string {
  const items = Array.from({ length: shape.profiles }, (_, policy) => {
    const [sources, destinations] = selectors(policy, shape)
    const ports = [{ protocol: 'UDP', port: policy === changed ? openPort + 1 : openPort }]
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `policy-${policy}`, namespace: 'bench' },
      spec: {
        podSelector: { matchLabels: { group: `g-${policy}` } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: sources }], ports }],
        egress: [{ to: [{ podSelector: destinations }], ports }],
      },
    }
  })
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

function selectors(policy: number, shape: NodeShape): readonly [object, object] {
  const oneOf = (key: string, letter: string, numbers: readonly number[]): object => ({
    matchExpressions: [
      { key, operator: 'In', values: distinct(numbers).map((one) => `${letter}-${one}`) },
    ],
  })
  if (shape.peers === 'five') {
    const { sources, destinations } = fivePeers(policy, shape)
    return [oneOf('pod', 'p', sources), oneOf('pod', 'p', destinations)]
  }
  const next = [1, 2].map((step) => (policy + step) % shape.profiles)
  const last = policyOf(shape.pods - 1, shape)
  return [oneOf('group', 'g', [0, ...next]), oneOf('group', 'g', [last, ...next])]
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)]
}
