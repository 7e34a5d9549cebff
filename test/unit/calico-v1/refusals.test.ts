// What of Calico v1 is refused, each at its place.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { diagnose, summary } from '../../support/diagnose.ts'
import { rulesIn } from '../../support/readRules.ts'

const test = suite('calico-v1 refusals')

const policy = (spec: string): string =>
  `apiVersion: v1
kind: policy
metadata: { name: p }
spec:
  ${spec.replaceAll('\n', '\n  ')}
`
const rule = (text: string): string => policy(`types: [ingress]\ningress:\n- { ${text} }`)
const from = (text: string): string => rule(`source: { ${text} }`)

const faults: readonly (readonly [string, string, string])[] = [
  ['an action that is none', rule('action: permit'), 'NP2018 7:15'],
  ['ports without a protocol', rule('destination: { ports: [80] }'), 'NP2018 7:22'],
  ['names of ports without a protocol', rule('source: { ports: [http] }'), 'NP2018 7:17'],
  [
    'ports of a protocol without any',
    rule('protocol: sctp, destination: { notPorts: [80] }'),
    'NP2018 7:38',
  ],
  ['port 0', rule('protocol: tcp, destination: { ports: [0] }'), 'NP2012 7:45'],
  ['a protocol that is none', rule('protocol: tpc'), 'NP2014 7:17'],
  ['net beside nets', from('net: 10.0.0.1, notNets: [10.0.0.0/8]'), 'NP2018 7:42'],
  [
    'net of one end beside nets of the other',
    rule('source: { net: 10.0.0.1 }, destination: { nets: [10.0.0.0/8] }'),
    'NP2018 7:56',
  ],
  ['two IP versions in one rule', from('nets: [10.0.0.0/8, "fd00::/8"]'), 'NP2018 7:36'],
  [
    'an IP version that contradicts a block',
    rule('ipVersion: 6, source: { net: 10.0.0.1 }'),
    'NP2018 7:36',
  ],
  ['no address', from('net: shop'), 'NP2010 7:22'],
  ['an empty address', from("net: ''"), 'NP2010 7:22'],
  ['a code without a type', rule('protocol: icmp, icmp: { code: 0 }'), 'NP2018 7:31'],
  ['a type that is none', rule('protocol: icmp, icmp: { type: 255 }'), 'NP2018 7:37'],
  ['ICMP without its protocol', rule('icmp: { type: 8 }'), 'NP2018 7:7'],
  ['a tag that is none', from('tag: "a b"'), 'NP2018 7:22'],
  ['a selector that does not parse', from('selector: app = a'), 'NP2017 7:31'],
  ['words of later selectors', from("selector: app contains 'a'"), 'NP2017 7:27'],
  ['labels of later versions', from("selector: pcns.env == 'a'"), 'NP2021 7:27'],
  [
    'the later name of the namespace',
    policy("types: [ingress]\nselector: projectcalico.org/namespace == 'a'"),
    'NP2021 6:13',
  ],
  ['a type that is none', policy('types: [inbound]'), 'NP2008 5:11'],
  ['doNotTrack', policy('types: [ingress]\ndoNotTrack: true'), 'NP2024 6:3'],
  ['preDNAT', policy('types: [ingress]\npreDNAT: true'), 'NP2024 6:3'],
  ['keys of Kubernetes', policy('types: [ingress]\npodSelector: {}'), 'NP2004 6:3'],
  ['a block outside of an end', rule('net: 10.0.0.1'), 'NP2004 7:7'],
  ['a key that nobody knows', policy('types: [ingress]\nsurprise: 1'), 'NP2001 6:3'],
  ['an order in quotes', policy('types: [ingress]\norder: "5"'), 'NP2002 6:10'],
  ['no name', policy('types: [ingress]').replace('name: p', ''), 'NP2016 3:1'],
  [
    'a name that is none',
    policy('types: [ingress]').replace('name: p', 'name: a b'),
    'NP2005 3:19',
  ],
  [
    'a namespace',
    policy('types: [ingress]').replace('name: p', 'name: p, namespace: shop'),
    'NP2004 3:22',
  ],
  [
    'a host endpoint',
    'apiVersion: v1\nkind: hostEndpoint\nmetadata: { name: eth0 }\n',
    'NP2024 2:7',
  ],
  [
    'a pass that leads nowhere',
    `${policy('types: [ingress]')}---
apiVersion: v1
kind: profile
metadata: { name: k8s_ns.shop }
spec: { ingress: [{ action: pass }] }
`,
    'NP2021 10:29',
  ],
  [
    'two policies of one name',
    `${policy('types: [ingress]')}---\n${policy('types: [ingress]')}`,
    'NP2015 9:19',
  ],
]

for (const [what, text, expected] of faults) {
  test(`refused: ${what}`, () => assert.is(rulesIn(text), expected))
}

test('refused: preDNAT with doNotTrack, and with egress rules', () => {
  const both = policy('types: [ingress]\npreDNAT: true\ndoNotTrack: true')
  const egress = policy('types: [ingress]\npreDNAT: true\negress: [{ action: allow }]')
  assert.match(codesOf(both), /NP2019 6:3/)
  assert.match(codesOf(egress), /NP2019 7:3/)
})

function codesOf(text: string): string {
  return summary(diagnose(text)).join('\n')
}

test.run()
