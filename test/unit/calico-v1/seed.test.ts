// The egress policies of a tutorial of 2017: what they really do, and with what beside them they do
// what the tutorial says. "Default deny egress" is `denyEgress`, "allow egress for trusted namespace"
// the other.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress } from '../../../src/algebra/address.ts'
import type { FlowEnd } from '../../../src/cluster/types.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import type { ReadSettings } from '../../../src/dialect.ts'
import type { Verdict } from '../../../src/ir/types.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { verdict } from '../../../src/semantics/evaluate.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('calico-v1 seed')

const denyEgress = `apiVersion: v1
kind: policy
metadata:
  name: default-deny-egress
spec:
  order: 500
  egress:
  - action: deny
    destination:
      net: 8.8.8.8
    source: {}
`
const trustedNamespace = `apiVersion: v1
kind: policy
metadata:
  name: trusted-namespace
spec:
  order: 400
  egress:
  - action: allow
    destination:
      net: 8.8.8.8
    source:
      selector: calico/k8s_ns == 'trusted'
`
/** What the policy controller of Calico 2.0 to 2.3 kept in every cluster. */
const backstop = `apiVersion: v1
kind: policy
metadata:
  name: k8s-policy-no-match
spec:
  order: 2000
  selector: has(calico/k8s_ns)
  ingress:
  - action: pass
  egress:
  - action: pass
`

function end(text: string, endpoint: FlowEnd['endpoint'] | null = null): FlowEnd {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(text)
  return { endpoint: endpoint ?? { kind: 'external', address }, address }
}

function pod(namespace: string, name: string, address: string): FlowEnd {
  return end(address, {
    kind: 'pod',
    namespace: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace } },
    name,
    labels: {},
    serviceAccount: { name: 'default', labels: { '@name': 'default' } },
    ports: [],
    addresses: [],
    node: 'n1',
  })
}

const trusted = pod('trusted', 'a', '10.0.0.1')
const other = pod('other', 'b', '10.0.0.2')
const third = pod('other', 'c', '10.0.0.3')
const legacy = end('8.8.8.8')
const elsewhere = end('198.51.100.7')

const flows: readonly (readonly [string, FlowEnd, FlowEnd])[] = [
  ['trusted to legacy', trusted, legacy],
  ['other to legacy', other, legacy],
  ['trusted to elsewhere', trusted, elsewhere],
  ['other to elsewhere', other, elsewhere],
  ['other to third', other, third],
  ['elsewhere to other', elsewhere, other],
]

/** The flows that get through. */
function allowed(texts: readonly string[], settings: ReadSettings = {}): readonly string[] {
  const source = makeSource('in.yaml', texts.join('---\n'))
  const { set } = readPolicies([source], undefined, makeReporter(), settings)
  const decide = (from: FlowEnd, to: FlowEnd): Verdict =>
    verdict(set, {
      source: from,
      destination: to,
      traffic: { kind: 'ports', protocol: 'TCP', port: 443 },
    }).verdict
  return flows.filter(([, from, to]) => decide(from, to) === 'allow').map(([name]) => name)
}

const both = [denyEgress, trustedNamespace]

test('as they stand, they close the cluster but for one way', () => {
  assert.equal(allowed(both), ['trusted to legacy'])
})

test('with directions by rules, ingress stays open, and egress is closed all the same', () => {
  assert.equal(allowed(both, { v1Types: 'rules' }), ['trusted to legacy', 'elsewhere to other'])
})

test('with the policy of the integration beside them, they do what the tutorial says', () => {
  const meant = flows.map(([name]) => name).filter((name) => name !== 'other to legacy')
  assert.equal(allowed([...both, backstop]), meant)
})

test('with an allow at the end of each, too', () => {
  const open = `apiVersion: v1
kind: policy
metadata: { name: rest }
spec: { order: 2000, ingress: [{ action: allow }], egress: [{ action: allow }] }
`
  assert.equal(allowed([...both, open]), allowed([...both, backstop]))
})

test('the order of the two is what makes the exception', () => {
  const late = trustedNamespace.replace('order: 400', 'order: 600')
  assert.not.ok(allowed([denyEgress, late, backstop]).includes('trusted to legacy'))
})

test.run()
