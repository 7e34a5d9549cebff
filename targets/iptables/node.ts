// The rules of one node and one IP version: hooks, dispatch, profiles.
import type { Family } from '../../src/algebra/address.ts'
import { essentialTypes } from '../../src/firewall/essential.ts'
import {
  type Profile,
  type Stage,
  type StageKind,
  type Subject,
  stageFacts,
} from '../../src/firewall/stages.ts'
import { type Leaf, makeDispatch } from './dispatch.ts'
import {
  type Chain,
  type ProfileContext,
  profileChains,
  profileName,
  stageLetters,
} from './profiles.ts'
import { quoteComment } from './text.ts'
import { icmpWords } from './traffic.ts'

/** The chains of one family, and the hooks that jump to one of them each. */
export interface FamilyRules {
  readonly chains: readonly Chain[]
  readonly jumps: readonly { readonly hook: string; readonly chain: string }[]
}

/** A stage as chains: the first is where packets enter. */
interface StageChains {
  readonly entry: Chain
  readonly chains: readonly Chain[]
}

const entries: Readonly<Record<StageKind, string>> = {
  egress: 'NP-EGRESS',
  ingress: 'NP-INGRESS',
  'to-host': 'NP-TO-HOST',
  'from-host': 'NP-FROM-HOST',
}

/** The rules about a node's pods; without governed pods there are none. */
export function familyRules(
  stages: readonly Stage[],
  icmp: 'policy' | 'essential',
  context: ProfileContext,
): FamilyRules {
  const of = (kind: StageKind): readonly StageChains[] =>
    stages.filter((stage) => stage.kind === kind).flatMap((stage) => stageChains(stage, context))
  const forward = [...of('egress'), ...of('ingress')]
  const [toHost, fromHost] = [of('to-host'), of('from-host')]
  const essential = icmp === 'essential' ? essentialRules(context.family) : []
  const enter = (own: readonly StageChains[]): readonly string[] =>
    own.length === 0 ? [] : [...essential, ...own.map(({ entry }) => `-j ${entry.name}`)]
  const hooks = [
    { hook: 'FORWARD', rules: enter(forward) },
    { hook: 'INPUT', rules: enter(toHost) },
    { hook: 'OUTPUT', rules: [...(forward.length > 0 ? [notOwn] : []), ...enter(fromHost)] },
  ].filter(({ rules }) => rules.length > 0)
  const stageParts = [...forward, ...toHost, ...fromHost]
  return {
    jumps: hooks.map(({ hook }) => ({ hook, chain: `NP-${hook}` })),
    chains: distinct([
      ...hooks.map(({ hook, rules }) => ({ name: `NP-${hook}`, rules: [replies, ...rules] })),
      ...stageParts.flatMap(({ entry, chains }) => [entry, ...chains]),
    ]),
  }
}

const replies = `-m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment ${quoteComment('replies')} -j RETURN`
/** Where kube-proxy balances by IPVS, what it forwards leaves through OUTPUT with a pod's address. */
const notOwn = `-m addrtype ! --src-type LOCAL -m comment --comment ${quoteComment('forwarded by IPVS')} -g NP-FORWARD`

/** Nothing where no pod can be refused anything: what a policy denies may have no address here. */
function stageChains({ kind, profiles }: Stage, context: ProfileContext): readonly StageChains[] {
  const { direction, view } = stageFacts[kind]
  const own = profiles
    .map((profile) => ({ profile, chains: profileChains(kind, profile, context) }))
    .filter(({ chains }) => chains.some(({ rules }) => rules.some(hasEffect)))
  if (own.length === 0) return []
  const leaves = own.flatMap(({ profile }) =>
    profile.subjects.map((subject) => leafOf(kind, profile, subject, context.family)),
  )
  const dispatch = makeDispatch(leaves, {
    flag: direction === 'egress' ? '-s' : '-d',
    kind: `D${stageLetters[kind]}`,
    family: context.family,
    meetsItself: view === 'network',
  })
  const entry = { name: entries[kind], rules: dispatch.rules }
  return [{ entry, chains: [...dispatch.chains, ...own.flatMap(({ chains }) => chains)] }]
}

/** The last words of a rule are its target's. */
function hasEffect(rule: string): boolean {
  return rule.endsWith('-j DROP') || rule.includes(' -j LOG --log-prefix ')
}

function leafOf(
  kind: StageKind,
  profile: Profile,
  { pod, address }: Subject,
  family: Family,
): Leaf {
  return {
    address,
    own: pod.addresses.filter((one) => one.family === family),
    chain: profileName(kind, profile),
    title: `${pod.namespace.name}/${pod.name}`,
  }
}

function essentialRules(family: Family): readonly string[] {
  const { protocol, match, flag } = icmpWords[family]
  return essentialTypes[family].map(({ type, code }) => {
    const value = code === null ? `${type}` : `${type}/${code}`
    const comment = quoteComment(family === 4 ? 'path MTU' : type === 2 ? 'path MTU' : 'neighbours')
    return `-p ${protocol} -m ${match} ${flag} ${value} -m comment --comment ${comment} -j RETURN`
  })
}

/** Two contents under one name would be one chain with the rules of both. */
function distinct(chains: readonly Chain[]): readonly Chain[] {
  const byName = new Map<string, Chain>()
  for (const chain of chains) {
    if (byName.has(chain.name)) throw new Error(`two chains are called ${chain.name}`)
    byName.set(chain.name, chain)
  }
  return chains
}
