// The shape of a networking.k8s.io/v1 NetworkPolicy (API reference, NetworkPolicySpec), as a type and
// as the JSON Schema that accepts exactly that type. Null stands for absent, as on the API server.
import {
  anything,
  list,
  metadata,
  object,
  optional,
  optionalText,
  type RawMetadata,
  type RawSelector,
  type Schema,
  labelSelector as selector,
  text,
} from '../../src/schema/shapes.ts'

export interface RawIpBlock {
  readonly cidr: string
  readonly except?: readonly string[] | null
}

export interface RawPeer {
  readonly podSelector?: RawSelector | null
  readonly namespaceSelector?: RawSelector | null
  readonly ipBlock?: RawIpBlock | null
}

export interface RawPort {
  readonly protocol?: string | null
  readonly port?: number | string | null
  readonly endPort?: number | null
}

export interface RawIngressRule {
  readonly from?: readonly RawPeer[] | null
  readonly ports?: readonly RawPort[] | null
}

export interface RawEgressRule {
  readonly to?: readonly RawPeer[] | null
  readonly ports?: readonly RawPort[] | null
}

export interface RawSpec {
  readonly podSelector?: RawSelector | null
  readonly policyTypes?: readonly string[] | null
  readonly ingress?: readonly RawIngressRule[] | null
  readonly egress?: readonly RawEgressRule[] | null
}

export interface RawPolicy {
  readonly metadata: RawMetadata
  readonly spec?: RawSpec | null
}

const ipBlock = optional(object({ cidr: text, except: list(text) }, ['cidr']))
const peer = object({ podSelector: selector, namespaceSelector: selector, ipBlock })
const port = object({
  protocol: optionalText,
  port: { type: ['integer', 'string', 'null'] },
  endPort: { type: ['integer', 'null'] },
})
const ingressRule = object({ from: list(peer), ports: list(port) })
const egressRule = object({ to: list(peer), ports: list(port) })

const spec = optional(
  object({
    podSelector: selector,
    policyTypes: list(text),
    ingress: list(ingressRule),
    egress: list(egressRule),
  }),
)

/** JSON Schema of a NetworkPolicy; `status` was part of the API from 1.24 to 1.27. */
export const networkPolicySchema: Schema = object(
  { apiVersion: text, kind: text, metadata, spec, status: anything },
  ['metadata'],
)

/** Where keys belong that are often written elsewhere. */
export const keyHomes: Readonly<Record<string, string>> = {
  podSelector: 'it belongs in "spec" (whom the policy is for) or in an item of "from" or "to"',
  namespaceSelector: 'it belongs in an item of "from" or "to"',
  ipBlock: 'it belongs in an item of "from" or "to"',
  matchLabels: 'it belongs in "podSelector" or "namespaceSelector"',
  matchExpressions: 'it belongs in "podSelector" or "namespaceSelector", one level deeper',
  key: 'it belongs in an item of "matchExpressions"',
  operator: 'it belongs in an item of "matchExpressions"',
  values: 'it belongs in an item of "matchExpressions"',
  policyTypes: 'it belongs in "spec"',
  ingress: 'it belongs in "spec"',
  egress: 'it belongs in "spec"',
  from: 'it belongs in an item of "ingress"; "egress" has "to"',
  to: 'it belongs in an item of "egress"; "ingress" has "from"',
  ports: 'it belongs in an item of "ingress" or "egress", beside "from" or "to"',
  port: 'it belongs in an item of "ports"',
  protocol: 'it belongs in an item of "ports"',
  endPort: 'it belongs in an item of "ports"',
  cidr: 'it belongs in "ipBlock"',
  except: 'it belongs in "ipBlock", beside "cidr"',
  name: 'it belongs in "metadata"',
  namespace: 'it belongs in "metadata"; to select a namespace, write a "namespaceSelector"',
  labels: 'it belongs in "metadata"; to select by labels, write "matchLabels"',
  spec: 'it belongs at the top, beside "metadata"',
}
