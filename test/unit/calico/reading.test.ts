// Calico policies as they are read: what each construct means, and what is refused, and where.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { printPolicySet } from '../../../src/ir/print.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { makeSource } from '../../../src/source/source.ts'
import { rulesIn } from '../../support/readRules.ts'

const test = suite('calico reading')

const policy = (spec: string, kind = 'NetworkPolicy'): string =>
  `apiVersion: projectcalico.org/v3
kind: ${kind}
metadata: { name: p${kind === 'NetworkPolicy' ? ', namespace: shop' : ''} }
spec:
  ${spec.replaceAll('\n', '\n  ')}
`

const rule = (text: string): string => policy(`ingress:\n- { action: Allow, ${text} }`)
const from = (text: string): string => rule(`source: { ${text} }`)
const globally = (text: string): string =>
  policy(`ingress:\n- { action: Allow, source: { ${text} } }`, 'GlobalNetworkPolicy')

const meanings: readonly (readonly [string, string, string])[] = [
  [
    'a selector is of the own namespace',
    from("selector: app == 'a'"),
    'allow from pods app=a in namespace shop on all traffic',
  ],
  [
    'a notSelector alone is, too',
    from("notSelector: app == 'a'"),
    'allow from pods app notin (a) in namespace shop on all traffic',
  ],
  [
    'a namespaceSelector opens it',
    from("namespaceSelector: env == 'prod', selector: app == 'a'"),
    'allow from pods app=a in namespaces env=prod on all traffic',
  ],
  [
    'all() is all namespaces',
    from('namespaceSelector: all()'),
    'allow from all pods in all namespaces on all traffic',
  ],
  ['global() is no pod', from('namespaceSelector: global()'), ''],
  [
    'in a global policy a selector is of all namespaces',
    globally("selector: app == 'a'"),
    'allow from pods app=a in all namespaces on all traffic',
  ],
  [
    'in a global policy a notSelector lets outsiders in',
    globally("notSelector: app == 'a'"),
    'allow from (not (pods app=a in all namespaces)) on all traffic',
  ],
  [
    'service accounts by name and label',
    from("serviceAccounts: { names: [ci], selector: role == 'x' }"),
    'allow from all pods in namespace shop with service account "@name"=ci,role=x on all traffic',
  ],
  [
    'exceptions stay inside of their blocks',
    from('nets: [10.0.0.0/8, 192.0.2.0/24], notNets: [10.1.0.0/16]'),
    'allow from 10.0.0.0/8 except 10.1.0.0/16 from 192.0.2.0/24 on all traffic',
  ],
  [
    // Felix skips a rule in the tables of an IP version that its blocks are not of.
    'exceptions alone are everybody else of their IP version',
    from('notNets: [10.1.0.0/16]'),
    'allow from (not (10.1.0.0/16)) on IPv4',
  ],
  [
    'a block that an exception covers is gone',
    from('nets: [10.0.0.0/8], notNets: [10.0.0.0/7]'),
    '',
  ],
  [
    'both a block and a selector must hold',
    from("nets: [10.0.0.0/8], selector: app == 'a'"),
    'allow from (10.0.0.0/8) and (pods app=a in namespace shop) on all traffic',
  ],
  [
    'the own end restricts the subject',
    rule("destination: { selector: app == 'a' }"),
    'allow from anyone for pods app=a in namespace shop on all traffic',
  ],
  [
    'ports that are not',
    rule('protocol: TCP, destination: { notPorts: [22, "100:200"] }'),
    'allow from anyone on TCP 1-21, 23-99, 201-65535',
  ],
  [
    'a name that is not',
    rule('protocol: TCP, destination: { notPorts: [http] }'),
    'allow from anyone on (TCP all ports) and (not (TCP "http"))',
  ],
  [
    'a name without protocol',
    rule('destination: { ports: [http] }'),
    'allow from anyone on TCP "http"; UDP "http"; SCTP "http"',
  ],
  [
    'a protocol by number',
    rule('protocol: 6, destination: { ports: [80] }'),
    'allow from anyone on TCP 80',
  ],
  ['a protocol that is not', rule('notProtocol: UDP'), 'allow from anyone on not (protocol 17)'],
  [
    'ICMP is of one IP version',
    rule('protocol: ICMPv6, icmp: { type: 128, code: 0 }'),
    'allow from anyone on ICMPv6 type 128 code 0',
  ],
  ['an IP version alone', rule('ipVersion: 6'), 'allow from anyone on IPv6'],
  [
    'the ports of clients are a condition',
    rule('protocol: TCP, source: { ports: [80] }'),
    'allow from anyone on TCP all ports if "source port 80"',
  ],
  [
    'what HTTP asks for is a condition',
    rule('http: { methods: [GET], paths: [{ prefix: /a }] }'),
    'allow from anyone on all traffic if "HTTP GET /a*"',
  ],
]

