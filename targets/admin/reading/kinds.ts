// What differs between the three kinds, as data.
import type { ReadKind } from '../../../src/dialect.ts'
import type { Action } from '../../../src/ir/types.ts'
import type { Schema } from '../../../src/schema/shapes.ts'
import {
  adminNetworkPolicySchema,
  baselineAdminNetworkPolicySchema,
  clusterNetworkPolicySchema,
} from './schema.ts'

/** The tiers, by the names that the IR has for them. */
export type AdminTier = 'admin' | 'baseline'

/** One kind of object and its rules. */
export interface AdminKind extends ReadKind {
  readonly schema: Schema
  readonly actions: ReadonlyMap<string, Action>
  /** Most rules of a direction, peers of a rule, and items of its traffic. */
  readonly maxItems: number
  /** Which key of a rule says what is sent. */
  readonly traffic: 'protocols' | 'ports'
  /** null where `spec.tier` says it. */
  readonly tier: AdminTier | null
  /** The one name that an object of the kind may have, if there is one. */
  readonly onlyName: string | null
}

const oldActions: readonly (readonly [string, Action])[] = [
  ['Allow', 'allow'],
  ['Deny', 'deny'],
]
const pass: readonly [string, Action] = ['Pass', 'pass']

export const adminKinds: readonly AdminKind[] = [
  {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    schema: clusterNetworkPolicySchema,
    actions: new Map([['Accept', 'allow'], ['Deny', 'deny'], pass]),
    maxItems: 25,
    traffic: 'protocols',
    tier: null,
    onlyName: null,
  },
  {
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    schema: adminNetworkPolicySchema,
    actions: new Map([...oldActions, pass]),
    maxItems: 100,
    traffic: 'ports',
    tier: 'admin',
    onlyName: null,
  },
  {
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'BaselineAdminNetworkPolicy',
    schema: baselineAdminNetworkPolicySchema,
    actions: new Map(oldActions),
    maxItems: 100,
    traffic: 'ports',
    tier: 'baseline',
    onlyName: 'default',
  },
]

/** Values of `spec.tier`. */
export const tierNames: ReadonlyMap<string, AdminTier> = new Map([
  ['Admin', 'admin'],
  ['Baseline', 'baseline'],
])
