// NetworkPolicy → policy: the checks of the API server, its defaults, and then the meaning.
import { everyone, podsOfNamespace } from '../../src/ir/selector.ts'
import type { Direction, Policy, Rule, Section } from '../../src/ir/types.ts'
import { readSelector } from '../../src/schema/labelSelector.ts'
import { readName, readNamespace } from '../../src/schema/metadata.ts'
import { complain, each, into, originOf, type Place } from '../../src/schema/place.ts'
import { suggest } from '../../src/schema/suggest.ts'
import { nodeAt } from '../../src/source/located.ts'
import { readPeers } from './peer.ts'
import { readTraffic } from './port.ts'
import type { RawEgressRule, RawIngressRule, RawPolicy, RawSpec } from './schema.ts'

/** Reads one policy; null when it has no name to be compiled to. All faults are reported. */
export function readPolicy(raw: RawPolicy, defaultNamespace: string, place: Place): Policy | null {
  const named = readName(raw.metadata, into(place, 'metadata'))
  const namespace = readNamespace(
    raw.metadata,
    defaultNamespace,
    into(place, 'metadata', 'namespace'),
  )
  const spec = raw.spec ?? {}
  const at = into(place, 'spec')
  warnAbsentSelector(place)
  const subject = podsOfNamespace(
    namespace,
    readSelector(spec.podSelector, into(at, 'podSelector')),
  )
  const governed = governedDirections(spec, at)
  const ingress = readSection(spec, 'ingress', namespace, at)
  const egress = readSection(spec, 'egress', namespace, at)
  if (named === undefined) return null
  return {
    name: named,
    namespace,
    subject,
    ingress: governed.has('ingress') ? ingress : null,
    egress: governed.has('egress') ? egress : null,
    order: null,
    origin: originOf(place),
  }
}

function warnAbsentSelector(place: Place): void {
  if (nodeAt(place.document.root, ['spec', 'podSelector']) !== undefined) return
  const at =
    nodeAt(place.document.root, ['spec']) === undefined ? into(place, 'kind') : into(place, 'spec')
  complain(at, 'NP3003', {
    on: 'key',
    message: 'there is no "podSelector": the policy is for all pods of its namespace',
  })
}

const directionOf: ReadonlyMap<string, Direction> = new Map([
  ['Ingress', 'ingress'],
  ['Egress', 'egress'],
])

/**
 * The directions that a policy governs: those of `policyTypes`; where that is absent or empty,
 * ingress always and egress when there is at least one egress rule.
 */
function governedDirections(spec: RawSpec, place: Place): ReadonlySet<Direction> {
  const types = each(into(place, 'policyTypes'), spec.policyTypes)
  if (types.length === 0) {
    return new Set<Direction>((spec.egress ?? []).length > 0 ? ['ingress', 'egress'] : ['ingress'])
  }
  const governed = new Set<Direction>()
  for (const { item, at } of types) {
    const direction = directionOf.get(item)
    if (direction !== undefined) {
      governed.add(direction)
      continue
    }
    const near = suggest(item, [...directionOf.keys()])
    const help = near === undefined ? 'known types: Ingress, Egress' : `did you mean "${near}"?`
    complain(at, 'NP2008', { message: `policy type "${item}" is not known`, help })
  }
  if (types.length > 2) {
    const message = `"policyTypes" has ${types.length} items, more than 2`
    complain(into(place, 'policyTypes'), 'NP2008', { on: 'key', message })
  }
  // A misspelt type is an error of its own; what it leaves inert would be its echo.
  if (types.every(({ item }) => directionOf.has(item))) warnInert(spec, governed, place)
  return governed
}

function warnInert(spec: RawSpec, governed: ReadonlySet<Direction>, place: Place): void {
  for (const [type, direction] of directionOf) {
    if (governed.has(direction) || (spec[direction] ?? []).length === 0) continue
    complain(into(place, direction), 'NP3002', {
      on: 'key',
      message: `the ${direction} rules do nothing: "policyTypes" does not list ${type}`,
      help: `add ${type} to "policyTypes", or remove the rules`,
    })
  }
}

function readSection(
  spec: RawSpec,
  direction: Direction,
  namespace: string,
  place: Place,
): Section {
  const key = direction === 'ingress' ? 'from' : 'to'
  const written: readonly (RawIngressRule & RawEgressRule)[] = spec[direction] ?? []
  const rules = each(into(place, direction), written).map(
    ({ item, at }): Rule => ({
      action: 'allow',
      subjects: everyone,
      peers: readPeers(item[key], namespace, into(at, key)),
      traffic: readTraffic(item.ports, into(at, 'ports')),
      conditions: [],
      origins: [originOf(at)],
    }),
  )
  return { isolates: true, rules }
}
