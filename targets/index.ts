// Every dialect that netpolc knows, in the order in which help, matrices and tests show them.
import type { Dialect } from '../src/dialect.ts'
import type { Target } from '../src/emit/target.ts'
import { admin } from './admin/index.ts'
import { adminDialect } from './admin/reading/index.ts'
import { calico } from './calico/index.ts'
import { calicoDialect } from './calico/reading/index.ts'
import { calicoV1Dialect } from './calico-v1/index.ts'
import { cilium } from './cilium/index.ts'
import { ciliumDialect } from './cilium/reading/index.ts'
import { iptables } from './iptables/index.ts'
import { ir } from './ir/index.ts'
import { kubernetes } from './kubernetes/index.ts'
import { kubernetesTarget } from './kubernetes/writing/index.ts'
import { nftables } from './nftables/index.ts'

/** Dialects with a reader. */
export const dialects: readonly Dialect[] = [
  kubernetes,
  calicoDialect,
  calicoV1Dialect,
  ciliumDialect,
  adminDialect,
]

/** Dialects with an emitter. */
export const targets: readonly Target[] = [
  calico,
  cilium,
  kubernetesTarget,
  admin,
  iptables,
  nftables,
  ir,
]
