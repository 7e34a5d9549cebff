// Constructs beyond Kubernetes policies as rules: tiers, denying, passing and logging, protocols and ICMP
// by number, nodes as peers, traffic with the own node.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Traffic } from '../../../src/ir/types.ts'
import { writeFirewall } from '../../support/firewallWorlds.ts'
import { admin, calico, calicoTier, cluster, kubernetes, rule, tier } from '../firewall/building.ts'
import { fileOf, type Request } from '../firewall/emitting.ts'

const test = suite('iptables constructs')

/** Rules of chains whose names match, without comments and digests. */
function rules(chain: RegExp, policies: string, request?: Request): readonly string[] {
  return rulesIn(fileOf('iptables', 'iptables.rules', policies, request), chain)
}

function rulesIn(text: string, chain: RegExp): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('-A') || line.startsWith('-I'))
    .map((line) => line.replace(/-m comment --comment "(?:[^"\\]|\\.)*" /, ''))
    .filter((line) => chain.test(line.split(' ')[1] ?? ''))
    .map((line) => line.replace(/-[a-z2-7]{16}/g, '').replace(/^-A \S+ /, ''))
}

const forB = (ingress: string): string =>
  calico('p', `{ selector: app == 'b', ingress: [${ingress}] }`)
const twoTiers = (first: string, of = '{ order: 1 }'): string =>
  calicoTier('one', of) +
  calico('one.p', `{ tier: one, selector: app == 'b', ingress: [${first}] }`) +
  forB('{ action: Allow, protocol: TCP, destination: { ports: [80] } }')

test('a rule that passes goes on to the chain of the next tier, the rest ends here', () => {
  const text = twoTiers(
    '{ action: Deny, protocol: UDP }, { action: Pass, protocol: TCP }, { action: Allow, protocol: 47 }',
  )
  assert.equal(rules(/^NP-I-\w{16}$/, text), [
    '-p udp -j DROP',
    '-p tcp -g NP-I-1',
    '-p 47 -j RETURN',
    '-j DROP',
  ])
  assert.equal(rules(/^NP-I-\w{16}-1$/, text), ['-p tcp -m tcp --dport 80 -j RETURN', '-j DROP'])
})

test('a tier whose default is to pass is one chain with the next', () => {
  const text = twoTiers('{ action: Deny, protocol: UDP }', '{ order: 1, defaultAction: Pass }')
  assert.equal(rules(/^NP-I-/, text), [
    '-p udp -j DROP',
    '-p tcp -m tcp --dport 80 -j RETURN',
    '-j DROP',
  ])
})

test('after a tier that nothing passes there is no other', () => {
  assert.equal(rules(/^NP-I-/, twoTiers('{ action: Allow, protocol: UDP }')), [
    '-p udp -j RETURN',
    '-j DROP',
  ])
})

test('a rule for everything is the last of its tier', () => {
  assert.equal(rules(/^NP-I-/, forB('{ action: Deny }, { action: Allow, protocol: TCP }')), [
    '-j DROP',
  ])
  const passing = rules(/^NP-I-/, twoTiers('{ action: Pass }, { action: Deny, protocol: TCP }'))
  assert.equal(passing, ['-g NP-I-1', '-p tcp -m tcp --dport 80 -j RETURN', '-j DROP'])
})

test('what logs goes on to the next rule, with a prefix that the kernel keeps', () => {
  const log = '{ action: Log, protocol: TCP }, { action: Allow, protocol: TCP }'
  assert.equal(rules(/^NP-I-/, forB(log)), [
    '-p tcp -j LOG --log-prefix "netpolc p: "',
    '-p tcp -j RETURN',
    '-j DROP',
  ])
  const long = calico('x'.repeat(60), `{ selector: app == 'b', ingress: [${log}] }`)
  const [first = ''] = rules(/^NP-I-/, long)
  assert.is(/--log-prefix "([^"]*)"/.exec(first)?.[1]?.length, 29)
})

