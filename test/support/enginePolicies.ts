// Generated policies of Calico and of Cilium, as the text that a user has: constructs that no emitter of
// ours ever writes, over the same small universe as test/support/arbitraries.ts.
import fc, { type Arbitrary } from 'fast-check'
import { stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'

const namespaces = ['red', 'green', 'blue']
const keys = ['app', 'tier', 'example.com/team']
const values = ['a', 'b', 'C.1_x', '']
const blocks4 = ['0.0.0.0/0', '10.0.0.0/29', '10.0.0.4/30', '192.0.2.0/24', '172.16.0.0/30']
const blocks6 = ['::/0', 'fd00::/112', '2001:db8::/32']
const maybe = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
const some = <T>(one: Arbitrary<T>, maxLength = 3): Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength })

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
])
const namespaceSelector = fc.oneof(
  fc.constant('all()'),
  calicoSelector(['env', 'example.com/team', 'projectcalico.org/name']),
)

const entity = (family: 4 | 6): Arbitrary<object> => {
  const block = fc.constantFrom(...(family === 4 ? blocks4 : blocks6))
  const hole = fc.constantFrom(...(family === 4 ? blocks4 : blocks6).slice(1))
  return fc.record({
    selector: maybe(podSelector),
    namespaceSelector: maybe(namespaceSelector),
    nets: maybe(some(block, 2)),
    notNets: maybe(some(hole, 2)),
  })
}

const calicoTraffic = fc.oneof(
  fc.constant({}),
  fc.record({
    protocol: fc.constantFrom<string | number>('TCP', 'UDP', 'SCTP'),
    ports: maybe(some(fc.constantFrom<string | number>(53, 80, '79:81', 'http', 8080), 3)),
  }),
  fc.record({
    protocol: fc.constant('ICMP'),
    icmp: maybe(fc.record({ type: fc.constantFrom(0, 8), code: maybe(fc.constantFrom(0, 1)) })),
  }),
)

const calicoRule = fc
  .tuple(fc.constantFrom<4 | 6>(4, 6), calicoTraffic)
  .chain(([family, traffic]) => {
    const isIcmp = 'protocol' in traffic && traffic.protocol === 'ICMP'
    const own = isIcmp ? 4 : family
    return fc
      .record({
        action: fc.constantFrom('Allow', 'Allow', 'Deny', 'Pass', 'Log'),
        source: maybe(entity(own)),
        destination: maybe(entity(own)),
      })
      .map(({ action, source, destination }) => {
        const { ports, ...rest } = traffic as { ports?: unknown }
        const to = ports === undefined ? destination : { ...destination, ports }
        return { action, ...rest, source, destination: to }
      })
  })

