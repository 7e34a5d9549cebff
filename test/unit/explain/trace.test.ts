// What a trace says of tiers, policies and rules, on policies small enough to explain by hand.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAddress, parseCidr } from '../../../src/algebra/address.ts'
import type { Endpoint, Flow, FlowEnd, FlowTraffic, Pod } from '../../../src/cluster/types.ts'
import { explain, type Trace } from '../../../src/explain/trace.ts'
import { all, everyone, isIn, podsOfNamespace } from '../../../src/ir/selector.ts'
import type { Action, Peer, Policy, Rule, Tier } from '../../../src/ir/types.ts'
import type { Origin } from '../../../src/source/origin.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('trace')

const source = makeSource('p.yaml', '\n'.repeat(20))
const at = (line: number, path = ''): Origin => ({
  span: { source, start: line - 1, end: line - 1 },
  path,
})

function end(endpoint: Endpoint, text: string): FlowEnd {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(text)
  return { endpoint, address }
}

function pod(app: string): Pod {
  return {
    kind: 'pod',
    namespace: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } },
    name: app,
    labels: { app },
    serviceAccount: { name: 'default', labels: { '@name': 'default' } },
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    addresses: [],
    node: 'n1',
  }
}

const web = end(pod('web'), '10.0.0.1')
const db = end(pod('db'), '10.0.0.2')
const node = end({ kind: 'host', name: 'n1', labels: {}, addresses: [] }, '172.16.0.1')
const outside = end({ kind: 'external', address: web.address }, '192.0.2.7')
const tcp = (port: number): FlowTraffic => ({ kind: 'ports', protocol: 'TCP', port })
const flow = (from = web, to = db, traffic = tcp(80)): Flow => ({
  source: from,
  destination: to,
  traffic,
})

const rule = (action: Action, more: Partial<Rule> = {}): Rule => ({
  action,
  subjects: everyone,
  peers: everyone,
  traffic: [{ kind: 'all' }],
  conditions: [],
  origins: [at(7, 'ingress[0]')],
  ...more,
})

const policy = (name: string, rules: readonly Rule[], more: Partial<Policy> = {}): Policy => ({
  name,
  namespace: 'shop',
  subject: podsOfNamespace('shop', isIn('app', ['db'])),
  ingress: { isolates: true, rules },
  egress: null,
  order: null,
  origin: at(3),
  ...more,
})

const tier = (name: string, policies: readonly Policy[], more: Partial<Tier> = {}): Tier => ({
  name,
  combining: 'first-match',
  default: 'deny',
  ownNode: 'always-allowed',
  policies,
  ...more,
})

const told = (tiers: readonly Tier[], one = flow()): Trace =>
  explain({ tiers }, one, { ipBlock: 'literal' })
const outcomes = ({ ingress }: Trace): readonly string[] =>
  ingress.tiers.map(({ outcome }) => outcome)
/** Why the only rule of the only policy does not match. */
const why = (one: Rule, sent = flow()): string | null | undefined =>
  told([tier('t', [policy('p', [one])])], sent).ingress.tiers[0]?.policies[0]?.rules[0]?.why

test('without policies all is allowed, and nothing is told of it', () => {
  const trace = told([])
  assert.is(trace.verdict, 'allow')
  assert.equal([trace.egress.tiers, trace.ingress.tiers], [[], []])
  assert.is(trace.ingress.chain, 'Allowed (as no policy governs it)')
})

test('the deciding rule is named with file, line and path', () => {
  const { verdict, ingress } = told([tier('t', [policy('p', [rule('allow')])])])
  assert.equal([verdict, ingress.by], ['allow', 'by p.yaml:7 ingress[0] (shop/p)'])
  assert.is(ingress.chain, '[t] Allowed (shop/p)')
})

