// The shapes of cilium.io/v2 resources, as types and as JSON Schemas that accept exactly them. What
// stands here as `anything` is read as a whole, as a condition.
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

type Maybe<T> = T | null | undefined

export interface RawCidrRule {
  readonly cidr?: Maybe<string>
  readonly cidrGroupRef?: Maybe<string>
  readonly cidrGroupSelector?: Maybe<RawSelector>
  readonly except?: Maybe<readonly string[]>
}

export interface RawPort {
  readonly port?: Maybe<string>
  readonly endPort?: Maybe<number>
  readonly protocol?: Maybe<string>
}

/** An item of `toPorts`; all but `ports` narrows what goes through them. */
export interface RawPortRule {
  readonly ports?: Maybe<readonly RawPort[]>
  readonly [condition: string]: unknown
}

export interface RawIcmpField {
  readonly family?: Maybe<string>
  readonly type: number | string
}

/** A rule of any of the four lists: `from…` in ingress, `to…` in egress. */
export interface RawCiliumRule {
  readonly fromEndpoints?: Maybe<readonly RawSelector[]>
  readonly toEndpoints?: Maybe<readonly RawSelector[]>
  readonly fromEntities?: Maybe<readonly string[]>
  readonly toEntities?: Maybe<readonly string[]>
  readonly fromCIDR?: Maybe<readonly string[]>
  readonly toCIDR?: Maybe<readonly string[]>
  readonly fromCIDRSet?: Maybe<readonly RawCidrRule[]>
  readonly toCIDRSet?: Maybe<readonly RawCidrRule[]>
  readonly fromNodes?: Maybe<readonly RawSelector[]>
  readonly toNodes?: Maybe<readonly RawSelector[]>
  readonly fromGroups?: Maybe<readonly unknown[]>
  readonly toGroups?: Maybe<readonly unknown[]>
  readonly toServices?: Maybe<readonly unknown[]>
  readonly toFQDNs?: Maybe<readonly unknown[]>
  readonly fromRequires?: Maybe<readonly unknown[]>
  readonly toRequires?: Maybe<readonly unknown[]>
  readonly toPorts?: Maybe<readonly RawPortRule[]>
  readonly icmps?: Maybe<readonly { readonly fields?: Maybe<readonly RawIcmpField[]> }[]>
  readonly authentication?: Maybe<{ readonly mode?: Maybe<string> }>
}

export interface RawCiliumSpec {
  readonly endpointSelector?: Maybe<RawSelector>
  readonly nodeSelector?: Maybe<RawSelector>
  readonly ingress?: Maybe<readonly RawCiliumRule[]>
  readonly ingressDeny?: Maybe<readonly RawCiliumRule[]>
  readonly egress?: Maybe<readonly RawCiliumRule[]>
  readonly egressDeny?: Maybe<readonly RawCiliumRule[]>
  readonly enableDefaultDeny?: Maybe<{
    readonly ingress?: Maybe<boolean>
    readonly egress?: Maybe<boolean>
  }>
}

export interface RawCiliumPolicy {
  readonly metadata: RawMetadata
  readonly spec?: Maybe<RawCiliumSpec>
  readonly specs?: Maybe<readonly RawCiliumSpec[]>
}

export interface RawCidrGroup {
  readonly metadata: RawMetadata
  readonly spec?: Maybe<{ readonly externalCIDRs?: Maybe<readonly string[]> }>
}

const whole: Schema = { type: ['integer', 'null'] }
const flag: Schema = { type: ['boolean', 'null'] }
const cidrRule = object({
  cidr: optionalText,
  cidrGroupRef: optionalText,
  cidrGroupSelector: labelSelector,
  except: list(text),
})
const port = object({ port: optionalText, endPort: whole, protocol: optionalText })
const condition: Schema = { type: ['object', 'null'] }
const portRule = object({
  ports: list(port),
  rules: condition,
  serverNames: list(text),
  listener: condition,
  terminatingTLS: condition,
  originatingTLS: condition,
})
const icmpField = object({ family: optionalText, type: { type: ['integer', 'string'] } }, ['type'])
const selectors: Schema = { type: ['array', 'null'], items: { ...labelSelector, type: 'object' } }

const shared: Readonly<Record<string, Schema>> = {
  toPorts: list(portRule),
  icmps: list(object({ fields: list(icmpField) })),
  authentication: optional(object({ mode: optionalText })),
}
const peers = (word: 'from' | 'to'): Readonly<Record<string, Schema>> => ({
  [`${word}Endpoints`]: selectors,
  [`${word}Entities`]: list(text),
  [`${word}CIDR`]: list(text),
  [`${word}CIDRSet`]: list(cidrRule),
  [`${word}Nodes`]: selectors,
  [`${word}Groups`]: list(condition),
  [`${word}Requires`]: list(anything),
})
const ingressRule = object({ ...peers('from'), ...shared })
const egressRule = object({
  ...peers('to'),
  toServices: list(condition),
  toFQDNs: list(condition),
  ...shared,
})

const spec = object({
  endpointSelector: labelSelector,
  nodeSelector: labelSelector,
  ingress: list(ingressRule),
  ingressDeny: list(ingressRule),
  egress: list(egressRule),
  egressDeny: list(egressRule),
  enableDefaultDeny: optional(object({ ingress: flag, egress: flag })),
  labels: list(object({ key: text, value: optionalText, source: optionalText })),
  description: optionalText,
  log: optional(object({ value: optionalText })),
})

/** CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. */
export const ciliumPolicySchema: Schema = object(
  {
    apiVersion: text,
    kind: text,
    metadata,
    spec: optional(spec),
    specs: list(spec),
    status: anything,
  },
  ['metadata'],
)

/** CiliumCIDRGroup. */
export const cidrGroupSchema: Schema = object(
  {
    apiVersion: text,
    kind: text,
    metadata,
    spec: optional(object({ externalCIDRs: list(text) })),
    status: anything,
  },
  ['metadata'],
)

/** Where keys belong that are often written elsewhere. */
export const keyHomes: Readonly<Record<string, string>> = {
  podSelector: 'Cilium writes "endpointSelector"',
  policyTypes: 'Cilium isolates by the presence of rules, or by "enableDefaultDeny"',
  from: 'Cilium writes "fromEndpoints", "fromEntities", "fromCIDR" or "fromCIDRSet"',
  to: 'Cilium writes "toEndpoints", "toEntities", "toCIDR" or "toCIDRSet"',
  ports: 'it belongs in an item of "toPorts"',
  port: 'it belongs in an item of "ports" inside of "toPorts"',
  ipBlock: 'Cilium writes "fromCIDRSet" or "toCIDRSet"',
}
