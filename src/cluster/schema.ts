// What is read of a snapshot's objects. They come from an API server, so keys that are not read here
// are of no interest; the ones that are must have the API's types.
import type { AnySchemaObject } from 'ajv'

/** Metadata that all kinds share. */
export interface RawMeta {
  readonly name: string
  readonly namespace?: string | null
  readonly labels?: Readonly<Record<string, string>> | null
}

/** A core/v1 Namespace. */
export interface RawNamespace {
  readonly metadata: RawMeta
}

/** A core/v1 ServiceAccount: its metadata is all there is to it. */
export type RawAccount = RawNamespace

/** A core/v1 Node. */
export interface RawNode {
  readonly metadata: RawMeta
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[] | null
  } | null
}

/** A container, as far as it names ports. */
export interface RawContainer {
  readonly restartPolicy?: string | null
  readonly ports?: readonly RawContainerPort[] | null
}

/** A port that a container declares. */
export interface RawContainerPort {
  readonly name?: string | null
  readonly containerPort: number
  readonly protocol?: string | null
}

/** A core/v1 Pod. */
export interface RawPod {
  readonly metadata: RawMeta
  readonly spec: {
    readonly nodeName?: string | null
    readonly hostNetwork?: boolean | null
    readonly serviceAccountName?: string | null
    readonly containers?: readonly RawContainer[] | null
    readonly initContainers?: readonly RawContainer[] | null
  }
  readonly status?: {
    readonly phase?: string | null
    readonly podIP?: string | null
    readonly podIPs?: readonly { readonly ip?: string | null }[] | null
  } | null
}

const text = { type: ['string', 'null'] }
const optional = (schema: AnySchemaObject): AnySchemaObject => ({
  ...schema,
  type: [schema.type, 'null'],
})
const list = (items: AnySchemaObject): AnySchemaObject => optional({ type: 'array', items })
const object = (properties: AnySchemaObject, ...required: readonly string[]): AnySchemaObject => ({
  type: 'object',
  properties,
  required,
})

const metadata = object(
  {
    name: { type: 'string' },
    namespace: text,
    labels: optional({ type: 'object', additionalProperties: { type: 'string' } }),
  },
  'name',
)
const containers = list(
  object({
    restartPolicy: text,
    ports: list(
      object(
        {
          name: text,
          containerPort: { type: 'integer', minimum: 1, maximum: 65535 },
          protocol: text,
        },
        'containerPort',
      ),
    ),
  }),
)

/** The shape of a Namespace. */
export const namespaceSchema: AnySchemaObject = object({ metadata }, 'metadata')

/** The shape of a Node. */
export const nodeSchema: AnySchemaObject = object(
  {
    metadata,
    status: optional(
      object({
        addresses: list(
          object({ type: { type: 'string' }, address: { type: 'string' } }, 'type', 'address'),
        ),
      }),
    ),
  },
  'metadata',
)

/** The shape of a Pod. */
export const podSchema: AnySchemaObject = object(
  {
    metadata,
    spec: object({
      nodeName: text,
      hostNetwork: { type: ['boolean', 'null'] },
      serviceAccountName: text,
      containers,
      initContainers: containers,
    }),
    status: optional(object({ phase: text, podIP: text, podIPs: list(object({ ip: text })) })),
  },
  'metadata',
  'spec',
)
