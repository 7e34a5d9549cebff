// Bits of marks that generators take for their own, by default.
import type { MarkPlace } from '../../ruleset/types.ts'
import type { GeneratorName } from './types.ts'

/** Bits with a meaning to one generator. */
export interface MarkBits {
  readonly generator: GeneratorName
  readonly of: MarkPlace
  readonly mask: number
  readonly meaning: string
  /** Whether its configuration may give it others. */
  readonly isConfigurable: boolean
}

/** What is known of them; ufw and netpolc set no marks. */
export const markBits: readonly MarkBits[] = [
  bits('kube-proxy', 0x4000, 'is to be masqueraded', true),
  bits('kube-proxy', 0x8000, 'is to be dropped (older versions)', true),
  bits('kube-router', 0x10000, 'a policy allows it', false),
  bits('kube-router', 0x20000, 'all policies were asked', false),
  bits('Calico', 0xffff0000, 'allowed, passed on, being matched, endpoints', true),
  bits('Azure NPM', 0x200, 'ingress allows it', false),
  bits('Azure NPM', 0x400, 'ingress drops it', false),
  bits('Azure NPM', 0x800, 'egress drops it', false),
  bits('Azure NPM', 0x7000, 'verdicts of both directions (older versions)', false),
]

function bits(
  generator: GeneratorName,
  mask: number,
  meaning: string,
  isConfigurable: boolean,
): MarkBits {
  return { generator, of: 'packet', mask, meaning, isConfigurable }
}
