// Every dialect that netpolc knows, in the order in which help, matrices and tests show them.
import type { Dialect } from '../src/dialect.ts'
import type { Target } from '../src/emit/target.ts'
import { calico } from './calico/index.ts'
import { calicoDialect } from './calico/reading/index.ts'
import { calicoV1Dialect } from './calico-v1/index.ts'
import { cilium } from './cilium/index.ts'
import { ciliumDialect } from './cilium/reading/index.ts'
import { iptables } from './iptables/index.ts'
import { ir } from './ir/index.ts'
import { kubernetes } from './kubernetes/index.ts'
import { kubernetesTarget } from './kubernetes/writing/index.ts'

/** Dialects with a reader. */
export const dialects: readonly Dialect[] = [
  kubernetes,
  calicoDialect,
  calicoV1Dialect,
  ciliumDialect,
]

/** Dialects with an emitter. */
export const targets: readonly Target[] = [calico, cilium, kubernetesTarget, iptables, ir]

/** Policies of a dialect that has no reader yet: never passed over, always an error. */
export interface UnreadDialect {
  readonly title: string
  readonly apiVersions: readonly string[]
  readonly kinds: readonly string[]
}

/** Kinds that restrict traffic and are not read. */
export const unreadDialects: readonly UnreadDialect[] = [
  {
    title: 'admin tiers',
    apiVersions: ['policy.networking.k8s.io/v1alpha1', 'policy.networking.k8s.io/v1alpha2'],
    kinds: ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'],
  },
]
