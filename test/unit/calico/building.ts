// IR values for tests of the Calico target, most of them out of reach of a Kubernetes policy.
import { type Diagnostic, makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { readOptions } from '../../../src/emit/options.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import { all, everyone, podsOfNamespace } from '../../../src/ir/selector.ts'
import type { Action, Peer, Policy, Rule, Section, Tier, Traffic } from '../../../src/ir/types.ts'
import type { Origin } from '../../../src/source/origin.ts'
import { makeSource } from '../../../src/source/source.ts'
import { calico } from '../../../targets/calico/index.ts'

const origin: Origin = { span: { source: makeSource('t.yaml', ''), start: 0, end: 0 }, path: '' }

/** A rule; without more it allows everything from anyone. */
export function ruleOf(
  peers: readonly Peer[] = [{ kind: 'any' }],
  traffic: readonly Traffic[] = [{ kind: 'all' }],
  action: Action = 'allow',
): Rule {
  return { action, subjects: everyone, peers, traffic, conditions: [], origins: [origin] }
}

/** A section that isolates and has these rules. */
export function isolating(...rules: readonly Rule[]): Section {
  return { isolates: true, rules }
}

/** A policy of all pods of namespace `shop` that governs ingress. */
export function policyOf(more: Partial<Policy> = {}): Policy {
  return {
    name: 'db',
    namespace: 'shop',
    subject: podsOfNamespace('shop', all),
    ingress: isolating(),
    egress: null,
    order: null,
    origin,
    ...more,
  }
}

/** What the target makes of policies in one tier, and what it reports. */
export function emitted(
  policies: readonly Policy[],
  combining: Tier['combining'] = 'deny-overrides',
  given: Readonly<Record<string, readonly string[]>> = {},
): { readonly files: readonly OutputFile[]; readonly diagnostics: readonly Diagnostic[] } {
  const reporter = makeReporter()
  const files = calico.emit(
    {
      tiers: [{ name: 'tier', combining, default: 'deny', ownNode: 'always-allowed', policies }],
    },
    {
      options: readOptions(given, [calico], [calico], reporter),
      cluster: null,
      node: null,
      fidelity: 'exact',
      format: 'yaml',
      reporter,
    },
  )
  return { files, diagnostics: reporter.diagnostics }
}
