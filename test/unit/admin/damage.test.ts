// Outputs damaged on purpose: the proof finds each damage, or reading back refuses it.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../../src/compile.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { readOptions } from '../../../src/emit/options.ts'
import { verifyOutput } from '../../../src/proof/verify.ts'
import { makeSource } from '../../../src/source/source.ts'
import { admin } from '../../../targets/admin/index.ts'
import { clusterPolicy, oldPolicy } from '../../support/adminTexts.ts'

const test = suite('admin damage')
const prod = '{ namespaces: { matchLabels: { env: prod } } }'
const text = [
  clusterPolicy(
    `subject: { pods: { namespaceSelector: { matchLabels: { env: prod } }, podSelector: { matchExpressions: [{ key: app, operator: NotIn, values: [a] }] } } }
ingress:
- { action: Pass, from: [${prod}] }
- { action: Deny, from: [{ namespaces: {} }], protocols: [{ destinationNamedPort: http }, { udp: { destinationPort: { number: 53 } } }] }
egress:
- { action: Accept, to: [{ domainNames: [a.org] }] }
- { action: Deny, to: [{ networks: [10.0.0.0/8, "fd00::/8"] }, { nodes: {} }], protocols: [{ tcp: { destinationPort: { range: { start: 1, end: 99 } } } }] }`,
  ),
  clusterPolicy(
    'ingress:\n- { action: Accept, from: [{ namespaces: { matchLabels: { team: x } } }] }',
    'later',
    'tier: Admin\npriority: 20',
  ),
  oldPolicy(
    `ingress:\n- { action: Deny, from: [{ namespaces: { matchLabels: { env: dev } } }] }`,
    'BaselineAdminNetworkPolicy',
  ),
].join('---\n')

const whole = compile({ sources: [makeSource('in.yaml', text)], targets: ['admin'] })

const damages: readonly (readonly [slip: string, from: string | RegExp, to: string])[] = [
  ['denies what is passed', 'action: Pass', 'action: Deny'],
  ['accepts what is denied', 'action: Deny', 'action: Accept'],
  ['passes what is denied', 'action: Deny', 'action: Pass'],
  ['takes the other tier', 'tier: Baseline', 'tier: Admin'],
  ['turns the order around', 'priority: 20', 'priority: 5'],
  ['loses a test of the subject', 'NotIn', 'In'],
  ['another namespace', 'env: prod', 'env: test'],
  ['another port', 'number: 53', 'number: 54'],
  ['a port too many', 'end: 99', 'end: 100'],
  ['another protocol', '- udp:', '- tcp:'],
  ['another name of a port', 'destinationNamedPort: http', 'destinationNamedPort: dns'],
  ['a block too small', '10.0.0.0/8', '10.0.0.0/9'],
  ['loses a block', /\n *- fd00::\/8/, ''],
  ['other nodes', 'nodes: {}', 'nodes: { matchLabels: { a: b } }'],
  ['another domain', '- a.org', '- b.org'],
  ['loses the traffic', /\n *protocols:\n *- tcp:\n(?:.*\n)*?.*end: 99/, ''],
]

test('undamaged, the output is proved equal', () => {
  assert.equal(
    whole.proofs.map(({ answer }) => answer),
    ['equal'],
  )
})

for (const [slip, from, to] of damages) {
  test(slip, () => {
    const files = whole.outputs.flatMap((one) => one.files)
    const at = files.findIndex((file) => file.text.replace(from, to) !== file.text)
    assert.ok(at >= 0, 'no file holds it')
    const damaged = files.map((file, index) =>
      index === at ? { ...file, text: file.text.replace(from, to) } : file,
    )
    const reporter = makeReporter()
    const { set } = whole
    if (set === null) throw new Error('the source has errors')
    const options = readOptions({}, [admin], [admin], reporter)
    const { answer } = verifyOutput(set, admin, damaged, new Set(), {
      options,
      cluster: null,
      node: null,
      fidelity: 'exact',
      format: 'yaml',
      reporter,
    })
    assert.ok(['narrower', 'wider', 'different'].includes(answer), answer)
    assert.ok(reporter.errors > 0)
  })
}

test.run()