test('tiers one after the other: pass leaves a tier, what decides ends the walk', () => {
  const trace = told([
    tier('Admin', [policy('dev', [rule('log'), rule('pass')], { namespace: null })]),
    tier('NetworkPolicy', [policy('deny-all', [])]),
    tier('Baseline', [policy('late', [rule('allow')])]),
  ])
  assert.equal(outcomes(trace), ['passed', 'denied', 'not reached'])
  assert.is(trace.ingress.chain, '[Admin] Pass (dev) -> [NetworkPolicy] Denied (shop/deny-all)')
})

test('first match: rules after the one that decides may match, and do not decide', () => {
  const { ingress } = told([tier('t', [policy('p', [rule('deny'), rule('allow')])])])
  const rules = ingress.tiers[0]?.policies[0]?.rules ?? []
  assert.equal(
    rules.map(({ matched, decided }) => [matched, decided]),
    [
      [true, true],
      [true, false],
    ],
  )
})

test('deny overrides: the deny decides, wherever it stands', () => {
  const policies = [policy('a', [rule('allow')]), policy('b', [rule('deny')])]
  const { ingress } = told([tier('t', policies, { combining: 'deny-overrides' })])
  assert.is(ingress.chain, '[t] Denied (shop/b)')
})

test('an end that is ungoverned, a pod itself, its own node: said, and no tier is reached', () => {
  const closed = [tier('t', [policy('p', [])])]
  const cases: readonly (readonly [Flow, RegExp, string])[] = [
    [flow(web, outside), /govern pods only/, 'not reached'],
    [flow(db, db), /reaches itself/, 'not reached'],
    [flow(node, db), /own node/, 'left alone'],
  ]
  for (const [one, words, outcome] of cases) {
    const trace = told(closed, one)
    assert.is(trace.verdict, 'allow')
    assert.match(trace.ingress.by, words)
    assert.equal(outcomes(trace), [outcome])
  }
  const governed = [tier('t', [policy('p', [])], { ownNode: 'governed' })]
  assert.is(told(governed, flow(node, db)).verdict, 'deny')
})

test('the egress end is told by the policies that select the source', () => {
  const section = { isolates: true, rules: [] }
  const own = policy('p', [], {
    subject: podsOfNamespace('shop', all),
    ingress: null,
    egress: section,
  })
  const { verdict, egress, ingress } = told([tier('t', [own])])
  assert.equal([verdict, egress.verdict, ingress.verdict], ['deny', 'deny', 'allow'])
  assert.is(ingress.tiers[0]?.policies[0]?.why, 'does not govern ingress')
})

test('a policy that does not select says which test fails, and what the label is', () => {
  const subject = podsOfNamespace('shop', isIn('app', ['cache']))
  const elsewhere = podsOfNamespace('prod', all)
  const policies = [policy('a', [], { subject }), policy('b', [], { subject: elsewhere })]
  const [first, second] = told([tier('t', policies)]).ingress.tiers[0]?.policies ?? []
  assert.is(first?.why, 'is for pods app=cache, and this has app=db')
  assert.match(second?.why ?? '', /metadata\.name=prod, and this is .*shop/)
})

test('a rule says the first of its tests that fails: subject, peer, traffic, condition', () => {
  const block = parseCidr('198.51.100.0/24')?.cidr
  if (block === undefined) throw new Error('no block')
  const nobody: Peer = { kind: 'cidr', cidr: block, except: [] }
  const http = { kind: 'ports', protocol: 'TCP', ports: { kind: 'named', name: 'http' } } as const
  assert.match(why(rule('allow', { subjects: [nobody], peers: [] })) ?? '', /^is for 198/)
  assert.match(why(rule('allow', { peers: [nobody], traffic: [] })) ?? '', /^is from 198/)
  assert.match(why(rule('allow', { peers: [] })) ?? '', /^is from nobody/)
  assert.is(why(rule('allow', { traffic: [http] })), 'is on "http"/TCP')
  assert.is(why(rule('allow', { traffic: [http] }), flow(web, db, tcp(8080))), null)
  const conditional = rule('allow', { conditions: ['GET /'] })
  assert.is(why(conditional), 'holds only if GET /')
  assert.is(why(conditional, { ...flow(), conditions: ['GET /'] }), null)
})

test.run()
