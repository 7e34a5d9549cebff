// NetworkPolicy and GlobalNetworkPolicy → policies of the IR. Fields and defaults:
// api/pkg/apis/projectcalico/v3/{networkpolicy,globalnetworkpolicy,policy_common}.go.
import { everyone } from '../../../src/ir/selector.ts'
import {
  type Action,
  type Direction,
  directions,
  type PodMatch,
  type Policy,
  type Rule,
  type Section,
} from '../../../src/ir/types.ts'
import { readName, readNamespace } from '../../../src/schema/metadata.ts'
import { complain, each, into, originOf, type Place } from '../../../src/schema/place.ts'
import { suggest } from '../../../src/schema/suggest.ts'
import { readConditions } from './conditions.ts'
import { readEntity, type Scope } from './entity.ts'
import { hostsMayMatch, inNamespace, prefixed } from './match.ts'
import type { NetworkSets } from './networkSets.ts'
import type { RawCalicoPolicy, RawPolicySpec, RawRule } from './schema.ts'
import { readPods, readSelectorText } from './selectors.ts'
import type { SelectorTree } from './selectorText.ts'
import { readTraffic } from './traffic.ts'

/** A policy as read, and its tier. A subject with alternatives becomes several policies. */
export interface ReadPolicy {
  readonly tier: string
  readonly name: string
  readonly namespace: string | null
  readonly policies: readonly Policy[]
}

/** Reads one policy; null where it has no name. `namespaced` tells the two kinds apart. */
export function readPolicy(
  raw: RawCalicoPolicy,
  namespaced: boolean,
  defaultNamespace: string,
  sets: NetworkSets,
  place: Place,
): ReadPolicy | null {
  const metadata = into(place, 'metadata')
  const name = readName(raw.metadata, metadata)
  const namespace = namespaced
    ? readNamespace(raw.metadata, defaultNamespace, into(metadata, 'namespace'))
    : null
  if (!namespaced && raw.metadata.namespace != null) {
    const message = 'a GlobalNetworkPolicy has no namespace'
    complain(into(metadata, 'namespace'), 'NP2019', { on: 'key', message })
  }
  const spec = raw.spec ?? {}
  const at = into(place, 'spec')
  const isForHosts = reportHostPolicy(spec, at)
  const scope: Scope = { namespace, sets }
  const governed = governedDirections(spec, at)
  const sectionOf = (direction: Direction): Section | null => {
    const section = readSection(spec, direction, scope, at)
    return governed.has(direction) ? section : null
  }
  const [ingress, egress] = [sectionOf('ingress'), sectionOf('egress')]
  const subjects = readSubjects(spec, namespace, isForHosts, at)
  if (name === undefined) return null
  const tier = spec.tier ?? 'default'
  if (isForHosts) return { tier, name, namespace, policies: [] }
  const origin = originOf(place)
  const policies = subjects.map(
    (subject): Policy => ({
      name,
      namespace,
      subject,
      ingress,
      egress,
      order: spec.order ?? null,
      origin,
    }),
  )
  return { tier, name, namespace, policies }
}

/** The policy's pods; reports that there are none, which is never what was meant. */
function readSubjects(
  spec: RawPolicySpec,
  namespace: string | null,
  isForHosts: boolean,
  place: Place,
): readonly PodMatch[] {
  const { errors } = place.reporter
  const tree = subjectTree(spec, namespace, place)
  const at = into(place, 'selector')
  const subjects = readPods(tree, at)
  if (subjects.length > 0 || isForHosts || place.reporter.errors > errors) return subjects
  if (namespace === null && hostsMayMatch(tree)) {
    complain(at, 'NP2024', {
      message: 'the policy selects no pod, and what it says of host endpoints is not carried',
      help: "by hand: rules of the nodes' own firewall; take it out of the input to look at pods alone",
    })
  } else complain(at, 'NP3005', { message: 'the policy selects no pod: it does nothing' })
  return subjects
}

function subjectTree(spec: RawPolicySpec, namespace: string | null, place: Place): SelectorTree {
  const read = (
    key: 'selector' | 'namespaceSelector' | 'serviceAccountSelector',
  ): SelectorTree[] => {
    const written = spec[key]
    if (written == null || written === '') return []
    const tree = readSelectorText(written, 'other', into(place, key))
    return tree === undefined ? [] : [tree]
  }
  return {
    kind: 'and',
    of: [
      ...(namespace === null ? [] : [inNamespace(namespace)]),
      ...read('selector'),
      ...read('namespaceSelector').map((tree) => prefixed(tree, 'pcns.')),
      ...read('serviceAccountSelector').map((tree) => prefixed(tree, 'pcsa.')),
    ],
  }
}

