// Profiles: what holds for a pod in one stage, as chains that pods with the same policies share. In them
// RETURN means "no objection", so a packet that passes the sender's profile still has to pass the
// receiver's, and what no rule decides goes on to the next tier, or is dropped.
import { type IntervalSet, meet } from '../../src/algebra/interval.ts'
import type { Pod } from '../../src/cluster/types.ts'
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import { aboutRule } from '../../src/emit/complain.ts'
import { type PeerContext, peerAddresses } from '../../src/firewall/peers.ts'
import { kindsOf, type PortName, type Region, regionsOf } from '../../src/firewall/regions.ts'
import {
  type Profile,
  type ProfileTier,
  type StageKind,
  stageFacts,
} from '../../src/firewall/stages.ts'
import { titleOf } from '../../src/firewall/text.ts'
import { protocols, type Rule } from '../../src/ir/types.ts'
import type { Kinds, PortBox } from '../../src/lowering/traffic.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { addressWords, type End } from './peers.ts'
import { namedPortElements } from './ports.ts'
import type { SetCollector } from './sets.ts'
import { quoteComment, quoteLogPrefix } from './text.ts'
import { trafficWords, untold } from './traffic.ts'

/** A chain of iptables. */
export interface Chain {
  readonly name: string
  /** Each without `-A` and the chain's name. */
  readonly rules: readonly string[]
}

/** What profiles of one node and family are made from. */
export interface ProfileContext extends PeerContext {
  readonly sets: SetCollector
  readonly reporter: Reporter
}

/** The letters of a stage in the names of its chains. */
export const stageLetters: Readonly<Record<StageKind, 'E' | 'I' | 'H' | 'N'>> = {
  egress: 'E',
  ingress: 'I',
  'to-host': 'H',
  'from-host': 'N',
}

/** Where packets of a profile enter. */
export function profileName(kind: StageKind, { id }: Profile): string {
  return `NP-${stageLetters[kind]}-${id}`
}

/** The chains of a profile: one, and another wherever rules of a tier pass to the next. */
export function profileChains(
  kind: StageKind,
  profile: Profile,
  context: ProfileContext,
): readonly Chain[] {
  const chains: { readonly name: string; readonly rules: string[] }[] = []
  let open: string[] | null = null
  for (const [index, part] of profile.tiers.entries()) {
    const hasNext = index < profile.tiers.length - 1
    const next = hasNext && part.rules.some(({ rule }) => rule.action === 'pass')
    if (open === null) {
      open = []
      chains.push({ name: tierName(kind, profile, index), rules: open })
    }
    const after = next ? `-g ${tierName(kind, profile, index + 1)}` : '-j RETURN'
    const targets: Targets = { allow: '-j RETURN', deny: '-j DROP', pass: after }
    const lines = part.rules.flatMap((one) => ruleLines(kind, one, profile, targets, context))
    const last = lines.findIndex(isForAll)
    // After a rule for everything, only rules that pass lead on.
    open.push(...(last === -1 ? lines : lines.slice(0, last + 1)))
    if (last !== -1 && !next) break
    if (last === -1 && part.end === 'deny') open.push(dropRest(part))
    else if (last === -1 && next) open.push(after)
    if (part.end === 'deny' || next) open = null
  }
  return chains
}

/** Whether a rule has no test, and a verdict. */
function isForAll(line: string): boolean {
  return line.startsWith('-m comment --comment ') && !line.includes(' -j LOG --log-prefix ')
}

function tierName(kind: StageKind, profile: Profile, index: number): string {
  return index === 0 ? profileName(kind, profile) : `${profileName(kind, profile)}-${index}`
}

function dropRest({ policies, tier }: ProfileTier): string {
  const names = policies.map(titleOf).join(', ')
  const scope = tier.name === 'default' ? '' : ` in tier ${tier.name}`
  return `-m comment --comment ${quoteComment(`else denied${scope}: isolated by ${names}`)} -j DROP`
}

/** What becomes of a packet, by the action of the rule that it matches. */
type Targets = Readonly<Record<Exclude<Rule['action'], 'log'>, string>>

