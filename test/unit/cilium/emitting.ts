// For tests of the cilium target: one NetworkPolicy in, what Cilium gets out.
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts'
import { type CompileRequest, compile } from '../../../src/index.ts'
import { makeSource } from '../../../src/source/source.ts'
import { ownNodeDenials } from '../../judges/cilium.ts'
import { rejectionsOfCilium } from '../../judges/ciliumValidator.ts'

/** What a request may add to a policy. */
export type More = Pick<CompileRequest, 'options' | 'fidelity' | 'format'>

/** What tests look at in the spec of a policy. */
export interface CiliumSpec {
  readonly endpointSelector?: { readonly matchLabels?: Readonly<Record<string, string>> }
  readonly enableDefaultDeny?: unknown
  readonly ingress?: unknown
  readonly egress?: unknown
}

/** The answer to one policy: text and value of its file, and what was reported. */
export interface Emission {
  readonly text: string
  readonly spec: CiliumSpec
  readonly diagnostics: readonly Diagnostic[]
}

/** Compiles a policy `shop/p` whose spec is given as YAML flow or block text, indented by two. */
export function emission(spec: string, more: More = {}): Emission {
  const text = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n${spec}\n`
  const { outputs, diagnostics } = compile({
    sources: [makeSource('p.yaml', text)],
    targets: ['cilium'],
    ...more,
  })
  const files = outputs[0]?.files ?? []
  assert.equal([...rejectionsOfCilium(files), ...ownNodeDenials(files)], [])
  const printed = files[0]?.text ?? ''
  return { text: printed, spec: parse(printed)?.spec ?? {}, diagnostics }
}

/** The ingress rules that one `ingress` rule becomes. */
export function ingress(rule: string, more: More = {}): unknown {
  return emission(`  podSelector: {}\n  ingress: [${rule}]`, more).spec.ingress
}

/** The egress rules that one `egress` rule becomes. */
export function egress(rule: string, more: More = {}): unknown {
  return emission(`  podSelector: {}\n  policyTypes: [Egress]\n  egress: [${rule}]`, more).spec
    .egress
}

/** Code and severity of what was reported, notes left out. */
export function findings({ diagnostics }: Emission): readonly string[] {
  return diagnostics
    .filter(({ severity }) => severity !== 'note')
    .map(({ code, severity }) => `${code} ${severity}`)
}
