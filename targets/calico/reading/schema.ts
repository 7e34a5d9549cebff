// The shapes of projectcalico.org/v3 resources, as types and as JSON Schemas that accept exactly them.
import {
  anything,
  list,
  metadata,
  object,
  optional,
  optionalText,
  type RawMetadata,
  type Schema,
  text,
  textMap,
} from '../../../src/schema/shapes.ts'

type Maybe<T> = T | null | undefined

export interface RawAccounts {
  readonly names?: Maybe<readonly string[]>
  readonly selector?: Maybe<string>
}

export interface RawEntity {
  readonly nets?: Maybe<readonly string[]>
  readonly notNets?: Maybe<readonly string[]>
  readonly selector?: Maybe<string>
  readonly notSelector?: Maybe<string>
  readonly namespaceSelector?: Maybe<string>
  readonly services?: Maybe<{ readonly name?: Maybe<string>; readonly namespace?: Maybe<string> }>
  readonly ports?: Maybe<readonly (number | string)[]>
  readonly notPorts?: Maybe<readonly (number | string)[]>
  readonly serviceAccounts?: Maybe<RawAccounts>
}

export interface RawIcmp {
  readonly type?: Maybe<number>
  readonly code?: Maybe<number>
}

export interface RawHttp {
  readonly methods?: Maybe<readonly string[]>
  readonly paths?: Maybe<
    readonly { readonly exact?: Maybe<string>; readonly prefix?: Maybe<string> }[]
  >
}

export interface RawRule {
  readonly action: string
  readonly ipVersion?: Maybe<number>
  readonly protocol?: Maybe<number | string>
  readonly notProtocol?: Maybe<number | string>
  readonly icmp?: Maybe<RawIcmp>
  readonly notICMP?: Maybe<RawIcmp>
  readonly http?: Maybe<RawHttp>
  readonly source?: Maybe<RawEntity>
  readonly destination?: Maybe<RawEntity>
}

export interface RawPolicySpec {
  readonly tier?: Maybe<string>
  readonly order?: Maybe<number>
  readonly selector?: Maybe<string>
  readonly namespaceSelector?: Maybe<string>
  readonly serviceAccountSelector?: Maybe<string>
  readonly types?: Maybe<readonly string[]>
  readonly ingress?: Maybe<readonly RawRule[]>
  readonly egress?: Maybe<readonly RawRule[]>
  readonly doNotTrack?: Maybe<boolean>
  readonly preDNAT?: Maybe<boolean>
  readonly applyOnForward?: Maybe<boolean>
}

export interface RawCalicoPolicy {
  readonly metadata: RawMetadata
  readonly spec?: Maybe<RawPolicySpec>
}

export interface RawNetworkSet {
  readonly metadata: RawMetadata
  readonly spec?: Maybe<{ readonly nets?: Maybe<readonly string[]> }>
}

export interface RawTier {
  readonly metadata: RawMetadata
  readonly spec?: Maybe<{ readonly order?: Maybe<number>; readonly defaultAction?: Maybe<string> }>
}

export interface RawProfile {
  readonly metadata: RawMetadata
  readonly spec?: Maybe<{
    readonly ingress?: Maybe<readonly RawRule[]>
    readonly egress?: Maybe<readonly RawRule[]>
    readonly labelsToApply?: Maybe<Readonly<Record<string, string>>>
  }>
}

const port: Schema = { type: ['integer', 'string'] }
const number: Schema = { type: ['number', 'null'] }
const whole: Schema = { type: ['integer', 'null'] }
const flag: Schema = { type: ['boolean', 'null'] }
const wholeOrText: Schema = { type: ['integer', 'string', 'null'] }

const accounts = optional(object({ names: list(text), selector: optionalText }))
const entity = optional(
  object({
    nets: list(text),
    notNets: list(text),
    selector: optionalText,
    notSelector: optionalText,
    namespaceSelector: optionalText,
    services: optional(object({ name: optionalText, namespace: optionalText })),
    ports: list(port),
    notPorts: list(port),
    serviceAccounts: accounts,
  }),
)
const icmp = optional(object({ type: whole, code: whole }))
const httpPath = object({ exact: optionalText, prefix: optionalText })
const rule = object(
  {
    action: text,
    ipVersion: whole,
    protocol: wholeOrText,
    notProtocol: wholeOrText,
    icmp,
    notICMP: icmp,
    http: optional(object({ methods: list(text), paths: list(httpPath) })),
    source: entity,
    destination: entity,
    metadata: optional(object({ annotations: textMap })),
  },
  ['action'],
)

const common: Readonly<Record<string, Schema>> = {
  tier: optionalText,
  order: number,
  selector: optionalText,
  serviceAccountSelector: optionalText,
  types: list(text),
  ingress: list(rule),
  egress: list(rule),
  performanceHints: list(text),
}

const resource = (spec: Schema): Schema =>
  object({ apiVersion: text, kind: text, metadata, spec: optional(spec), status: anything }, [
    'metadata',
  ])

/** NetworkPolicy. */
export const networkPolicySchema: Schema = resource(object(common))
/** GlobalNetworkPolicy. */
export const globalNetworkPolicySchema: Schema = resource(
  object({
    ...common,
    namespaceSelector: optionalText,
    doNotTrack: flag,
    preDNAT: flag,
    applyOnForward: flag,
  }),
)
/** NetworkSet and GlobalNetworkSet. */
export const networkSetSchema: Schema = resource(object({ nets: list(text) }))
/** Tier. */
export const tierSchema: Schema = resource(object({ order: number, defaultAction: optionalText }))

/** Profile. */
export const profileSchema: Schema = resource(
  object({ ingress: list(rule), egress: list(rule), labelsToApply: textMap }),
)

/** Where keys belong that are often written elsewhere. */
export const keyHomes: Readonly<Record<string, string>> = {
  nets: 'it belongs in "source" or "destination"',
  ports: 'it belongs in "destination" (or "source", for the port that a client uses)',
  podSelector: 'Calico writes "selector", a text such as "app == \'web\'"',
  policyTypes: 'Calico writes "types"',
  from: 'Calico writes "source"',
  to: 'Calico writes "destination"',
  ipBlock: 'Calico writes "nets" and "notNets"',
}