const peerEnds: Readonly<Record<'ingress' | 'egress', End>> = {
  egress: 'destination',
  ingress: 'source',
}

function ruleLines(
  kind: StageKind,
  { policy, rule }: ProfileTier['rules'][number],
  profile: Profile,
  targets: Targets,
  context: ProfileContext,
): readonly string[] {
  const title = titleOf(policy)
  const places = rule.origins.map(describeOrigin).join(', ')
  const comment = `-m comment --comment ${quoteComment(`${title} ${places}`)}`
  const target =
    rule.action === 'log' ? `-j LOG --log-prefix ${quoteLogPrefix(title)}` : targets[rule.action]
  const matches = matchesOf(kind, rule, profile, context)
  for (const what of new Set(matches.flatMap((words) => untold(words) ?? []))) {
    const message = `iptables cannot tell ${what} from others, which this rule does`
    aboutRule(policy, rule, context.reporter)('NP5001', message, { help: untoldHelp })
  }
  return matches.map((words) => [...words, comment, target].join(' '))
}

const untoldHelp = 'write protocols from 1 on and types up to 254, or all of them but a few'

/** The matches that together are what a rule matches. */
function matchesOf(
  kind: StageKind,
  rule: Rule,
  profile: Profile,
  context: ProfileContext,
): readonly (readonly string[])[] {
  const { family, sets } = context
  const { direction, view } = stageFacts[kind]
  const peers = peerAddresses(rule.peers, view, context)
  const { simple, rest } = splitNames(kindsOf(rule.traffic, family))
  const destinations = destinationPods(kind, profile, context)
  const words = (addresses: IntervalSet, end: End): readonly string[] | null =>
    addressWords(addresses, end, family, sets)
  const ofRegion = ({ destinations: at, numbers }: Region): readonly (readonly string[])[] => {
    const isOther = direction === 'egress'
    const peer = words(isOther && at !== null ? meet(peers, at) : peers, peerEnds[direction])
    const own = isOther || at === null ? [] : words(at, 'destination')
    if (peer === null || own === null) return []
    return trafficWords(numbers, family).map((traffic) => [...peer, ...own, ...traffic])
  }
  const ofName = (port: PortName): readonly (readonly string[])[] => {
    const within = direction === 'egress' ? peers : null
    const elements = namedPortElements(destinations, port, family, within)
    // The set of an egress rule holds peers alone.
    const peer = direction === 'egress' ? [] : words(peers, 'source')
    if (elements.length === 0 || peer === null) return []
    const name = sets.add(family, 'hash:ip,port', elements)
    const protocol = port.protocol.toLowerCase()
    return [[...peer, '-p', protocol, '-m set --match-set', name, 'dst,dst']]
  }
  return [...regionsOf(rest, destinations, family).flatMap(ofRegion), ...simple.flatMap(ofName)]
}

/** The pods that may be the destination, where ports go by names. */
function destinationPods(
  kind: StageKind,
  { subjects }: Profile,
  { cluster }: ProfileContext,
): readonly Pod[] {
  if (kind === 'egress') return cluster.pods
  return kind === 'to-host' ? [] : [...new Set(subjects.map(({ pod }) => pod))]
}

/** Plain names of ports apart from the rest: those have sets of addresses with ports. */
function splitNames(kinds: Kinds): { readonly simple: readonly PortName[]; readonly rest: Kinds } {
  const isSimple = ({ named, notNamed, numbers }: PortBox): boolean =>
    named.length === 1 && notNamed.length === 0 && numbers[0]?.from === 1n && numbers.length === 1
      ? numbers[0].to === 65535n
      : false
  const simple = protocols.flatMap((protocol) =>
    kinds.ports[protocol]
      .filter(isSimple)
      .flatMap(({ named }) => named.map((name): PortName => ({ protocol, name }))),
  )
  const others = (protocol: (typeof protocols)[number]): readonly PortBox[] =>
    kinds.ports[protocol].filter((box) => !isSimple(box))
  const ports = { TCP: others('TCP'), UDP: others('UDP'), SCTP: others('SCTP') }
  return { simple, rest: { ...kinds, ports } }
}
