// The pieces that the shapes of all Kubernetes objects are made of, as types and as JSON Schemas that
// accept exactly those types. Null stands for absent, as on the API server.

export interface RawRequirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[] | null
}

export interface RawSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null
  readonly matchExpressions?: readonly RawRequirement[] | null
}

export interface RawMetadata {
  readonly name?: string | null
  readonly generateName?: string | null
  readonly namespace?: string | null
  readonly labels?: Readonly<Record<string, string>> | null
  readonly annotations?: Readonly<Record<string, string>> | null
}

export type Schema = Readonly<Record<string, unknown>>

export const text: Schema = { type: 'string' }
export const optionalText: Schema = { type: ['string', 'null'] }
export const anything: Schema = {}

export function object(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

export function optional(schema: Schema): Schema {
  return { ...schema, type: [schema.type, 'null'] }
}

export function list(items: Schema): Schema {
  return { type: ['array', 'null'], items }
}

export const textMap: Schema = { type: ['object', 'null'], additionalProperties: text }

const requirement: Schema = object({ key: text, operator: text, values: list(text) }, [
  'key',
  'operator',
])
export const labelSelector: Schema = optional(
  object({ matchLabels: textMap, matchExpressions: list(requirement) }),
)

/** Every key of ObjectMeta, those removed from it included: old dumps still carry them. */
export const metadata: Schema = object({
  name: optionalText,
  generateName: optionalText,
  namespace: optionalText,
  labels: textMap,
  annotations: textMap,
  selfLink: anything,
  uid: anything,
  resourceVersion: anything,
  generation: anything,
  creationTimestamp: anything,
  deletionTimestamp: anything,
  deletionGracePeriodSeconds: anything,
  ownerReferences: anything,
  finalizers: anything,
  managedFields: anything,
  clusterName: anything,
  initializers: anything,
})