test('a policy that allows everything still logs', () => {
  assert.equal(rules(/^NP-I-/, forB('{ action: Log }, { action: Allow }')), [
    '-j LOG --log-prefix "netpolc p: "',
    '-j RETURN',
  ])
})

test('protocols by number, and all but one', () => {
  const text = forB('{ action: Allow, protocol: 50 }, { action: Allow, notProtocol: UDP }')
  assert.equal(rules(/^NP-I-/, text), ['-p 50 -j RETURN', '! -p udp -j RETURN', '-j DROP'])
})

test('ICMP by type and code, and all but one of them', () => {
  const icmp = (words: string): readonly string[] =>
    rules(/^NP-I-/, forB(`{ action: Allow, protocol: ICMP, ${words} }`)).slice(0, -1)
  assert.equal(icmp('icmp: { type: 8 }'), ['-p icmp -m icmp --icmp-type 8 -j RETURN'])
  assert.equal(icmp('icmp: { type: 3, code: 4 }'), ['-p icmp -m icmp --icmp-type 3/4 -j RETURN'])
  assert.equal(icmp('notICMP: { type: 8 }'), ['-p icmp -m icmp ! --icmp-type 8 -j RETURN'])
  assert.equal(icmp('notICMP: { type: 8, code: 1 }'), [
    '-p icmp -m icmp ! --icmp-type 8 -j RETURN',
    '-p icmp -m icmp --icmp-type 8 -m icmp ! --icmp-type 8/1 -j RETURN',
  ])
})

test("one IP version's ICMP is no rule of the other's", () => {
  const text = calico(
    'p',
    "{ selector: app == 'a', ingress: [{ action: Allow, protocol: ICMPv6, icmp: { type: 128 } }] }",
  )
  assert.equal(rules(/^NP-I-/, text), ['-j DROP'])
  assert.equal(rulesIn(fileOf('iptables', 'ip6tables.rules', text), /^NP-I-/), [
    '-p ipv6-icmp -m icmp6 --icmpv6-type 128 -j RETURN',
    '-j DROP',
  ])
})

const toNodes = admin(
  'p',
  '{ tier: Admin, priority: 1, subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: b } } } }, egress: [{ action: Deny, to: [{ nodes: { matchLabels: { role: n2 } } }] }, { action: Deny, to: [{ nodes: {} }], protocols: [{ tcp: { destinationPort: { number: 22 } } }] }] }',
)

test('nodes as peers are their addresses; at its own hooks the node is everybody', () => {
  assert.equal(rules(/^NP-E-/, toNodes), [
    '-d 172.16.0.2/32 -j DROP',
    '-m set --match-set np4 dst -p tcp -m tcp --dport 22 -j DROP',
  ])
  assert.equal(rules(/^NP-H-/, toNodes), ['-p tcp -m tcp --dport 22 -j DROP'])
})

test('INPUT has what pods send their own node, with no way to itself', () => {
  assert.equal(rules(/^NP-(INPUT|TO-HOST)$/, toNodes), [
    '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
    '-j NP-TO-HOST',
    '-s 10.0.0.2 -g NP-H',
  ])
  assert.equal(rules(/^(INPUT|FORWARD|OUTPUT)$/, toNodes), [
    '-I FORWARD 1 -j NP-FORWARD',
    '-I INPUT 1 -j NP-INPUT',
    '-I OUTPUT 1 -j NP-OUTPUT',
  ])
})

const fromNode = kubernetes(
  'p',
  '{ podSelector: { matchLabels: { app: b } }, ingress: [{ ports: [{ port: 80 }] }] }',
)

test('OUTPUT has what the node sends its own pods only where that was asked for', () => {
  assert.equal(rules(/^NP-(FROM-HOST$|N-)/, fromNode), [])
  const strict = { options: { 'host-traffic': ['deny'] } }
  assert.equal(rules(/^NP-(OUTPUT$|FROM-HOST$|N-)/, fromNode, strict), [
    '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
    '-m addrtype ! --src-type LOCAL -g NP-FORWARD',
    '-j NP-FROM-HOST',
    '-d 10.0.0.2 -g NP-N',
    '-p tcp -m tcp --dport 80 -j RETURN',
    '-j DROP',
  ])
})

