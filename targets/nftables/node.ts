// The table of one node: hooks, maps from addresses to profiles, profiles.
import { type Address, type Family, families, printAddress } from '../../src/algebra/address.ts'
import { groupBy } from '../../src/algebra/order.ts'
import { digestName } from '../../src/algebra/sha256.ts'
import type { Host } from '../../src/cluster/types.ts'
import type { NodeContext } from '../../src/firewall/emitNodes.ts'
import { essentialTypes } from '../../src/firewall/essential.ts'
import { kindsOf, namesIn, portsKey } from '../../src/firewall/regions.ts'
import {
  type Profile,
  type Stage,
  type StageKind,
  type Subject,
  stageFacts,
} from '../../src/firewall/stages.ts'
import { type NftChain, type NftSet, type ProfileText, profileText, stageWords } from './profile.ts'
import { quoteComment } from './text.ts'

/** A map from addresses to what decides about them. */
export interface NftMap {
  readonly name: string
  readonly type: string
  readonly elements: readonly string[]
}

/** A chain that a hook of the kernel enters. */
export interface NftHook extends NftChain {
  readonly hook: 'forward' | 'input' | 'output'
}

/** A node's table. */
export interface NodeTable {
  readonly sets: readonly NftSet[]
  /** Pods' ways to themselves, which are always open. */
  readonly own: readonly NftSet[]
  readonly maps: readonly NftMap[]
  readonly chains: readonly NftChain[]
  readonly hooks: readonly NftHook[]
}

/** One stage of one family. */
interface StageText {
  readonly kind: StageKind
  readonly family: Family
  readonly profiles: readonly { readonly profile: Profile; readonly text: ProfileText }[]
}

/** The table of a node; without governed pods there is nothing in it. */
export function nodeTable(node: Host, context: NodeContext): NodeTable {
  const stages = families.flatMap((family) =>
    context.stagesOf(node, family).flatMap((stage) => stageText(stage, family, node, context)),
  )
  const profiles = stages.flatMap((stage) => stage.profiles.map(({ text }) => text))
  const isEssential = context.options.one('icmp') !== 'policy'
  const own = ownSets(stages)
  const used = families.filter((family) =>
    stages.some((stage) => stage.family === family && isTransit(stage)),
  )
  const forwarded = transit(stages)
  return {
    own,
    sets: profiles.flatMap(({ sets }) => sets),
    maps: stages.map(mapOf),
    chains: [
      ...used.map((family) => refuse(family, isEssential ? essentialTests[family] : [], own)),
      ...profiles.map(({ chain }) => chain),
      ...(forwarded.length > 0 ? [{ name: 'transit', rules: forwarded }] : []),
    ],
    hooks: hooksOf(stages, isEssential),
  }
}

function stageText(
  { kind, profiles }: Stage,
  family: Family,
  node: Host,
  { cluster, finder }: NodeContext,
): readonly StageText[] {
  const own = profiles
    .flatMap((profile) => splitByPorts(kind, profile, family))
    .flatMap((profile) => {
      const text = profileText(kind, profile, { family, node, cluster, finder })
      return text === null ? [] : [{ profile, text }]
    })
  return own.length === 0 ? [] : [{ kind, family, profiles: own }]
}

/** Pods that give the same policies' names of ports different numbers have profiles of their own. */
function splitByPorts(kind: StageKind, profile: Profile, family: Family): readonly Profile[] {
  if (stageFacts[kind].direction === 'egress') return [profile]
  const rules = profile.tiers.flatMap((tier) => tier.rules)
  const names = rules.flatMap(({ rule }) => namesIn(kindsOf(rule.traffic, family)))
  if (names.length === 0) return [profile]
  const groups = groupBy(profile.subjects, ({ pod }) => portsKey(pod, names))
  return [...groups].map(([key, subjects]) => ({
    ...profile,
    subjects,
    id: digestName([profile.id, key], profile.id.length),
  }))
}

