// Shapes of the IR that no NetworkPolicy has: the cilium target writes or refuses them, too.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { parseCidr } from '../../../src/algebra/address.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Fidelity } from '../../../src/emit/target.ts'
import {
  all,
  everyone,
  exists,
  isIn,
  namespaceNameLabel,
  not,
  podsOfNamespace,
  serviceAccountNameLabel,
} from '../../../src/ir/selector.ts'
import type { Peer, Policy, Rule, Selector, Traffic } from '../../../src/ir/types.ts'
import { makeSource } from '../../../src/source/source.ts'
import { cilium } from '../../../targets/cilium/index.ts'
import { ownNodeDenials } from '../../judges/cilium.ts'
import { rejectionsOfCilium } from '../../judges/ciliumValidator.ts'

const test = suite('cilium shapes')
const origin = { span: { source: makeSource('a', 'x'), start: 0, end: 1 }, path: '' }
const anyPeer: Peer = { kind: 'any' }
const allTraffic: Traffic = { kind: 'all' }

function rule(action: Rule['action'], peers: readonly Peer[], traffic: readonly Traffic[]): Rule {
  return { action, subjects: everyone, peers, traffic, conditions: [], origins: [origin] }
}

function policy(rules: readonly Rule[], more: Partial<Policy> = {}): Policy {
  const subject = podsOfNamespace('shop', all)
  const ingress = { isolates: true, rules }
  return {
    name: 'p',
    namespace: 'shop',
    subject,
    ingress,
    egress: null,
    order: null,
    origin,
    ...more,
  }
}

interface Given {
  readonly version?: string
  readonly fidelity?: Fidelity
  readonly pods?: readonly string[]
}

function emit(one: Policy, { version = '1.18', fidelity = 'exact', pods = [] }: Given = {}) {
  const reporter = makeReporter()
  const values = new Map([
    ['cilium-version', version],
    ['ipblock', 'external'],
  ])
  const options = {
    one: (name: string) => values.get(name) ?? '',
    many: (name: string) => (name === 'pod-cidr' ? pods : []),
  }
  const tier = {
    name: 't',
    combining: 'deny-overrides',
    default: 'deny',
    ownNode: 'always-allowed',
  }
  const files = cilium.emit(
    { tiers: [{ ...tier, policies: [one] } as const] } as Parameters<typeof cilium.emit>[0],
    { options, cluster: null, node: null, fidelity, format: 'yaml', reporter },
  )
  const found = reporter.diagnostics.map(({ code, severity }) => `${code} ${severity}`)
  assert.equal([...rejectionsOfCilium(files), ...ownNodeDenials(files)], [])
  const messages = reporter.diagnostics.map(({ message }) => message)
  return { value: parse(files[0]?.text ?? ''), found, messages }
}

test('alternatives of the subject are several rules of one object', () => {
  const pods: Selector = { kind: 'or', of: [isIn('a', ['1']), not(isIn('b', ['2']))] }
  const { value } = emit(policy([], { subject: podsOfNamespace('shop', pods) }))
  assert.equal(
    value.specs.map((one: { endpointSelector: unknown }) => one.endpointSelector),
    [
      { matchLabels: { 'k8s:a': '1' } },
      { matchExpressions: [{ key: 'k8s:b', operator: 'NotIn', values: ['2'] }] },
    ],
  )
})

test('rules without peers or traffic are left out, and the policy isolates all the same', () => {
  const rules = [rule('allow', [], [allTraffic]), rule('allow', [anyPeer], [])]
  assert.equal(emit(policy(rules)).value.spec.ingress, [{ fromEntities: ['none'] }])
})

test('a peer selector that nothing satisfies is left out, never written as an empty list', () => {
  const peer: Peer = { kind: 'pods', namespaces: all, pods: isIn('a', []), serviceAccounts: all }
  assert.equal(emit(policy([rule('allow', [peer], [allTraffic])])).value.spec.ingress, [
    { fromEntities: ['none'] },
  ])
})

