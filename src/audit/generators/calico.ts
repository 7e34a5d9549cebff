// Calico's Felix, with iptables (chains `cali-…`) and nftables (tables `calico`, chains `filter-cali-…`).

import type { Direction } from '../../ir/types.ts'
import { setsOf } from '../../ruleset/asked.ts'
import type { Chain, Rule, Ruleset, Table } from '../../ruleset/types.ts'
import {
  type CalicoPolicy,
  interfaceHash,
  limitedName,
  policyNames,
  policyOfComment,
  policyOfName,
  roomOfProfiles,
} from './calicoNames.ts'
import { numbersOf } from './calicoRules.ts'
import { commentsIn } from './comments.ts'
import {
  byName,
  type Known,
  type NameTable,
  once,
  placeInChain,
  recogniseBy,
  targetsOf,
} from './naming.ts'
import { policiesOf } from './policies.ts'
import type { Generator, RecognitionHints } from './types.ts'

/** Recognises what Felix writes; names behind hashes by the policies and pods that are known. */
export const calico: Generator = {
  name: 'Calico',
  recognise: (ruleset, hints) => {
    const reader = new CalicoReader(ruleset, hints)
    return recogniseBy({
      name: 'Calico',
      chain: (table, chain) => reader.chain(table, chain),
      set: (name) => reader.set(name),
      interfaces: reader.interfaces,
    })
  },
}

const nftName = /^(?:filter|nat|mangle|raw)-/
const directions: Readonly<Record<string, Direction>> = { i: 'ingress', o: 'egress' }

const staticChains: NameTable = [
  [/^cali-(?:FORWARD|INPUT|OUTPUT|PREROUTING|POSTROUTING)$/, "entry from the kernel's hook"],
  [/^cali-(from|to)-wl-dispatch(?:-.*)?$/, "choice of a workload's chain, by its interface"],
  [/^cali-wl-to-host$/, 'traffic of workloads to the node'],
  [/^cali-(from|to)-host-endpoint(?:-.*)?$/, "choice of a host interface's chain"],
  [/^cali-(from|to)-hep-forward(?:-.*)?$/, "choice of a host interface's chain, forwarded traffic"],
  [/^cali-(set|from)-endpoint-mark(?:-.*)?$/, "choice of an endpoint's chain, by its mark"],
  [/^cali-forward-(?:check|endpoint-mark)$/, 'traffic that kube-proxy forwards by IPVS'],
  [/^cali-failsafe-(in|out)$/, 'ports of hosts that stay open whatever policies say'],
  [/^cali-nat-outgoing$/, 'masquerading of what leaves the cluster'],
  [/^cali-fip-[ds]nat$/, 'floating addresses'],
  [/^cali-cidr-block$/, 'blocks of addresses that are never let on'],
  [/^cali-rpf(?:-skip)?$/, 'check of source addresses'],
  [/^cali-wireguard-incoming-mark$/, 'marks of what comes by WireGuard'],
  [/^cali-untracked-(?:flows|policy)$/, 'untracked traffic'],
  [/^cali-egress-dscp$/, 'marks for quality of service'],
  [/^cali-(?:th|thfw)-(.*)$/, 'egress of a host interface', 'interface $1'],
  [/^cali-(?:fh|fhfw)-(.*)$/, 'ingress of a host interface', 'interface $1'],
  [/^cali-|^cali(?:fw|tw|fh|th|pi|po)-|^felix-/, 'chain of no known kind'],
]

/** Behind `cali40` in ipset, where nftables has `-` for the colon. */
const staticSets: NameTable = [
  [/^cali[46]t/, 'copy of a set, while it is written anew'],
  [/^cali[46](?:0|-)s[:-].*$/, 'addresses of a selector'],
  [/^cali[46](?:0|-)n[:-].*$/, 'addresses and ports of a port with a name'],
  [/^cali[46](?:0|-)svc(?:noport)?[:-].*$/, 'endpoints of a service'],
  [/^cali[46](?:0|-)this-host$/, "the node's own addresses"],
  [/^cali[46](?:0|-)all-hosts(?:-net)?$/, 'addresses of all nodes'],
  [/^cali[46](?:0|-)all-vxlan-net$/, 'nodes that send by VXLAN'],
  [/^cali[46](?:0|-)(?:all-ipam|network-ip)-pools$/, 'pools of pod addresses'],
  [/^cali[46](?:0|-)masq-ipam-pools$/, 'pools whose traffic is masqueraded'],
  [/^cali[46](?:0|-)/, 'set of no known kind'],
  [/^felix-/, 'set of an old version'],
]

