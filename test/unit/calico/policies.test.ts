// What Calico is given for policies of the cluster, tiers, subjects with alternatives, and denies that
// override.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { compile } from '../../../src/compile.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import { makeSource } from '../../../src/source/source.ts'
import { rejectionsOfCalico } from '../../judges/calicoValidator.ts'

const test = suite('calico policies')
const isPod = "projectcalico.org/orchestrator == 'k8s'"

interface Written {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  // What a test looks at is its own business.
  readonly spec: Readonly<Record<string, unknown>>
}

interface Result {
  readonly written: readonly Written[]
  readonly paths: readonly string[]
  readonly said: string
}

/** Compiles and proves; errors but NP5001 and NP6004 end the test. */
function compiled(text: string, options: Readonly<Record<string, string>> = {}): Result {
  const { outputs, proofs, diagnostics } = compile({
    sources: [makeSource('in.yaml', text)],
    targets: ['calico'],
    options: Object.fromEntries(Object.entries(options).map(([key, value]) => [key, [value]])),
  })
  const said = renderText(diagnostics)
  const files = outputs[0]?.files ?? []
  if (outputs.length > 0) {
    assert.is(proofs[0]?.answer, 'equal', said)
    assert.equal(rejectionsOfCalico(files), [])
  }
  return {
    said,
    paths: files.map(({ path }) => path),
    written: files.map((file) => parse(file.text)),
  }
}

