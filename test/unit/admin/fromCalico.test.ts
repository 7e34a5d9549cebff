// Calico tiers that pass at their end as ClusterNetworkPolicies: exceptions, alternatives, everybody, and
// what has no words there.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { compile } from '../../../src/compile.ts'
import { makeSource } from '../../../src/source/source.ts'
import { rejectionsOfAdmin } from '../../judges/adminValidator.ts'

const test = suite('admin from calico')
const isPod = "projectcalico.org/orchestrator == 'k8s'"

const tier = (
  name: string,
  order: number,
  end = 'Pass',
): string => `apiVersion: projectcalico.org/v3
kind: Tier
metadata: { name: ${name} }
spec: { order: ${order}, defaultAction: ${end} }
---
`
const policy = (
  rules: string,
  more = '',
  inTier = 'security',
): string => `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: p-${inTier} }
spec:
  tier: ${inTier}
  order: 3
  ${more === '' ? `selector: "${isPod}"` : more}
  ${rules}
---
`
const text = (rules: string, more = ''): string => `${tier('security', 2000)}${policy(rules, more)}`
const egress = (rule: string): string => text(`egress: [{ ${rule} }]`)

function emitted(input: string) {
  const sources = [makeSource('in.yaml', input)]
  const { outputs, proofs, diagnostics } = compile({ sources, targets: ['admin'] })
  const faults = diagnostics.filter(({ severity }) => severity === 'error')
  const files = outputs.flatMap((one) => one.files)
  assert.equal(rejectionsOfAdmin(files), [])
  if (faults.length === 0)
    assert.equal(
      proofs.map(({ answer }) => answer),
      ['equal'],
    )
  return {
    specs: files.map((file) => parse(file.text).spec),
    faults: faults.map(({ code, message }) => `${code} ${message}`),
  }
}

const egressOf = (rule: string) => emitted(egress(rule)).specs[0].egress

test('exceptions are cut out', () => {
  const [{ to }] = egressOf(
    'action: Deny, destination: { nets: [10.0.0.0/8], notNets: [10.0.0.0/9] }',
  )
  assert.equal(to, [{ networks: ['10.128.0.0/9'] }])
})

test('everybody is every address', () => {
  assert.equal(egressOf('action: Deny'), [
    { action: 'Deny', to: [{ networks: ['0.0.0.0/0', '::/0'] }] },
  ])
})

test('a port by name with one protocol is refused', () => {
  const { faults } = emitted(egress('action: Deny, protocol: TCP, destination: { ports: [http] }'))
  assert.match(faults[0] ?? '', /NP5001 .*port by name .*UDP and SCTP/)
})

test('a protocol alone is the range of its ports', () => {
  assert.equal(egressOf('action: Deny, protocol: TCP')[0].protocols, [
    { tcp: { destinationPort: { range: { start: 1, end: 65535 } } } },
  ])
})

test('a subject with alternatives is a policy for each, in their order', () => {
  const more = `selector: "${isPod} && (a == 'b' || has(c))"`
  const { specs } = emitted(text('egress: [{ action: Deny }]', more))
  assert.equal(
    specs.map(({ priority, subject }) => [priority, subject.pods.podSelector]),
    [
      [0, { matchLabels: { a: 'b' } }],
      [10, { matchExpressions: [{ key: 'c', operator: 'Exists' }] }],
    ],
  )
})

test('a peer with alternatives is several peers', () => {
  const selector = `${isPod} && (a == 'b' || has(c))`
  const [{ to }] = egressOf(`action: Deny, destination: { selector: "${selector}" }`)
  assert.is(to.length, 2)
})

for (const [what, input, fault] of [
  [
    'everybody in ingress',
    text('ingress: [{ action: Deny }]'),
    /about pods only, not about everybody/,
  ],
  [
    'address blocks in ingress',
    text('ingress: [{ action: Deny, source: { nets: [10.0.0.0/8] } }]'),
    /about pods only, not about address blocks/,
  ],
  ['ICMP', egress('action: Deny, protocol: ICMP'), /icmp traffic/],
  ['Log', egress('action: Log'), /the action log/],
  [
    'a port of a client',
    egress('action: Deny, protocol: TCP, source: { ports: [1] }'),
    /the condition "source port 1"/,
  ],
  [
    'a rule for a part of the subject',
    egress(`action: Deny, source: { selector: "${isPod} && a == 'b'" }`),
    /a rule for a part of the subject/,
  ],
  [
    'a tier that denies at its end',
    `${tier('security', 2000, 'Deny')}${policy('egress: [{ action: Deny }]')}`,
    /a tier that ends in deny/,
  ],
  [
    'a second tier that is not the baseline',
    `${tier('other', 3000)}${policy('egress: [{ action: Deny }]', '', 'other')}${text('egress: [{ action: Pass }]')}`,
    /neither the first nor "baseline"/,
  ],
  [
    'labels that are none of Kubernetes',
    egress(`action: Deny, destination: { selector: "${isPod} && a == 'b c'" }`),
    /NP5007/,
  ],
] as const) {
  test(`${what}: refused`, () => {
    const { specs, faults } = emitted(input)
    assert.equal(specs, [])
    assert.ok(
      faults.some((one) => fault.test(one)),
      faults.join('\n'),
    )
  })
}

test.run()
