// policy → policies of the IR. Every one is of the whole cluster, and ends in the tier's drop.
import type { ReadContext } from '../../src/dialect.ts'
import { type Direction, directions, type Policy, type Section } from '../../src/ir/types.ts'
import { complain, each, into, originOf, type Place } from '../../src/schema/place.ts'
import { suggest } from '../../src/schema/suggest.ts'
import { readPods } from '../calico/reading/selectors.ts'
import type { Profiles } from './profiles.ts'
import { readSection } from './rules.ts'
import type { RawPolicy, RawPolicySpec } from './schema.ts'
import { readSelector } from './selectors.ts'

/** What a policy is read with. */
export interface PolicyScope {
  readonly profiles: Profiles
  readonly v1Types: NonNullable<ReadContext['v1Types']>
  /** Whether the input has the policy that passes on what no other decided. */
  readonly hasBackstop: boolean
}

/** The policy of Kubernetes' integration up to Calico 2.3: order 2000, everything passes on. */
export const backstopName = 'k8s-policy-no-match'

/** Reads one policy. A subject with alternatives becomes several policies. */
export function readPolicy(
  raw: RawPolicy,
  name: string,
  scope: PolicyScope,
  place: Place,
): readonly Policy[] {
  const spec = raw.spec ?? {}
  const at = into(place, 'spec')
  if (isHostPolicy(spec, at)) return []
  const governed = readTypes(spec, at) ?? assumedTypes(spec, scope, into(place, 'metadata', 'name'))
  const sectionOf = (direction: Direction): Section | null => {
    const section = readSection(spec, direction, { ...scope, owner: 'policy' }, at)
    if (!governed.has(direction)) return null
    if (!scope.hasBackstop) warnClosed(section, direction, into(at, direction))
    return section
  }
  const [ingress, egress] = [sectionOf('ingress'), sectionOf('egress')]
  const tree = readSelector(spec.selector, scope.profiles, into(at, 'selector')) ?? { kind: 'all' }
  const origin = originOf(place)
  return readPods(tree, into(at, 'selector')).map((subject) => ({
    name,
    namespace: null,
    subject,
    ingress,
    egress,
    order: spec.order ?? null,
    origin,
  }))
}

/** Whether only host endpoints have the policy: it means nothing to pods. */
function isHostPolicy(spec: RawPolicySpec, place: Place): boolean {
  const found = (['doNotTrack', 'preDNAT'] as const).filter((key) => spec[key] === true)
  for (const key of found) {
    complain(into(place, key), 'NP2024', {
      on: 'key',
      message: `"${key}" is about host endpoints, and is not carried`,
      help: 'nothing of it is about pods; by hand: rules of the nodes, before tracking or before DNAT',
    })
  }
  checkHostPolicy(spec, place)
  return found.length > 0
}

function checkHostPolicy(spec: RawPolicySpec, place: Place): void {
  if (spec.preDNAT !== true) return
  if (spec.doNotTrack === true) {
    const message = '"preDNAT" and "doNotTrack" cannot stand together'
    complain(into(place, 'preDNAT'), 'NP2019', { on: 'key', message })
  }
  if ((spec.egress ?? []).length > 0) {
    const message = 'a policy with "preDNAT" has no egress rules'
    complain(into(place, 'egress'), 'NP2019', { on: 'key', message })
  }
}

/** The directions that `types` lists; null where it says nothing. */
function readTypes(spec: RawPolicySpec, place: Place): ReadonlySet<Direction> | null {
  const types = each(into(place, 'types'), spec.types)
  if (types.length === 0) return null
  const governed = new Set<Direction>()
  for (const { item, at } of types) {
    const direction = directions.find((one) => one === item.toLowerCase())
    if (direction !== undefined) {
      governed.add(direction)
      continue
    }
    const near = suggest(item, directions)
    const help = near === undefined ? 'known types: ingress, egress' : `did you mean "${near}"?`
    complain(at, 'NP2008', { message: `policy type "${item}" is not known`, help })
  }
  for (const direction of directions) {
    if (governed.has(direction) || !hasRules(spec, direction)) continue
    const message = `the ${direction} rules do nothing: "types" does not list their direction`
    complain(into(place, direction), 'NP3005', { on: 'key', message })
  }
  return governed
}

function hasRules(spec: RawPolicySpec, direction: Direction): boolean {
  return (spec[direction] ?? []).length > 0
}

/**
 * The directions of a policy that lists none. Felix took it for both as long as there was no `types`,
 * up to Calico 2.5; since then the tools that wrote policies filled it in by the rules.
 */
function assumedTypes(
  spec: RawPolicySpec,
  { v1Types }: PolicyScope,
  place: Place,
): ReadonlySet<Direction> {
  const other = (['egress', 'ingress'] as const).find((one) => !hasRules(spec, one))
  if (other === undefined) return new Set(directions)
  if (v1Types === 'rules') return new Set(directions.filter((one) => one !== other))
  complain(place, 'NP3006', {
    message: `no "types": the policy governs ${other} too, and nothing in it allows any: all ${other} of the pods that it selects is denied, unless another policy allows it`,
    help: 'so did Calico up to 2.5; calicoctl since 2.6 took only the directions of the rules: write "types", or say it with --v1-types rules',
  })
  return new Set(directions)
}

/** Rules that only deny look as if the rest got through. */
function warnClosed({ rules }: Section, direction: Direction, place: Place): void {
  if (rules.length === 0) return
  if (rules.some(({ action }) => action === 'allow' || action === 'pass')) return
  complain(place, 'NP3006', {
    on: 'key',
    message: `no ${direction} rule allows anything: ${direction} that none of them denies is denied at the end, unless another policy allows it`,
    help: `clusters with Calico up to 2.3 had a policy "${backstopName}" that passed it on: add it to the input if yours has it`,
  })
}
