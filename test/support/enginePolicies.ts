// Generated policies of Cilium, as the text that a user has: constructs that no emitter of ours ever
// writes, over the same small universe as test/support/arbitraries.ts.
import fc, { type Arbitrary } from 'fast-check'
import { stringify } from 'yaml'
import { makeSource, type Source } from '../../src/source/source.ts'

export const namespaces: readonly string[] = ['red', 'green', 'blue']
export const keys: readonly string[] = ['app', 'tier', 'example.com/team']
export const values: readonly string[] = ['a', 'b', 'C.1_x', '']
export const blocks4: readonly string[] = [
  '0.0.0.0/0',
  '10.0.0.0/29',
  '10.0.0.4/30',
  '192.0.2.0/24',
  '172.16.0.0/30',
]
export const blocks6: readonly string[] = ['::/0', 'fd00::/112', '2001:db8::/32']
export const maybe = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> =>
  fc.option(one, { nil: undefined })
export const some = <T>(one: Arbitrary<T>, maxLength = 3): Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength })

const ciliumKeys = [
  ...keys,
  ...keys.map((key) => `k8s:${key}`),
  'any:app',
  'io.cilium.k8s.namespace.labels.env',
  'k8s:io.cilium.k8s.namespace.labels.example.com/team',
  'k8s:io.kubernetes.pod.namespace',
]
const ciliumValues = [...values, 'red', 'prod']
const selectorOf = (labels: readonly string[], words: readonly string[]): Arbitrary<object> => {
  const label = fc.constantFrom(...labels)
  const word = fc.constantFrom(...words)
  return fc.record({
    matchLabels: maybe(fc.dictionary(label, word, { maxKeys: 1 })),
    matchExpressions: maybe(
      fc.array(
        fc.oneof(
          fc.record({
            key: label,
            operator: fc.constantFrom('In', 'NotIn'),
            values: fc.uniqueArray(word, { minLength: 1, maxLength: 2 }),
          }),
          fc.record({ key: label, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
        ),
        { maxLength: 2 },
      ),
    ),
  })
}
const ciliumSelector = selectorOf(ciliumKeys, ciliumValues)
const podSelector = selectorOf(keys, values)

/** Peers that are pods of the own namespace, everybody, or nobody. */
const podPeers = (word: string): Arbitrary<object> =>
  fc.oneof(
    fc.constant({}),
    fc.array(podSelector, { maxLength: 2 }).map((list) => ({ [`${word}Endpoints`]: list })),
    fc.constantFrom('all', 'none').map((one) => ({ [`${word}Entities`]: [one] })),
  )

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

type PeersOf = (word: string) => Arbitrary<object>

// Towards what is no pod Cilium looks names up elsewhere, which is no matter of reading.
const ciliumRules = (word: 'from' | 'to', peers: PeersOf): Arbitrary<object[] | undefined> =>
  maybe(
    fc.array(
      fc
        .tuple(peers(word), ciliumTraffic(word === 'from'))
        .map(([from, traffic]) => ({ ...from, ...traffic })),
      { maxLength: 3 },
    ),
  )

const ciliumSpec = (subject: Arbitrary<object>, peers: PeersOf) =>
  fc.record({
    endpointSelector: subject,
    ingress: ciliumRules('from', peers),
    ingressDeny: ciliumRules('from', peers),
    egress: ciliumRules('to', peers),
    egressDeny: ciliumRules('to', peers),
    enableDefaultDeny: maybe(
      fc.record({ ingress: maybe(fc.boolean()), egress: maybe(fc.boolean()) }),
    ),
  })

/** CiliumNetworkPolicies. */
export const ciliumPolicies: Arbitrary<readonly Source[]> = ofCilium(ciliumSelector, ciliumPeers)

/** CiliumNetworkPolicies in which every peer is pods, everybody or nobody. */
export const ciliumPodPolicies: Arbitrary<readonly Source[]> = ofCilium(podSelector, podPeers)

function ofCilium(subject: Arbitrary<object>, peers: PeersOf): Arbitrary<readonly Source[]> {
  const spec = ciliumSpec(subject, peers).filter(({ ingress, ingressDeny, egress, egressDeny }) =>
    [ingress, ingressDeny, egress, egressDeny].some((list) => (list ?? []).length > 0),
  )
  return policies('cilium.io/v2', 'CiliumNetworkPolicy', spec)
}

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
