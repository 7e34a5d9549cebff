// Large inputs, the same on every run: policies, and a cluster that they are about.
const apps = 25

const manyTeams = 200

/** `count` policies of about 600 bytes in one YAML stream, spread over a number of namespaces. */
export function makePolicies(count: number, teams: number = manyTeams): string {
  return Array.from({ length: count }, (_, index) => makePolicy(index, teams)).join('---\n')
}

function makePolicy(index: number, teams: number): string {
  const app = index % apps
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-app-${app}-${index}
  namespace: team-${index % teams}
spec:
  podSelector:
    matchLabels:
      app: app-${app}
  policyTypes:
  - Ingress
  - Egress
  ingress:
  - from:
    - podSelector:
        matchExpressions:
        - key: app
          operator: In
          values: [app-${(index + 1) % apps}, app-${(index + 7) % apps}]
      namespaceSelector:
        matchLabels:
          stage: ${index % 2 === 0 ? 'prod' : 'test'}
    ports:
    - port: ${1000 + (index % 5000)}
    - port: metrics
  egress:
  - to:
    - ipBlock:
        cidr: 203.${index % 256}.0.0/16
        except: [203.${index % 256}.${index % 200}.0/24]
    ports:
    - { port: 443 }
    - { port: 8000, endPort: 8100, protocol: UDP }
`
}

/** A snapshot with the namespaces of `makePolicies`, and pods spread over nodes of 110 each. */
export function makeSnapshot(pods: number): string {
  const items = [
    ...Array.from({ length: manyTeams }, (_, team) => ({
      kind: 'Namespace',
      metadata: { name: `team-${team}`, labels: { stage: team % 2 === 0 ? 'prod' : 'test' } },
    })),
    ...Array.from({ length: Math.ceil(pods / podsPerNode) }, (_, node) => ({
      kind: 'Node',
      metadata: { name: nodeName(node) },
      status: {
        addresses: [{ type: 'InternalIP', address: `192.168.${node >> 8}.${node & 255}` }],
      },
    })),
    ...Array.from({ length: pods }, (_, index) => makePod(index)),
  ].map((item) => ({ apiVersion: 'v1', ...item }))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** Name of the first node. */
export const firstNode = 'node-0'

const podsPerNode = 110
const nodeName = (node: number): string => `node-${node}`

function makePod(index: number): object {
  const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`
  return {
    kind: 'Pod',
    metadata: {
      name: `pod-${index}`,
      namespace: `team-${index % manyTeams}`,
      labels: { app: `app-${Math.floor(index / manyTeams) % apps}` },
    },
    spec: {
      nodeName: nodeName(Math.floor(index / podsPerNode)),
      containers: [
        { name: 'main', ports: [{ name: 'metrics', containerPort: 9000 + (index % 3) }] },
      ],
    },
    status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }] },
  }
}
