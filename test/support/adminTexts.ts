// Texts of admin policies that differ in the one thing that a test is about.

const body = (spec: string): string => spec.replace(/^(?!$)/gm, '  ')

/** A ClusterNetworkPolicy of the Admin tier whose subject is everybody; `spec` is what stands beside. */
export function clusterPolicy(
  spec: string,
  name = 'p',
  head = 'tier: Admin\npriority: 10',
): string {
  const subject = spec.includes('subject:') ? '' : 'subject: { namespaces: {} }\n'
  return `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: ${name} }
spec:
${body(`${head}\n${subject}${spec}`)}
`
}

/** A policy of v1alpha1. */
export function oldPolicy(spec: string, kind = 'AdminNetworkPolicy', name = 'default'): string {
  const head = kind === 'AdminNetworkPolicy' ? 'priority: 10\n' : ''
  return `apiVersion: policy.networking.k8s.io/v1alpha1
kind: ${kind}
metadata: { name: ${name} }
spec:
${body(`${head}subject: { namespaces: {} }\n${spec}`)}
`
}

/** An ingress rule that denies from these peers. */
export const from = (peers: string, more = ''): string =>
  clusterPolicy(`ingress:\n- { action: Deny, from: [${peers}]${more} }`)

/** An egress rule that accepts to these peers. */
export const to = (peers: string, more = ''): string =>
  clusterPolicy(`egress:\n- { action: Accept, to: [${peers}]${more} }`)

/** An egress rule of v1alpha1 that allows to these peers. */
export const oldTo = (peers: string, more = ''): string =>
  oldPolicy(`egress:\n- { action: Allow, to: [${peers}]${more} }`)

/** A list of `count` items, in the form of a flow sequence without its brackets. */
export const times = (count: number, item: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => item(at)).join(', ')
