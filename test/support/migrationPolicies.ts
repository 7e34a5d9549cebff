// Generated Calico clusters to migrate: policies of namespaces and of the cluster, in order and in tiers,
// that allow, deny, pass and log, with network sets and Kubernetes policies beside them. The universe is
// that of test/support/arbitraries.ts, so that its clusters and flows are about them.
import fc, { type Arbitrary } from 'fast-check'
import { stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'

const maybe = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
/** One in so many. */
const rarely = <T>(one: Arbitrary<T>, times: number): Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one })
const some = <T>(one: Arbitrary<T>, maxLength = 2): Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength })

const namespaces = ['red', 'green', 'blue']
const label = fc.constantFrom('app', 'tier')
const value = fc.constantFrom('a', 'b', 'C.1_x')

const test = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(label, value).map(([key, one]) => `${key} == '${one}'`) },
  fc.tuple(label, value).map(([key, one]) => `${key} != '${one}'`),
  fc
    .tuple(label, some(value))
    .map(([key, list]) => `${key} in { ${list.map((one) => `'${one}'`).join(', ')} }`),
  label.map((key) => `has(${key})`),
  label.map((key) => `!has(${key})`),
)
const rareTest = fc.oneof(
  { weight: 12, arbitrary: test },
  fc
    .tuple(label, fc.constantFrom('contains', 'starts with'))
    .map((parts) => `${parts.join(' ')} 'a'`),
)
const selector = fc.oneof(
  { weight: 3, arbitrary: rareTest },
  fc.tuple(rareTest, fc.constantFrom('&&', '||'), rareTest).map((parts) => parts.join(' ')),
  fc.constant('all()'),
)
const namespaceSelector = fc.oneof(
  fc.constantFrom(...namespaces).map((name) => `projectcalico.org/name == '${name}'`),
  fc.constantFrom(...namespaces).map((name) => `projectcalico.org/name != '${name}'`),
  fc.constantFrom("env == 'prod'", "env != 'prod'", 'has(env)', 'all()'),
)

const blocks = ['0.0.0.0/0', '10.0.0.0/29', '192.0.2.0/24', '192.0.2.7/32', '172.16.0.0/12']
const net = fc.constantFrom(...blocks)
const hole = fc.constantFrom(...blocks.slice(1))

const entity = fc.oneof(
  { weight: 3, arbitrary: fc.record({ selector }) },
  fc.record({ namespaceSelector, selector: maybe(selector) }),
  { weight: 3, arbitrary: fc.record({ nets: some(net), notNets: maybe(some(hole, 1)) }) },
  fc.record({ notSelector: test }),
  fc.record({ notNets: some(hole, 1) }),
  fc.record({ serviceAccounts: fc.record({ names: fc.constantFrom(['default'], ['robot']) }) }),
)

const ports = some(fc.constantFrom<number | string>(53, 80, '79:82', '1:65535', 8080), 2)
const named = some(fc.constantFrom('http', 'dns'), 1)
const traffic = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 5, arbitrary: fc.record({ protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'), ports }) },
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP'), ports: named }),
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP'), notPorts: ports }),
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP', 'SCTP', 47) }),
  fc.constant({ protocol: 'ICMP' }),
  fc.record({
    protocol: fc.constant('ICMP'),
    icmp: fc.record({ type: fc.constantFrom(0, 8), code: maybe(fc.constant(0)) }),
  }),
)

const rule = (direction: 'ingress' | 'egress'): Arbitrary<object> =>
  fc
    .record({
      action: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny', 'Deny', 'Pass', 'Log'),
      peer: maybe(entity),
      subject: rarely(fc.record({ selector: test }), 8),
      sent: traffic,
      clientPorts: rarely(fc.constant([1000]), 30),
    })
    .map(({ action, peer, subject, sent, clientPorts }) => {
      const {
        ports: to,
        notPorts,
        ...rest
      } = sent as {
        readonly protocol?: unknown
        readonly ports?: unknown
        readonly notPorts?: unknown
      }
      const [source, destination] = direction === 'ingress' ? [peer, subject] : [subject, peer]
      const hasPorts = 'protocol' in rest && rest.protocol !== 47 && rest.protocol !== 'ICMP'
      return {
        action,
        ...rest,
        source: hasPorts && clientPorts ? { ...source, ports: clientPorts } : source,
        destination: to || notPorts ? { ...destination, ports: to, notPorts } : destination,
      }
    })

const order = maybe(fc.constantFrom(1, 2, 2.5, -3, 999, 1000, 1001))
const types = fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress'])
const rules = {
  ingress: maybe(fc.array(rule('ingress'), { maxLength: 4 })),
  egress: maybe(fc.array(rule('egress'), { maxLength: 4 })),
}
const tier = rarely(fc.constantFrom('security', 'platform'), 4)

const policy = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...namespaces), fc.record({ order, tier, selector, types, ...rules }))
      .map(([namespace, spec]) => ({ kind: 'NetworkPolicy', namespace, spec })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        order,
        tier,
        selector: maybe(selector),
        namespaceSelector: maybe(namespaceSelector),
        types,
        ...rules,
      })
      .map((spec) => ({ kind: 'GlobalNetworkPolicy', namespace: undefined, spec })),
  },
)

const tiers = fc
  .record({ security: fc.constantFrom('Deny', 'Pass'), platform: fc.constantFrom('Deny', 'Pass') })
  .map(({ security, platform }) => [
    tierObject('security', 100, security),
    tierObject('platform', 2_000_000, platform),
  ])

function tierObject(name: string, place: number, defaultAction: string): object {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'Tier',
    metadata: { name },
    spec: { order: place, defaultAction },
  }
}

const networkSet = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'GlobalNetworkSet',
  metadata: { name: 'partners', labels: { app: 'b' } },
  spec: { nets: ['192.0.2.0/25'] },
}

const kubernetesPolicy = fc
  .record({ namespace: fc.constantFrom(...namespaces), app: fc.constantFrom('a', 'b') })
  .map(({ namespace, app }) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'beside', namespace },
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
    },
  }))

/** One cluster's policies, a file each, and the tiers that they name. */
export const calicoClusters: Arbitrary<readonly Source[]> = fc
  .record({
    policies: fc.array(policy, { minLength: 1, maxLength: 4 }),
    tiers,
    hasSet: rarely(fc.constant(true), 4),
    beside: rarely(kubernetesPolicy, 4),
  })
  .map(({ policies, tiers: all, hasSet, beside }) => {
    const made = policies.map(({ kind, namespace, spec }, at) => ({
      apiVersion: 'projectcalico.org/v3',
      kind,
      metadata: { name: `p-${at}`, namespace },
      spec,
    }))
    const objects = [...made, ...all, ...(hasSet ? [networkSet] : []), ...(beside ? [beside] : [])]
    return objects.map((object, at) => makeSource(`object-${at}.yaml`, stringify(object)))
  })
