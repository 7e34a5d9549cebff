// The forms in which Calico v1 resources come: streams, lists, kinds and keys in any case.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { makeSource } from '../../../src/source/source.ts'
import { diagnose, summary } from '../../support/diagnose.ts'
import { rulesIn } from '../../support/readRules.ts'

const test = suite('calico-v1 forms')

const one = `apiVersion: v1
kind: policy
metadata: { name: p }
spec: { types: [ingress], ingress: [{ action: deny }] }
`
const item = `- ${one.trim().replaceAll('\n', '\n  ')}\n`
const rule = 'deny from anyone on all traffic'
const passedOver = (text: string): string =>
  [...readPolicies([makeSource('p', text)], undefined, makeReporter()).passedOver]
    .map(([kind, count]) => `${count} ${kind}`)
    .join()

test('kinds are taken in any case', () => {
  for (const kind of ['policy', 'Policy', 'POLICY']) {
    assert.is(rulesIn(one.replace('policy', kind)), rule)
  }
  const text = 'apiVersion: v1\nkind: HostEndpoint\nmetadata: { name: a }\n'
  assert.is(rulesIn(text), 'NP2024 2:7')
})

test('kinds of that name in other groups are not its own', () => {
  const foreign = one.replace('v1', 'kyverno.io/v1').replace('policy', 'Policy')
  assert.is(passedOver(`${one}---\n${foreign}`), '1 Policy')
})

test('a stream, a list, and streams of lists', () => {
  const second = item.replace('name: p', 'name: q')
  assert.is(rulesIn(item), rule)
  assert.is(rulesIn(`${item}${second}`), `${rule} ${rule}`)
  assert.is(rulesIn(`${item}---\n${second}`), `${rule} ${rule}`)
  assert.is(rulesIn(`${item}---\n${one.replace('name: p', 'name: q')}`), `${rule} ${rule}`)
})

test('a list as JSON', () => {
  const json = JSON.stringify([
    {
      apiVersion: 'v1',
      kind: 'policy',
      metadata: { name: 'p' },
      spec: { types: ['ingress'], ingress: [{ action: 'deny' }] },
    },
  ])
  assert.is(rulesIn(json), rule)
})

test('List and policyList', () => {
  const items = `items:\n${item}`
  assert.is(rulesIn(`apiVersion: v1\nkind: List\n${items}`), rule)
  const bare = items.replace('apiVersion: v1\n  kind: policy\n  ', '')
  assert.is(rulesIn(`apiVersion: v1\nkind: policyList\n${bare}`), rule)
})

test('what a list holds beside objects is pointed at', () => {
  assert.is(rulesIn(`${item}- words\n`), 'NP1011 5:3')
  assert.is(rulesIn(`${item}- - ${'x'}\n`), 'NP1011 5:3')
})

test('kinds of Calico and of Kubernetes without policies are passed over', () => {
  const kinds = ['ipPool', 'bgpPeer', 'node', 'workloadEndpoint', 'Node', 'Pod', 'Service']
  const others = kinds.map((kind) => `---\napiVersion: v1\nkind: ${kind}\n`).join('')
  assert.is(rulesIn(`${one}${others}`), rule)
  assert.is(passedOver(`${one}${others}`), kinds.map((kind) => `1 ${kind}`).join())
})

test('no kind of Kubernetes is taken for a misspelt one', () => {
  const kinds = ['Binding', 'ConfigMap', 'Endpoints', 'Event', 'PodTemplate', 'Secret', 'Status']
  for (const kind of kinds) {
    assert.is(passedOver(`${one}---\napiVersion: v1\nkind: ${kind}\n`), `1 ${kind}`)
  }
})

const found = (text: string): readonly string[] =>
  summary(diagnose(text)).map((line) => line.replace(/: .*$/s, ''))

test('keys are read in any case, and that is said', () => {
  const text = one
    .replace('types:', "Selector: app == 'a', Types:")
    .replace('ingress: [{', 'INGRESS: [{')
  assert.is(rulesIn(text), rule)
  assert.equal(found(text), [
    'NP3007 4:9 Selector',
    'NP3007 4:31 Types',
    'NP3007 4:49 INGRESS',
    'NP3006 4:49 INGRESS',
  ])
  const { set } = readPolicies([makeSource('p', text)], undefined, makeReporter())
  assert.is(set.tiers[0]?.policies[0]?.subject.pods.kind, 'in')
})

test('a selector in another case is never every pod', () => {
  const text = one.replace('types:', 'SELECTOR: app = a, types:')
  assert.match(rulesIn(text), /^NP2017 4:/)
})

test('two spellings of one key are an error', () => {
  const text = one.replace('types:', 'selector: all(), Selector: has(a), types:')
  assert.is(rulesIn(text), 'NP1004 4:26')
})

test('labels and annotations keep their keys', () => {
  const labelled = one.replace('name: p', 'name: p, annotations: { Selector: x, selector: y }')
  assert.equal(
    found(labelled).filter((line) => line.startsWith('NP1004')),
    [],
  )
})

const spellings: readonly (readonly [string, string, string])[] = [
  ['!net', 'source: { "!net": 10.0.0.0/8 }', 'from (not (10.0.0.0/8)) on IPv4'],
  ['!nets', 'source: { "!nets": [10.0.0.0/8] }', 'from (not (10.0.0.0/8)) on IPv4'],
  ['!tag', 'source: { "!tag": k8s_ns.a }', 'from (not (all pods in namespace a)) on all traffic'],
  [
    '!selector',
    'source: { "!selector": has(a) }',
    'from (not (pods a in all namespaces)) on all traffic',
  ],
  ['!ports', 'protocol: tcp, destination: { "!ports": ["2:65535"] }', 'from anyone on TCP 1'],
  ['!protocol', '"!protocol": tcp', 'from anyone on not (protocol 6)'],
  [
    '!icmp',
    'protocol: icmp, "!icmp": { type: 8 }',
    'from anyone on (ICMP type any code any) and (not (ICMP type 8 code any))',
  ],
]

for (const [key, text, expected] of spellings) {
  test(`${key}, as it was written before Calico 2.0`, () => {
    const policy = one.replace('action: deny', text)
    assert.is(rulesIn(policy), `allow ${expected}`)
    assert.match(found(policy).join(), new RegExp(`NP3007 4:\\d+ "${key}"`))
  })
}

test.run()