for (const [what, text, expected] of meanings) test(what, () => assert.is(rulesIn(text), expected))

const faults: readonly (readonly [string, string, string])[] = [
  ['an action in lower case', policy('ingress:\n- action: allow'), 'NP2018 6:13'],
  ['ports without a protocol', rule('destination: { ports: [80] }'), 'NP2018 6:37'],
  [
    'ports of a protocol without any',
    rule('protocol: ICMP, destination: { ports: [80] }'),
    'NP2018 6:53',
  ],
  ['port 0', rule('protocol: TCP, destination: { ports: [0] }'), 'NP2012 6:60'],
  [
    'a range that goes down',
    rule('protocol: TCP, destination: { ports: ["200:100"] }'),
    'NP2012 6:60',
  ],
  ['a protocol in lower case', rule('protocol: tcp'), 'NP2014 6:32'],
  ['two IP versions in one rule', from('nets: [10.0.0.0/8, "fd00::/8"]'), 'NP2018 6:51'],
  ['host bits', from('nets: [10.0.0.1/24]'), 'NP2010 6:39'],
  ['an address without a mask', from('nets: [10.0.0.1]'), 'NP2010 6:39'],
  ['an exception of everything', from('notNets: [0.0.0.0/0]'), 'NP2018 6:42'],
  ['ICMP without its protocol', rule('icmp: { type: 8 }'), 'NP2018 6:22'],
  ['a code without a type', rule('protocol: ICMP, icmp: { code: 0 }'), 'NP2018 6:46'],
  ['a type that is none', rule('protocol: ICMP, icmp: { type: 255 }'), 'NP2018 6:52'],
  [
    'an IP version that contradicts the protocol',
    rule('protocol: ICMP, ipVersion: 6'),
    'NP2018 6:49',
  ],
  [
    'services beside a selector',
    policy('egress:\n- { action: Allow, destination: { services: { name: a }, selector: all() } }'),
    'NP2018 6:60',
  ],
  [
    'services of a source in egress',
    policy('egress:\n- { action: Allow, source: { services: { name: a } } }'),
    'NP2018 6:32',
  ],
  [
    'HTTP in egress',
    policy('egress:\n- { action: Allow, http: { methods: [GET] } }'),
    'NP2018 6:22',
  ],
  [
    'HTTP with a deny',
    policy('ingress:\n- { action: Deny, http: { methods: [GET] } }'),
    'NP2018 6:21',
  ],
  ['global() in a selector', policy('selector: global()'), 'NP2017 5:13'],
  ['global() beside other tests', from('namespaceSelector: global() || all()'), 'NP2017 6:51'],
  ['a type twice', policy('types: [Ingress, Ingress]'), 'NP2008 5:20'],
  ['a type that is none', policy('types: [ingress]'), 'NP2008 5:11'],
  ['keys of Kubernetes', policy('podSelector: {}'), 'NP2004 5:3'],
  [
    'a namespace on a global policy',
    policy('selector: all()', 'GlobalNetworkPolicy').replace('name: p', 'name: p, namespace: x'),
    'NP2019 3:22',
  ],
]

for (const [what, text, expected] of faults)
  test(`refused: ${what}`, () => assert.is(rulesIn(text), expected))

test('without types the rules say which directions are governed', () => {
  const governed = (spec: string): string => {
    const { set } = readPolicies([makeSource('p', policy(spec))], undefined, makeReporter())
    return [...printPolicySet(set).matchAll(/^ {2}(ingress|egress): isolates/gm)]
      .map(([, one]) => one)
      .join()
  }
  assert.is(governed('selector: all()'), 'ingress')
  assert.is(governed('egress: [{ action: Allow }]'), 'egress')
  assert.is(governed('ingress: [{ action: Allow }]\negress: [{ action: Allow }]'), 'ingress,egress')
  assert.is(governed('types: [Egress]\ningress: [{ action: Allow }]'), 'egress')
})

test.run()
