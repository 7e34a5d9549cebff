// What Calico would refuse: the schema of its CRD, the validator that runs behind it, and its limits.
import { parseAllDocuments } from 'yaml'
import type { OutputFile } from '../../src/emit/target.ts'
import { faultsOfRule, faultsOfSelector } from './calicoRuleValidator.ts'
import { listAt, mapAt, type Raw, strangers, when } from './rawManifest.ts'

/** A sentence for each thing that is refused. */
export function rejectionsOfCalico(files: readonly OutputFile[]): readonly string[] {
  const seen = new Set<string>()
  return files.flatMap(({ path, text }) =>
    parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
      if (document.errors.length > 0) return [`${path}: ${document.errors[0]?.message}`]
      const object = document.toJS() as Raw
      const { namespace, name } = mapAt(object, 'metadata')
      const key = `${object.kind} ${namespace}/${name}`
      const isTaken = seen.has(key)
      seen.add(key)
      return [
        ...(object.kind === 'Tier' ? faultsOfTier(object) : faultsOfPolicy(object)),
        ...when(isTaken, `a second ${object.kind} ${name} in namespace ${namespace}`),
      ].map((fault) => `${path}: ${fault}`)
    }),
  )
}

function faultsOfTier(tier: Raw): readonly string[] {
  const metadata = mapAt(tier, 'metadata')
  const { order, defaultAction } = mapAt(tier, 'spec')
  return [
    ...strangers(tier, ['apiVersion', 'kind', 'metadata', 'spec']),
    ...strangers(metadata, ['name']),
    ...strangers(mapAt(tier, 'spec'), ['order', 'defaultAction']),
    ...when(tier.apiVersion !== 'projectcalico.org/v3', 'apiVersion'),
    ...when(!isLabel(metadata.name), `tier ${metadata.name}`),
    ...when(order !== undefined && !Number.isFinite(order), 'order is not a number'),
    ...when(![undefined, 'Deny', 'Pass'].includes(defaultAction as string), 'defaultAction'),
    ...when(metadata.name === 'default' && order !== 1_000_000, 'order of the tier default'),
  ]
}

function faultsOfPolicy(policy: Raw): readonly string[] {
  const isGlobal = policy.kind === 'GlobalNetworkPolicy'
  const metadata = mapAt(policy, 'metadata')
  const spec = mapAt(policy, 'spec')
  const { order, tier, types } = spec
  return [
    ...strangers(policy, ['apiVersion', 'kind', 'metadata', 'spec']),
    ...strangers(metadata, isGlobal ? ['name'] : ['name', 'namespace']),
    ...strangers(spec, isGlobal ? [...policyKeys, 'namespaceSelector'] : policyKeys),
    ...when(policy.apiVersion !== 'projectcalico.org/v3', 'apiVersion'),
    ...when(!isGlobal && policy.kind !== 'NetworkPolicy', 'kind'),
    ...faultsOfName(String(metadata.name), typeof tier === 'string' ? tier : 'default'),
    ...when(!isGlobal && !isLabel(metadata.namespace), `namespace ${metadata.namespace}`),
    ...when(tier !== undefined && !isLabel(tier), `tier ${tier}`),
    ...when(order !== undefined && !Number.isFinite(order), 'order is not a number'),
    ...faultsOfSelector(spec.selector, 'selector'),
    ...faultsOfSelector(spec.namespaceSelector, 'subject namespaceSelector'),
    ...faultsOfSelector(spec.serviceAccountSelector, 'serviceAccountSelector'),
    ...when(!isTypes(types), 'types'),
    ...listAt(spec, 'ingress').flatMap((rule) => faultsOfRule(rule, 'ingress')),
    ...listAt(spec, 'egress').flatMap((rule) => faultsOfRule(rule, 'egress')),
    ...when(listAt(spec, 'ingress').length > 1024, 'more than 1024 ingress rules'),
    ...when(listAt(spec, 'egress').length > 1024, 'more than 1024 egress rules'),
  ]
}

const policyKeys: readonly string[] = [
  'tier',
  'order',
  'selector',
  'serviceAccountSelector',
  'types',
  'ingress',
  'egress',
]

function faultsOfName(name: string, tier: string): readonly string[] {
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
  const bare = name.startsWith(`${tier}.`) ? name.slice(tier.length + 1) : name
  return [
    ...when(!new RegExp(`^${label}(\\.${label})?$`).test(bare), `name ${name}`),
    ...when(/^(knp|kcnp|kanp|kbanp|ossg)\./.test(name), `name ${name} is reserved`),
    ...when(name.length > 253, `name ${name} is too long`),
  ]
}

function isLabel(text: unknown): boolean {
  return typeof text === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
}

function isTypes(types: unknown): boolean {
  if (!Array.isArray(types) || types.length === 0) return false
  return (
    new Set(types).size === types.length &&
    types.every((one) => ['Ingress', 'Egress'].includes(one))
  )
}
