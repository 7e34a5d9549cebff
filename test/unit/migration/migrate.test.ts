// What `migrate` must never do: call exact what a thin snapshot or an untrue assumption makes it look like,
// throw on sets that are large or entangled, or hand out a way back that no server takes.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type MigrateRequest, type MigrateResult, migrate } from '../../../src/index.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('migrate, as a library')

function calico(kind: string, name: string, spec: string, namespace?: string): string {
  const home = namespace === undefined ? '' : `, namespace: ${namespace}`
  return `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: {name: ${name}${home}}\nspec: ${spec}\n---\n`
}

function run(
  text: string,
  target: string,
  more: Partial<MigrateRequest> & { cluster?: string } = {},
): MigrateResult {
  const { cluster, ...rest } = more
  const snapshot = cluster === undefined ? [] : [makeSource('cluster.yaml', cluster)]
  return migrate({ sources: [makeSource('a.yaml', text)], target, snapshot, ...rest })
}

function outcomes({ report }: MigrateResult): readonly string[] {
  return (report?.objects ?? []).map(({ outcome }) => outcome)
}

function codes({ diagnostics }: MigrateResult): readonly string[] {
  return diagnostics.map(({ severity, code }) => `${severity} ${code}`)
}

function applied({ files }: MigrateResult): string {
  return files
    .filter(({ path }) => path.startsWith('apply/'))
    .map(({ text }) => text)
    .join('')
}

const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n---\n'
const namespace = (name: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n---\n`
const pod = (name: string, app: string, status: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, labels: {app: ${app}}}\nspec: {nodeName: node-a}\nstatus: ${status}\n---\n`

const ofTheCluster = calico(
  'GlobalNetworkPolicy',
  'g',
  `{selector: "app == 'web'", types: [Ingress], ingress: [{action: Allow, source: {selector: "side == 'front'"}}]}`,
)

test('a snapshot without namespaces is none: nothing is proved about a cluster without pods', () => {
  const result = run(ofTheCluster, 'kubernetes', { cluster: node })
  assert.equal(outcomes(result), ['wider'])
  assert.equal(result.files, [])
  assert.match(codes(result).join(), /error NP5003/)
})

test('a policy of a namespace that the snapshot lacks is an error beside one of the cluster', () => {
  const own = calico('NetworkPolicy', 'p', '{types: [Ingress]}', 'later')
  const cluster = `${node}${namespace('shop')}`
  const result = run(`${ofTheCluster}${own}`, 'kubernetes', { cluster })
  assert.match(codes(result).join(), /error NP4003/)
  assert.is(run(own, 'kubernetes', { cluster }).report?.outcome, 'exact')
})

const begins = calico(
  'NetworkPolicy',
  'p',
  `{selector: "app starts with 'web'", types: [Ingress]}`,
  'shop',
)

test('values of labels are those of all pods of the snapshot, and those that policies name', () => {
  const cluster = [
    node,
    namespace('shop'),
    pod('a', 'web-1', '{podIP: 10.244.0.5}'),
    pod('b', 'web-2', '{phase: Pending}'),
    pod('c', 'web-3', '{phase: Succeeded, podIP: 10.244.0.6}'),
  ].join('')
  const named = calico(
    'NetworkPolicy',
    'q',
    `{selector: "app == 'web-9'", types: [Egress]}`,
    'shop',
  )
  const result = run(`${begins}${named}`, 'cilium', { cluster })
  assert.equal(outcomes(result), ['exact', 'exact'])
  for (const value of ['web-1', 'web-2', 'web-3', 'web-9']) assert.match(applied(result), value)
})

test('without pods in the snapshot nothing is known of their labels', () => {
  const cluster = `${node}${namespace('shop')}`
  assert.equal(outcomes(run(begins, 'cilium', { cluster })), ['wider'])
})

test('a list of values does not make exact what else cannot be said', () => {
  const cluster = `${node}${namespace('shop')}${pod('a', 'web', '{podIP: 10.244.0.5}')}`
  const unsaid = calico(
    'NetworkPolicy',
    'future',
    `{selector: "app == 'future'", types: [Ingress], ingress: [{action: Allow, protocol: TCP, http: {methods: [GET]}}]}`,
    'shop',
  )
  assert.equal(outcomes(run(`${begins}${unsaid}`, 'cilium', { cluster })), ['exact', 'narrower'])
})

const rule = (action: string, ends: string): string =>
  calico(
    'NetworkPolicy',
    'p',
    `{types: [Ingress], ingress: [{action: ${action}, ${ends}}]}`,
    'shop',
  )

const unassumable: readonly (readonly [string, string, RegExp])[] = [
  [
    'pods by labels and addresses',
    `source: {selector: "app == 'web'", nets: [10.244.1.0/24]}`,
    /by labels and by addresses/,
  ],
  [
    'its own pods by addresses',
    'destination: {nets: [10.244.2.30/32]}',
    /own pods apart by addresses/,
  ],
  ['every address', 'source: {nets: [0.0.0.0/0]}', /every pod is in 0\.0\.0\.0\/0/],
]

for (const [what, ends, expected] of unassumable) {
  test(`a rule about ${what} is not exact under the assumption that blocks hold no pods`, () => {
    const result = run(rule('Allow', ends), 'cilium')
    const error = result.diagnostics.find(({ severity }) => severity === 'error')
    assert.is(error?.code, 'NP5004')
    assert.match(error?.message ?? '', expected)
    assert.equal(outcomes(result), ['undecided'])
    assert.equal(result.files, [])
    assert.ok(run(rule('Allow', ends), 'cilium', { fidelity: 'any' }).files.length > 0)
  })
}

test('a block outside of the cluster rests on the assumption, which is said', () => {
  const result = run(rule('Allow', 'source: {nets: [198.51.100.0/24]}'), 'cilium')
  assert.equal(outcomes(result), ['exact'])
  assert.match(result.report?.assumptions.join() ?? '', /A1/)
  const without = run(rule('Allow', `source: {selector: "a == 'b'"}`), 'cilium')
  assert.not.match(without.report?.assumptions.join() ?? '', /A1/)
})

test('the same object for two APIs is told apart by its group, and each has its file', () => {
  const kubernetes =
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: same, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress]}\n'
  const text = `${calico('NetworkPolicy', 'same', '{types: [Ingress]}', 'shop')}${kubernetes}`
  const { report } = run(text, 'cilium')
  assert.equal([...(report?.remove ?? [])].sort(), [
    'NetworkPolicy.networking.k8s.io shop/same',
    'NetworkPolicy.projectcalico.org shop/same',
  ])
  for (const { outputs } of report?.objects ?? [])
    assert.equal(outputs, ['apply/001-shop.same.yaml'])
})

