// kube-router's network policies, with iptables and ipset and with nftables. Names of policies' chains hold
// the time of the sync in their hash, so comments and sets tell whose they are; names of sets hold the
// place of the rule, so they tell which of its author's rules a rule is of.

import type { Direction } from '../../ir/types.ts'
import { setsOf } from '../../ruleset/asked.ts'
import type { Chain, Rule, Table } from '../../ruleset/types.ts'
import { findInComments } from './comments.ts'
import { hashIn, type PolicySets, policySets, type SetPlace } from './kubeRouterSets.ts'
import {
  byName,
  jumpsInto,
  type Known,
  type NameTable,
  once,
  placeInChain,
  recogniseBy,
} from './naming.ts'
import { type KnownPolicy, policiesOf, sectionOf, writtenRules } from './policies.ts'
import type { Generator, RecognitionHints } from './types.ts'

/** Recognises what kube-router writes for network policies and for its service proxy. */
export const kubeRouter: Generator = {
  name: 'kube-router',
  recognise: (_, hints) => {
    const reader = new KubeRouterReader(hints)
    return recogniseBy({
      name: 'kube-router',
      chain: (table, chain) => reader.chain(table, chain),
      set: (name) => reader.set(name),
    })
  },
}

const staticChains: NameTable = [
  [
    /^KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)$/,
    "entry from the kernel's hook: choice of a pod's chain",
  ],
  [/^KUBE-NWPLCY-DEFAULT$/, 'pods that no policy isolates'],
  [/^KUBE-NWPLCY-COMMON$/, 'what holds for all pods: connections that are there, ICMP'],
  [/^KUBE-NWPLCY-TAIL$/, 'pods whose rules are not there yet'],
  [/^KUBE-ROUTER-SERVICES$/, 'access to addresses of services'],
  [/^KUBE-ROUTER-HAIRPIN$/, 'pods that reach themselves by a service'],
  [/^KUBE-ROUTER-/, 'chain of no known kind'],
]

const staticSets: NameTable = [
  [/^(?:inet6:)?kube-router-(?:pod-subnets|local-pods)$/, 'addresses of pods'],
  [/^(?:inet6:)?kube-router-node-ips$/, 'addresses of nodes'],
  [/^(?:inet6:)?kube-router-local-ips$/, "the node's own addresses"],
  [/^(?:inet6:)?kube-router-s(?:ervice-ips|vip)$/, 'addresses of services'],
  [/^(?:inet6:)?kube-router-svip-prt$/, 'addresses and ports of services'],
  [/^(?:inet6:)?(?:kube-router-|TMP-)/, 'set of no known kind'],
]

const names = String.raw`([^\s/]+)\/(\S+)`
const newRule = new RegExp(`^${names} (?:(ingress|egress) |except-(?:src|dst)$|ipblock$)`)
const oldRule = /selected by policy name:? (\S+) namespace (\S+)/
const newJump = new RegExp(`^${names} policy$`)
const oldJump = /^run through nw policy (\S+)$/
const newPod = new RegExp(`^${names} (?:log-drop|reject|in|out)$`)
const oldPod = /POD name:\s*(\S+) namespace:\s*(\S+)/

/** A policy by its names. */
interface Named {
  readonly namespace: string
  readonly name: string
}

/** A set's owner, and what it holds. */
interface Owned {
  readonly owner: Named
  readonly place: SetPlace
}

class KubeRouterReader {
  readonly #policies: ReadonlyMap<string, KnownPolicy>
  readonly #sets = new Map<string, PolicySets>()
  #owned: ReadonlyMap<string, Owned> | null = null

