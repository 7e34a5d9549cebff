// What the cilium target says about blocks, assumptions, versions and labels it cannot write.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../../src/index.ts'
import { makeSource } from '../../../src/source/source.ts'
import { options } from '../../../targets/cilium/options.ts'
import { emission, findings, ingress, type More } from './emitting.ts'

const test = suite('cilium fidelity')
const block = (cidr: string, more: More = {}) =>
  emission(`  podSelector: {}\n  ingress: [{from: [{ipBlock: {cidr: "${cidr}"}}]}]`, more)
const notes = ({ diagnostics }: ReturnType<typeof block>): readonly string[] =>
  diagnostics.filter(({ code }) => code === 'NP5004').map(({ message }) => message.slice(0, 13))

test('that blocks are external is said once, however many there are', () => {
  const text = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 1.2.3.0/24}}, {ipBlock: {cidr: 4.0.0.0/8}}]}]}
`
  const { diagnostics } = compile({
    sources: ['a', 'b'].map((name) => makeSource(name, text.replace('NAME', name))),
    targets: ['cilium'],
  })
  assert.equal(
    diagnostics.map(({ code, severity }) => `${code} ${severity}`),
    ['NP5004 note'],
  )
  assert.match(diagnostics[0]?.message ?? '', /A1/)
})

test('without blocks and isolated egress nothing is assumed', () => {
  assert.equal(emission('  podSelector: {}').diagnostics, [])
})

test('isolated egress rests on the assumption about the own node', () => {
  assert.equal(notes(emission('  podSelector: {}\n  policyTypes: [Egress]')), ['assumption A2'])
  const open = '  podSelector: {}\n  policyTypes: [Egress]\n  egress: [{}]'
  assert.equal(notes(emission(open)), [])
})

for (const [option, owner] of [
  ['pod-cidr', 'pod'],
  ['node-cidr', 'node'],
]) {
  test(`a block that holds addresses of --${option} is an error that names a flow`, () => {
    const answer = block('10.0.0.0/8', { options: { [option ?? '']: ['10.244.0.0/16'] } })
    assert.equal(findings(answer), ['NP5002 error'])
    const { message } = answer.diagnostics.find(({ code }) => code === 'NP5002') ?? {}
    assert.match(message ?? '', `${owner} 10.244.0.1 → subject`)
    assert.is(answer.text, '')
  })
}

test('a block beside the known ranges is fine', () => {
  const known = { 'pod-cidr': ['10.244.0.0/16,fd00::/8'], 'node-cidr': ['192.168.0.0/16'] }
  assert.equal(findings(block('1.2.3.0/24', { options: known })), [])
  const literal = { ...known, ipblock: ['literal'] }
  assert.equal(findings(block('1.2.3.0/24', { options: literal })), [])
})

test('exceptions that take the known ranges out make a block fine', () => {
  const spec =
    '  podSelector: {}\n  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.244.0.0/16]}}]}]'
  assert.equal(findings(emission(spec, { options: { 'pod-cidr': ['10.244.0.0/17'] } })), [])
  assert.equal(findings(emission(spec, { options: { 'pod-cidr': ['10.244.0.0/15'] } })), [
    'NP5002 error',
  ])
})

for (const fidelity of ['narrower', 'any'] as const) {
  test(`fidelity ${fidelity} turns the error into a warning`, () => {
    const more = { fidelity, options: { 'pod-cidr': ['10.244.0.0/16'] } }
    const answer = block('10.0.0.0/8', more)
    assert.equal(findings(answer), ['NP5002 warning'])
    assert.equal(answer.spec.ingress, [{ fromCIDRSet: [{ cidr: '10.0.0.0/8' }] }])
  })
}

test('fidelity wider does not accept a narrower output', () => {
  const more = { fidelity: 'wider', options: { 'pod-cidr': ['10.244.0.0/16'] } } as const
  assert.equal(findings(block('10.0.0.0/8', more)), ['NP5002 error'])
})

test('literal blocks may be about pods unless pods and nodes are known to be elsewhere', () => {
  const literal = { ipblock: ['literal'] }
  assert.equal(findings(block('1.2.3.0/24', { options: literal })), ['NP5002 error'])
  assert.equal(notes(block('1.2.3.0/24', { options: literal, fidelity: 'any' })), [])
  const onlyPods = { ...literal, 'pod-cidr': ['10.0.0.0/8'] }
  assert.equal(findings(block('1.2.3.0/24', { options: onlyPods })), ['NP5002 error'])
})

test('before 1.16 there is no enableDefaultDeny, and rules isolate', () => {
  const { spec } = emission('  podSelector: {}', { options: { 'cilium-version': ['1.15'] } })
  assert.equal(spec.enableDefaultDeny, undefined)
  assert.equal(spec.ingress, [{ fromEntities: ['none'] }])
})

test('before 1.17 short port ranges are written out, and long ones refused', () => {
  const options = { 'cilium-version': ['1.16.3'] }
  assert.equal(ingress('{ports: [{port: 80, endPort: 81}]}', { options }), [
    {
      fromEntities: ['all'],
      toPorts: [
        {
          ports: [
            { port: '80', protocol: 'TCP' },
            { port: '81', protocol: 'TCP' },
          ],
        },
      ],
    },
  ])
  const long = '  podSelector: {}\n  ingress: [{ports: [{port: 1, endPort: 65535}]}]'
  assert.equal(findings(emission(long, { options })), ['NP5001 error'])
  assert.equal(findings(emission(long)), [])
})

test('bad option values are refused', () => {
  const check = (name: string, word: string): boolean =>
    options.find((one) => one.name === name)?.check(word) === undefined
  for (const word of ['1.9', '1.18', 'v1.18.2', '1.20'])
    assert.ok(check('cilium-version', word), word)
  for (const word of ['1.8', '2.0', '1', 'x', '1.18-rc', '1.018']) {
    assert.not(check('cilium-version', word), word)
  }
  assert.ok(check('ipblock', 'literal'))
  assert.not(check('ipblock', 'Literal'))
  for (const word of ['10.0.0.0/8', 'fd00::/8']) assert.ok(check('pod-cidr', word), word)
  for (const word of ['10.0.0.1/8', '10.0.0.0', '']) assert.not(check('node-cidr', word), word)
})

test('SCTP is warned about once: Cilium drops it by default', () => {
  const spec =
    '  podSelector: {}\n  ingress: [{ports: [{protocol: SCTP}]}, {ports: [{port: 1, protocol: SCTP}]}]'
  assert.equal(findings(emission(spec)), ['NP5005 warning'])
})

test('labels that Cilium leaves out of identities are warned about', () => {
  const labelled = (key: string) => emission(`  podSelector: {matchLabels: {${key}: a}}`)
  for (const key of [
    'pod-template-hash',
    'statefulset.kubernetes.io/pod-name',
    'kubernetes.io/x',
  ]) {
    assert.equal(findings(labelled(key)), ['NP5005 warning'], key)
  }
  for (const key of ['app', 'app.kubernetes.io/name', 'topology.kubernetes.io/zone']) {
    assert.equal(findings(labelled(key)), [], key)
  }
})

test('a pod label that Cilium overwrites with its own cannot be selected by', () => {
  for (const key of ['io.kubernetes.pod.namespace', 'io.cilium.k8s.policy.cluster']) {
    const answer = emission(`  podSelector: {matchLabels: {${key}: a}}`)
    assert.equal(findings(answer), ['NP5001 error'], key)
  }
})

test('a label key that grows too long with its source is refused', () => {
  const named = (length: number) =>
    emission(`  podSelector: {matchLabels: {${'a'.repeat(length)}: b}}`)
  assert.equal(findings(named(59)), [])
  assert.equal(findings(named(60)), ['NP5001 error'])
  const ofNamespace = (length: number) =>
    emission(
      `  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchLabels: {${'a'.repeat(length)}: b}}}]}]`,
    )
  assert.equal(findings(ofNamespace(28)), [])
  assert.equal(findings(ofNamespace(29)), ['NP5001 error'])
})

test('a port name in egress is noted: Cilium knows one number for it', () => {
  const spec = '  podSelector: {}\n  policyTypes: [Egress]\n  egress: [{ports: [{port: http}]}]'
  const { diagnostics } = emission(spec)
  assert.ok(diagnostics.some(({ code, message }) => code === 'NP5004' && /number/.test(message)))
})

test.run()
