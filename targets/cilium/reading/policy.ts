// CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy → policies of the IR, one for each of `spec`
// and `specs`.
import { everyone } from '../../../src/ir/selector.ts'
import {
  type Direction,
  directions,
  type Policy,
  type Rule,
  type Section,
} from '../../../src/ir/types.ts'
import { readName, readNamespace } from '../../../src/schema/metadata.ts'
import { complain, each, into, originOf, type Place } from '../../../src/schema/place.ts'
import { readDenied } from './ownNode.ts'
import { type PeerGroup, readPeers, type Scope } from './peers.ts'
import type { RawCiliumPolicy, RawCiliumRule, RawCiliumSpec } from './schema.ts'
import { readSubject } from './selector.ts'
import { readTraffic } from './traffic.ts'

/** Reads one object; `namespaced` tells the two kinds apart. Faults are reported. */
export function readPolicy(
  raw: RawCiliumPolicy,
  namespaced: boolean,
  defaultNamespace: string,
  known: Omit<Scope, 'namespace'>,
  place: Place,
): readonly Policy[] {
  const metadata = into(place, 'metadata')
  const name = readName(raw.metadata, metadata)
  const namespace = namespaced
    ? readNamespace(raw.metadata, defaultNamespace, into(metadata, 'namespace'))
    : null
  const specs = [
    ...(raw.spec == null ? [] : [{ item: raw.spec, at: into(place, 'spec') }]),
    ...each(into(place, 'specs'), raw.specs),
  ]
  if (specs.length === 0) {
    complain(metadata, 'NP2019', {
      on: 'key',
      message: 'the policy has neither "spec" nor "specs"',
    })
  }
  const scope: Scope = { ...known, namespace }
  return specs.flatMap(({ item, at }) => readSpec(item, name, scope, at))
}

function readSpec(
  raw: RawCiliumSpec,
  name: string | undefined,
  scope: Scope,
  place: Place,
): readonly Policy[] {
  if (raw.nodeSelector != null) {
    complain(into(place, 'nodeSelector'), 'NP2021', {
      on: 'key',
      message:
        scope.namespace === null
          ? 'policies for nodes ("nodeSelector") are not read'
          : 'a CiliumNetworkPolicy cannot have a "nodeSelector"',
    })
    return []
  }
  if (raw.endpointSelector == null) {
    complain(place, 'NP2019', {
      on: 'key',
      message: '"endpointSelector" is missing',
      help: 'write "endpointSelector: {}" for all pods',
    })
    return []
  }
  if (lists.every(({ key }) => (raw[key] ?? []).length === 0)) {
    complain(place, 'NP2019', {
      on: 'key',
      message: 'the policy has no rule, and Cilium rejects it then',
      help: 'to isolate, write "ingress: [{}]" or "fromEntities: [none]"',
    })
  }
  const subject = readSubject(
    raw.endpointSelector,
    scope.namespace,
    into(place, 'endpointSelector'),
  )
  const [ingress, egress] = directions.map((direction) => readSection(raw, direction, scope, place))
  if (name === undefined || ingress === undefined || egress === undefined) return []
  const { namespace } = scope
  return [{ name, namespace, subject, ingress, egress, order: null, origin: originOf(place) }]
}

const lists = [
  { key: 'ingress', direction: 'ingress', action: 'allow' },
  { key: 'ingressDeny', direction: 'ingress', action: 'deny' },
  { key: 'egress', direction: 'egress', action: 'allow' },
  { key: 'egressDeny', direction: 'egress', action: 'deny' },
] as const

/** A direction is isolated where it has a rule of either kind, unless `enableDefaultDeny` says. */
function readSection(
  raw: RawCiliumSpec,
  direction: Direction,
  scope: Scope,
  place: Place,
): Section | null {
  const own = lists.filter((one) => one.direction === direction)
  const hasRules = own.some(({ key }) => (raw[key] ?? []).length > 0)
  const isolates = raw.enableDefaultDeny?.[direction] ?? hasRules
  const rules = own.flatMap(({ key, action }) =>
    each(into(place, key), raw[key]).flatMap(({ item, at }) =>
      readRule(item, direction, action, scope, at),
    ),
  )
  return isolates || hasRules ? { isolates, rules } : null
}

function readRule(
  raw: RawCiliumRule,
  direction: Direction,
  action: 'allow' | 'deny',
  scope: Scope,
  place: Place,
): readonly Rule[] {
  const isDeny = action === 'deny'
  if (isDeny) refuseInDeny(raw, place)
  const peers = readPeers(raw, direction, scope, place)
  const traffic = readTraffic(raw, isDeny, place)
  const authentication = readAuthentication(raw, place)
  // A rule that says nothing at all allows nothing; it only isolates.
  if (peers === null && traffic === null) return []
  const anybody: readonly PeerGroup[] = [{ peers: everyone, conditions: [] }]
  const said = peers ?? anybody
  const groups = isDeny && direction === 'ingress' ? readDenied(said, place) : said
  return groups.flatMap((whom) =>
    (traffic ?? [{ traffic: [{ kind: 'all' } as const], conditions: [] }]).map(
      (what): Rule => ({
        action,
        subjects: everyone,
        peers: whom.peers,
        traffic: what.traffic,
        conditions: [...whom.conditions, ...what.conditions, ...authentication],
        origins: [originOf(place)],
      }),
    ),
  )
}

function refuseInDeny(raw: RawCiliumRule, place: Place): void {
  for (const key of ['toFQDNs', 'authentication'] as const) {
    if (raw[key] == null) continue
    complain(into(place, key), 'NP2018', {
      on: 'key',
      message: `a deny rule cannot have "${key}"`,
    })
  }
}

const modes = ['disabled', 'required', 'test-always-fail']

function readAuthentication({ authentication }: RawCiliumRule, place: Place): readonly string[] {
  const mode = authentication?.mode
  if (mode == null || mode === 'disabled') return []
  if (modes.includes(mode)) return [`authentication ${mode}`]
  complain(into(place, 'authentication', 'mode'), 'NP2018', {
    message: `authentication mode "${mode}" is not known`,
    help: `known: ${modes.join(', ')}`,
  })
  return []
}