const calicoSpec = fc.record({
  order: maybe(fc.constantFrom(1, 2, 2.5, -3)),
  selector: maybe(podSelector),
  types: maybe(fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress'])),
  ingress: maybe(fc.array(calicoRule, { maxLength: 3 })),
  egress: maybe(fc.array(calicoRule, { maxLength: 3 })),
})

/** Calico NetworkPolicies of one tier. */
export const calicoPolicies: Arbitrary<readonly Source[]> = policies(
  'projectcalico.org/v3',
  'NetworkPolicy',
  calicoSpec,
)

const ciliumKeys = [
  ...keys,
  ...keys.map((key) => `k8s:${key}`),
  'any:app',
  'io.cilium.k8s.namespace.labels.env',
  'k8s:io.cilium.k8s.namespace.labels.example.com/team',
  'k8s:io.kubernetes.pod.namespace',
]
const ciliumValues = [...values, 'red', 'prod']
const ciliumSelector = fc.record({
  matchLabels: maybe(
    fc.dictionary(fc.constantFrom(...ciliumKeys), fc.constantFrom(...ciliumValues), { maxKeys: 1 }),
  ),
  matchExpressions: maybe(
    fc.array(
      fc.oneof(
        fc.record({
          key: fc.constantFrom(...ciliumKeys),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.uniqueArray(fc.constantFrom(...ciliumValues), { minLength: 1, maxLength: 2 }),
        }),
        fc.record({
          key: fc.constantFrom(...ciliumKeys),
          operator: fc.constantFrom('Exists', 'DoesNotExist'),
        }),
      ),
      { maxLength: 2 },
    ),
  ),
})

const ciliumPeers = (word: string): Arbitrary<object> =>
  fc.oneof(
    fc.constant({}),
    fc.array(ciliumSelector, { maxLength: 2 }).map((list) => ({ [`${word}Endpoints`]: list })),
    some(fc.constantFrom('all', 'world', 'cluster', 'host', 'remote-node', 'none'), 2).map(
      (list) => ({ [`${word}Entities`]: list }),
    ),
    some(fc.constantFrom(...blocks4, ...blocks6, '192.0.2.7'), 2).map((list) => ({
      [`${word}CIDR`]: list,
    })),
    fc
      .record({
        cidr: fc.constant('192.0.2.0/24'),
        except: maybe(fc.constant(['192.0.2.128/25'])),
      })
      .map((one) => ({ [`${word}CIDRSet`]: [one] })),
  )

const ciliumPort = (names: boolean): Arbitrary<object> =>
  fc
    .record({
      port: fc.constantFrom('0', '53', '80', '8080', ...(names ? ['http', 'dns'] : [])),
      protocol: maybe(fc.constantFrom('TCP', 'UDP', 'SCTP', 'ANY')),
      isRange: fc.boolean(),
    })
    .map(({ port, protocol, isRange }) => ({
      port,
      protocol,
      ...(isRange && Number(port) > 0 ? { endPort: Number(port) + 2 } : {}),
    }))

const ciliumTraffic = (names: boolean): Arbitrary<object> =>
  fc.oneof(
    fc.constant({}),
    some(ciliumPort(names)).map((ports) => ({ toPorts: [{ ports }] })),
    some(
      fc.record({
        family: maybe(fc.constantFrom('IPv4', 'IPv6')),
        type: fc.constantFrom<string | number>(0, 8, 128),
      }),
    ).map((fields) => ({ icmps: [{ fields }] })),
  )

// Towards what is no pod Cilium looks names up elsewhere, which is no matter of reading.
const ciliumRules = (word: 'from' | 'to'): Arbitrary<object[] | undefined> =>
  maybe(
    fc.array(
      fc
        .tuple(ciliumPeers(word), ciliumTraffic(word === 'from'))
        .map(([peers, traffic]) => ({ ...peers, ...traffic })),
      { maxLength: 3 },
    ),
  )

const ciliumSpec = fc.record({
  endpointSelector: ciliumSelector,
  ingress: ciliumRules('from'),
  ingressDeny: ciliumRules('from'),
  egress: ciliumRules('to'),
  egressDeny: ciliumRules('to'),
  enableDefaultDeny: maybe(
    fc.record({ ingress: maybe(fc.boolean()), egress: maybe(fc.boolean()) }),
  ),
})

/** CiliumNetworkPolicies. */
export const ciliumPolicies: Arbitrary<readonly Source[]> = policies(
  'cilium.io/v2',
  'CiliumNetworkPolicy',
  ciliumSpec.filter(({ ingress, ingressDeny, egress, egressDeny }) =>
    [ingress, ingressDeny, egress, egressDeny].some((list) => (list ?? []).length > 0),
  ),
)

function policies(
  apiVersion: string,
  kind: string,
  spec: Arbitrary<object>,
): Arbitrary<readonly Source[]> {
  return fc
    .array(fc.tuple(fc.constantFrom(...namespaces), spec), { minLength: 1, maxLength: 4 })
    .map((specs) =>
      specs.map(([namespace, one], index) =>
        makeSource(
          `policy-${index}.yaml`,
          stringify({ apiVersion, kind, metadata: { name: `p-${index}`, namespace }, spec: one }),
        ),
      ),
    )
}
