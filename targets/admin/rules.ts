// Rules of one direction as rules of a ClusterNetworkPolicy: each rule of the IR becomes one, or as many
// as its lists need. Those come of one rule and do the same, so that their order means nothing.
import { chunks } from '../../src/algebra/order.ts'
import type { Complain } from '../../src/emit/complain.ts'
import { commented, type ManifestMap, type ManifestValue } from '../../src/emit/manifest.ts'
import type { Action, Direction, Rule } from '../../src/ir/types.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { domainOf } from './domains.ts'
import { maxNames, maxPeers, maxProtocols } from './limits.ts'
import { type Peers, podsAmong, rulePeers } from './peers.ts'
import { type Protocols, ruleProtocols } from './traffic.ts'

/** The rules of a direction; `complainOf` tells about one rule of the IR. */
export function adminRules(
  rules: readonly Rule[],
  direction: Direction,
  complainOf: (rule: Rule) => Complain,
): readonly ManifestValue[] {
  return joinedDomains(rules).flatMap(({ rule, domains }) => {
    const complain = complainOf(rule)
    const places = rule.origins.map(describeOrigin).join(', ')
    const made =
      domains.length > 0
        ? domainRules(rule, domains, complain)
        : plainRules(rule, direction, complain)
    return made.map((one) => commented(places, one))
  })
}

/** A rule, and the domain names that it lets through to, if it is about names. */
interface NamedRule {
  readonly rule: Rule
  readonly domains: readonly string[]
}

/** Rules of one origin that are about one name each are one rule again. */
function joinedDomains(rules: readonly Rule[]): readonly NamedRule[] {
  const joined: NamedRule[] = []
  for (const rule of rules) {
    const last = joined.at(-1)
    const domain = onlyDomain(rule)
    const isSame = last !== undefined && last.domains.length > 0 && isAlike(last.rule, rule)
    if (domain !== undefined && isSame) {
      joined[joined.length - 1] = { rule: last.rule, domains: [...last.domains, domain] }
    } else joined.push({ rule, domains: domain === undefined ? [] : [domain] })
  }
  return joined
}

/** The name that a rule is about, and nothing but it. */
function onlyDomain({ conditions, action, peers }: Rule): string | undefined {
  const [condition] = conditions
  const isPlain = conditions.length === 1 && action === 'allow' && peers.length === 1
  return condition !== undefined && isPlain && peers[0]?.kind === 'any'
    ? domainOf(condition)
    : undefined
}

function isAlike(a: Rule, b: Rule): boolean {
  return a.origins[0] === b.origins[0] && JSON.stringify(a.traffic) === JSON.stringify(b.traffic)
}

function domainRules(
  rule: Rule,
  domains: readonly string[],
  complain: Complain,
): readonly ManifestMap[] {
  const protocols = ruleProtocols(rule, complain)
  if (protocols !== null && protocols.names.length > 0) {
    complain('NP5001', 'ClusterNetworkPolicy takes no port by name towards domain names')
  }
  const nameless = chunks([...new Set(domains)], maxNames).map((part) => ({ domainNames: part }))
  return combined(rule.action, 'egress', nameless, protocols?.numbers ?? null)
}

function plainRules(rule: Rule, direction: Direction, complain: Complain): readonly ManifestMap[] {
  for (const one of rule.conditions) {
    complain('NP5001', `ClusterNetworkPolicy cannot express the condition "${one}"`)
  }
  const protocols = ruleProtocols(rule, complain)
  const peers = rulePeers(rule, direction, complain)
  return parts(rule, direction, peers, protocols, complain).flatMap((part) =>
    combined(rule.action, direction, [...part.peers.pods, ...part.peers.nameless], part.items),
  )
}

interface Part {
  readonly peers: Peers
  /** null for every protocol. */
  readonly items: readonly ManifestMap[] | null
}

/** Names of ports may not stand beside networks or nodes: they then go into a rule of their own. */
function parts(
  rule: Rule,
  direction: Direction,
  peers: Peers,
  protocols: Protocols,
  complain: Complain,
): readonly Part[] {
  if (protocols === null) return [{ peers, items: null }]
  const { numbers, names } = protocols
  if (names.length === 0 || direction === 'ingress' || peers.nameless.length === 0) {
    return [{ peers, items: [...numbers, ...names] }]
  }
  return [
    { peers, items: numbers },
    { peers: podsAmong(rule, complain), items: names },
  ]
}

const actionNames: Readonly<Record<Exclude<Action, 'log'>, string>> = {
  allow: 'Accept',
  deny: 'Deny',
  pass: 'Pass',
}

/** As many rules as the lists need; none where one of them is empty, which the API would not take. */
function combined(
  action: Action,
  direction: Direction,
  peers: readonly ManifestMap[],
  protocols: readonly ManifestMap[] | null,
): readonly ManifestMap[] {
  if (action === 'log') throw new Error('the action log reached a target that does not declare it')
  const lists = protocols === null ? [undefined] : chunks(protocols, maxProtocols)
  return chunks(peers, maxPeers).flatMap((some) =>
    lists.map((list) => ({
      action: actionNames[action],
      [direction === 'ingress' ? 'from' : 'to']: some,
      protocols: list,
    })),
  )
}
