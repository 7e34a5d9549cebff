// Which writers of chains enforce network policies.
import type { GeneratorName } from '../generators/types.ts'
import type { FindingContext } from './context.ts'

const names: readonly GeneratorName[] = ['Calico', 'kube-router', 'Azure NPM', 'netpolc']

/** Whether what a generator writes enforces network policies. */
export function enforcesPolicies(name: GeneratorName): boolean {
  return names.includes(name)
}

/** Those whose chains are in the dump. */
export function policyGenerators({ recognition }: FindingContext): readonly GeneratorName[] {
  return recognition.generators.flatMap(({ name }) => (enforcesPolicies(name) ? [name] : []))
}