  constructor(hints: RecognitionHints) {
    const known = policiesOf(hints).filter(({ policy }) => policy.namespace !== null)
    this.#policies = new Map(
      known.map((one) => [`${one.policy.namespace}/${one.policy.name}`, one]),
    )
  }

  chain(table: Table, chain: Chain): Known | null {
    const known = byName(chain.name, staticChains)
    if (known !== null) return known
    if (chain.name.startsWith('KUBE-POD-FW-')) {
      const pod = podOf(table, chain)
      return {
        purpose: 'policies of a pod, both directions',
        subject: pod === null ? null : `pod ${pod.namespace}/${pod.name}`,
      }
    }
    return chain.name.startsWith('KUBE-NWPLCY-') ? this.#policyChain(table, chain) : null
  }

  set(name: string): Known | null {
    const [, kind] = /^(?:inet6:)?KUBE-(SRC|DST)-/.exec(name) ?? []
    if (kind === undefined) return byName(name, staticSets)
    const found = this.#ownerOf(name)
    if (found !== null) {
      const { namespace, name: policy } = found.owner
      return { purpose: purposeOf(found.place, kind), subject: `policy ${namespace}/${policy}` }
    }
    return {
      purpose: `addresses that a policy ${kind === 'SRC' ? 'lets in' : 'reaches'}`,
      subject: null,
    }
  }

  #policyChain(table: Table, chain: Chain): Known {
    const policy = this.#policyOf(table, chain)
    const purpose = 'ingress and egress of a policy'
    if (policy === null) return { purpose, subject: null }
    return {
      purpose,
      subject: `policy ${policy.namespace}/${policy.name}`,
      rule: (rule) => this.#ruleOf(policy, chain, rule),
    }
  }

  #policyOf(table: Table, chain: Chain): Named | null {
    const fresh = findInComments(chain.rules, newRule)
    if (fresh !== null) return named(fresh[1], fresh[2])
    const old = findInComments(chain.rules, oldRule)
    if (old !== null) return named(old[2], old[1])
    for (const jump of jumpsInto(table, chain.name)) {
      const both = findInComments([jump.rule], newJump)
      if (both !== null) return named(both[1], both[2])
      // It stands in the chain of a pod, whose namespace is the policy's.
      const name = findInComments([jump.rule], oldJump)?.[1]
      const pod = name === undefined ? null : podOf(table, jump.chain)
      if (pod !== null) return named(pod.namespace, name)
    }
    const sets = chain.rules.flatMap(({ matches }) => setsOf(matches))
    return sets.flatMap((set) => this.#ownerOf(set)?.owner ?? [])[0] ?? null
  }

  #ruleOf(policy: Named, chain: Chain, rule: Rule): string {
    const places = setsOf(rule.matches).flatMap((set) => this.#setsOf(policy).find(set) ?? [])
    const exact = places.find(({ number }) => number !== null)
    const direction = exact?.direction ?? directionOf(rule, this.#setsOf(policy))
    if (direction === null) return placeInChain(chain, rule)
    const number = exact?.number ?? this.#onlyWithoutPeers(policy, direction)
    return number === null
      ? `${direction}, ${placeInChain(chain, rule)}`
      : `${direction} rule ${number}`
  }

  /** Rules without peers have no set of their own: there must be one alone. */
  #onlyWithoutPeers({ namespace, name }: Named, direction: Direction): number | null {
    const known = this.#policyBy(namespace, name)
    if (known === undefined) return null
    const [first, ...others] = writtenRules(sectionOf(known.policy, direction)).filter(
      ({ rules }) => rules.some(({ peers }) => peers.some(({ kind }) => kind === 'any')),
    )
    return others.length > 0 ? null : (first?.number ?? null)
  }

  #policyBy(namespace: string, name: string): KnownPolicy | undefined {
    return this.#policies.get(`${namespace}/${name}`)
  }

  /** Whose a set is, of the policies that are known. */
  #ownerOf(set: string): Owned | null {
    const key = hashIn(set)
    this.#owned ??= this.#collectOwned()
    return key === null ? null : (this.#owned.get(key) ?? null)
  }

  #collectOwned(): ReadonlyMap<string, Owned> {
    const owned = new Map<string, Owned>()
    for (const { policy } of this.#policies.values()) {
      const owner = { namespace: policy.namespace ?? '', name: policy.name }
      for (const [key, place] of this.#setsOf(owner).all()) owned.set(key, { owner, place })
    }
    return owned
  }

  #setsOf({ namespace, name }: Named): PolicySets {
    return once(this.#sets, `${namespace}/${name}`, () => {
      const known = this.#policyBy(namespace, name)
      return policySets(namespace, name, known && mostRules(known))
    })
  }
}

function named(namespace: string | undefined, name: string | undefined): Named | null {
  return namespace && name ? { namespace, name } : null
}

function mostRules({ policy }: KnownPolicy): number {
  const last = (['ingress', 'egress'] as const).flatMap((direction) =>
    writtenRules(sectionOf(policy, direction)).map(({ number }) => number),
  )
  return Math.max(0, ...last)
}

function podOf(table: Table, chain: Chain): Named | null {
  const rules = [...chain.rules, ...jumpsInto(table, chain.name).map(({ rule }) => rule)]
  const old = findInComments(rules, oldPod)
  if (old !== null) return named(old[2], old[1])
  const fresh = findInComments(rules, newPod)
  return fresh === null ? null : named(fresh[1], fresh[2])
}

/** By its comment, or by which end has to be one of the policy's own pods. */
function directionOf(rule: Rule, sets: PolicySets): Direction | null {
  const word = findInComments([rule], newRule)?.[3]
  if (word === 'ingress' || word === 'egress') return word
  if (findInComments([rule], /from (?:all sources|specified ipBlocks) to dest pods/))
    return 'ingress'
  if (findInComments([rule], /from source pods to (?:all destinations|specified ipBlocks)/)) {
    return 'egress'
  }
  const own = setsOf(rule.matches).find((set) => sets.find(set)?.kind === 'target')
  if (own === undefined) return null
  return own.includes('KUBE-DST-') ? 'ingress' : 'egress'
}

function purposeOf({ kind, direction, number }: SetPlace, end: string): string {
  if (kind === 'target') return `pods of a policy, for ${end === 'DST' ? 'ingress' : 'egress'}`
  return `${kind} of ${direction} rule ${number}`
}
