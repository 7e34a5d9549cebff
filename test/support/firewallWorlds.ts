// Worlds for the targets that write firewalls: policies of every dialect, policy sets that no text brings
// about, clusters with what firewalls have to look out for, and flows of every protocol.
import fc, { type Arbitrary } from 'fast-check'
import { parse, stringify } from 'yaml'
import type { Cluster, Flow, FlowTraffic } from '../../src/cluster/types.ts'
import { makeReporter, type Reporter } from '../../src/diagnostics/diagnostic.ts'
import { checkCapabilities } from '../../src/emit/capabilities.ts'
import { type GivenOptions, readOptions } from '../../src/emit/options.ts'
import type { EmitContext, OutputFile } from '../../src/emit/target.ts'
import { directions, type PolicySet } from '../../src/ir/types.ts'
import { type TargetProof, verifyOutput } from '../../src/proof/verify.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { targets } from '../../targets/index.ts'
import { adminPolicies } from './adminPolicies.ts'
import { type FlowSeed, policyTexts, snapshotText, type World } from './arbitraries.ts'
import { calicoPolicies } from './calicoPolicies.ts'
import { ciliumPolicies } from './enginePolicies.ts'
import { flowOf } from './flows.ts'
import { calicoClusters } from './migrationPolicies.ts'

/** The targets that write firewalls. */
export const firewallTargets: readonly string[] = ['iptables', 'nftables']

/** Kubernetes policies under names that no generated policy of another dialect has. */
const beside = policyTexts.map((sources) =>
  sources.map(({ name, text }) =>
    makeSource(`kubernetes-${name}`, text.replace('name: policy-', 'name: kubernetes-')),
  ),
)
/** Calico policies in tiers that policies of administrators can stand around. */
const lateCalico = calicoPolicies.map((sources) =>
  sources.map(({ name, text }) =>
    makeSource(name, text.replace(/^ {2}tier: (security|platform|last)\n/m, '')),
  ),
)
const together = (
  one: Arbitrary<readonly Source[]>,
  other: Arbitrary<readonly Source[]>,
): Arbitrary<readonly Source[]> => fc.tuple(one, other).map((both) => both.flat())

/** Policies by what they are a mixture of. */
export const dialectMixtures: Readonly<Record<string, Arbitrary<readonly Source[]>>> = {
  Calico: calicoPolicies,
  'Calico in a cluster': calicoClusters,
  Cilium: ciliumPolicies,
  'admin tiers': adminPolicies,
  'admin tiers and Kubernetes': together(adminPolicies, beside),
  'admin tiers, Calico and Kubernetes': together(together(adminPolicies, beside), lateCalico),
}

const roles = fc.array(fc.constantFrom(undefined, 'a', 'b', 'edge'), {
  minLength: 3,
  maxLength: 3,
})

/** Snapshots in which nodes have labels, and pods accounts and several addresses of one IP version. */
export const firewallSnapshot: Arbitrary<Source> = fc
  .tuple(snapshotText, roles, fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }))
  .map(([{ text }, rolesOfNodes, more]) => {
    const list: { items: SnapshotItem[] } = parse(text)
    let nodes = 0
    let pods = 0
    const items = list.items.map((item) => {
      if (item.kind === 'Node') {
        const role = rolesOfNodes[nodes++]
        return role === undefined
          ? item
          : { ...item, metadata: { ...item.metadata, labels: { role } } }
      }
      if (item.kind !== 'Pod') return item
      const at = pods++
      const extra = more[at] === 1 ? [{ ip: `10.0.1.${at + 1}` }, { ip: `fd00::1:${at + 1}` }] : []
      const podIPs = [...(item.status?.podIPs ?? []), ...extra]
      const account = more[at] === 2 ? { serviceAccountName: 'a' } : {}
      return { ...item, spec: { ...item.spec, ...account }, status: { ...item.status, podIPs } }
    })
    return makeSource('snapshot.yaml', stringify({ apiVersion: 'v1', kind: 'List', items }))
  })