const invalidLabels: readonly (readonly [string, Selector, RegExp])[] = [
  ['a value with a blank', isIn('app', ['a b']), /value "a b" of the label "app" .* holds " "/],
  ['a value that ends in a mark', isIn('app', ['fine', 'ok!']), /value "ok!" of the label "app"/],
  ['a negated value', not(isIn('tier', ['über'])), /value "über" of the label "tier" .* holds "ü"/],
  ['a long value', isIn('app', ['a'.repeat(70)]), /"a{70}" .* 70 characters, more than 63/],
  ['a key with two slashes', exists('a/b/c'), /label key "a\/b\/c" .* more than one "\/"/],
  ['a key that starts with a mark', exists('_a'), /label key "_a"/],
]

for (const [name, selector, fact] of invalidLabels) {
  test(`${name} is refused in peers and subjects, of pods and of namespaces`, () => {
    const pods = podsOfNamespace('shop', selector)
    const places = { namespaces: selector, pods: all, serviceAccounts: all }
    const refused = [
      policy([rule('allow', [{ kind: 'pods', ...pods }], [allTraffic])]),
      policy([rule('deny', [{ kind: 'pods', ...places }], [allTraffic])]),
      policy([], { subject: pods }),
      policy([], { namespace: null, subject: places }),
    ]
    for (const one of refused) {
      const { found, messages } = emit(one)
      assert.equal(found, ['NP5007 error'])
      assert.match(messages[0] ?? '', fact)
      assert.match(messages[0] ?? '', /^policy "(shop\/)?p": /)
    }
  })
}

test('a service account whose name is too long for a label is refused', () => {
  const serviceAccounts = isIn(serviceAccountNameLabel, ['a'.repeat(64)])
  const peer: Peer = { kind: 'pods', namespaces: all, pods: all, serviceAccounts }
  assert.equal(emit(policy([rule('allow', [peer], [allTraffic])])).found, ['NP5007 error'])
})

test('keys with a prefix, of namespaces too, and empty values are written', () => {
  const peer: Peer = {
    kind: 'pods',
    namespaces: isIn('example.com/team', ['']),
    pods: isIn('app.kubernetes.io/name', ['db']),
    serviceAccounts: isIn(serviceAccountNameLabel, ['runner.v1']),
  }
  const { value, found } = emit(policy([rule('allow', [peer], [allTraffic])]))
  assert.equal(found, [])
  assert.equal(value.spec.ingress[0].fromEndpoints[0].matchLabels, {
    'k8s:app.kubernetes.io/name': 'db',
    'k8s:io.cilium.k8s.namespace.labels.example.com/team': '',
    'k8s:io.cilium.k8s.policy.serviceaccount': 'runner.v1',
  })
})

test('a port name that no container port has is refused', () => {
  for (const name of ['Web', 'a_b', 'a'.repeat(16), '80-']) {
    const port: Traffic = { kind: 'ports', protocol: 'TCP', ports: { kind: 'named', name } }
    assert.equal(emit(policy([rule('allow', [anyPeer], [port])])).found, ['NP5007 error'], name)
  }
})

test('two tests of one key stay two tests', () => {
  const pods: Selector = { kind: 'and', of: [isIn('a', ['1']), isIn('a', ['2'])] }
  const peer: Peer = { kind: 'pods', ...podsOfNamespace('shop', pods) }
  const [made] = emit(policy([rule('allow', [peer], [allTraffic])])).value.spec.ingress
  assert.equal(made.fromEndpoints, [
    {
      matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'shop', 'k8s:a': '1' },
      matchExpressions: [{ key: 'k8s:a', operator: 'In', values: ['2'] }],
    },
  ])
})

const allButOwnNode = [{ matchExpressions: [{ key: 'reserved:host', operator: 'DoesNotExist' }] }]

test('what denies stands in a list of its own', () => {
  const { spec } = emit(policy([rule('deny', [anyPeer], [allTraffic])])).value
  assert.equal(spec.ingressDeny, [{ fromEndpoints: allButOwnNode }])
  assert.is(spec.ingress, undefined)
})

