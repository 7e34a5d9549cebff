// What the reader says of Calico policies that are valid and do less, or other things, than they seem to.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { makeSource, positionAt } from '../../../src/source/source.ts'

const test = suite('calico findings')

const object = (kind: string, metadata: string, spec: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n---\n`
const own = (spec: string, name = 'p', namespace = 'shop'): string =>
  object('NetworkPolicy', `{ name: ${name}, namespace: ${namespace} }`, spec)
const cluster = (spec: string, name = 'g'): string =>
  object('GlobalNetworkPolicy', `{ name: ${name} }`, spec)

/** All findings, each as `CODE line:column`. */
function found(text: string): string {
  const reporter = makeReporter()
  readPolicies([makeSource('p.yaml', text)], undefined, reporter)
  const shown = reporter.diagnostics.map(({ code, labels: [label] }) => {
    const at = label === undefined ? undefined : positionAt(label.span.source, label.span.start)
    return `${code} ${at?.line}:${at?.column}`
  })
  return shown.join(', ')
}

const table = (cases: readonly (readonly [string, string, string])[]): void => {
  for (const [what, text, expected] of cases) test(what, () => assert.is(found(text), expected))
}

table([
  ['hosts alone', cluster("{ selector: '!has(projectcalico.org/namespace)' }"), 'NP2024 4:19'],
  [
    'hosts alone, by a label of theirs',
    cluster("{ selector: has(a) && projectcalico.org/orchestrator != 'k8s' }"),
    'NP2024 4:19',
  ],
  ['hosts alone, said already', cluster("{ doNotTrack: true, selector: '!all()' }"), 'NP2024 4:9'],
  ['nobody at all', cluster("{ selector: '!all()' }"), 'NP3005 4:19'],
  [
    'workloads that are no pods',
    cluster("{ selector: projectcalico.org/orchestrator == 'x' }"),
    'NP3005 4:19',
  ],
  ['no pod of a namespace', own("{ selector: '!all()' }"), 'NP3005 4:19'],
  ['pods and hosts', cluster('{ selector: has(a) }'), ''],
  ['a selector that is not valid', cluster("{ selector: '!' }"), 'NP2017 4:20'],
])

const ofThreats = '{ namespaceSelector: global(), selector: has(threats) }'
const deny = (peer: string): string => `{ ingress: [{ action: Deny, source: ${peer} }] }`
const set = (labels: string, nets = '[192.0.2.0/24]'): string =>
  object('GlobalNetworkSet', `{ name: s, labels: ${labels} }`, `{ nets: ${nets} }`)
const noPod = "{ selector: projectcalico.org/orchestrator != 'k8s' }"

table([
  ['sets of the cluster that are not there', own(deny(ofThreats)), 'NP3004 4:43'],
  ['the same in a policy of the cluster', cluster(deny(ofThreats)), 'NP3004 4:43'],
  ['sets of the namespace that are not there', own(deny(noPod)), 'NP3004 4:43'],
  ['a set that is there', own(deny(ofThreats)) + set('{ threats: a }'), ''],
  ['another set', own(deny(ofThreats)) + set('{ other: a }'), 'NP3004 4:43'],
  ['a set without addresses', own(deny(ofThreats)) + set('{ threats: a }', '[]'), 'NP3004 4:43'],
  [
    'a set of the namespace that is there',
    own(deny(noPod)) +
      object('NetworkSet', '{ name: s, namespace: shop }', '{ nets: [192.0.2.1] }'),
    '',
  ],
  [
    'an exception of sets that are not there',
    cluster(deny("{ notSelector: '!has(projectcalico.org/namespace)' }")),
    'NP3005 4:43',
  ],
  ['pods', own(deny('{ selector: has(threats) }')), ''],
])

const profile = (name: string, spec: string): string => object('Profile', `{ name: ${name} }`, spec)
const allowAll = '[{ action: Allow, source: {}, destination: {} }]'
const made = `{ ingress: ${allowAll}, egress: ${allowAll}, labelsToApply: { pcns.a: b } }`

table([
  ['a profile of a namespace', profile('kns.shop', made), ''],
  [
    'a profile of a service account',
    profile('ksa.shop.ci', '{ labelsToApply: { pcsa.a: b } }'),
    '',
  ],
  ['the profile of hosts', profile('projectcalico-default-allow', '{}'), ''],
  ['a profile of nobody', profile('web', made), 'NP3005 3:19'],
  ['nothing is allowed', profile('kns.shop', '{}'), 'NP2021 4:7, NP2021 4:7'],
  [
    'one direction is denied',
    profile('kns.shop', `{ egress: ${allowAll}, ingress: [{ action: Deny }] }`),
    'NP2021 4:67',
  ],
  [
    'only some is allowed',
    profile(
      'kns.shop',
      `{ egress: ${allowAll}, ingress: [{ action: Allow, source: { nets: [10.0.0.0/8] } }] }`,
    ),
    'NP2021 4:67',
  ],
  [
    'rules of a service account',
    profile('ksa.shop.ci', '{ ingress: [{ action: Deny }] }'),
    'NP2021 4:9',
  ],
  [
    'labels of its own',
    profile('kns.shop', made.replace('pcns.a: b', 'pcns.a: b, role: db')),
    'NP2021 4:154',
  ],
  ['a profile that is a text', profile('kns.shop', 'all'), 'NP2002 4:7'],
  ['a profile without a name', profile("''", made), 'NP2016 3:13'],
  [
    'rules that are no rules',
    profile('kns.shop', '{ ingress: [1], egress: {} }'),
    'NP2002 4:19, NP2002 4:23',
  ],
])

test('profiles of the storage are read too', () => {
  const text = profile('kns.shop', '{}').replace('projectcalico.org/v3', 'crd.projectcalico.org/v1')
  assert.is(found(text), 'NP2021 4:7, NP2021 4:7')
})

const denies = '{ order: 5, ingress: [{ action: Deny }] }'
const allows = '{ order: 5, ingress: [{ action: Allow }] }'
const withoutOrder = (spec: string): string => spec.replace('order: 5, ', '')

table([
  ['a name that begins another', own(denies, 'a') + own(allows, 'a-b'), 'NP3010 4:16'],
  [
    'without orders',
    own(withoutOrder(denies), 'a') + own(withoutOrder(allows), 'a-b'),
    'NP3010 3:19',
  ],
  ['a namespace before the tier', cluster(denies, 'a') + own(allows, 'b', 'apps'), 'NP3010 9:16'],
  ['a namespace behind the tier', cluster(denies, 'a') + own(allows, 'b'), ''],
  ['two namespaces', own(denies, 'a', 'b') + own(allows, 'b', 'a'), ''],
  ['two orders', own(denies, 'a') + own(allows.replace('5', '6'), 'a-b'), ''],
  ['both allow', own(allows, 'a') + own(allows, 'a-b'), ''],
  ['both deny', own(denies, 'a') + own(denies, 'a-b'), ''],
  ['two directions', own(denies, 'a') + own(allows.replace('in', 'e'), 'a-b'), ''],
  [
    'said once for an order',
    own(denies, 'a') + own(allows, 'a-b') + own(denies, 'c') + own(allows, 'c-d'),
    'NP3010 4:16',
  ],
])

test('a tie is told with both names, the first first', () => {
  const reporter = makeReporter()
  readPolicies([makeSource('p.yaml', own(denies, 'a') + own(allows, 'a-b'))], undefined, reporter)
  assert.is(
    reporter.diagnostics[0]?.message,
    '"shop/a-b" and "shop/a" both have order 5: Calico asks "shop/a-b" before the other since 3.32, and after it up to 3.31',
  )
})

test.run()