test('sets too large for the proof or for words have an answer, not an exception', () => {
  const many = (count: number, spec: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) =>
      calico('GlobalNetworkPolicy', `p${at}`, spec(at)),
    ).join('')
  const allows = many(
    200,
    (at) =>
      `{order: ${at}, selector: "app == 'a${at}'", types: [Ingress], ingress: [{action: Allow, protocol: TCP, source: {selector: "app == 'c${at}'"}, destination: {ports: [${80 + at}]}}]}`,
  )
  const entangled = many(
    8,
    (at) =>
      `{order: ${at}, selector: "a${at} == 'x' && b${at} == 'w' && c${at} == 'z'", types: [Ingress]}`,
  )
  const last = calico(
    'GlobalNetworkPolicy',
    'last',
    '{order: 900, types: [Ingress], ingress: [{action: Deny, protocol: TCP, destination: {ports: [22]}}]}',
  )
  for (const text of [allows, `${entangled}${last}`]) {
    for (const target of ['kubernetes', 'cilium']) {
      assert.ok(run(text, target, { fidelity: 'any' }).report !== null)
    }
  }
})

const dump = `apiVersion: v1
kind: List
items:
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata:
    name: p # kept
    namespace: shop
    uid: 5f0c
    resourceVersion: "17"
    annotations:
      team: a
      kubectl.kubernetes.io/last-applied-configuration: '{}'
  spec: {types: [Ingress]}
`

test('the way back has nothing that a server keeps for itself, and is the same text otherwise', () => {
  const back = (text: string): string =>
    run(text, 'cilium').files.find(({ path }) => path.startsWith('rollback/'))?.text ?? ''
  const text = back(dump)
  assert.match(text, '# kept')
  assert.match(text, 'team: a')
  assert.not.match(text, /uid|resourceVersion|last-applied/)
  assert.is(back(text), text)
  assert.is(back(ofTheCluster), ofTheCluster)
  const json = JSON.stringify({
    apiVersion: 'projectcalico.org/v3',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'shop', generation: 3 },
    spec: { order: 1.5, types: ['Ingress'] },
    status: {},
  })
  assert.equal(JSON.parse(back(json)), {
    apiVersion: 'projectcalico.org/v3',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { order: 1.5, types: ['Ingress'] },
  })
})

test.run()
