// The interpreter, tier by tier, on policies small enough to decide by hand.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress } from '../../../src/algebra/address.ts'
import type { Endpoint, Flow, FlowEnd, FlowTraffic, Host, Pod } from '../../../src/cluster/types.ts'
import { all, everyone, podsOfNamespace } from '../../../src/ir/selector.ts'
import type { Action, Peer, Policy, Rule, Section, Tier, Traffic } from '../../../src/ir/types.ts'
import { verdict } from '../../../src/semantics/evaluate.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('interpreter')

const origin = { span: { source: makeSource('t', ''), start: 0, end: 0 }, path: '' }
const namespace = { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } }
const host: Host = { kind: 'host', name: 'n1', labels: {}, addresses: [] }

function pod(name: string, node = 'n1'): Pod {
  const ports = [{ name: 'http', protocol: 'TCP', port: 8080 }] as const
  return {
    kind: 'pod',
    namespace,
    name,
    labels: { app: name },
    serviceAccount: { name: 'default', labels: { '@name': 'default' } },
    ports,
    addresses: [],
    node,
  }
}

function end(endpoint: Endpoint, text: string): FlowEnd {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(text)
  return { endpoint, address }
}

const web = end(pod('web'), '10.0.0.1')
const db = end(pod('db'), '10.0.0.2')
const outside = end({ kind: 'external', address: web.address }, '192.0.2.7')
const tcp = (port: number): FlowTraffic => ({ kind: 'ports', protocol: 'TCP', port })
const flow = (source: FlowEnd, destination: FlowEnd, traffic = tcp(80)): Flow => ({
  source,
  destination,
  traffic,
})

function rule(
  action: Action,
  peers: readonly Peer[] = [{ kind: 'any' }],
  traffic: readonly Traffic[] = [{ kind: 'all' }],
): Rule {
  return { action, subjects: everyone, peers, traffic, conditions: [], origins: [origin] }
}

function policy(
  name: string,
  rules: readonly Rule[],
  more: Partial<Policy> & { isolates?: boolean } = {},
): Policy {
  const ingress: Section = { isolates: more.isolates ?? true, rules }
  const subject = podsOfNamespace('shop', all)
  return { name, namespace: 'shop', subject, ingress, egress: null, order: null, origin, ...more }
}

function tier(policies: readonly Policy[], more: Partial<Tier> = {}): Tier {
  return {
    name: 't',
    combining: 'first-match',
    default: 'deny',
    ownNode: 'always-allowed',
    policies,
    ...more,
  }
}

const decided = (tiers: readonly Tier[], one = flow(web, db)): string =>
  verdict({ tiers }, one).verdict

test('without policies everything is allowed', () => {
  assert.is(decided([]), 'allow')
  assert.is(decided([tier([])]), 'allow')
})

test('an isolating policy denies what no rule allows', () => {
  assert.is(decided([tier([policy('a', [])])]), 'deny')
  assert.is(decided([tier([policy('a', [rule('allow')])])]), 'allow')
})

test('a policy that does not isolate only says what its rules say', () => {
  assert.is(decided([tier([policy('a', [], { isolates: false })])]), 'allow')
  assert.is(decided([tier([policy('a', [rule('deny')], { isolates: false })])]), 'deny')
})

test('first match: by order, then name, then place in the policy; none comes last', () => {
  const allow = rule('allow')
  const deny = rule('deny')
  const cases: readonly (readonly [readonly Policy[], string])[] = [
    [[policy('b', [allow], { order: 1 }), policy('a', [deny], { order: 2 })], 'allow'],
    [[policy('b', [allow]), policy('a', [deny], { order: 2 })], 'deny'],
    [[policy('b', [allow], { order: 1 }), policy('a', [deny], { order: 1 })], 'deny'],
    [[policy('a', [allow, deny])], 'allow'],
  ]
  for (const [policies, expected] of cases) {
    assert.is(decided([tier(policies)]), expected)
    assert.is(decided([tier([...policies].reverse())]), expected)
  }
})

