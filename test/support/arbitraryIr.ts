// Generated policy sets, made as IR: every construct of it, those that no reader of today brings about
// included, over the same small universe of labels, addresses and ports as test/support/arbitraries.ts.
import fc, { type Arbitrary } from 'fast-check'
import { type Cidr, parseCidr } from '../../src/algebra/address.ts'
import type {
  Peer,
  PodMatch,
  Policy,
  PolicySet,
  Rule,
  Section,
  Selector,
  Tier,
  Traffic,
} from '../../src/ir/types.ts'
import type { Origin } from '../../src/source/origin.ts'
import { makeSource } from '../../src/source/source.ts'

const origin: Origin = { span: { source: makeSource('ir', ''), start: 0, end: 0 }, path: '' }

const block = (text: string): Cidr => {
  const read = parseCidr(text)
  if (read === undefined) throw new Error(text)
  return read.cidr
}

const cidrs: readonly (readonly [string, readonly string[]])[] = [
  ['0.0.0.0/0', ['10.0.0.0/8', '192.0.2.0/24']],
  ['10.0.0.0/29', ['10.0.0.3/32', '10.0.0.4/30']],
  ['192.0.2.0/24', ['192.0.2.7/32']],
  ['172.16.0.0/24', ['172.16.0.1/32']],
  ['::/0', ['fd00::/16']],
  ['fd00::/112', ['fd00::2/128']],
]

const selectorOf = (keys: readonly string[], values: readonly string[]): Arbitrary<Selector> => {
  const leaf: Arbitrary<Selector> = fc.oneof(
    fc.record({
      kind: fc.constant('in' as const),
      key: fc.constantFrom(...keys),
      values: fc.subarray([...values], { maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('exists' as const), key: fc.constantFrom(...keys) }),
    fc.record({
      kind: fc.constant('part' as const),
      key: fc.constantFrom(...keys),
      test: fc.constantFrom('contains' as const, 'starts with' as const, 'ends with' as const),
      text: fc.constantFrom('a', 'C', '.1', 'red', 'r', 'o', 'd'),
    }),
    fc.constant<Selector>({ kind: 'all' }),
  )
  const tree: Arbitrary<Selector> = fc.oneof(
    { weight: 4, arbitrary: leaf },
    fc.record({ kind: fc.constant('not' as const), of: leaf }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(leaf, { maxLength: 3 }),
    }),
  )
  return fc.oneof({ weight: 2, arbitrary: fc.constant<Selector>({ kind: 'all' }) }, tree)
}

const values = ['a', 'b', 'C.1_x', '']
/** A test of a pod's labels. */
export const selector: Arbitrary<Selector> = selectorOf(['app', 'tier'], values)
const match: Arbitrary<PodMatch> = fc.record({
  namespaces: selectorOf(
    ['kubernetes.io/metadata.name', 'env', 'example.com/team'],
    ['red', 'green', 'prod', ''],
  ),
  pods: selectorOf(['app', 'tier', 'example.com/team'], values),
  serviceAccounts: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Selector>({ kind: 'all' }) },
    selectorOf(['@name', 'role'], ['default', 'a']),
  ),
})

const simplePeer: Arbitrary<Peer> = fc.oneof(
  fc.constant<Peer>({ kind: 'any' }),
  fc.constant<Peer>({ kind: 'external' }),
  match.map((one): Peer => ({ kind: 'pods', ...one })),
  fc.record({
    kind: fc.constant('hosts' as const),
    nodes: selectorOf(['role'], ['a', 'b']),
    which: fc.constantFrom('any' as const, 'own' as const, 'other' as const),
  }),
  fc.constantFrom(...cidrs).chain(([cidr, holes]) =>
    fc.subarray([...holes]).map(
      (except): Peer => ({
        kind: 'cidr',
        cidr: block(cidr),
        except: except.map(block),
      }),
    ),
  ),
)
/** One test of an end of a flow. */
export const peer: Arbitrary<Peer> = fc.oneof(
  { weight: 5, arbitrary: simplePeer },
  simplePeer.map((of): Peer => ({ kind: 'not', of })),
  fc.record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    of: fc.array(simplePeer, { minLength: 1, maxLength: 2 }),
  }),
)