function mapOf({ kind, family, profiles }: StageText): NftMap {
  const elements = profiles.flatMap(({ profile, text }) =>
    profile.subjects.map((subject) => ({ subject, chain: text.chain.name })),
  )
  return {
    name: mapName(kind, family),
    type: `ipv${family}_addr : verdict`,
    elements: elements
      .sort((a, b) => byAddress(a.subject, b.subject))
      .map(
        ({ subject: { pod, address }, chain }) =>
          `${printAddress(address)} comment ${quoteComment(`${pod.namespace.name}/${pod.name}`)} : jump ${chain}`,
      ),
  }
}

function byAddress(a: Subject, b: Subject): number {
  return a.address.value < b.address.value ? -1 : 1
}

function mapName(kind: StageKind, family: Family): string {
  return `${stageWords[kind]}${family}`
}

const isTransit = ({ kind }: StageText): boolean => stageFacts[kind].view === 'network'

function ownName(family: Family): string {
  return `itself${family}`
}

/** Pairs of a governed pod's addresses, where packets to itself can come by. */
function ownSets(stages: readonly StageText[]): readonly NftSet[] {
  return families.flatMap((family) => {
    const subjects = stages
      .filter((stage) => stage.family === family && isTransit(stage))
      .flatMap(({ profiles }) => profiles.flatMap(({ profile }) => profile.subjects))
    if (subjects.length === 0) return []
    const text = (address: Address): string => printAddress(address)
    const pairs = [...subjects]
      .sort(byAddress)
      .flatMap(({ pod, address }) =>
        pod.addresses
          .filter((one) => one.family === family)
          .map((one) => `${text(address)} . ${text(one)}`),
      )
    const type = `ipv${family}_addr . ipv${family}_addr`
    return [{ name: ownName(family), type, isInterval: false, elements: [...new Set(pairs)] }]
  })
}

/** The last word about what a profile does not let on: it is asked here what passes all the same. */
function refuse(family: Family, essential: readonly string[], own: readonly NftSet[]): NftChain {
  const ip = family === 4 ? 'ip' : 'ip6'
  const itself = own
    .filter(({ name }) => name === ownName(family))
    .map(({ name }) => `${ip} saddr . ${ip} daddr @${name} return`)
  return {
    name: `refuse${family}`,
    rules: [...essential.map((test) => `${test} return`), ...itself, 'drop'],
  }
}

const replies = 'ct state established,related accept'
const essentialTests: Readonly<Record<Family, readonly string[]>> = {
  4: essentialTypes[4].map(({ type, code }) => `icmp type ${type} icmp code ${code}`),
  6: [`icmpv6 type { ${essentialTypes[6].map(({ type }) => type).join(', ')} }`],
}

/** What is forwarded, sender's side first. */
function transit(stages: readonly StageText[]): readonly string[] {
  return (['egress', 'ingress'] as const).flatMap((kind) =>
    stages.filter((stage) => stage.kind === kind).map(lookup),
  )
}

function lookup({ kind, family }: StageText): string {
  const end = stageFacts[kind].direction === 'egress' ? 'saddr' : 'daddr'
  return `${family === 4 ? 'ip' : 'ip6'} ${end} vmap @${mapName(kind, family)}`
}

function hooksOf(stages: readonly StageText[], isEssential: boolean): readonly NftHook[] {
  const of = (kind: StageKind): readonly string[] =>
    stages
      .filter((stage) => stage.kind === kind)
      .flatMap((stage) => [
        ...(isEssential ? essentialTests[stage.family].map((test) => `${test} accept`) : []),
        lookup(stage),
      ])
  const forwarded = transit(stages)
  // Where kube-proxy balances by IPVS, what it forwards leaves here with a pod's address.
  const balanced = forwarded.length === 0 ? [] : ['fib saddr type != local goto transit']
  const hooks: readonly NftHook[] = [
    { name: 'forward', hook: 'forward', rules: forwarded },
    { name: 'input', hook: 'input', rules: of('to-host') },
    { name: 'output', hook: 'output', rules: [...balanced, ...of('from-host')] },
  ]
  return hooks
    .filter(({ rules }) => rules.length > 0)
    .map((hook) => ({ ...hook, rules: [replies, ...hook.rules] }))
}
