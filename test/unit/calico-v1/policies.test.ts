// Calico v1 policies and profiles: directions, tiers, order, and what is told of them.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import type { ReadSettings } from '../../../src/dialect.ts'
import { printPolicySet } from '../../../src/ir/print.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { makeSource } from '../../../src/source/source.ts'
import { diagnose, lift, summary } from '../../support/diagnose.ts'

const test = suite('calico-v1 policies')

const policy = (spec: string, name = 'p'): string =>
  `---\napiVersion: v1\nkind: policy\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`
const profile = (name: string, spec: string): string =>
  `---\napiVersion: v1\nkind: profile\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`
const allow = '[{ action: allow }]'
const deny = '[{ action: deny }]'
const backstop = policy(
  `order: 2000, selector: has(calico/k8s_ns), ingress: [{ action: pass }], egress: [{ action: pass }]`,
  'k8s-policy-no-match',
)

function governed(spec: string, settings: ReadSettings = {}): string {
  const { set } = readPolicies([makeSource('p', policy(spec))], undefined, makeReporter(), settings)
  return [...printPolicySet(set).matchAll(/^ {2}(ingress|egress): isolates/gm)]
    .map(([, one]) => one)
    .join()
}

/** `CODE line:column words` of each finding. */
const found = (text: string): readonly string[] =>
  summary(diagnose(text)).map((line) => line.replace(/: .*$/s, ''))

test('types are taken in any case', () => {
  assert.is(governed(`types: [Ingress]`), 'ingress')
  assert.is(governed(`types: [EGRESS, ingress]`), 'ingress,egress')
  assert.is(governed(`types: [egress], ingress: ${allow}`), 'egress')
})

test('without types a policy governs both directions', () => {
  assert.is(governed(`ingress: ${allow}`), 'ingress,egress')
  assert.is(governed(`types: [], egress: ${allow}`), 'ingress,egress')
  assert.is(governed(`ingress: ${allow}, egress: ${allow}`), 'ingress,egress')
})

test('asked for, the directions are those of the rules', () => {
  const v1Types = 'rules'
  assert.is(governed('order: 1', { v1Types }), 'ingress')
  assert.is(governed(`ingress: ${allow}`, { v1Types }), 'ingress')
  assert.is(governed(`egress: ${allow}`, { v1Types }), 'egress')
  assert.is(governed(`ingress: ${allow}, egress: ${allow}`, { v1Types }), 'ingress,egress')
  assert.is(governed(`types: [egress], ingress: ${allow}`, { v1Types }), 'egress')
})

test('where the two readings differ, it says what the engine did', () => {
  const [egress, ...others] = diagnose(policy(`egress: ${allow}`))
  assert.is(others.length, 0)
  assert.match(
    egress?.message ?? '',
    /no "types": the policy governs ingress too.*all ingress.*denied/,
  )
  assert.match(egress?.help ?? '', /--v1-types rules/)
  assert.equal(found(policy(`ingress: ${allow}`)), ['NP3006 4:19 p'])
  assert.equal(found(policy(`ingress: ${allow}, egress: ${allow}`)), [])
  assert.equal(found(policy(`types: [ingress]`)), [])
})

test('rules that only deny are pointed at, unless what is left is passed on', () => {
  const closed = policy(`types: [egress], egress: ${deny}`)
  assert.equal(found(closed), ['NP3006 5:26 egress'])
  assert.equal(found(`${closed}${backstop}`), [])
})

test('rules of a direction that types does not list do nothing', () => {
  assert.equal(found(policy(`types: [egress], ingress: ${allow}`)), ['NP3005 5:26 ingress'])
})

test('policies stand in one tier, by order and then by name', () => {
  const both = `ingress: ${allow}, egress: ${allow}`
  const printed = lift(
    policy(both, 'late') +
      policy(`order: 2, ${both}`, 'b/X.y') +
      policy(`order: 1.5, ${both}`, 'z'),
  )
  assert.match(printed, /^tier default: first-match, default deny, own node always let in\n/)
  const names = [...printed.matchAll(/^policy (\S+?),? /gm)].map(([, name]) => name)
  assert.equal([...names].sort(), ['b/X.y', 'late', 'z'])
  assert.match(printed, /policy z, order 1\.5 /)
  assert.match(printed, /policy late {2}#/)
})

test('a policy without selector is about every pod', () => {
  const printed = lift(policy(`ingress: ${allow}, egress: ${allow}`))
  assert.match(printed, /subject: all pods in all namespaces/)
})

test('a profile of a namespace is a tier of its own, after the policies', () => {
  const printed = lift(
    profile('k8s_ns.shop', `ingress: ${deny}, egress: ${allow}`) +
      policy(`types: [ingress], ingress: [{ action: pass }]`),
  )
  const [policies = '', profiles = ''] = printed.split(/^(?=tier profiles)/m)
  assert.match(policies, /^tier default/)
  assert.match(profiles, /^tier profiles: first-match, default deny, own node always let in/)
  assert.match(profiles, /subject: all pods in namespace shop/)
})

test('a profile of Calico without etcd is of a namespace too', () => {
  const printed = lift(profile('ns.projectcalico.org/shop', `ingress: ${allow}, egress: ${allow}`))
  assert.match(printed, /subject: all pods in namespace shop/)
})

test('a profile without rules of a direction denies it, and that is said', () => {
  const text = profile('k8s_ns.shop', `ingress: ${allow}`)
  assert.match(lift(text), /egress: isolates, no rules/)
  assert.equal(found(text), ['NP3006 4:19 k8s_ns.shop'])
})

test('a profile of no namespace is not carried, and that is said', () => {
  const text = `${profile('mesos', `ingress: ${allow}, egress: ${allow}`)}${policy('types: [ingress]')}`
  assert.equal(found(text), ['NP3005 4:19 mesos'])
  assert.not.match(lift(text), /mesos/)
})

test('a tag that no profile carries is pointed at', () => {
  const text = policy('types: [ingress], ingress: [{ source: { tag: db } }]')
  assert.match(found(text).join(), /NP3004 5:54 db/)
})

test('host bits are pointed at', () => {
  const text = policy('types: [ingress], ingress: [{ source: { net: 10.1.2.3/8 } }]')
  assert.equal(found(text), ['NP3001 5:54 10.1.2.3/8'])
})

const kubernetesPolicy = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: np, namespace: shop }
spec: { podSelector: {} }
`

test('Kubernetes policies stand in the tier at order 1000', () => {
  const printed = lift(policy(`types: [ingress], order: 1`) + kubernetesPolicy)
  assert.is([...printed.matchAll(/^tier /gm)].length, 1)
  assert.match(printed, /policy shop\/np, order 1000/)
})

test('and before the profiles, where no policy of Calico is there', () => {
  const printed = lift(
    profile('k8s_ns.shop', `ingress: ${allow}, egress: ${allow}`) + kubernetesPolicy,
  )
  assert.match(printed, /^tier default.*policy shop\/np, order 1000.*tier profiles/s)
})

test('beside policies of Calico v3 it is an error', () => {
  const later = `---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: { name: g }\n`
  assert.match(found(policy('types: [ingress]') + later).join(), /NP1017/)
})

test.run()
