// Generated policies of the admin tiers, as the text that a user has, over the same small universe as
// test/support/arbitraries.ts. Priorities of a tier differ: what equal ones mean is not defined.
import fc, { type Arbitrary } from 'fast-check'
import { stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'

const keys = ['app', 'tier', 'example.com/team']
const values = ['a', 'b', 'C.1_x', '']
const namespaceKeys = ['env', 'example.com/team', 'kubernetes.io/metadata.name']
const namespaceValues = ['prod', 'test', 'red', 'green', '']
const blocks = [
  '0.0.0.0/0',
  '10.0.0.0/29',
  '10.0.0.4/30',
  '192.0.2.0/24',
  '172.16.0.0/30',
  '::/0',
  'fd00::/112',
  '2001:db8::/32',
]
const maybe = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
const some = <T>(one: Arbitrary<T>, maxLength = 3): Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength })
const someOf = <T>(items: readonly T[], maxLength = 3): Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength })

function selector(labels: readonly string[], words: readonly string[]): Arbitrary<object> {
  const key = fc.constantFrom(...labels)
  const expression = fc.oneof(
    fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: someOf(words) }),
    fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  )
  return fc.oneof(
    fc.constant({}),
    fc.record({ matchLabels: fc.dictionary(key, fc.constantFrom(...words), { maxKeys: 1 }) }),
    fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) }),
  )
}

const namespaceSelector = selector(namespaceKeys, namespaceValues)
const members = fc.oneof(
  fc.record({ namespaces: namespaceSelector }),
  fc.record({ pods: fc.record({ namespaceSelector, podSelector: selector(keys, values) }) }),
)

const withoutRole = { matchExpressions: [{ key: 'role', operator: 'DoesNotExist' }] }

/** What stands where only pods are named: port names may stand beside it. */
interface Side {
  readonly peers: Arbitrary<readonly object[]>
  readonly names: boolean
}

const podSide: Side = { peers: some(members), names: true }
const networkSide: Side = {
  peers: some(
    fc.oneof(
      members,
      someOf(blocks).map((networks) => ({ networks })),
      fc.record({ nodes: fc.constantFrom({}, { matchLabels: { role: 'edge' } }, withoutRole) }),
    ),
  ),
  names: false,
}
const domains = someOf(['example.com', '*.example.com'], 2).map((names) => [{ domainNames: names }])

const number = fc.constantFrom(1, 53, 80, 443, 8080, 65535)
const range = fc
  .uniqueArray(number, { minLength: 2, maxLength: 2 })
  .map((ends) => ({ start: Math.min(...ends), end: Math.max(...ends) }))
const name = fc.constantFrom('http', 'dns', 'x-1')

const protocol = (names: boolean): Arbitrary<object> => {
  const port = fc.oneof(fc.record({ number }), fc.record({ range }))
  const numbered = fc
    .tuple(fc.constantFrom('tcp', 'udp', 'sctp'), port)
    .map(([key, destinationPort]) => ({ [key]: { destinationPort } }))
  return names ? fc.oneof(numbered, fc.record({ destinationNamedPort: name })) : numbered
}

const oldPort = (names: boolean): Arbitrary<object> => {
  const of = maybe(fc.constantFrom('TCP', 'UDP', 'SCTP'))
  const numbered = fc.oneof(
    fc.record({ portNumber: fc.record({ port: number, protocol: of }) }),
    fc.tuple(range, of).map(([ends, one]) => ({ portRange: { ...ends, protocol: one } })),
  )
  return names ? fc.oneof(numbered, fc.record({ namedPort: name })) : numbered
}

/** What a kind writes its own way. */
interface Words {
  readonly actions: readonly string[]
  readonly traffic: 'protocols' | 'ports'
  readonly item: (names: boolean) => Arbitrary<object>
  readonly domains: boolean
}

const newWords: Words = {
  actions: ['Accept', 'Deny', 'Pass'],
  traffic: 'protocols',
  item: protocol,
  domains: true,
}
const oldWords: Words = {
  actions: ['Allow', 'Deny', 'Pass'],
  traffic: 'ports',
  item: oldPort,
  domains: true,
}
const baselineWords: Words = { ...oldWords, actions: ['Allow', 'Deny'], domains: false }

function rule(key: 'from' | 'to', words: Words): Arbitrary<object> {
  const { actions, traffic, item } = words
  const made = (side: Side, allowed: readonly string[]): Arbitrary<object> =>
    fc
      .tuple(fc.constantFrom(...allowed), side.peers, maybe(some(item(side.names), 4)))
      .map(([action, peers, items]) => ({ action, [key]: peers, [traffic]: items }))
  if (key === 'from') return made(podSide, actions)
  const named = made({ peers: domains, names: false }, actions.slice(0, 1))
  return fc.oneof(
    { weight: 2, arbitrary: made(podSide, actions) },
    { weight: 4, arbitrary: made(networkSide, actions) },
    ...(words.domains ? [{ weight: 1, arbitrary: named }] : []),
  )
}

const spec = (words: Words): Arbitrary<object> =>
  fc.record({
    subject: members,
    ingress: maybe(fc.array(rule('from', words), { maxLength: 4 })),
    egress: maybe(fc.array(rule('to', words), { maxLength: 4 })),
  })

const newApi = 'policy.networking.k8s.io/v1alpha2'
const oldApi = 'policy.networking.k8s.io/v1alpha1'

type Draft = readonly [kind: string, tier: string | undefined, spec: object]

const draft: Arbitrary<Draft> = fc.oneof(
  fc.tuple(
    fc.constant('ClusterNetworkPolicy'),
    fc.constantFrom('Admin', 'Admin', 'Baseline'),
    spec(newWords),
  ),
  fc.tuple(fc.constant('AdminNetworkPolicy'), fc.constant(undefined), spec(oldWords)),
)

/** Two to five policies of both tiers, whatever their kinds. */
export const adminPolicies: Arbitrary<readonly Source[]> = fc
  .tuple(
    fc.array(draft, { minLength: 1, maxLength: 4 }),
    fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 4, maxLength: 4 }),
    maybe(spec(baselineWords)),
  )
  .map(([drafts, priorities, baseline]) => {
    const ordered = drafts.map(([kind, tier, one], at) =>
      sourceOf(kind, `p-${at}`, { tier, priority: priorities[at], ...one }),
    )
    // It has no priority, so that beside other policies of its tier the order would not be defined.
    const isAlone = drafts.every(([, tier]) => tier !== 'Baseline')
    return baseline !== undefined && isAlone
      ? [...ordered, sourceOf('BaselineAdminNetworkPolicy', 'default', baseline)]
      : ordered
  })

function sourceOf(kind: string, name: string, own: object): Source {
  const apiVersion = kind === 'ClusterNetworkPolicy' ? newApi : oldApi
  const text = stringify({ apiVersion, kind, metadata: { name }, spec: own })
  return makeSource(`${kind}-${name}.yaml`, text)
}
