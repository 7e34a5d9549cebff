// What Calico is given for rules of Calico: each field that is read is written again, where it can be.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { compile } from '../../../src/compile.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import { makeSource } from '../../../src/source/source.ts'
import { rejectionsOfCalico } from '../../judges/calicoValidator.ts'

const test = suite('calico rules')
const isPod = "projectcalico.org/orchestrator == 'k8s'"

type Scope = 'NetworkPolicy' | 'GlobalNetworkPolicy'

/** The rules of one direction after one rule has been read and written; the proof must hold. */
function rewritten(rule: string, direction = 'ingress', kind: Scope = 'NetworkPolicy'): unknown {
  const namespace = kind === 'NetworkPolicy' ? ', namespace: shop' : ''
  const text = `apiVersion: projectcalico.org/v3
kind: ${kind}
metadata: { name: p${namespace} }
spec:
  types: [${direction === 'ingress' ? 'Ingress' : 'Egress'}]
  ${direction}:
  - ${rule}
`
  const { outputs, proofs, diagnostics } = compile({
    sources: [makeSource('in.yaml', text)],
    targets: ['calico'],
  })
  const [file] = outputs[0]?.files ?? []
  if (file === undefined) throw new Error(renderText(diagnostics))
  assert.is(proofs[0]?.answer, 'equal')
  assert.equal(rejectionsOfCalico([file]), [])
  return parse(file.text).spec[direction]
}

for (const [name, rule] of [
  ['a protocol by number', '{ action: Allow, protocol: 47 }'],
  ['any protocol but one', '{ action: Deny, notProtocol: UDP }'],
  ['one IP version', '{ action: Allow, ipVersion: 6 }'],
  ['one IP version of a protocol', '{ action: Pass, ipVersion: 6, protocol: TCP }'],
  ['any type of ICMP but one', '{ action: Allow, protocol: ICMP, notICMP: { type: 8, code: 0 } }'],
  ['names without a protocol', '{ action: Deny, destination: { notPorts: [http] } }'],
  [
    'ports without a name',
    '{ action: Allow, protocol: TCP, destination: { ports: [http, 80], notPorts: [admin] } }',
  ],
  [
    'ports of clients',
    '{ action: Allow, protocol: UDP, source: { ports: ["1:9", 67], notPorts: [5] } }',
  ],
  [
    'what HTTP asks for',
    '{ action: Allow, http: { methods: [GET], paths: [{ exact: "/a" }, { prefix: "/b" }] } }',
  ],
  ['a star in a path', '{ action: Allow, protocol: TCP, http: { paths: [{ exact: "/a*" }] } }'],
  ['a service', '{ action: Allow, source: { services: { name: db } } }'],
  [
    'a service of another namespace',
    '{ action: Log, source: { services: { name: db, namespace: a } } }',
  ],
  ['exceptions alone', '{ action: Allow, ipVersion: 4, source: { notNets: [10.0.0.0/8] } }'],
] as const) {
  test(`${name} is written as it was read`, () => {
    assert.equal(rewritten(rule), [parse(rule)])
  })
}

for (const [name, entity, written, kind] of [
  [
    'pods in a block must be both',
    "{ selector: app == 'a', nets: [10.0.0.0/8] }",
    [{ nets: ['10.0.0.0/8'], selector: `${isPod} && app == 'a'` }],
  ],
  [
    'pods in several blocks share a rule',
    '{ selector: has(a), nets: [10.0.0.0/8, 192.0.2.0/24] }',
    [{ nets: ['10.0.0.0/8', '192.0.2.0/24'], selector: `${isPod} && has(a)` }],
  ],
  [
    'service accounts by name and labels',
    '{ serviceAccounts: { names: [ci, web], selector: has(role) } }',
    [{ selector: isPod, serviceAccounts: { names: ['ci', 'web'], selector: 'has(role)' } }],
  ],
  [
    'a name that Calico gives no pod as a label is asked for as one of the account',
    `{ serviceAccounts: { names: [${'a'.repeat(63)}] } }`,
    [
      {
        selector: isPod,
        serviceAccounts: { selector: `projectcalico.org/name == '${'a'.repeat(63)}'` },
      },
    ],
  ],
  [
    'what is not selected is of the own namespace in a NetworkPolicy',
    '{ notSelector: has(a) }',
    [{ selector: `${isPod} && !has(a)` }],
  ],
  [
    'what is not selected is anybody else in a GlobalNetworkPolicy',
    '{ notSelector: has(a) }',
    [{ notSelector: `${isPod} && has(a)` }],
    'GlobalNetworkPolicy',
  ],
  [
    'every namespace needs no namespaceSelector in a GlobalNetworkPolicy',
    '{ selector: has(a), namespaceSelector: all() }',
    [{ selector: `${isPod} && has(a)` }],
    'GlobalNetworkPolicy',
  ],
  [
    'alternatives of pods are rules of their own',
    "{ selector: has(a) || pcns.env == 'x' }",
    [
      { selector: `${isPod} && has(a)` },
      {
        namespaceSelector: "env == 'x' && kubernetes.io/metadata.name == 'shop'",
        selector: isPod,
      },
    ],
  ],
] as const) {
  test(name, () => {
    const rules = rewritten(`{ action: Deny, source: ${entity} }`, 'ingress', kind)
    assert.equal(
      (rules as readonly { source: object }[]).map(({ source }) => source),
      written,
    )
  })
}

test('the end of the subject is an entity too, in either direction', () => {
  const selector = `${isPod} && has(a)`
  assert.equal(rewritten('{ action: Allow, destination: { selector: has(a) } }'), [
    { action: 'Allow', destination: { selector } },
  ])
  assert.equal(
    rewritten(
      '{ action: Allow, source: { selector: has(a) }, destination: { nets: [10.0.0.0/8] } }',
      'egress',
    ),
    [{ action: 'Allow', source: { selector }, destination: { nets: ['10.0.0.0/8'] } }],
  )
})

test('a subject that is not selected has its own "notSelector", which means the own namespace', () => {
  assert.equal(rewritten('{ action: Deny, destination: { notSelector: has(a) } }', 'ingress'), [
    { action: 'Deny', destination: { selector: `${isPod} && !has(a)` } },
  ])
})

test('a condition of another dialect is refused by its name', () => {
  const text = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: p, namespace: shop }
spec:
  endpointSelector: {}
  egress: [{ toEndpoints: [{}], authentication: { mode: required } }]
`
  const { diagnostics } = compile({ sources: [makeSource('in.yaml', text)], targets: ['calico'] })
  assert.match(renderText(diagnostics), /NP5001: .*condition "authentication required"/)
})

test.run()