const hostKeys = [
  {
    key: 'doNotTrack',
    help: 'nothing of it is about pods; by hand: rules in the raw table of the nodes',
    forHostsAlone: true,
  },
  {
    key: 'preDNAT',
    help: 'nothing of it is about pods; by hand: rules before DNAT on the nodes',
    forHostsAlone: true,
  },
  {
    key: 'applyOnForward',
    help: 'what it says of pods is carried; what nodes forward between their own interfaces is not',
    forHostsAlone: false,
  },
] as const

/** What only host endpoints know; whether the policy means nothing to pods. */
function reportHostPolicy(spec: RawPolicySpec, place: Place): boolean {
  const found = hostKeys.filter(({ key }) => spec[key] === true)
  const alone = found.find(({ forHostsAlone }) => forHostsAlone)
  const said = alone ?? found[0]
  if (said !== undefined) {
    complain(into(place, said.key), 'NP2024', {
      on: 'key',
      message: `"${said.key}" is about host endpoints, and is not carried`,
      help: said.help,
    })
  }
  return alone !== undefined
}

const directionOf: ReadonlyMap<string, Direction> = new Map([
  ['Ingress', 'ingress'],
  ['Egress', 'egress'],
])

/** `types`; where it is absent, egress where there are only egress rules, and else as there are rules. */
function governedDirections(spec: RawPolicySpec, place: Place): ReadonlySet<Direction> {
  const types = each(into(place, 'types'), spec.types)
  if (types.length === 0) {
    const [hasIngress, hasEgress] = directions.map((one) => (spec[one] ?? []).length > 0)
    if (!hasEgress) return new Set(['ingress'])
    return new Set(hasIngress ? directions : ['egress'])
  }
  const governed = new Set<Direction>()
  for (const { item, at } of types) {
    const direction = directionOf.get(item)
    if (direction === undefined) {
      const near = suggest(item, [...directionOf.keys()])
      const help = near === undefined ? 'known types: Ingress, Egress' : `did you mean "${near}"?`
      complain(at, 'NP2008', { message: `policy type "${item}" is not known`, help })
    } else if (governed.has(direction)) {
      complain(at, 'NP2008', {
        message: `policy type "${item}" is listed twice`,
        help: 'remove one',
      })
    } else governed.add(direction)
  }
  for (const direction of directions) {
    if (governed.has(direction) || (spec[direction] ?? []).length === 0) continue
    const message = `the ${direction} rules do nothing: "types" does not list their direction`
    complain(into(place, direction), 'NP3005', { on: 'key', message })
  }
  return governed
}

function readSection(
  spec: RawPolicySpec,
  direction: Direction,
  scope: Scope,
  place: Place,
): Section {
  const rules = each(into(place, direction), spec[direction]).flatMap(({ item, at }) =>
    readRule(item, direction, scope, at),
  )
  return { isolates: true, rules }
}

const actions: ReadonlyMap<string, Action> = new Map([
  ['Allow', 'allow'],
  ['Deny', 'deny'],
  ['Log', 'log'],
  ['Pass', 'pass'],
])

function readRule(raw: RawRule, direction: Direction, scope: Scope, place: Place): readonly Rule[] {
  const action = actions.get(raw.action)
  if (action === undefined) {
    const near = suggest(raw.action, [...actions.keys()])
    complain(into(place, 'action'), 'NP2018', {
      message: `action "${raw.action}" is not known`,
      help: near ? `did you mean "${near}"?` : `known actions: ${[...actions.keys()].join(', ')}`,
    })
  }
  checkFamilies(raw, place)
  const entity = (key: 'source' | 'destination'): Rule['peers'] =>
    raw[key] == null ? everyone : readEntity(raw[key], scope, into(place, key))
  const [source, destination] = [entity('source'), entity('destination')]
  const [peers, subjects] = direction === 'ingress' ? [source, destination] : [destination, source]
  const traffic = readTraffic(raw, place)
  const conditions = readConditions(raw, direction, scope, place)
  if (action === undefined) return []
  return [{ action, subjects, peers, traffic, conditions, origins: [originOf(place)] }]
}

function checkFamilies(raw: RawRule, place: Place): void {
  const nets = (['source', 'destination'] as const).flatMap((end) =>
    (['nets', 'notNets'] as const).flatMap((key) =>
      each(into(into(place, end), key), raw[end]?.[key]),
    ),
  )
  checkFamily(nets, raw.ipVersion)
}

/** One rule is of one IP version, which is returned where it is known: scanNets. */
export function checkFamily(
  nets: readonly { readonly item: string; readonly at: Place }[],
  ipVersion: number | null | undefined,
): number | null {
  const familyOf = (text: string): 4 | 6 => (text.includes(':') ? 6 : 4)
  const [first] = nets
  const wanted = ipVersion ?? (first === undefined ? null : familyOf(first.item))
  for (const { item, at } of nets.filter((one) => familyOf(one.item) !== wanted)) {
    const message = `"${item}" is not of IPv${wanted}, as the rest of the rule is`
    complain(at, 'NP2018', { message, help: 'write a rule for each IP version' })
  }
  return wanted
}
