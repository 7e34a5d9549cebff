// What ClusterNetworkPolicy is given for each construct, and what is refused; all of it proved.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { compile } from '../../../src/compile.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import { makeSource } from '../../../src/source/source.ts'
import { rejectionsOfAdmin } from '../../judges/adminValidator.ts'
import { clusterPolicy, from, oldPolicy, oldTo, times, to } from '../../support/adminTexts.ts'
import { summary } from '../../support/diagnose.ts'

const test = suite('admin emitting')
const everybody = '{ namespaces: {} }'

/** The files, all of them taken by the API and proved; or else the faults. */
function emit(text: string): { files: readonly OutputFile[]; faults: readonly string[] } {
  const sources = [makeSource('in.yaml', text)]
  const { outputs, proofs, diagnostics } = compile({ sources, targets: ['admin'] })
  const files = outputs.flatMap((one) => one.files)
  assert.equal(rejectionsOfAdmin(files), [])
  const faults = diagnostics.filter(({ severity }) => severity === 'error')
  if (faults.length === 0)
    assert.equal(
      proofs.map(({ answer }) => answer),
      ['equal'],
    )
  return { files, faults: summary(faults) }
}

function emitted(text: string) {
  const { files, faults } = emit(text)
  assert.equal(faults, [])
  return files.map((file) => parse(file.text))
}

const specOf = (text: string) => emitted(text)[0].spec
const peersOf = (text: string) => specOf(text).egress[0].to

test('namespaces stay namespaces, pods stay pods', () => {
  assert.equal(peersOf(to('{ namespaces: { matchLabels: { env: prod } } }')), [
    { namespaces: { matchLabels: { env: 'prod' } } },
  ])
  const pods = '{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: a } } } }'
  assert.equal(peersOf(to(pods)), [
    { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'a' } } } },
  ])
})

test('every operator, and two tests of one label', () => {
  const expressions = [
    '{ key: a, operator: In, values: [z, x] }',
    '{ key: a, operator: NotIn, values: [w] }',
    '{ key: b, operator: Exists }',
    '{ key: c, operator: DoesNotExist }',
  ]
  const [{ namespaces }] = peersOf(
    to(`{ namespaces: { matchLabels: { a: x }, matchExpressions: [${expressions.join(', ')}] } }`),
  )
  assert.equal(namespaces, {
    matchLabels: { a: 'x' },
    matchExpressions: [
      { key: 'a', operator: 'In', values: ['x', 'z'] },
      { key: 'a', operator: 'NotIn', values: ['w'] },
      { key: 'b', operator: 'Exists' },
      { key: 'c', operator: 'DoesNotExist' },
    ],
  })
})

test('networks share an item, 25 of them each', () => {
  assert.equal(peersOf(to('{ networks: [10.0.0.0/8] }, { networks: ["fd00::/8", 10.0.0.0/8] }')), [
    { networks: ['10.0.0.0/8', 'fd00::/8'] },
  ])
  const blocks = (first: number): string =>
    `{ networks: [${times(20, (at) => `10.${first + at}.0.0/16`)}] }`
  const sizes = peersOf(to(`${blocks(0)}, ${blocks(20)}`)).map(
    ({ networks }: { networks: readonly string[] }) => networks.length,
  )
  assert.equal(sizes, [25, 15])
})

test('all ports of a protocol are a range, one port is a number', () => {
  const ports =
    '{ portNumber: { port: 80 } }, { portRange: { protocol: UDP, start: 1, end: 65535 } }'
  assert.equal(specOf(oldTo(everybody, `, ports: [${ports}]`)).egress[0].protocols, [
    { tcp: { destinationPort: { number: 80 } } },
    { udp: { destinationPort: { range: { start: 1, end: 65535 } } } },
  ])
})

test('a port by name is one item for all protocols', () => {
  assert.equal(specOf(oldTo(everybody, ', ports: [{ namedPort: http }]')).egress[0].protocols, [
    { destinationNamedPort: 'http' },
  ])
})

test('domain names of a rule are one peer again', () => {
  const peers = '{ domainNames: [b.org, "*.a.org"] }, { nodes: {} }'
  assert.equal(
    specOf(to(peers)).egress.map((rule: { to: object }) => rule.to),
    [[{ nodes: {} }], [{ domainNames: ['b.org', '*.a.org'] }]],
  )
})

