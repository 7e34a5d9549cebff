// Calico v1 rules as they are read: what each field means.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rulesIn } from '../../support/readRules.ts'

const test = suite('calico-v1 reading')

const policy = (spec: string): string =>
  `apiVersion: v1
kind: policy
metadata: { name: p }
spec:
  ${spec.replaceAll('\n', '\n  ')}
`
const rule = (text: string): string => policy(`types: [ingress]\ningress:\n- { ${text} }`)
const from = (text: string): string => rule(`source: { ${text} }`)
const profile = (metadata: string): string =>
  `---\napiVersion: v1\nkind: profile\nmetadata: { ${metadata} }\nspec: { ingress: [{ action: log }], egress: [{ action: log }] }\n`
/** The rules of the profile, which come after those of the policy. */
const ofProfile = 'log from anyone on all traffic log to anyone on all traffic'

const meanings: readonly (readonly [string, string, string])[] = [
  ['no action is allow', rule('protocol: tcp'), 'allow from anyone on TCP all ports'],
  ['nor is an empty one', rule("action: ''"), 'allow from anyone on all traffic'],
  ['deny', rule('action: deny'), 'deny from anyone on all traffic'],
  ['log', rule('action: log'), 'log from anyone on all traffic'],
  ['pass', rule('action: pass'), 'pass from anyone on all traffic'],
  ['next-tier', rule('action: next-tier'), 'pass from anyone on all traffic'],
  ['nextTier', rule('action: nextTier'), 'pass from anyone on all traffic'],
  ['any case of an action', rule('action: Deny'), 'deny from anyone on all traffic'],
  [
    'a selector is of all namespaces',
    from("selector: app == 'a'"),
    'allow from pods app=a in all namespaces on all traffic',
  ],
  [
    'the namespace in a selector',
    from("selector: calico/k8s_ns == 'shop' && app == 'a'"),
    'allow from pods app=a in namespace shop on all traffic',
  ],
  [
    'a value that looks like the label stays as it is',
    from("selector: app == 'calico/k8s_ns'"),
    'allow from pods app=calico/k8s_ns in all namespaces on all traffic',
  ],
  [
    'every pod is in a namespace',
    from('selector: has(calico/k8s_ns)'),
    'allow from all pods in all namespaces on all traffic',
  ],
  [
    'labels of the namespace',
    from("selector: k8s_ns/label/env == 'prod'"),
    'allow from all pods in namespaces env=prod on all traffic',
  ],
  [
    'all() is every pod, and no outsider',
    from('selector: all()'),
    'allow from all pods in all namespaces on all traffic',
  ],
  [
    'a notSelector alone lets outsiders in',
    from("notSelector: app == 'a'"),
    'allow from (not (pods app=a in all namespaces)) on all traffic',
  ],
  [
    'a notSelector beside a selector',
    from("selector: has(tier), notSelector: app == 'a'"),
    'allow from pods app notin (a),tier in all namespaces on all traffic',
  ],
  ['an address', from('net: 8.8.8.8'), 'allow from 8.8.8.8/32 on all traffic'],
  ['an address of IPv6', from('net: "fd00::1"'), 'allow from fd00::1/128 on all traffic'],
  ['a block', from('net: 10.0.0.0/8'), 'allow from 10.0.0.0/8 on all traffic'],
  ['host bits are dropped', from('net: 10.1.2.3/8'), 'allow from 10.0.0.0/8 on all traffic'],
  [
    'blocks with an exception',
    from('nets: [10.0.0.0/8, 192.0.2.0/24], notNets: [10.1.0.0/16]'),
    'allow from 10.0.0.0/8 except 10.1.0.0/16 from 192.0.2.0/24 on all traffic',
  ],
  [
    'a block with one exception',
    from('net: 10.0.0.0/8, notNet: 10.1.0.0/16'),
    'allow from 10.0.0.0/8 except 10.1.0.0/16 on all traffic',
  ],
  [
    'an exception alone is a rule of its IP version',
    from('notNet: 10.1.0.0/16'),
    'allow from (not (10.1.0.0/16)) on IPv4',
  ],
  [
    'both a block and a selector must hold',
    from("net: 10.0.0.0/8, selector: app == 'a'"),
    'allow from (10.0.0.0/8) and (pods app=a in all namespaces) on all traffic',
  ],
  [
    'the own end restricts the subject',
    rule("destination: { selector: app == 'a' }"),
    'allow from anyone for pods app=a in all namespaces on all traffic',
  ],
  [
    'the tag of a namespace',
    from('tag: k8s_ns.shop'),
    'allow from all pods in namespace shop on all traffic',
  ],
  [
    'a tag and a selector must both hold',
    from("tag: k8s_ns.shop, selector: app == 'a'"),
    'allow from pods app=a in namespace shop on all traffic',
  ],
  [
    'a tag that a profile lists',
    `${from('tag: db')}${profile('name: k8s_ns.shop, tags: [db]')}`,
    `allow from all pods in namespace shop on all traffic ${ofProfile}`,
  ],
  [
    'a tag that a profile does not list is not its own',
    `${from('tag: k8s_ns.shop')}${profile('name: k8s_ns.shop, tags: [db]')}`,
    ofProfile,
  ],
  ['a tag that nobody carries', from('tag: db'), ''],
  ['not a tag that nobody carries', from('notTag: db'), 'allow from anyone on all traffic'],
  [
    'neither the selector nor the tag',
    from("notSelector: app == 'a', notTag: k8s_ns.shop"),
    'allow from (not (pods app=a in all namespaces)) and (not (all pods in namespace shop)) on all traffic',
  ],
  [
    'a label that a profile gives',
    `${from("selector: role == 'db'")}${profile('name: k8s_ns.shop, labels: { role: db }')}`,
    `allow from pods role=db in all namespaces from pods !role in namespace shop on all traffic ${ofProfile}`,
  ],
  [
    'a label that a profile gives with another value',
    `${from("selector: role == 'db'")}${profile('name: k8s_ns.shop, labels: { role: web }')}`,
    `allow from pods role=db in all namespaces on all traffic ${ofProfile}`,
  ],
  [
    'a label that a profile gives must not have the value',
    `${from("selector: role != 'db'")}${profile('name: k8s_ns.shop, labels: { role: db }')}`,
    `allow from pods role,role notin (db) in all namespaces from pods role notin (db) in namespaces kubernetes.io/metadata.name notin (shop) on all traffic ${ofProfile}`,
  ],
  [
    'ports: numbers, ranges, names',
    rule('protocol: tcp, destination: { ports: [22, "80:90", http] }'),
    'allow from anyone on TCP 22, 80-90, "http"',
  ],
  [
    'ports that are not',
    rule('protocol: udp, destination: { notPorts: [22] }'),
    'allow from anyone on UDP 1-21, 23-65535',
  ],
  ['a protocol in upper case', rule('protocol: UDP'), 'allow from anyone on UDP all ports'],
  [
    'a protocol by number',
    rule('protocol: 6, destination: { ports: [80] }'),
    'allow from anyone on TCP 80',
  ],
  ['a protocol that is not', rule('notProtocol: udp'), 'allow from anyone on not (protocol 17)'],
  ['udplite', rule('protocol: udplite'), 'allow from anyone on protocol 136'],
  [
    'ICMP',
    rule('protocol: icmp, icmp: { type: 8, code: 0 }'),
    'allow from anyone on ICMP type 8 code 0',
  ],
  [
    'ICMP that is not',
    rule('protocol: icmpv6, notICMP: { type: 128 }'),
    'allow from anyone on (ICMPv6 type any code any) and (not (ICMPv6 type 128 code any))',
  ],
  ['an IP version alone', rule('ipVersion: 6'), 'allow from anyone on IPv6'],
  [
    'the ports of clients are a condition',
    rule('protocol: tcp, source: { ports: [80] }'),
    'allow from anyone on TCP all ports if "source port 80"',
  ],
]

for (const [what, text, expected] of meanings) test(what, () => assert.is(rulesIn(text), expected))

test.run()
