// The judge of shape: what Calico's API server and validator would refuse.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rejectionsOfCalico } from '../../judges/calicoValidator.ts'

const test = suite('calico validator')

const file = (spec: string, metadata = '{ name: a, namespace: shop }') => ({
  path: 'a.yaml',
  text: `apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: ${metadata}\nspec: ${spec}\n`,
})
const accepts = (spec: string, metadata?: string): boolean =>
  rejectionsOfCalico([file(spec, metadata)]).length === 0
const rule = (text: string): string => `{ types: [Ingress], ingress: [{ action: Allow, ${text} }] }`
const many = (count: number, item: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => item(at)).join(', ')

for (const spec of [
  '{ types: [Ingress] }',
  '{ tier: platform, order: -2.5, types: [Ingress, Egress] }',
  rule('protocol: TCP, destination: { ports: [80, "80:90", http] }'),
  rule('destination: { ports: [http] }'),
  rule('protocol: 6, destination: { ports: [80] }'),
  rule('protocol: UDPLite'),
  rule('protocol: ICMP, icmp: { type: 254, code: 255 }'),
  rule('source: { nets: [10.0.0.0/8], notNets: [10.1.0.0/16] }'),
  rule("source: { namespaceSelector: 'global()' }"),
  rule(`protocol: TCP, destination: { ports: [${many(50, (at) => `${at + 1}`)}] }`),
]) {
  test(`accepts ${spec.slice(0, 80)}`, () => {
    assert.equal(rejectionsOfCalico([file(spec)]), [])
  })
}

for (const spec of [
  '{ types: [] }',
  '{ types: [Ingress, Ingress] }',
  '{ types: [ingress] }',
  '{ types: [Ingress], order: first }',
  '{ types: [Ingress], tier: a.b }',
  '{ types: [Ingress], podSelector: x }',
  '{ types: [Ingress], selector: "a = \'b\'" }',
  '{ types: [Ingress], selector: "global()" }',
  '{ types: [Ingress], ingress: [{ action: allow }] }',
  '{ types: [Ingress], ingress: [{}] }',
  rule('destination: { ports: [80] }'),
  rule('destination: { ports: ["80:90"] }'),
  rule('protocol: tcp'),
  rule('protocol: 256'),
  rule('protocol: ICMP, destination: { ports: [80] }'),
  rule('protocol: UDPLite, destination: { ports: [80] }'),
  rule('protocol: TCP, destination: { ports: [0] }'),
  rule('protocol: TCP, destination: { ports: ["90:80"] }'),
  rule('protocol: TCP, destination: { ports: [1.5] }'),
  rule('protocol: TCP, destination: { ports: [] }'),
  // YAML 1.1 reads this as the number 489, in base 60; as a port it would be another one.
  rule('protocol: TCP, destination: { ports: [99:90:80] }'),
  rule('icmp: { type: 8 }'),
  rule('protocol: ICMP, icmp: { type: 255 }'),
  rule('protocol: ICMP, icmp: { code: 1 }'),
  rule('protocol: ICMP, source: { nets: ["fd00::/8"] }'),
  rule('source: { nets: [10.0.0.1/24] }'),
  rule('source: { nets: [10.0.0.1] }'),
  rule('source: { nets: [10.0.0.0/8, "fd00::/8"] }'),
  rule('source: { nets: [10.0.0.0/8] }, destination: { nets: ["fd00::/8"] }'),
  rule('source: { nets: [10.0.0.0/8], notNets: [0.0.0.0/0] }'),
  rule('source: { domains: [example.com] }'),
  rule("source: { selector: 'global()' }"),
  rule(`source: { selector: "a == '${'x'.repeat(1018)}'" }`),
  rule(`source: { nets: [${many(257, (at) => `10.${at % 256}.${at >> 8}.0/24`)}] }`),
  rule(`protocol: TCP, destination: { ports: [${many(51, (at) => `${at + 1}`)}] }`),
  `{ types: [Ingress], ingress: [${many(1025, () => '{ action: Allow }')}] }`,
]) {
  test(`refuses ${spec.slice(0, 80)}`, () => {
    assert.not(accepts(spec))
  })
}

for (const name of ['a', 'a.b', 'a'.repeat(253)]) {
  test(`accepts the name ${name.slice(0, 20)}`, () => {
    assert.ok(accepts('{ types: [Ingress] }', `{ name: ${name}, namespace: shop }`))
  })
}

for (const name of ['A', 'a.b.c', 'a_b', '-a', 'knp.default', 'a'.repeat(254)]) {
  test(`refuses the name ${name.slice(0, 20)}`, () => {
    assert.not(accepts('{ types: [Ingress] }', `{ name: ${name}, namespace: shop }`))
  })
}

test('refuses a policy without namespace, and two of one name', () => {
  assert.not(accepts('{ types: [Ingress] }', '{ name: a }'))
  const one = file('{ types: [Ingress] }')
  assert.is(rejectionsOfCalico([one, one]).length, 1)
  const other = file('{ types: [Ingress] }', '{ name: a, namespace: bank }')
  assert.equal(rejectionsOfCalico([one, other]), [])
})

test.run()