test('what the standard CRD does not have is warned about', () => {
  const text = to('{ domainNames: [a.org] }, { nodes: {} }')
  const { diagnostics } = compile({ sources: [makeSource('in.yaml', text)], targets: ['admin'] })
  assert.equal(diagnostics.map(({ code }) => code).sort(), ['NP3008', 'NP5005', 'NP5005'])
})

test('a rule of more than 25 peers, or protocols, is several', () => {
  const peers = times(60, (at) => `{ namespaces: { matchLabels: { n: v${at} } } }`)
  const ports = times(30, (at) => `{ portNumber: { port: ${10 * (at + 1)} } }`)
  const { egress } = specOf(oldTo(peers, `, ports: [${ports}]`))
  assert.equal(
    egress.map((rule: { to: []; protocols: [] }) => [rule.to.length, rule.protocols.length]),
    [25, 25, 10].flatMap((count) => [
      [count, 25],
      [count, 5],
    ]),
  )
})

test('a policy of more than 25 rules is several, in their order', () => {
  const rules = times(
    60,
    (at) =>
      `{ action: ${at % 2 ? 'Allow' : 'Deny'}, to: [${everybody}], ports: [{ portRange: { start: 1, end: ${100 + at} } }] }`,
  )
  const made = emitted(
    oldPolicy(`ingress:\n- { action: Deny, from: [${everybody}] }\negress: [${rules}]`),
  )
  assert.equal(
    made.map(({ metadata, spec }) => [
      metadata.name,
      spec.priority,
      spec.ingress?.length,
      spec.egress.length,
    ]),
    [
      ['default-1', 0, 1, 25],
      ['default-2', 10, undefined, 25],
      ['default-3', 20, undefined, 10],
    ],
  )
})

const deny = `ingress:\n- { action: Deny, from: [${everybody}] }`
const prioritiesOf = (text: string): readonly (readonly [string, number])[] =>
  emitted(text).map(({ metadata, spec }) => [metadata.name, spec.priority])
const withPriority = (name: string, priority: number): string =>
  clusterPolicy(deny, name, `tier: Admin\npriority: ${priority}`)

test('priorities are kept where they differ, else given anew by priority and name', () => {
  const text = (...list: readonly (readonly [string, number])[]): string =>
    list.map(([name, priority]) => withPriority(name, priority)).join('---\n')
  assert.equal(prioritiesOf(text(['b', 7], ['a', 1000], ['c', 0])), [
    ['a', 1000],
    ['b', 7],
    ['c', 0],
  ])
  assert.equal(prioritiesOf(text(['b', 7], ['a', 7], ['c', 0])), [
    ['a', 10],
    ['b', 20],
    ['c', 0],
  ])
})

test('beyond 101 of equal priority the steps are of one, beyond 1001 there is none', () => {
  const many = (count: number): string =>
    Array.from({ length: count }, (_, at) => withPriority(`p${1000 + at}`, 5)).join('---\n')
  assert.equal(prioritiesOf(many(102)).at(-1), ['p1101', 101])
  const sources = [makeSource('in.yaml', many(1002))]
  const { diagnostics } = compile({ sources, targets: ['admin'] })
  assert.ok(diagnostics.some(({ code, message }) => code === 'NP5001' && /1002/.test(message)))
})

test('two tiers are two words, and one name is there once', () => {
  const text = `${oldPolicy(deny)}---\n${oldPolicy(deny, 'BaselineAdminNetworkPolicy')}`
  assert.equal(
    emitted(text).map(({ metadata, spec }) => [metadata.name, spec.tier, spec.priority]),
    [
      ['default', 'Admin', 10],
      ['default-2', 'Baseline', 0],
    ],
  )
})

test('every rule says where it was written', () => {
  const [file] = emit(from(everybody)).files
  assert.match(file?.text ?? '', /^# from in\.yaml:1\n/)
  assert.match(file?.text ?? '', /\n {2}# in\.yaml:9 ingress\[0\]\n {2}- action: Deny\n/)
})

const namespaced = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: {} }
`

test('what isolates is refused', () => {
  const { faults } = emit(`${from(everybody)}${namespaced}`)
  assert.ok(
    faults.some((one) => /^NP5001.*a tier that ends in deny/s.test(one)),
    faults.join('\n'),
  )
})

test.run()
