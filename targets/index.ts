// Every dialect that netpolc knows, in the order in which help, matrices and tests show them.
import type { Dialect } from '../src/dialect.ts'
import type { Target } from '../src/emit/target.ts'
import { admin } from './admin/index.ts'
import { adminDialect } from './admin/reading/index.ts'
import { calico } from './calico/index.ts'
import { calicoDialect } from './calico/reading/index.ts'
import { cilium } from './cilium/index.ts'
import { ciliumDialect } from './cilium/reading/index.ts'
import { iptables } from './iptables/index.ts'
import { ir } from './ir/index.ts'
import { kubernetes } from './kubernetes/index.ts'

/** Dialects with a reader. */
export const dialects: readonly Dialect[] = [kubernetes, calicoDialect, ciliumDialect, adminDialect]

/** Dialects with an emitter. */
export const targets: readonly Target[] = [calico, cilium, admin, iptables, ir]

/** Policies of a dialect that has no reader yet: never passed over, always an error. */
export interface UnreadDialect {
  readonly title: string
  readonly apiVersions: readonly string[]
  readonly kinds: readonly string[]
}

/** Kinds that restrict traffic and are not read. */
export const unreadDialects: readonly UnreadDialect[] = [
  { title: 'Calico v1', apiVersions: ['v1'], kinds: ['policy', 'profile', 'hostEndpoint'] },
]