const protocol = fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const)
const simpleTraffic: Arbitrary<Traffic> = fc.oneof(
  fc.constant<Traffic>({ kind: 'all' }),
  fc.tuple(protocol, fc.constantFrom(1, 53, 80, 8080), fc.nat(3)).map(
    ([name, from, more]): Traffic => ({
      kind: 'ports',
      protocol: name,
      ports: { kind: 'range', from, to: from + more },
    }),
  ),
  protocol.map((name): Traffic => ({ kind: 'ports', protocol: name, ports: { kind: 'all' } })),
  fc.tuple(protocol, fc.constantFrom('http', 'dns')).map(
    ([name, port]): Traffic => ({
      kind: 'ports',
      protocol: name,
      ports: { kind: 'named', name: port },
    }),
  ),
  fc.record({
    kind: fc.constant('icmp' as const),
    family: fc.constantFrom(4 as const, 6 as const),
    type: fc.constantFrom(null, 8, 128),
    code: fc.constantFrom(null, 0),
  }),
  fc.constantFrom<Traffic>(
    { kind: 'protocols', from: 0, to: 5 },
    { kind: 'protocols', from: 7, to: 255 },
    { kind: 'protocols', from: 17, to: 17 },
    { kind: 'family', family: 4 },
    { kind: 'family', family: 6 },
  ),
)
/** One kind of traffic. */
export const traffic: Arbitrary<Traffic> = fc.oneof(
  { weight: 5, arbitrary: simpleTraffic },
  simpleTraffic.map((of): Traffic => ({ kind: 'not', of })),
  fc
    .array(simpleTraffic, { minLength: 1, maxLength: 2 })
    .map((of): Traffic => ({ kind: 'and', of })),
)

const everyone: readonly Peer[] = [{ kind: 'any' }]
const rule: Arbitrary<Rule> = fc.record({
  action: fc.constantFrom('allow', 'allow', 'deny', 'pass', 'log'),
  subjects: fc.oneof(
    { weight: 5, arbitrary: fc.constant(everyone) },
    fc.array(peer, { maxLength: 2 }),
  ),
  peers: fc.array(peer, { maxLength: 3 }),
  traffic: fc.array(traffic, { maxLength: 3 }),
  conditions: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    fc.constantFrom(['GET /'], ['POST /']),
  ),
  origins: fc.constant([origin] as const),
})

const section: Arbitrary<Section | null> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 4,
    arbitrary: fc.record({
      isolates: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
      rules: fc.array(rule, { maxLength: 3 }),
    }),
  },
)

const policy: Arbitrary<Policy> = fc.record({
  name: fc.constantFrom('p', 'q', 'r', 's'),
  namespace: fc.constantFrom(null, 'red', 'green'),
  subject: fc.oneof(
    match,
    match.map((one) => ({
      ...one,
      namespaces: { kind: 'in', key: 'kubernetes.io/metadata.name', values: ['red'] } as const,
    })),
  ),
  ingress: section,
  egress: section,
  order: fc.constantFrom(null, 1, 2, 3),
  origin: fc.constant(origin),
})

const tier: Arbitrary<Tier> = fc.record({
  name: fc.constantFrom('first', 'second'),
  combining: fc.constantFrom('first-match' as const, 'deny-overrides' as const),
  default: fc.constantFrom('deny' as const, 'deny' as const, 'pass' as const),
  ownNode: fc.constantFrom(
    'always-allowed' as const,
    'ingress-allowed' as const,
    'governed' as const,
  ),
  policies: fc.uniqueArray(policy, {
    maxLength: 4,
    selector: ({ name, namespace, order }) => `${order} ${name} ${namespace}`,
  }),
})

/** A set of one or two tiers. */
export const policySet: Arbitrary<PolicySet> = fc
  .array(tier, { minLength: 1, maxLength: 2 })
  .map((tiers) => ({ tiers }))

/** A set, and one that differs from it in at most one tier. */
export const policySetPair: Arbitrary<readonly [PolicySet, PolicySet]> = fc
  .tuple(policySet, tier, fc.nat(2))
  .map(([set, other, at]) => [
    set,
    { tiers: set.tiers.map((one, index) => (index === at ? other : one)) },
  ])
