// Generated policies of Calico, as the text that a user has: every construct of policies, tiers and
// network sets aside, constructs that no emitter of ours ever writes included.
import fc, { type Arbitrary } from 'fast-check'
import { stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'
import { blocks4, blocks6, keys, maybe, namespaces, some, values } from './enginePolicies.ts'

const quoted = fc.constantFrom(...values).map((value) => `'${value}'`)
const set = fc.array(quoted, { maxLength: 3 }).map((list) => `{ ${list.join(', ')} }`)

/** Calico's selector language. */
function calicoSelector(labels: readonly string[]): Arbitrary<string> {
  const label = fc.constantFrom(...labels)
  const atom = fc.oneof(
    fc.tuple(label, fc.constantFrom('==', '!='), quoted).map((parts) => parts.join(' ')),
    fc.tuple(label, fc.constantFrom('in', 'not in'), set).map((parts) => parts.join(' ')),
    label.map((one) => `has(${one})`),
    fc
      .tuple(
        label,
        fc.constantFrom('contains', 'starts with', 'ends  with'),
        fc.constantFrom('a', 'C.', 'r', ''),
      )
      .map(([one, test, text]) => `${one} ${test} '${text}'`),
    fc.constant('all()'),
  )
  const operand = fc.oneof(
    { weight: 4, arbitrary: atom },
    atom.map((one) => `! ${one}`),
    fc.tuple(atom, fc.constantFrom('||', '&&'), atom).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(atom, fc.constantFrom('||', '&&'), atom).map((parts) => `!(${parts.join(' ')})`),
  )
  return fc
    .array(fc.tuple(operand, fc.constantFrom(' && ', ' || ')), { minLength: 1, maxLength: 3 })
    .map((parts) =>
      parts.map(([text, joint], at) => (at < parts.length - 1 ? text + joint : text)).join(''),
    )
}

const podSelector = calicoSelector([
  ...keys,
  'projectcalico.org/namespace',
  'projectcalico.org/orchestrator',
  'pcns.env',
  'pcsa.role',
])
const namespaceSelector = fc.oneof(
  fc.constant('all()'),
  calicoSelector(['env', 'example.com/team', 'projectcalico.org/name']),
)
const accountSelector = calicoSelector(['role', 'projectcalico.org/name'])
const rarely = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> =>
  fc.option(one, { nil: undefined, freq: 1 })

const serviceAccounts = fc.record(
  { names: some(fc.constantFrom('default', 'a'), 2), selector: accountSelector },
  { requiredKeys: [] },
)

const entity = (family: 4 | 6): Arbitrary<object> => {
  const block = fc.constantFrom(...(family === 4 ? blocks4 : blocks6))
  const hole = fc.constantFrom(...(family === 4 ? blocks4 : blocks6).slice(1))
  return fc.record({
    selector: maybe(podSelector),
    notSelector: rarely(podSelector),
    namespaceSelector: maybe(namespaceSelector),
    serviceAccounts: rarely(serviceAccounts),
    nets: maybe(some(block, 2)),
    notNets: maybe(some(hole, 2)),
  })
}

/** What a rule says beside its ends, and the ports of its destination. */
interface CalicoTraffic {
  readonly fields: object
  readonly ports?: object
  /** The family that it is confined to. */
  readonly family?: 4 | 6
}

const ports = some(fc.constantFrom<string | number>(53, 80, '79:81', 'http', 8080), 3)
const withPorts = fc.record({
  fields: fc.record({ protocol: fc.constantFrom<string | number>('TCP', 'UDP', 'SCTP', 6) }),
  ports: fc.record({ ports, notPorts: ports }, { requiredKeys: [] }),
})
const icmpOf = (family: 4 | 6): Arbitrary<CalicoTraffic> => {
  const icmp = fc.record({
    type: fc.constantFrom(0, 8),
    code: maybe(fc.constantFrom(0, 1)),
  })
  const protocol = fc.constant(family === 4 ? 'ICMP' : 'ICMPv6')
  return fc
    .record({ protocol, icmp: maybe(icmp), notICMP: rarely(icmp) })
    .map((fields) => ({ fields, family }))
}
const otherTraffic = fc.constantFrom<CalicoTraffic>(
  { fields: { protocol: 47 } },
  { fields: { protocol: 'UDPLite' } },
  { fields: { notProtocol: 'UDP' } },
  { fields: { notProtocol: 50 } },
  { fields: { notProtocol: 'ICMP', ipVersion: 4 }, family: 4 },
  { fields: { notICMP: { type: 8 } } },
  { fields: { ipVersion: 4 }, family: 4 },
  { fields: { ipVersion: 6 }, family: 6 },
  { fields: { ipVersion: 6, protocol: 'TCP' }, family: 6 },
  { fields: {}, ports: { ports: ['http'] } },
  { fields: {}, ports: { notPorts: ['http'] } },
)
const calicoTraffic: Arbitrary<CalicoTraffic> = fc.oneof(
  fc.constant({ fields: {} }),
  withPorts,
  icmpOf(4),
  icmpOf(6),
  otherTraffic,
)

/** Fields that readers take as conditions, which no flow that is judged meets. */
const clientPorts = fc.constantFrom(
  { ports: [1024] },
  { notPorts: ['1:1023'] },
  { ports: ['http', 80], notPorts: [81] },
)

const calicoRule = (direction: 'ingress' | 'egress'): Arbitrary<object> =>
  fc.tuple(fc.constantFrom<4 | 6>(4, 6), calicoTraffic).chain(([family, traffic]) => {
    const own = traffic.family ?? family
    const isTcp = 'protocol' in traffic.fields && traffic.fields.protocol === 'TCP'
    return fc
      .record({
        action: fc.constantFrom('Allow', 'Allow', 'Deny', 'Pass', 'Log'),
        source: maybe(entity(own)),
        destination: maybe(entity(own)),
        more: fc.oneof(
          { weight: 6, arbitrary: fc.constant({ kind: 'nothing' } as const) },
          clientPorts.map((client) => ({ kind: 'client', client }) as const),
          fc.constantFrom({ kind: 'services' } as const, { kind: 'http' } as const),
        ),
      })
      .map(({ action, source, destination, more }) => {
        const rule = { action, ...traffic.fields, source, destination }
        const to = traffic.ports === undefined ? destination : { ...destination, ...traffic.ports }
        if (more.kind === 'client' && isTcp) {
          return { ...rule, source: { ...source, ...more.client }, destination: to }
        }
        if (more.kind === 'services') {
          const services = { services: { name: 'db', namespace: 'red' } }
          return direction === 'ingress'
            ? { ...rule, source: services, destination: to }
            : { ...rule, destination: services }
        }
        const http = { methods: ['GET'], paths: [{ exact: '/a' }, { prefix: '/b*' }] }
        return more.kind === 'http' && isTcp && direction === 'ingress' && action === 'Allow'
          ? { ...rule, destination: to, http }
          : { ...rule, destination: to }
      })
  })

const rulesOf = (direction: 'ingress' | 'egress'): Arbitrary<object[] | undefined> =>
  maybe(fc.array(calicoRule(direction), { maxLength: 3 }))

const calicoSpec = fc.record({
  order: maybe(fc.constantFrom(1, 2, 2.5, -3)),
  selector: maybe(podSelector),
  serviceAccountSelector: rarely(accountSelector),
  types: maybe(fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress'])),
  ingress: rulesOf('ingress'),
  egress: rulesOf('egress'),
})

const calicoPolicy: Arbitrary<{
  readonly kind: string
  readonly spec: object
  namespace?: string
}> = fc.oneof(
  fc.record({
    kind: fc.constant('NetworkPolicy'),
    namespace: fc.constantFrom(...namespaces),
    spec: calicoSpec,
  }),
  fc.record({
    kind: fc.constant('GlobalNetworkPolicy'),
    spec: fc
      .tuple(calicoSpec, maybe(calicoSelector(['env', 'projectcalico.org/name'])))
      .map(([spec, spaces]) => ({ ...spec, namespaceSelector: spaces })),
  }),
)

/** Tiers by name; what else is said of them stands in a Tier object. */
const calicoTiers: Readonly<Record<string, object>> = {
  security: { order: 10 },
  platform: { order: 500.5, defaultAction: 'Pass' },
  late: { order: 2_000_000, defaultAction: 'Deny' },
  last: {},
}
const tierName = fc.constantFrom(undefined, undefined, 'default', ...Object.keys(calicoTiers))

/** NetworkPolicies and GlobalNetworkPolicies of Calico in some tiers, with the tiers. */
export const calicoPolicies: Arbitrary<readonly Source[]> = fc
  .array(fc.tuple(calicoPolicy, tierName), { minLength: 1, maxLength: 4 })
  .map((all) => [
    ...Object.entries(calicoTiers).map(([name, spec]) =>
      object(`tier-${name}.yaml`, 'Tier', { name }, spec),
    ),
    ...all.map(([{ kind, namespace, spec }, tier], index) =>
      object(`policy-${index}.yaml`, kind, { name: `p-${index}`, namespace }, { tier, ...spec }),
    ),
  ])

function object(path: string, kind: string, metadata: object, spec: object): Source {
  return makeSource(path, stringify({ apiVersion: 'projectcalico.org/v3', kind, metadata, spec }))
}
