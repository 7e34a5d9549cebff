// What is said once for a whole compilation: the assumptions that the output rests on, and features
// of Cilium that it needs.
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { directions, type Policy, type Rule, type Tier, type Traffic } from '../../src/ir/types.ts'
import type { CiliumOptions } from './options.ts'
import { isNamed } from './rules.ts'

/** Notes each assumption that the policies make use of. */
export function noteAssumptions(
  tiers: readonly Tier[],
  { ipBlock }: CiliumOptions,
  reporter: Reporter,
): void {
  const policies = tiers.flatMap((tier) => tier.policies)
  const sparing = tiers.filter(({ ownNode }) => ownNode === 'always-allowed')
  const hasBlock = (rule: Rule): boolean => rule.peers.some(({ kind }) => kind === 'cidr')
  if (ipBlock === 'external' && rulesOf(policies).some(hasBlock)) {
    reporter.report('NP5004', {
      message:
        'assumption A1: an ipBlock means addresses outside of the cluster; Cilium matches no pod and no node by it',
      help: 'name pods by selectors; --pod-cidr and --node-cidr find the blocks that hold some, --ipblock literal drops the assumption',
    })
  }
  if (sparing.flatMap((tier) => tier.policies).some(isolatesEgress)) {
    reporter.report('NP5004', {
      message:
        'assumption A2: a pod always reaches its own node, as Kubernetes has it; Cilium denies it to pods whose egress is isolated',
      help: 'where pods need their node (node-local DNS, for one), add a policy with "toEntities: [host]"',
    })
  }
  noteNames(policies, reporter)
}

/** Warns of features that must be switched on where Cilium is installed. */
export function warnFeatures(policies: readonly Policy[], reporter: Reporter): void {
  const usesSctp = (one: Traffic): boolean => one.kind === 'ports' && one.protocol === 'SCTP'
  const first = rulesOf(policies).find(({ traffic }) => traffic.some(usesSctp))
  if (first === undefined) return
  const { span, path } = first.origins[0]
  reporter.report('NP5005', {
    message: 'Cilium drops SCTP unless it is switched on',
    at: span,
    label: path,
    help: 'install Cilium with sctp.enabled=true',
  })
}

// Cilium issue 30003: it keeps one number for a name, where each destination should have its own.
function noteNames(policies: readonly Policy[], reporter: Reporter): void {
  const first = policies
    .flatMap(({ egress }) => egress?.rules ?? [])
    .find(({ traffic }) => traffic.some(isNamed))
  if (first === undefined) return
  const { span, path } = first.origins[0]
  reporter.report('NP5004', {
    message: 'all pods that name a port which egress rules use are taken to give it one number',
    at: span,
    label: path,
    help: 'write the number where pods disagree: versions of Cilium resolve such names wrongly',
  })
}

function rulesOf(policies: readonly Policy[]): readonly Rule[] {
  return policies.flatMap((policy) =>
    directions.flatMap((direction) => policy[direction]?.rules ?? []),
  )
}

function isolatesEgress({ egress }: Policy): boolean {
  return egress?.isolates === true && !isOpen(egress.rules)
}

function isOpen(rules: readonly Rule[]): boolean {
  return rules.some(
    ({ action, peers, traffic }) =>
      action === 'allow' &&
      peers.some(({ kind }) => kind === 'any') &&
      traffic.some(({ kind }) => kind === 'all'),
  )
}
