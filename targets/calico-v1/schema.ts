// The shapes of Calico v1 resources, as types and as JSON Schemas that accept exactly them. Fields:
// libcalico-go, lib/api/{policy,profile,rule}.go of Calico 2.
import {
  list,
  object,
  optional,
  optionalText,
  type Schema,
  text,
  textMap,
} from '../../src/schema/shapes.ts'
import type { RawIcmp } from '../calico/reading/schema.ts'

type Maybe<T> = T | null | undefined

export interface RawEntity {
  readonly tag?: Maybe<string>
  readonly notTag?: Maybe<string>
  readonly net?: Maybe<string>
  readonly notNet?: Maybe<string>
  readonly nets?: Maybe<readonly string[]>
  readonly notNets?: Maybe<readonly string[]>
  readonly selector?: Maybe<string>
  readonly notSelector?: Maybe<string>
  readonly ports?: Maybe<readonly (number | string)[]>
  readonly notPorts?: Maybe<readonly (number | string)[]>
}

export interface RawRule {
  readonly action?: Maybe<string>
  readonly ipVersion?: Maybe<number>
  readonly protocol?: Maybe<number | string>
  readonly notProtocol?: Maybe<number | string>
  readonly icmp?: Maybe<RawIcmp>
  readonly notICMP?: Maybe<RawIcmp>
  readonly source?: Maybe<RawEntity>
  readonly destination?: Maybe<RawEntity>
}

/** The rules of a policy or profile. */
export interface RawRules {
  readonly ingress?: Maybe<readonly RawRule[]>
  readonly egress?: Maybe<readonly RawRule[]>
}

export interface RawPolicySpec extends RawRules {
  readonly order?: Maybe<number>
  readonly selector?: Maybe<string>
  readonly types?: Maybe<readonly string[]>
  readonly doNotTrack?: Maybe<boolean>
  readonly preDNAT?: Maybe<boolean>
}

export interface RawPolicy {
  readonly metadata: { readonly name?: Maybe<string> }
  readonly spec?: Maybe<RawPolicySpec>
}

export interface RawProfile {
  readonly metadata: {
    readonly name?: Maybe<string>
    readonly tags?: Maybe<readonly string[]>
    readonly labels?: Maybe<Readonly<Record<string, string>>>
  }
  readonly spec?: Maybe<RawRules>
}

const whole: Schema = { type: ['integer', 'null'] }
const flag: Schema = { type: ['boolean', 'null'] }
const wholeOrText: Schema = { type: ['integer', 'string', 'null'] }
const ports = list({ type: ['integer', 'string'] })

const entity = optional(
  object({
    tag: optionalText,
    notTag: optionalText,
    net: optionalText,
    notNet: optionalText,
    nets: list(text),
    notNets: list(text),
    selector: optionalText,
    notSelector: optionalText,
    ports,
    notPorts: ports,
  }),
)
const icmp = optional(object({ type: whole, code: whole }))
const rules: Schema = list(
  object({
    action: optionalText,
    ipVersion: whole,
    protocol: wholeOrText,
    notProtocol: wholeOrText,
    icmp,
    notICMP: icmp,
    source: entity,
    destination: entity,
  }),
)

const resource = (metadata: Schema, spec: Schema): Schema =>
  object({ apiVersion: text, kind: text, metadata, spec: optional(spec) }, ['metadata'])

/** policy. */
export const policySchema: Schema = resource(
  object({ name: optionalText, annotations: textMap }),
  object({
    order: { type: ['number', 'null'] },
    selector: optionalText,
    types: list(text),
    ingress: rules,
    egress: rules,
    doNotTrack: flag,
    preDNAT: flag,
  }),
)
/** profile. */
export const profileSchema: Schema = resource(
  object({ name: optionalText, tags: list(text), labels: textMap }),
  object({ ingress: rules, egress: rules }),
)

/** Where keys belong that are often written elsewhere. */
export const keyHomes: Readonly<Record<string, string>> = {
  namespace:
    'a policy of Calico v1 is of the whole cluster: select pods by "calico/k8s_ns == \'shop\'"',
  tier: 'the engines of Calico v1 had one tier',
  net: 'it belongs in "source" or "destination"',
  nets: 'it belongs in "source" or "destination"',
  tag: 'it belongs in "source" or "destination"',
  ports: 'it belongs in "destination" (or "source", for the port that a client uses)',
  podSelector: 'Calico writes "selector", a text such as "app == \'web\'"',
  namespaceSelector: 'Calico v1 tests namespaces in "selector", by "calico/k8s_ns"',
  policyTypes: 'Calico writes "types"',
  from: 'Calico writes "source"',
  to: 'Calico writes "destination"',
  ipBlock: 'Calico writes "nets" and "notNets"',
}
