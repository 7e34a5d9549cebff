// Rules of policies and profiles → rules of the IR; what may stand together: libcalico-go, lib/validator
// of Calico 2, validateRule.
import { everyone } from '../../src/ir/selector.ts'
import type { Action, Direction, Rule, Section } from '../../src/ir/types.ts'
import { complain, each, into, originOf, type Place } from '../../src/schema/place.ts'
import { suggest } from '../../src/schema/suggest.ts'
import { clientPorts } from '../calico/reading/conditions.ts'
import { checkFamily } from '../calico/reading/policy.ts'
import { readTraffic } from '../calico/reading/traffic.ts'
import { netsOf, readEntity } from './entity.ts'
import type { Profiles } from './profiles.ts'
import type { RawRule, RawRules } from './schema.ts'

/** What the meaning of rules depends on. */
export interface Scope {
  readonly profiles: Profiles
  /** Whose rules they are. */
  readonly owner: 'policy' | 'profile'
}

/** The rules of a direction; the tier decides about what they leave open. */
export function readSection(
  raw: RawRules,
  direction: Direction,
  scope: Scope,
  place: Place,
): Section {
  const rules = each(into(place, direction), raw[direction]).flatMap(({ item, at }) =>
    readRule(item, direction, scope, at),
  )
  return { isolates: true, rules }
}

const ends = ['source', 'destination'] as const

function readRule(raw: RawRule, direction: Direction, scope: Scope, place: Place): readonly Rule[] {
  const action = readAction(raw.action ?? '', scope.owner, into(place, 'action'))
  const [source = everyone, destination = everyone] = ends.map((end) =>
    raw[end] == null ? everyone : readEntity(raw[end], scope.profiles, into(place, end)),
  )
  const [peers, subjects] = direction === 'ingress' ? [source, destination] : [destination, source]
  const ipVersion = readIpVersion(raw, place)
  if (!checkPorts(raw, place) || action === undefined) return []
  const traffic = readTraffic(
    {
      action: 'Allow',
      ipVersion,
      protocol: laterProtocol(raw.protocol),
      notProtocol: laterProtocol(raw.notProtocol),
      icmp: raw.icmp,
      notICMP: raw.notICMP,
      destination: { ports: raw.destination?.ports, notPorts: raw.destination?.notPorts },
    },
    place,
  )
  const conditions = clientPorts(raw.source, into(place, 'source'))
  return [{ action, subjects, peers, traffic, conditions, origins: [originOf(place)] }]
}

/** Actions in the words of the API, of the datastore, and of the tiers before that. */
const actions: ReadonlyMap<string, Action> = new Map([
  ['', 'allow'],
  ['allow', 'allow'],
  ['deny', 'deny'],
  ['log', 'log'],
  ['pass', 'pass'],
  ['next-tier', 'pass'],
  ['nexttier', 'pass'],
])

function readAction(written: string, owner: Scope['owner'], place: Place): Action | undefined {
  const action = actions.get(written.toLowerCase())
  if (action === undefined) {
    const near = suggest(written, [...actions.keys()])
    const help = near ? `did you mean "${near}"?` : 'known actions: allow, deny, log, pass'
    complain(place, 'NP2018', { message: `action "${written}" is not known`, help })
  }
  if (action === 'pass' && owner === 'profile') {
    complain(place, 'NP2021', {
      message: `"${written}" in a profile leads nowhere: nothing comes after profiles`,
      help: 'write "deny", which is what became of it',
    })
  }
  return action
}

/**
 * The IP version of a rule. One that only excepts addresses is still a rule of their version alone, as
 * Felix leaves it out of the other's tables: rules/policy.go, filterNets.
 */
function readIpVersion(raw: RawRule, place: Place): number | null {
  const under = (keys: Parameters<typeof netsOf>[1]): ReturnType<typeof netsOf> =>
    ends.flatMap((end) => netsOf(raw[end] ?? {}, keys, into(place, end)))
  const single = under(['net', 'notNet'])
  const lists = under(['nets', 'notNets'])
  const [first] = lists
  if (single.length > 0 && first !== undefined) {
    complain(first.at, 'NP2018', {
      message: 'a rule cannot have both "net" and "nets", or their "not" forms',
      help: 'move all blocks of the rule into "nets" and "notNets"',
    })
  }
  const version = checkFamily([...single, ...lists], raw.ipVersion)
  return under(['net', 'nets']).length > 0 ? (raw.ipVersion ?? null) : version
}

const laterNames: ReadonlyMap<string, string> = new Map([
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
  ['icmp', 'ICMP'],
  ['icmpv6', 'ICMPv6'],
  ['sctp', 'SCTP'],
  ['udplite', 'UDPLite'],
])
const withPorts: readonly string[] = ['TCP', 'UDP', '6', '17']

/** A protocol as Calico v3 spells it; a word that nobody knows stays as it is. */
function laterProtocol(written: number | string | null | undefined): number | string | null {
  return laterNames.get(String(written).toLowerCase()) ?? written ?? null
}

/** Whether ports, names of ports too, stand beside a protocol that has some. */
function checkPorts(raw: RawRule, place: Place): boolean {
  if (withPorts.includes(String(laterProtocol(raw.protocol)))) return true
  const faulty = ends.flatMap((end) =>
    (['ports', 'notPorts'] as const)
      .filter((key) => (raw[end]?.[key] ?? []).length > 0)
      .map((key) => into(place, end, key)),
  )
  for (const at of faulty) {
    complain(at, 'NP2018', {
      on: 'key',
      message:
        raw.protocol == null
          ? 'ports need a protocol'
          : `Calico v1 knows no ports of protocol "${raw.protocol}"`,
      help: 'add "protocol: tcp" or "protocol: udp" to the rule',
    })
  }
  return faulty.length === 0
}
