// A small Calico: reads manifests of policies and tiers and decides flows as Felix does, per endpoint and
// direction, tier by tier, by order, first match, and the default of the tier. It knows Calico, not who
// wrote them.
import { parseAllDocuments } from 'yaml'
import type { Endpoint, Flow, FlowEnd, Pod } from '../../src/cluster/types.ts'
import type { Verdict } from '../../src/ir/types.ts'
import { labelsOf, type RawRule, type RuleTest, readRule } from './calicoRule.ts'
import { parseSelector } from './calicoSelector.ts'
import type { Judge } from './judge.ts'

interface RawPolicy {
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: {
    readonly tier?: string
    readonly order?: number
    readonly selector?: string
    readonly namespaceSelector?: string
    readonly serviceAccountSelector?: string
    readonly types?: readonly string[]
    readonly ingress?: readonly RawRule[]
    readonly egress?: readonly RawRule[]
  }
}

interface RawTier {
  readonly kind: 'Tier'
  readonly metadata: { readonly name: string }
  readonly spec: { readonly order?: number; readonly defaultAction?: string }
}

type Direction = 'Ingress' | 'Egress'
type SortKey = readonly [number, string]

interface Policy {
  readonly tier: string
  readonly sortKey: SortKey
  readonly selects: (pod: Pod) => boolean
  readonly types: readonly string[]
  readonly rules: Readonly<Record<Direction, readonly (readonly [string, RuleTest])[]>>
}

interface Tier {
  readonly name: string
  readonly sortKey: SortKey
  readonly passes: boolean
  readonly policies: readonly Policy[]
}

/** Decides by the policies of all files; a tier that is in none of them denies at its end. */
export const judgeCalico: Judge = (files) => {
  const objects = files
    .flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }))
    .map((document) => document.toJS() as RawPolicy | RawTier)
  const tiers = readTiers(
    objects.filter(isTier),
    objects.flatMap((one) => (isTier(one) ? [] : [readPolicy(one)])).sort(byOrder),
  )
  return (flow) => {
    const egress = decide(tiers, flow, 'Egress', flow.source, flow.destination)
    const ingress = decide(tiers, flow, 'Ingress', flow.destination, flow.source)
    return {
      egress,
      ingress,
      verdict: egress === 'allow' && ingress === 'allow' ? 'allow' : 'deny',
    }
  }
}

function isTier(one: RawPolicy | RawTier): one is RawTier {
  return 'kind' in one && one.kind === 'Tier'
}

const always: readonly RawTier[] = [
  { kind: 'Tier', metadata: { name: 'default' }, spec: { order: 1e6 } },
  { kind: 'Tier', metadata: { name: 'kube-admin' }, spec: { order: 1e3, defaultAction: 'Pass' } },
  {
    kind: 'Tier',
    metadata: { name: 'kube-baseline' },
    spec: { order: 1e7, defaultAction: 'Pass' },
  },
]

function readTiers(written: readonly RawTier[], policies: readonly Policy[]): readonly Tier[] {
  const facts = new Map([...written, ...always].map(({ metadata, spec }) => [metadata.name, spec]))
  return [...new Set(policies.map(({ tier }) => tier))]
    .map((name): Tier => {
      const { order = Number.POSITIVE_INFINITY, defaultAction } = facts.get(name) ?? {}
      return {
        name,
        sortKey: [order, name],
        passes: defaultAction === 'Pass',
        policies: policies.filter(({ tier }) => tier === name),
      }
    })
    .sort(byOrder)
}

function decide(
  tiers: readonly Tier[],
  flow: Flow,
  direction: Direction,
  { endpoint }: FlowEnd,
  other: FlowEnd,
): Verdict {
  if (endpoint.kind !== 'pod' || isBeyond(endpoint, other.endpoint)) return 'allow'
  for (const { policies, passes } of tiers) {
    const applying = policies.filter(
      ({ selects, types }) => types.includes(direction) && selects(endpoint),
    )
    if (applying.length === 0) continue
    const action = firstAction(applying, flow, direction) ?? (passes ? 'Pass' : 'Deny')
    if (action !== 'Pass') return action === 'Deny' ? 'deny' : 'allow'
  }
  // After the last tier the namespace's profile decides, and it allows.
  return 'allow'
}

function firstAction(
  policies: readonly Policy[],
  flow: Flow,
  direction: Direction,
): string | undefined {
  for (const { rules } of policies) {
    for (const [action, matches] of rules[direction]) {
      if (action !== 'Log' && matches(flow)) return action
    }
  }
  return undefined
}

/** Traffic that the proof takes as let through in every engine: to itself, and with the own node. */
function isBeyond(pod: Pod, other: Endpoint): boolean {
  if (other.kind === 'host') return other.name === pod.node
  return (
    other.kind === 'pod' && other.name === pod.name && other.namespace.name === pod.namespace.name
  )
}

function readPolicy({ metadata, spec }: RawPolicy): Policy {
  const namespace = metadata.namespace ?? null
  const tests = [
    parseSelector(spec.selector ?? ''),
    parseSelector(spec.namespaceSelector ?? '', 'pcns.'),
    parseSelector(spec.serviceAccountSelector ?? '', 'pcsa.'),
  ]
  const read = (rules: readonly RawRule[] = []): [string, RuleTest][] =>
    rules.map((rule) => [rule.action, readRule(rule, namespace)])
  return {
    tier: spec.tier ?? 'default',
    sortKey: [
      spec.order ?? Number.POSITIVE_INFINITY,
      namespace === null
        ? `${metadata.name}//GlobalNetworkPolicy`
        : `${metadata.name}/${namespace}/NetworkPolicy`,
    ],
    selects: (pod) =>
      (namespace === null || pod.namespace.name === namespace) &&
      tests.every((test) => test(labelsOf(pod) ?? {})),
    types: spec.types ?? defaultTypes(spec),
    rules: { Ingress: read(spec.ingress), Egress: read(spec.egress) },
  }
}

/** What Calico makes of absent types: unlike Kubernetes, egress rules alone leave ingress alone. */
function defaultTypes({ ingress = [], egress = [] }: RawPolicy['spec']): readonly Direction[] {
  if (egress.length === 0) return ['Ingress']
  return ingress.length === 0 ? ['Egress'] : ['Ingress', 'Egress']
}

function byOrder(a: { readonly sortKey: SortKey }, b: { readonly sortKey: SortKey }): number {
  const [first, second] = [a.sortKey[0], b.sortKey[0]]
  if (first !== second) return first < second ? -1 : 1
  return a.sortKey[1] < b.sortKey[1] ? -1 : 1
}