test('administrators govern what the node sends its pods', () => {
  const text = admin(
    'p',
    '{ tier: Admin, priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }',
  )
  // The one peer that they can name at these hooks is the node, and no rule of theirs does.
  assert.equal(rules(/^NP-(FROM-HOST$|N-)/, text), [])
  const set = { tiers: [tier([[rule({ action: 'deny', peers: [{ kind: 'any' }] })]])] }
  assert.equal(written(set.tiers, /^NP-N-/), ['-j DROP'])
})

test('the table that was asked for, and the same rules in it', () => {
  const [own, other] = [[], ['filter']].map((table) =>
    fileOf(
      'iptables',
      'iptables.rules',
      fromNode,
      table.length === 0 ? {} : { options: { table } },
    ),
  )
  assert.match(own ?? '', /^\*security$/m)
  assert.match(other ?? '', /^\*filter$/m)
  assert.equal(rulesIn(own ?? '', /./), rulesIn(other ?? '', /./))
})

const protocols = (from: number, to: number): Traffic => ({ kind: 'protocols', from, to })

/** What is said of a rule that is refused; nothing of one that is written and proved. */
function refused(...traffic: readonly Traffic[]): readonly string[] {
  const set = { tiers: [tier([[rule({ traffic })]])] }
  const { answer, reporter } = writeFirewall(set, 'iptables', cluster, { icmp: ['policy'] })
  return answer === 'equal' ? [] : reporter.diagnostics.map(({ message }) => message)
}

test('type 255 of ICMP is how iptables writes any type, so alone it is refused', () => {
  const icmp = (family: 4 | 6, type: number | null, code: number | null = null): Traffic => ({
    kind: 'icmp',
    family,
    type,
    code,
  })
  const wanted = /cannot tell ICMP type 255 from others/
  assert.match(refused(icmp(4, 255))[0] ?? '', wanted)
  assert.match(refused(icmp(4, 255, 3))[0] ?? '', wanted)
  assert.match(refused(icmp(4, null, 3))[0] ?? '', wanted)
  assert.equal(refused(icmp(4, 254, 3)), [])
  assert.equal(refused(icmp(4, null)), [])
  assert.equal(refused({ kind: 'not', of: icmp(4, 8) }), [])
  assert.equal(refused({ kind: 'not', of: icmp(4, 255) }), [])
  assert.equal(refused(icmp(6, 255, 3)), [])
})

test('protocol 0 is how iptables writes all of them, so alone it is refused', () => {
  assert.match(refused(protocols(0, 0))[0] ?? '', /cannot tell protocol 0 from others/)
  assert.match(refused(protocols(0, 100))[0] ?? '', /cannot tell protocol 0 from others/)
  assert.equal(refused(protocols(1, 100)), [])
  assert.equal(refused(protocols(0, 255)), [])
  assert.equal(refused({ kind: 'not', of: protocols(9, 9) }), [])
})

test('all protocols but 0 are each of the others', () => {
  const own = written(
    [tier([[rule({ traffic: [protocols(1, 255)] })]], { ownNode: 'always-allowed' })],
    /^NP-I-/,
  )
  assert.is(own.length, 256)
  assert.ok(!own.some((line) => line.includes('-p 0 ')))
})

test.run()

/** Rules of n1 for tiers that no text was read for; they are proved. */
function written(tiers: readonly ReturnType<typeof tier>[], chain: RegExp): readonly string[] {
  const { files, answer } = writeFirewall({ tiers }, 'iptables', cluster, { icmp: ['policy'] })
  assert.is(answer, 'equal')
  return rulesIn(files.find(({ path }) => path === 'n1/iptables.rules')?.text ?? '', chain)
}