test('a deny of ingress never names the own node, in any version; what allows or leaves does', () => {
  const hosts = (which: 'any' | 'own' | 'other'): Peer => ({ kind: 'hosts', nodes: all, which })
  const port: Traffic = {
    kind: 'ports',
    protocol: 'TCP',
    ports: { kind: 'range', from: 80, to: 80 },
  }
  for (const [peers, denied, named] of [
    [[anyPeer], { fromEndpoints: allButOwnNode }, ['all']],
    [[hosts('own'), anyPeer], { fromEndpoints: allButOwnNode }, ['all']],
    [[hosts('any')], { fromEntities: ['remote-node'] }, ['host', 'remote-node']],
    [[hosts('other')], { fromEntities: ['remote-node'] }, ['remote-node']],
    [[hosts('own')], undefined, ['host']],
  ] as const) {
    const section = (action: 'allow' | 'deny'): Policy['egress'] => ({
      isolates: false,
      rules: [rule(action, peers, [port])],
    })
    for (const version of ['1.16', '1.18', '1.20']) {
      const { spec } = emit(policy([], { ingress: section('deny'), egress: section('deny') }), {
        version,
      }).value
      const toPorts = [{ ports: [{ port: '80', protocol: 'TCP' }] }]
      assert.equal(spec.ingressDeny, denied && [{ ...denied, toPorts }])
      assert.equal(spec.egressDeny, [{ toEntities: named, toPorts }])
    }
    const allowing = emit(policy([], { ingress: section('allow') })).value.spec
    assert.equal(allowing.ingress[0].fromEntities, named)
  }
})

test('a policy that denies the own node alone isolates where it is to, and else says nothing', () => {
  const rules = [rule('deny', [{ kind: 'hosts', nodes: all, which: 'own' }], [allTraffic])]
  assert.equal(emit(policy(rules)).value.spec.ingress, [{ fromEntities: ['none'] }])
  assert.is(emit(policy([], { ingress: { isolates: false, rules } })).value, null)
})

test('a policy that does not isolate says so, and is refused where that cannot be said', () => {
  const one = policy([], {
    ingress: { isolates: false, rules: [rule('deny', [anyPeer], [allTraffic])] },
  })
  assert.equal(emit(one).value.spec.enableDefaultDeny, { ingress: false, egress: false })
  assert.equal(emit(one, { version: '1.15' }).found, ['NP5001 error'])
})

test('a block that denies and reaches into the cluster makes the output wider', () => {
  const cidr = parseCidr('10.0.0.0/8')?.cidr
  const peers: readonly Peer[] = cidr ? [{ kind: 'cidr', cidr, except: [] }] : []
  const one = policy([rule('deny', peers, [allTraffic])])
  const found = (fidelity: Fidelity): readonly string[] =>
    emit(one, { fidelity, pods: ['10.1.0.0/16'] }).found.slice(1)
  assert.equal(found('narrower'), ['NP5003 error'])
  assert.equal(found('wider'), ['NP5003 warning'])
})

test('ICMP of any type is every type, in lists of 40; a code is refused', () => {
  const icmp = (code: number | null): Traffic => ({ kind: 'icmp', family: 6, type: null, code })
  const { spec } = emit(policy([rule('allow', [anyPeer], [icmp(null)])])).value
  const sizes = spec.ingress[0].icmps.map(({ fields }: { fields: unknown[] }) => fields.length)
  assert.equal(sizes, [40, 40, 40, 40, 40, 40, 16])
  assert.equal(spec.ingress[0].icmps[0].fields[1], { family: 'IPv6', type: 1 })
  assert.equal(emit(policy([rule('allow', [anyPeer], [icmp(3)])])).found, ['NP5001 error'])
})

test('ports and ICMP of one rule are two rules', () => {
  const traffic: readonly Traffic[] = [
    { kind: 'ports', protocol: 'TCP', ports: { kind: 'range', from: 80, to: 80 } },
    { kind: 'icmp', family: 4, type: 8, code: null },
  ]
  assert.equal(emit(policy([rule('allow', [anyPeer], traffic)])).value.spec.ingress, [
    { fromEntities: ['all'], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }] },
    { fromEntities: ['all'], icmps: [{ fields: [{ family: 'IPv4', type: 8 }] }] },
  ])
})

test('a subject outside of the own namespace is refused', () => {
  const subject = {
    namespaces: isIn(namespaceNameLabel, ['db', 'shop']),
    pods: all,
    serviceAccounts: all,
  }
  assert.equal(emit(policy([], { subject })).found, ['NP5001 error'])
})

test.run()
