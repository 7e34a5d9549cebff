// The validator that other tests trust must itself refuse what Cilium refuses.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rejectionsOfCilium } from '../../judges/ciliumValidator.ts'

const test = suite('cilium validator')

function rejections(spec: string): readonly string[] {
  const text = `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: ${spec}\n`
  return rejectionsOfCilium([{ path: 'p.yaml', text }])
}

const ruled = (rule: string): readonly string[] =>
  rejections(`{endpointSelector: {}, ingress: [${rule}]}`)
const ports = (port: string): readonly string[] => ruled(`{toPorts: [{ports: [${port}]}]}`)

test('a sound policy passes', () => {
  assert.equal(
    rejections(
      '{description: d, endpointSelector: {matchLabels: {"k8s:a": b}}, enableDefaultDeny: {ingress: true, egress: false}, ingress: [{fromEntities: [none]}, {fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}], toPorts: [{ports: [{port: "80", endPort: 81, protocol: TCP}, {port: http, protocol: UDP}, {port: "0", protocol: SCTP}]}]}]}',
    ),
    [],
  )
})

const refused: Readonly<Record<string, readonly string[]>> = {
  'a selector is missing': rejections('{ingress: [{fromEntities: [all]}]}'),
  'all lists are empty': rejections('{endpointSelector: {}, ingress: [], egress: []}'),
  'a field is unknown': rejections('{endpointSelector: {}, ingress: [{}], name: x}'),
  'two kinds of peer stand together': ruled(
    '{fromEndpoints: [{}], fromCIDRSet: [{cidr: 10.0.0.0/8}]}',
  ),
  'ports and ICMP stand together': ruled(
    '{toPorts: [{ports: [{port: "1"}]}], icmps: [{fields: [{type: 8}]}]}',
  ),
  'a list of peers is empty': ruled('{fromEndpoints: [], toPorts: [{ports: [{port: "1"}]}]}'),
  'ingress has a peer of egress': ruled('{toEndpoints: [{}]}'),
  'an entity is unknown': ruled('{fromEntities: [namespace]}'),
  'a port is a number': ports('{port: 80}'),
  'a port is too high': ports('{port: "65536"}'),
  'a port name is too long': ports('{port: abcdefghijklmnop}'),
  'endPort is below port': ports('{port: "80", endPort: 79}'),
  'endPort stands beside a name': ports('{port: http, endPort: 80}'),
  'the protocol has no ports': ports('{port: "80", protocol: ICMP}'),
  'there are 41 ports': ports(Array.from({ length: 41 }, () => '{port: "1"}').join(', ')),
  'an exception is outside of its block': ruled(
    '{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}',
  ),
  'an exception is wider than its block': ruled(
    '{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/7]}]}',
  ),
  'a block of a set has no prefix': ruled('{fromCIDRSet: [{cidr: 10.0.0.1}]}'),
  'an operator is unknown': ruled(
    '{fromEndpoints: [{matchExpressions: [{key: a, operator: in, values: [b]}]}]}',
  ),
  'In has no values': ruled('{fromEndpoints: [{matchExpressions: [{key: a, operator: In}]}]}'),
  'Exists has values': ruled(
    '{fromEndpoints: [{matchExpressions: [{key: a, operator: Exists, values: [b]}]}]}',
  ),
  'a label value has a space': ruled('{fromEndpoints: [{matchLabels: {a: "b c"}}]}'),
  'a label value is a boolean': ruled('{fromEndpoints: [{matchLabels: {a: yes}}]}'),
  'a label key is too long': ruled(
    `{fromEndpoints: [{matchLabels: {"k8s:${'a'.repeat(60)}": b}}]}`,
  ),
  'a default is no boolean': rejections(
    '{endpointSelector: {}, enableDefaultDeny: {ingress: "true"}, ingress: [{}]}',
  ),
  'the name has capitals': rejectionsOfCilium([
    {
      path: 'p',
      text: '{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: P, namespace: shop}, spec: {endpointSelector: {}, ingress: [{}]}}',
    },
  ]),
}

for (const [fault, found] of Object.entries(refused)) {
  test(`it refuses a policy where ${fault}`, () => {
    assert.is(found.length, 1, found.join('; '))
  })
}

test.run()