class CalicoReader {
  readonly #ruleset: Ruleset
  readonly #policies: ReadonlyMap<string, CalicoPolicy>
  readonly #profiles: ReadonlyMap<string, string>
  readonly #pods: ReadonlyMap<string, { readonly namespace: string; readonly pod: string }>
  readonly interfaces: ReadonlyMap<string, { readonly namespace: string; readonly pod: string }>
  #users: ReadonlyMap<string, ReadonlySet<string>> | null = null

  constructor(ruleset: Ruleset, hints: RecognitionHints) {
    this.#ruleset = ruleset
    this.#policies = policyNames(policiesOf(hints))
    this.#profiles = profileNames(hints)
    this.#pods = new Map(
      (hints.cluster?.pods ?? []).map(({ namespace, name }) => [
        interfaceHash(namespace.name, name),
        { namespace: namespace.name, pod: name },
      ]),
    )
    this.interfaces = this.#workloads()
  }

  chain(table: Table, chain: Chain): Known | null {
    const name = plainName(table, chain.name)
    if (name === null) {
      return isCalicoTable(table)
        ? { purpose: "entry from the kernel's hook", subject: null }
        : null
    }
    const [, letter = '', rest = ''] = /^cali-p([io])-(.+)$/.exec(name) ?? []
    if (rest !== '') return this.#policyChain(table, chain, rest, directions[letter] ?? 'ingress')
    return (
      this.#groupChain(table, chain, name) ??
      this.#profileChain(name) ??
      this.#workloadChain(name) ??
      byName(name, staticChains)
    )
  }

  set(name: string): Known | null {
    const known = byName(name, staticSets)
    if (known === null) return null
    this.#users ??= this.#collectUsers()
    const [user, ...others] = [...(this.#users.get(name) ?? [])]
    return { ...known, subject: user === undefined || others.length > 0 ? null : user }
  }

  /** The policy of a chain: by its comments, by the policies that are known, by its plain name. */
  #policyOf(chain: Chain, name: string): CalicoPolicy | null {
    const known = this.#policies.get(name)
    if (known !== undefined) return known
    const [comment] = chain.rules.flatMap((rule) => namedIn(rule) ?? [])
    return comment ?? policyOfName(name)
  }

  #policyChain(table: Table, chain: Chain, name: string, direction: Direction): Known {
    const policy = this.#policyOf(chain, name)
    const purpose = `${direction} of a policy`
    const place = (rule: Rule): string => `${direction}, ${placeInChain(chain, rule)}`
    if (policy === null) return { purpose, subject: null, rule: place }
    const family = table.families.length === 1 ? (table.families[0] ?? null) : null
    let numbers: ReadonlyMap<Rule, number> | null = null
    return {
      purpose,
      subject: `policy ${policy.title}`,
      rule: (rule) => {
        numbers ??= numbersOf(chain.rules, policy, direction, family)
        const number = numbers.get(rule)
        return number === undefined ? place(rule) : `${direction} rule ${number}`
      },
    }
  }

  #groupChain(table: Table, chain: Chain, name: string): Known | null {
    const [, letter = ''] = /^cali-g([io])-/.exec(name) ?? []
    const direction = directions[letter]
    if (direction === undefined) return null
    const titles = chain.rules.flatMap(targetsOf).flatMap((target) => {
      const found = table.chains.get(target)
      const plain = plainName(table, target)?.replace(/^cali-p[io]-/, '')
      if (found === undefined || plain === undefined) return []
      return this.#policyOf(found, plain)?.title ?? []
    })
    const subject = titles.length === 0 ? null : `policies ${titles.join(', ')}`
    return { purpose: `${direction} of a group of policies`, subject }
  }

  #profileChain(name: string): Known | null {
    const [, letter = '', rest = ''] = /^cali-pr([io])-(.+)$/.exec(name) ?? []
    const direction = directions[letter]
    if (direction === undefined) return null
    const profile = this.#profiles.get(rest) ?? (rest.startsWith('_') ? null : rest)
    return {
      purpose: `${direction} of a profile`,
      subject: profile === null ? null : `profile ${profile}`,
    }
  }

  #workloadChain(name: string): Known | null {
    const [, kind, link = ''] = /^cali-(tw|fw|sm|arp)-(.+)$/.exec(name) ?? []
    if (kind === undefined) return null
    const pod = this.interfaces.get(link)
    const purposes: Readonly<Record<string, string>> = {
      tw: 'ingress of a workload',
      fw: 'egress of a workload',
      sm: 'mark of an endpoint',
      arp: 'ARP of a workload',
    }
    return {
      purpose: purposes[kind] ?? '',
      subject: pod === undefined ? `interface ${link}` : `pod ${pod.namespace}/${pod.pod}`,
    }
  }

  /** Interfaces of pods: those that chains name, under whatever prefix, and `cali…` for all others. */
  #workloads(): CalicoReader['interfaces'] {
    const found = new Map<string, { readonly namespace: string; readonly pod: string }>()
    for (const [hash, pod] of this.#pods) found.set(`cali${hash}`, pod)
    let isOurs = false
    for (const table of this.#ruleset.tables) {
      for (const name of table.chains.keys()) {
        const plain = plainName(table, name)
        if (plain === null) continue
        isOurs = true
        const [, link = ''] = /^cali-(?:tw|fw)-(.+)$/.exec(plain) ?? []
        const pod = this.#pods.get(link.slice(-11))
        if (pod !== undefined) found.set(link, pod)
      }
    }
    return isOurs ? found : new Map()
  }

  #collectUsers(): ReadonlyMap<string, ReadonlySet<string>> {
    const users = new Map<string, Set<string>>()
    for (const table of this.#ruleset.tables) {
      for (const chain of table.chains.values()) {
        const [, name] = /^cali-p[io]-(.+)$/.exec(plainName(table, chain.name) ?? '') ?? []
        const policy = name === undefined ? null : this.#policyOf(chain, name)
        if (policy === null) continue
        for (const set of chain.rules.flatMap(({ matches }) => setsOf(matches))) {
          once(users, set, () => new Set()).add(`policy ${policy.title}`)
        }
      }
    }
    return users
  }
}