interface SnapshotItem {
  readonly kind: string
  readonly metadata: object
  readonly spec?: object
  readonly status?: { readonly podIPs?: readonly { readonly ip: string }[] }
}

/** Worlds by the dialects in them, without rules on what no firewall can see. */
export const dialectWorlds: Readonly<Record<string, Arbitrary<World>>> = Object.fromEntries(
  Object.entries(dialectMixtures).map(([name, mixture]) => [
    name,
    fc
      .tuple(mixture.filter(isPlain), firewallSnapshot)
      .map(([policies, snapshot]) => ({ policies, snapshot: [snapshot] })),
  ]),
)

function isPlain(sources: readonly Source[]): boolean {
  const reporter = makeReporter()
  const { set } = readPolicies(sources, undefined, reporter)
  return reporter.errors === 0 && !hasConditions(set)
}

const lessKnown: readonly ((family: 4 | 6) => FlowTraffic)[] = [
  ...[0, 5, 50, 136, 255].map(
    (protocolNumber) => (): FlowTraffic => ({
      kind: 'other',
      protocolNumber,
    }),
  ),
  // The other IP version's ICMP is a protocol like any other.
  (family) => ({ kind: 'other', protocolNumber: family === 4 ? 58 : 1 }),
  ...[0, 8, 128].flatMap((type) =>
    [0, 1].map((code) => (): FlowTraffic => ({ kind: 'icmp', type, code })),
  ),
]

/** The flow of a seed as `flowOf` has it, with one flow in four of a protocol less known. */
export function firewallFlow(seed: FlowSeed, cluster: Cluster): Flow | null {
  const flow = flowOf(seed, cluster)
  const make = seed.traffic % 4 === 3 ? lessKnown[seed.port % lessKnown.length] : undefined
  if (flow === null || make === undefined) return flow
  return { ...flow, traffic: make(flow.source.address.family) }
}

/** What a target writes for a set, and what is proved of it. */
export interface FirewallOutput {
  readonly files: readonly OutputFile[]
  /** Null where the set was refused. */
  readonly answer: TargetProof['answer'] | null
  readonly reporter: Reporter
}

/** Writes and proves a set that no text was read for. */
export function writeFirewall(
  set: PolicySet,
  name: string,
  cluster: Cluster,
  given: GivenOptions,
): FirewallOutput {
  const target = targets.find((one) => one.name === name)
  if (target === undefined) throw new Error(`no such target: ${name}`)
  const reporter = makeReporter()
  const options = readOptions(given, [target], targets, reporter)
  const context: EmitContext = {
    options,
    cluster,
    node: null,
    fidelity: 'exact',
    format: 'yaml',
    reporter,
  }
  checkCapabilities(set, target, reporter)
  if (reporter.errors > 0) return { files: [], answer: null, reporter }
  const files = target.emit(set, context)
  if (reporter.errors > 0) return { files: [], answer: null, reporter }
  const { answer } = verifyOutput(set, target, files, new Set(), context)
  return { files, answer, reporter }
}

/** Whether a rule rests on what no firewall of addresses and ports can see. */
export function hasConditions({ tiers }: PolicySet): boolean {
  return tiers.some(({ policies }) =>
    policies.some((policy) =>
      directions.some((direction) =>
        policy[direction]?.rules.some(({ conditions }) => conditions.length > 0),
      ),
    ),
  )
}

/** The set without its rules that rest on conditions. */
export function withoutConditions({ tiers }: PolicySet): PolicySet {
  return {
    tiers: tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => {
        const { ingress, egress } = policy
        const plain = (section: typeof ingress): typeof ingress =>
          section && {
            ...section,
            rules: section.rules.filter(({ conditions }) => conditions.length === 0),
          }
        return { ...policy, ingress: plain(ingress), egress: plain(egress) }
      }),
    })),
  }
}
