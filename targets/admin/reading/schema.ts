// The shapes of the three kinds, as one type and as the JSON Schema of each: v1alpha2 and v1alpha1 differ
// in how traffic is written. Null stands for absent where a key may be left out.
import {
  anything,
  labelSelector,
  list,
  metadata,
  object,
  optional,
  optionalText,
  type RawMetadata,
  type RawSelector,
  type Schema,
  text,
} from '../../../src/schema/shapes.ts'

export interface RawNamespacedPod {
  readonly namespaceSelector?: RawSelector | null
  readonly podSelector: RawSelector
}

export interface RawSubject {
  readonly namespaces?: RawSelector | null
  readonly pods?: RawNamespacedPod | null
}

export interface RawPeer extends RawSubject {
  readonly networks?: readonly string[] | null
  readonly nodes?: RawSelector | null
  readonly domainNames?: readonly string[] | null
}

export interface RawRange {
  readonly start: number
  readonly end: number
}

export interface RawDestination {
  readonly destinationPort?: {
    readonly number?: number | null
    readonly range?: RawRange | null
  } | null
}

/** An item of `protocols` in v1alpha2. */
export interface RawProtocol {
  readonly tcp?: RawDestination | null
  readonly udp?: RawDestination | null
  readonly sctp?: RawDestination | null
  readonly destinationNamedPort?: string | null
}

/** An item of `ports` in v1alpha1. */
export interface RawPort {
  readonly portNumber?: { readonly protocol?: string | null; readonly port: number } | null
  readonly portRange?: (RawRange & { readonly protocol?: string | null }) | null
  readonly namedPort?: string | null
}

export interface RawRule {
  readonly name?: string | null
  readonly action: string
  readonly from?: readonly RawPeer[]
  readonly to?: readonly RawPeer[]
  readonly protocols?: readonly RawProtocol[] | null
  readonly ports?: readonly RawPort[] | null
}

export interface RawSpec {
  readonly tier?: string
  readonly priority?: number
  readonly subject: RawSubject
  readonly ingress?: readonly RawRule[] | null
  readonly egress?: readonly RawRule[] | null
}

export interface RawPolicy {
  readonly metadata: RawMetadata
  readonly spec: RawSpec
}

const filledList = (items: Schema): Schema => ({ type: 'array', items })
const wholeNumber = (minimum: number, maximum: number): Schema => ({
  type: 'integer',
  minimum,
  maximum,
})
const port = wholeNumber(1, 65535)
const requiredSelector: Schema = { ...labelSelector, type: 'object' }

const range = { start: port, end: port }
const destination = optional(
  object({
    destinationPort: optional(
      object({ number: optional(port), range: optional(object(range, ['start', 'end'])) }),
    ),
  }),
)
const protocols = list(
  object({
    tcp: destination,
    udp: destination,
    sctp: destination,
    destinationNamedPort: optionalText,
  }),
)
const ports = list(
  object({
    portNumber: optional(object({ protocol: optionalText, port }, ['port'])),
    portRange: optional(object({ protocol: optionalText, ...range }, ['start', 'end'])),
    namedPort: optionalText,
  }),
)

/** What tells the shape of one kind from that of another. */
interface Variant {
  /** Keys of `spec` before the subject; all of them are required. */
  readonly head: Readonly<Record<string, Schema>>
  readonly traffic: Readonly<Record<string, Schema>>
  readonly requiredOfPods: readonly string[]
  readonly domainNames: boolean
}

function schemaOf({ head, traffic, requiredOfPods, domainNames }: Variant): Schema {
  const pods = object(
    {
      namespaceSelector: requiredOfPods.includes('namespaceSelector')
        ? requiredSelector
        : labelSelector,
      podSelector: requiredSelector,
    },
    requiredOfPods,
  )
  const members = { namespaces: labelSelector, pods: optional(pods) }
  const egressPeer = {
    ...members,
    networks: list(text),
    nodes: labelSelector,
    ...(domainNames ? { domainNames: list(text) } : {}),
  }
  const rule = (peers: string, peer: Readonly<Record<string, Schema>>): Schema =>
    object({ name: optionalText, action: text, [peers]: filledList(object(peer)), ...traffic }, [
      'action',
      peers,
    ])
  const spec = object(
    {
      ...head,
      subject: object(members),
      ingress: list(rule('from', members)),
      egress: list(rule('to', egressPeer)),
    },
    [...Object.keys(head), 'subject'],
  )
  return object({ apiVersion: text, kind: text, metadata, spec, status: anything }, [
    'metadata',
    'spec',
  ])
}

const priority = wholeNumber(0, 1000)
const bothSelectors = ['namespaceSelector', 'podSelector']

export const clusterNetworkPolicySchema: Schema = schemaOf({
  head: { tier: text, priority },
  traffic: { protocols },
  requiredOfPods: ['podSelector'],
  domainNames: true,
})

export const adminNetworkPolicySchema: Schema = schemaOf({
  head: { priority },
  traffic: { ports },
  requiredOfPods: bothSelectors,
  domainNames: true,
})

export const baselineAdminNetworkPolicySchema: Schema = schemaOf({
  head: {},
  traffic: { ports },
  requiredOfPods: bothSelectors,
  domainNames: false,
})

/** Where keys belong that are often written elsewhere. */
export const keyHomes: Readonly<Record<string, string>> = {
  podSelector: 'it belongs in "pods", beside "namespaceSelector"',
  namespaceSelector: 'it belongs in "pods"; alone it is written "namespaces"',
  matchLabels: 'it belongs in "namespaces", or in "namespaceSelector" or "podSelector" of "pods"',
  matchExpressions:
    'it belongs in "namespaces", or in "namespaceSelector" or "podSelector" of "pods"',
  networks: 'it belongs in an item of "to"; ingress rules are about pods only',
  nodes: 'it belongs in an item of "to"; ingress rules are about pods only',
  domainNames: 'it belongs in an item of "to" of an AdminNetworkPolicy or ClusterNetworkPolicy',
  ipBlock: 'address blocks are written "networks", in an item of "to"',
  ports: 'a ClusterNetworkPolicy has "protocols", the v1alpha1 kinds have "ports" beside the peers',
  protocols: 'the v1alpha1 kinds have "ports", a ClusterNetworkPolicy has "protocols"',
  endPort: 'a range has "start" and "end"',
  policyTypes: 'a direction is governed where it has rules',
  tier: 'only a ClusterNetworkPolicy has it, in "spec"',
  priority: 'it belongs in "spec"; a BaselineAdminNetworkPolicy has none',
  subject: 'it belongs in "spec"',
  ingress: 'it belongs in "spec"',
  egress: 'it belongs in "spec"',
  from: 'it belongs in an item of "ingress"; "egress" has "to"',
  to: 'it belongs in an item of "egress"; "ingress" has "from"',
  spec: 'it belongs at the top, beside "metadata"',
}