test('deny overrides: order has no meaning', () => {
  const policies = [
    policy('a', [rule('allow')], { order: 1 }),
    policy('b', [rule('deny')], { order: 2 }),
  ]
  assert.is(decided([tier(policies, { combining: 'deny-overrides' })]), 'deny')
})

test('log decides nothing, pass leaves the tier', () => {
  assert.is(decided([tier([policy('a', [rule('log'), rule('allow')])])]), 'allow')
  const passing = tier([policy('a', [rule('pass'), rule('deny')])])
  assert.is(decided([passing]), 'allow')
  assert.is(decided([passing, tier([policy('b', [])])]), 'deny')
})

test('a tier that defaults to pass leaves it to the next', () => {
  const first = tier([policy('a', [])], { default: 'pass' })
  assert.is(decided([first]), 'allow')
  assert.is(decided([first, tier([policy('b', [])])]), 'deny')
})

test('both ends must allow', () => {
  const egressOnly = { ...policy('a', []), ingress: null, egress: { isolates: true, rules: [] } }
  assert.is(decided([tier([egressOnly])]), 'deny')
  assert.is(decided([tier([egressOnly])], flow(outside, db)), 'allow')
})

test('a pod reaches itself, and its own node reaches it where the tier has it so', () => {
  const closed = tier([policy('a', [])])
  assert.is(decided([closed], flow(db, end(db.endpoint, 'fd00::2'))), 'allow')
  assert.is(decided([closed], flow(end(host, '172.16.0.1'), db)), 'allow')
  assert.is(decided([closed], flow(end({ ...host, name: 'n2' }, '172.16.0.2'), db)), 'deny')
  assert.is(
    decided([{ ...closed, ownNode: 'governed' }], flow(end(host, '172.16.0.1'), db)),
    'deny',
  )
})

test('hosts and outsiders are never governed', () => {
  assert.is(decided([tier([policy('a', [])])], flow(web, outside)), 'allow')
})

test('a CIDR matches any owner of an address, or under A1 outsiders only', () => {
  const cidr = { family: 4, base: 0n, prefix: 0 } as const
  const set = {
    tiers: [tier([policy('a', [rule('allow', [{ kind: 'cidr', cidr, except: [] }])])])],
  }
  assert.is(verdict(set, flow(web, db)).verdict, 'allow')
  assert.is(verdict(set, flow(web, db), { ipBlock: 'external' }).verdict, 'deny')
  assert.is(verdict(set, flow(outside, db), { ipBlock: 'external' }).verdict, 'allow')
})

test('a name is the number that the destination gives it, with its protocol', () => {
  const named = (name: string, protocol: 'TCP' | 'UDP'): readonly Tier[] => [
    tier([
      policy('a', [
        rule('allow', undefined, [{ kind: 'ports', protocol, ports: { kind: 'named', name } }]),
      ]),
    ]),
  ]
  assert.is(decided(named('http', 'TCP'), flow(web, db, tcp(8080))), 'allow')
  assert.is(decided(named('http', 'TCP'), flow(web, db, tcp(80))), 'deny')
  assert.is(decided(named('http', 'UDP'), flow(web, db, tcp(8080))), 'deny')
})

test('ports say nothing about ICMP, all traffic does', () => {
  const ping: FlowTraffic = { kind: 'icmp', type: 8, code: 0 }
  const ports: Traffic = { kind: 'ports', protocol: 'TCP', ports: { kind: 'all' } }
  const icmp: Traffic = { kind: 'icmp', family: 4, type: 8, code: null }
  const by = (traffic: Traffic): readonly Tier[] => [
    tier([policy('a', [rule('allow', undefined, [traffic])])]),
  ]
  assert.is(decided(by(ports), flow(web, db, ping)), 'deny')
  assert.is(decided(by(icmp), flow(web, db, ping)), 'allow')
  assert.is(decided(by({ kind: 'all' }), flow(web, db, ping)), 'allow')
})

test('the decision tells the rule and its place', () => {
  const { ingress } = verdict({ tiers: [tier([policy('a', [rule('allow')])])] }, flow(web, db))
  assert.is(ingress.by, 'rule')
  assert.is(verdict({ tiers: [tier([policy('a', [])])] }, flow(web, db)).ingress.by, 'tier-default')
})

test.run()
