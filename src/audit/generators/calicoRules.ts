// Which of its author's rules a rule of a policy's chain is of. Calico makes several rules of one: rules
// of Kubernetes become one for each peer and protocol, and each of those several lines of the chain, some
// of which gather what could not be said in one. Those for the other IP version alone are left out.
import type { Family } from '../../algebra/address.ts'
import type { Direction, Peer, Rule as PolicyRule, Traffic } from '../../ir/types.ts'
import type { Rule } from '../../ruleset/types.ts'
import type { CalicoPolicy } from './calicoNames.ts'
import { sectionOf, type WrittenRule, writtenRules } from './policies.ts'

/**
 * For each rule of a chain the number of its author's rule, from 1; none where it cannot be told, as
 * where the known policy does not give as many rules as are there.
 */
export function numbersOf(
  rules: readonly Rule[],
  policy: CalicoPolicy,
  direction: Direction,
  family: Family | null,
): ReadonlyMap<Rule, number> {
  const groups = groupsOf(rules)
  const made =
    policy.known === null
      ? null
      : madeRules(writtenRules(sectionOf(policy.known.policy, direction)), policy.kind)
  const here = made?.filter(({ families }) => family === null || families.includes(family)) ?? []
  const count = groups.at(-1) === undefined ? 0 : (groups.at(-1)?.group ?? 0) + 1
  const numberOf = ({ group, logged }: Group): number | null => {
    if (logged !== null) {
      // What is logged is the rule's place among those that Calico made, left out ones included.
      return made === null
        ? policy.kind === 'calico'
          ? logged + 1
          : null
        : (made[logged]?.number ?? null)
    }
    return here.length === count ? (here[group]?.number ?? null) : null
  }
  return new Map(
    rules.flatMap((rule, index) => {
      const group = groups[index]
      const number = group === undefined ? null : numberOf(group)
      return number === null ? [] : [[rule, number] as const]
    }),
  )
}

interface Group {
  /** The place of Calico's rule among those of the chain, from 0. */
  readonly group: number
  /** The place that is written into its log prefix, from 0. */
  readonly logged: number | null
}

/** Action, owner, direction, place: `API0|…` is what rule 0 of a policy for ingress logs. */
const flowLog = /^[ADP][PR][IE](\d+)\|/

/** Each rule's group: the rules that Calico made of one of its own. */
function groupsOf(rules: readonly Rule[]): readonly Group[] {
  let group = 0
  const places = rules.map((rule) => {
    const own = group
    if (endsGroup(rule)) group += 1
    return own
  })
  const logged = new Map<number, number>()
  rules.forEach((rule, index) => {
    const place = loggedPlace(rule)
    if (place !== null) logged.set(places[index] ?? 0, place)
  })
  return places.map((own) => ({ group: own, logged: logged.get(own) ?? null }))
}

/** A group ends with what it does; marks before it say that everything matched. */
function endsGroup(rule: Rule): boolean {
  return rule.actions.some(({ kind, ...action }) => {
    if (kind === 'log') return 'prefix' in action && !flowLog.test(String(action.prefix))
    return kind === 'return' || kind === 'drop' || kind === 'accept'
  })
}

function loggedPlace({ actions }: Rule): number | null {
  for (const action of actions) {
    const [, place] = action.kind === 'log' ? (flowLog.exec(action.prefix) ?? []) : []
    if (place !== undefined) return Number(place)
  }
  return null
}

/** A rule as Calico has it, and the IP versions that it is written for. */
interface MadeRule {
  readonly number: number
  readonly families: readonly Family[]
}

/** The rules that Calico makes; null where that is not known. */
function madeRules(
  written: readonly WrittenRule[],
  kind: CalicoPolicy['kind'],
): readonly MadeRule[] | null {
  const made = written.map((rule) => madeOf(rule, kind === 'calico'))
  if (kind === 'admin' && made.some((rules) => rules.length !== 1)) return null
  return made.flat()
}

function madeOf({ number, rules }: WrittenRule, isWhole: boolean): readonly MadeRule[] {
  if (isWhole) {
    const families = ([4, 6] as const).filter((family) => rules.some((rule) => isFor(rule, family)))
    return [{ number, families }]
  }
  return rules.flatMap(({ peers, traffic }) =>
    protocolsOf(traffic).flatMap(() =>
      peers.map((peer) => ({
        number,
        families: ([4, 6] as const).filter((family) => isPeerFor(peer, family)),
      })),
    ),
  )
}

function protocolsOf(traffic: readonly Traffic[]): readonly string[] {
  const words = traffic.map((one) => (one.kind === 'ports' ? one.protocol : 'all'))
  return words.includes('all') ? ['all'] : [...new Set(words)]
}

function isFor({ peers, traffic }: PolicyRule, family: Family): boolean {
  return (
    peers.some((peer) => isPeerFor(peer, family)) &&
    traffic.some((one) => isTrafficFor(one, family))
  )
}

function isPeerFor(peer: Peer, family: Family): boolean {
  if (peer.kind === 'cidr') return peer.cidr.family === family
  if (peer.kind === 'and') return peer.of.every((one) => isPeerFor(one, family))
  return peer.kind === 'or' ? peer.of.some((one) => isPeerFor(one, family)) : true
}

function isTrafficFor(traffic: Traffic, family: Family): boolean {
  if (traffic.kind === 'icmp' || traffic.kind === 'family') return traffic.family === family
  return traffic.kind === 'and' ? traffic.of.every((one) => isTrafficFor(one, family)) : true
}