/** A chain's name as it is in iptables; null where it is not Calico's, or a hook of its nft table. */
function plainName(table: Table, name: string): string | null {
  const plain = isCalicoTable(table) ? name.replace(nftName, '') : name
  return /^cali-|^cali(?:fw|tw|fh|th|pi|po)-|^felix-/.test(plain) ? plain : null
}

function isCalicoTable({ engine, name }: Table): boolean {
  return engine === 'nftables' && name === 'calico'
}

function namedIn(rule: Rule): CalicoPolicy | null {
  for (const comment of commentsIn(rule)) {
    for (const part of comment.split('; ')) {
      const policy = policyOfComment(part)
      if (policy !== null) return policy
    }
  }
  return null
}

/** What stands behind `cali-pri-`: profiles of namespaces and of service accounts. */
function profileNames({ cluster }: RecognitionHints): ReadonlyMap<string, string> {
  const accounts = (cluster?.pods ?? []).map(
    ({ namespace, serviceAccount }) => `ksa.${namespace.name}.${serviceAccount.name}`,
  )
  const namespaces = (cluster?.namespaces ?? []).map(({ name }) => `kns.${name}`)
  return new Map(
    [...namespaces, ...accounts].map((name) => [limitedName(name, roomOfProfiles), name]),
  )
}
