// One object → a policy of the admin or the baseline tier: the checks of the API, then the meaning.
// Nobody is isolated by being a subject, and a direction without rules is not governed.

import { everyone } from '../../../src/ir/selector.ts'
import type { Direction, Policy, Rule, Section } from '../../../src/ir/types.ts'
import { readName } from '../../../src/schema/metadata.ts'
import { complain, into, originOf, type Place } from '../../../src/schema/place.ts'
import { atMost, meaningOf } from './checks.ts'
import { type AdminKind, type AdminTier, tierNames } from './kinds.ts'
import { readPeers, readSubject } from './peers.ts'
import type { RawPeer, RawPolicy, RawRule, RawSpec } from './schema.ts'
import { readTraffic } from './traffic.ts'

/** A policy and the tier that it is of. */
export interface ReadPolicy {
  readonly tier: AdminTier
  readonly policy: Policy
}

/** Reads one policy; null after reporting what keeps it from being one. */
export function readPolicy(raw: RawPolicy, kind: AdminKind, place: Place): ReadPolicy | null {
  const name = readOwnName(raw, kind, into(place, 'metadata'))
  const { spec } = raw
  const at = into(place, 'spec')
  const tier =
    kind.tier ?? meaningOf(spec.tier ?? '', tierNames, 'tier', 'NP2019', into(at, 'tier'))
  const subject = readSubject(spec.subject, into(at, 'subject'))
  const ingress = readSection(spec, 'ingress', kind, at)
  const egress = readSection(spec, 'egress', kind, at)
  warnWithoutRules(spec, place)
  if (name === undefined || tier === undefined || subject === undefined) return null
  const policy = {
    name,
    namespace: null,
    subject,
    ingress,
    egress,
    order: spec.priority ?? null,
    origin: originOf(place),
  }
  return { tier, policy }
}

function readOwnName(raw: RawPolicy, kind: AdminKind, place: Place): string | undefined {
  const name = readName(raw.metadata, place)
  if (raw.metadata.namespace != null) {
    const message = `a ${kind.kind} has no namespace`
    complain(into(place, 'namespace'), 'NP2019', { on: 'key', message, help: 'remove it' })
  }
  if (name !== undefined && kind.onlyName !== null && name !== kind.onlyName) {
    complain(into(place, 'name'), 'NP2019', {
      message: `the ${kind.kind} is named "${name}"`,
      help: `a cluster has one of them, and its name is "${kind.onlyName}"`,
    })
  }
  return name
}

function warnWithoutRules({ ingress, egress }: RawSpec, place: Place): void {
  if ((ingress ?? []).length + (egress ?? []).length > 0) return
  complain(into(place, 'spec'), 'NP3005', {
    on: 'key',
    message: 'the policy has no rules, and being its subject changes nothing',
    help: 'add rules, or remove it: what is to be denied needs a Deny rule',
  })
}

function readSection(
  spec: RawSpec,
  direction: Direction,
  kind: AdminKind,
  place: Place,
): Section | null {
  const at = into(place, direction)
  const written = atMost(at, spec[direction], kind.maxItems, 'rules', 'NP2019')
  if (written.length === 0) return null
  return {
    isolates: false,
    rules: written.flatMap((one) => readRule(one.item, direction, kind, one.at)),
  }
}

/** Longest name of a rule. */
const maxRuleName = 100

function readRule(
  raw: RawRule,
  direction: Direction,
  kind: AdminKind,
  place: Place,
): readonly Rule[] {
  const { actions, maxItems, traffic: key } = kind
  const name = raw.name ?? ''
  if (name.length > maxRuleName) {
    const message = `the name of the rule has ${name.length} characters, more than ${maxRuleName}`
    complain(into(place, 'name'), 'NP2018', { message, help: 'shorten it' })
  }
  const action = meaningOf(raw.action, actions, 'action', 'NP2018', into(place, 'action'))
  const peersKey = direction === 'ingress' ? 'from' : 'to'
  const written = raw[peersKey] ?? []
  const groups = readPeers(written, direction, maxItems, into(place, peersKey))
  const traffic = readTraffic(raw, key, maxItems, place)
  checkTogether(raw, key, into(place, peersKey), place)
  if (action === undefined) return []
  const origins = [originOf(place)] as const
  return groups.map((group) => ({ action, subjects: everyone, ...group, traffic, origins }))
}

/** What may not stand in one rule: names beside what has no named ports or is not let through. */
function checkTogether(raw: RawRule, key: 'protocols' | 'ports', peers: Place, place: Place): void {
  const written = raw.to ?? []
  const named = namedAt(raw)
  const nameless = written.find((peer) => namelessKeys.some((one) => peer[one] != null))
  if (named >= 0 && nameless !== undefined) {
    const what = namelessKeys.find((one) => nameless[one] != null)
    const last = key === 'ports' ? 'namedPort' : 'destinationNamedPort'
    complain(into(into(place, key), named, last), 'NP2018', {
      on: 'key',
      message: `a port by name stands beside "${what}", which has no named ports`,
      help: 'make two rules of it, or write the number',
    })
  }
  const at = written.findIndex((peer: RawPeer) => peer.domainNames != null)
  if (at >= 0 && !['Accept', 'Allow'].includes(raw.action)) {
    complain(into(peers, at, 'domainNames'), 'NP2018', {
      on: 'key',
      message: `"domainNames" cannot stand in a rule with the action ${raw.action}`,
      help: 'let the names through, and deny what is left with a rule after it',
    })
  }
}

const namelessKeys = ['networks', 'nodes', 'domainNames'] as const

function namedAt({ protocols, ports }: RawRule): number {
  if (protocols != null) return protocols.findIndex((one) => one.destinationNamedPort != null)
  return (ports ?? []).findIndex((one) => one.namedPort != null)
}
