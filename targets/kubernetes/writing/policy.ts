// One policy of the IR as the value of a NetworkPolicy.
import { printCidr } from '../../../src/algebra/address.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import { aboutPolicy, aboutRule, type Complain } from '../../../src/emit/complain.ts'
import { labelFaults } from '../../../src/emit/labelFaults.ts'
import { commented, type ManifestMap, type ManifestValue } from '../../../src/emit/manifest.ts'
import {
  alternatives,
  namespaceNameLabel,
  onlyNamespace,
  type Requirement,
} from '../../../src/ir/selector.ts'
import {
  type Direction,
  directions,
  type Peer,
  type PodMatch,
  type Policy,
  type Ports,
  type Protocol,
  type Rule,
  type Traffic,
} from '../../../src/ir/types.ts'
import { portNameFault } from '../../../src/schema/names.ts'
import { describeOrigin } from '../../../src/source/origin.ts'

const typeNames: Readonly<Record<Direction, string>> = { ingress: 'Ingress', egress: 'Egress' }
const peerKeys: Readonly<Record<Direction, string>> = { ingress: 'from', egress: 'to' }

/** The object; null where nothing can or need be written. What has no words is reported. */
export function policyManifest(policy: Policy, reporter: Reporter): ManifestMap | null {
  const { name, namespace, subject } = policy
  const governed = directions.filter((direction) => policy[direction] !== null)
  const [podSelector, ...others] = alternatives(subject.pods)
  // No alternative: it selects no pod that could exist.
  if (namespace === null || governed.length === 0 || podSelector === undefined) return null
  if (others.length > 0) throw new Error(`policy "${name}" reached the target with alternatives`)
  const selector = labelSelector(podSelector, aboutPolicy(policy, reporter))
  const rulesOf = (direction: Direction): ManifestValue | undefined =>
    policy[direction]?.rules.flatMap((rule) => {
      const value = ruleValue(rule, direction, namespace, aboutRule(policy, rule, reporter))
      const places = rule.origins.map(describeOrigin).join(', ')
      return value === null ? [] : [commented(places, value)]
    })
  if (selector === null) return null
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: selector,
      policyTypes: governed.map((direction) => typeNames[direction]),
      ingress: rulesOf('ingress'),
      egress: rulesOf('egress'),
    },
  }
}

function ruleValue(
  rule: Rule,
  direction: Direction,
  namespace: string,
  complain: Complain,
): ManifestMap | null {
  const isAnybody = rule.peers.some(({ kind }) => kind === 'any')
  const peers = isAnybody ? [] : rule.peers.flatMap((peer) => peerItems(peer, namespace, complain))
  const isAll = rule.traffic.some(({ kind }) => kind === 'all')
  const ports = isAll ? [] : rule.traffic.flatMap((one) => portItems(one, complain))
  // An empty list would mean everybody, or every port.
  if ((!isAnybody && peers.length === 0) || (!isAll && ports.length === 0)) return null
  return {
    [peerKeys[direction]]: isAnybody ? undefined : peers,
    ports: isAll ? undefined : ports,
  }
}

function peerItems(peer: Peer, namespace: string, complain: Complain): readonly ManifestMap[] {
  switch (peer.kind) {
    case 'pods':
      return podItems(peer, namespace, complain)
    case 'cidr': {
      const except = peer.except.map(printCidr)
      const ipBlock = {
        cidr: printCidr(peer.cidr),
        except: except.length === 0 ? undefined : except,
      }
      return [{ ipBlock }]
    }
    default:
      throw new Error(`peer of kind "${peer.kind}" reached a target that does not declare it`)
  }
}

/** A podSelector alone speaks of the own namespace; with a namespaceSelector, of those. */
function podItems(match: PodMatch, namespace: string, complain: Complain): readonly ManifestMap[] {
  const pods = alternatives(match.pods).map((one) => labelSelector(one, complain))
  const isOwn = onlyNamespace(match.namespaces) === namespace
  const places = isOwn
    ? [undefined]
    : alternatives(match.namespaces)
        .flatMap(possible)
        .map((one) => labelSelector(one, complain))
  return places.flatMap((namespaceSelector) =>
    pods.flatMap((podSelector): readonly ManifestMap[] => {
      if (podSelector === null || namespaceSelector === null) return []
      const isAllPods = Object.values(podSelector).every((part) => part === undefined)
      if (namespaceSelector === undefined) return [{ podSelector }]
      return [{ namespaceSelector, podSelector: isAllPods ? undefined : podSelector }]
    }),
  )
}

/** Every namespace has its name: asking whether it has one says nothing, or nothing that can be. */
function possible(requirements: readonly Requirement[]): readonly (readonly Requirement[])[] {
  const isName = ({ key }: Requirement): boolean => key === namespaceNameLabel
  if (requirements.some((one) => isName(one) && one.operator === 'DoesNotExist')) return []
  return [requirements.filter((one) => !isName(one) || one.operator !== 'Exists')]
}

/** Single values as matchLabels, the rest, and second tests of one key, as matchExpressions. */
function labelSelector(
  requirements: readonly Requirement[],
  complain: Complain,
): ManifestMap | null {
  const faults = requirements.flatMap(labelFaults)
  for (const fact of faults) complain('NP5007', fact)
  if (faults.length > 0) return null
  const labels: Record<string, string> = {}
  const expressions: ManifestMap[] = []
  for (const { key, operator, values } of requirements) {
    const [value] = values
    const isSingle = operator === 'In' && values.length === 1 && !Object.hasOwn(labels, key)
    if (isSingle && value !== undefined) labels[key] = value
    else expressions.push({ key, operator, values: values.length === 0 ? undefined : values })
  }
  return {
    matchLabels: Object.keys(labels).length === 0 ? undefined : labels,
    matchExpressions: expressions.length === 0 ? undefined : expressions,
  }
}

function portItems(traffic: Traffic, complain: Complain): readonly ManifestMap[] {
  if (traffic.kind !== 'ports') {
    throw new Error(`traffic of kind "${traffic.kind}" reached a target that does not declare it`)
  }
  return portItem(traffic.protocol, traffic.ports, complain)
}

function portItem(protocol: Protocol, ports: Ports, complain: Complain): readonly ManifestMap[] {
  switch (ports.kind) {
    case 'all':
      return [{ protocol }]
    case 'range': {
      const endPort = ports.to === ports.from ? undefined : ports.to
      return [{ protocol, port: ports.from, endPort }]
    }
    case 'named': {
      const fault = portNameFault(ports.name)
      if (fault === undefined) return [{ protocol, port: ports.name }]
      complain('NP5007', `port name "${ports.name}" is not one that Kubernetes takes: ${fault}`)
      return []
    }
  }
}