const calico = (kind: string, metadata: string, spec: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n---\n`
const cluster = (spec: string, name = 'p'): string =>
  calico('GlobalNetworkPolicy', `{ name: ${name} }`, spec)
const own = (spec: string, name = 'p'): string =>
  calico('NetworkPolicy', `{ name: ${name}, namespace: shop }`, spec)
const tier = (name: string, spec: string): string => calico('Tier', `{ name: ${name} }`, spec)
const cilium = (spec: string, name = 'db'): string =>
  `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n---\n`

const subjectOf = (text: string): readonly unknown[] => {
  const [{ kind = '', spec = {} } = {}] = compiled(text).written
  return [kind, spec.selector, spec.namespaceSelector, spec.serviceAccountSelector]
}

for (const [name, text, expected] of [
  [
    'a policy of the cluster is for pods, never for host endpoints',
    cluster('{ selector: all(), types: [Ingress] }'),
    ['GlobalNetworkPolicy', isPod, undefined, undefined],
  ],
  [
    'labels of each kind have a selector of their own',
    cluster(
      `{ selector: "app == 'a'", namespaceSelector: "env != 'prod'", serviceAccountSelector: "projectcalico.org/name == 'ci'" }`,
    ),
    [
      'GlobalNetworkPolicy',
      `${isPod} && app == 'a'`,
      "env != 'prod'",
      "projectcalico.org/name == 'ci'",
    ],
  ],
  [
    'alternatives of several kinds are one selector, what they share stands apart',
    cluster(
      `{ selector: "app == 'a' || pcns.env == 'prod'", namespaceSelector: has(team), serviceAccountSelector: has(role) }`,
    ),
    [
      'GlobalNetworkPolicy',
      `${isPod} && (app == 'a' || pcns.env == 'prod')`,
      'has(team)',
      'has(role)',
    ],
  ],
  [
    'a policy of a namespace asks for its labels by their long names',
    own(`{ selector: "app == 'a' && has(pcns.env)", serviceAccountSelector: has(role) }`),
    ['NetworkPolicy', `${isPod} && has(pcns.env) && app == 'a'`, undefined, 'has(role)'],
  ],
] as const) {
  test(name, () => {
    assert.equal(subjectOf(text), expected)
  })
}

const summary = ({ written }: Result): readonly unknown[] =>
  written.map(({ kind, metadata: { name }, spec }) =>
    kind === 'Tier'
      ? [name, spec.order, spec.defaultAction]
      : [name, spec.tier, spec.order, (spec.types as string[]).join()],
  )

const twoTiers =
  tier('first', '{ order: 10, defaultAction: Pass }') +
  cluster('{ tier: first, order: 1, ingress: [{ action: Pass }] }', 'a') +
  own('{ selector: all() }', 'b')

test('tiers keep their order and end, and stand before the policies', () => {
  const result = compiled(twoTiers)
  assert.equal(summary(result), [
    ['first', 10, 'Pass'],
    ['a', 'first', 1, 'Ingress'],
    ['b', 'default', undefined, 'Ingress'],
  ])
  assert.is(result.paths[0], '0_tier.first.yaml')
})

test('tiers that are always there are not written', () => {
  const result = compiled(cluster('{ tier: kube-admin, order: 1 }', 'a') + own('{}', 'b'))
  assert.equal(
    summary(result).map((one) => (one as string[])[1]),
    ['kube-admin', 'default'],
  )
})

test('one tier that was not in the input keeps its name, and is not written', () => {
  assert.equal(summary(compiled(own('{ tier: theirs }'))), [['p', 'theirs', undefined, 'Ingress']])
})

test('before 3.29 there is one tier, whatever it is called', () => {
  assert.match(compiled(twoTiers, { 'calico-version': '3.28' }).said, /NP5001: .*has one tier/)
  const alone = tier('first', '{ order: 10, defaultAction: Pass }') + cluster('{ tier: first }')
  const [policy, after] = compiled(alone, { 'calico-version': '3.28' }).written
  assert.is(policy?.spec.tier, undefined)
  // The one tier denies at its end; what follows the policy lets through what it does not decide.
  assert.equal(after?.spec.ingress, [{ action: 'Allow' }])
})

test('--tier is for sources without tiers', () => {
  assert.match(compiled(twoTiers, { tier: 'platform' }).said, /NP6004: .*tiers of their own/)
  const result = compiled(cilium('{ endpointSelector: {}, ingress: [{}] }'), { tier: 'platform' })
  assert.equal(summary(result), [['db', 'platform', 1000, 'Ingress']])
})

test('a name that holds its tier already does not get it twice', () => {
  const text =
    tier('first', '{ order: 10 }') + cluster('{ tier: first, selector: has(a) }', 'first.a')
  assert.is(compiled(text, { 'calico-version': '3.30' }).written[1]?.metadata.name, 'first.a')
})

const webOnly = 'ingress: [{ fromEndpoints: [{ matchLabels: { app: web } }] }]'
const noSsh = 'ingressDeny: [{ toPorts: [{ ports: [{ port: "22", protocol: TCP }] }] }]'

test('denies that override come before the allows of all policies', () => {
  const both = cilium(`{ endpointSelector: {}, ${webOnly}, ${noSsh} }`)
  const more = cilium(`{ endpointSelector: {}, ${webOnly} }`, 'web')
  const denies = cilium(`{ endpointSelector: {}, ${noSsh} }`, 'no-ssh')
  assert.equal(summary(compiled(both + more + denies)), [
    ['db-deny', 'default', 999, 'Ingress'],
    ['db', 'default', 1000, 'Ingress'],
    ['no-ssh', 'default', 999, 'Ingress'],
    ['web', 'default', 1000, 'Ingress'],
  ])
})

test('with a step no band of order reaches into the next', () => {
  const text = ['a', 'b'].map((name) =>
    cilium(`{ endpointSelector: {}, ${webOnly}, ${noSsh} }`, name),
  )
  const orders = (step: string): readonly unknown[] =>
    compiled(text.join(''), { order: '100', 'order-step': step }).written.map(
      ({ spec }) => spec.order,
    )
  assert.equal(orders('10'), [79, 100, 89, 110])
  assert.equal(orders('-10'), [79, 100, 69, 90])
})

test('a part gives way to a policy that is called like it', () => {
  const result = compiled(
    cilium(`{ endpointSelector: {}, ${webOnly}, ${noSsh} }`) +
      cilium(`{ endpointSelector: {}, ${webOnly} }`, 'db-deny'),
  )
  const names = result.written.map(({ metadata }) => metadata.name)
  assert.match(names[0] ?? '', /^db-deny-1-np0[a-z2-7]{16}$/)
  assert.equal(names.slice(1), ['db', 'db-deny'])
})

test('what selects without isolating passes at the end, behind what isolating policies deny', () => {
  const loose = 'enableDefaultDeny: { ingress: false }'
  const result = compiled(
    cilium(`{ endpointSelector: { matchLabels: { app: db } }, ${webOnly} }`) +
      cilium(`{ endpointSelector: {}, ${loose}, ${noSsh} }`, 'no-ssh'),
  )
  assert.equal(summary(result), [
    ['db', 'default', 1000, 'Ingress'],
    ['no-ssh', 'default', 999, 'Ingress'],
    ['db-default-deny', 'default', 1001, 'Ingress'],
    ['no-ssh-default-pass', 'default', 1002, 'Ingress'],
  ])
  assert.equal(
    result.written.slice(2).map(({ spec }) => spec.ingress),
    [[{ action: 'Deny' }], [{ action: 'Pass' }]],
  )
})

test('a tier that passes at its end gets what the source denies at its own', () => {
  const result = compiled(cilium(`{ endpointSelector: {}, ${webOnly} }`), { tier: 'kube-baseline' })
  assert.equal(summary(result), [
    ['db', 'kube-baseline', 1000, 'Ingress'],
    ['db-default-deny', 'kube-baseline', 1001, 'Ingress'],
  ])
})

test.run()
