// Calico's names: what a policy is called in a chain's name (Felix has written it in three ways over
// time), names too long that are hashed, and interfaces that are named after pods.
import { base64url } from '../../algebra/base64url.ts'
import { sha1 } from '../../algebra/sha1.ts'
import { sha256 } from '../../algebra/sha256.ts'
import { titleOf } from '../../firewall/text.ts'
import type { KnownPolicy } from './policies.ts'

/** What kind of policy it was made from: Calico rewrites those of Kubernetes into rules of its own. */
export type CalicoKind = 'calico' | 'kubernetes' | 'admin'

/** A policy by the words of its author. */
export interface CalicoPolicy {
  readonly title: string
  /** Null where the name does not tell. */
  readonly kind: CalicoKind | null
  /** The policy, where it is among the known ones. */
  readonly known: KnownPolicy | null
}

/** Longest name of a chain of iptables. */
const maxChainName = 28
const prefixLength = 'cali-pi-'.length
const prefixes = /^(?:knp\.default|kanp\.adminnetworkpolicy|kbanp\.baselineadminnetworkpolicy)\./
const kindsOfPrefixes: readonly (readonly [string, CalicoKind])[] = [
  ['knp.default.', 'kubernetes'],
  ['kanp.', 'admin'],
  ['kbanp.', 'admin'],
]
const shortKinds: Readonly<Record<string, CalicoKind>> = {
  np: 'calico',
  gnp: 'calico',
  knp: 'kubernetes',
  kcnp: 'admin',
}
const longKinds: Readonly<Record<string, CalicoKind>> = {
  NetworkPolicy: 'calico',
  GlobalNetworkPolicy: 'calico',
  KubernetesNetworkPolicy: 'kubernetes',
  KubernetesClusterNetworkPolicy: 'admin',
}

/** The name after the prefix of a chain (`cali-pi-`, `cali-pri-`), hashed where it is too long. */
export function limitedName(name: string, room: number): string {
  const isTooLong = name.length > room || (name.length === room && name.startsWith('_'))
  return isTooLong ? `_${base64url(sha256(utf8(name))).slice(0, room - 1)}` : name
}

/** Room for the name of a profile behind `cali-pri-`. */
export const roomOfProfiles: number = maxChainName - 'cali-pri-'.length

/** The last eleven characters of the interface of a pod; the first ones are of the network plugin. */
export function interfaceHash(namespace: string, pod: string): string {
  const digest = sha1(utf8(`${namespace}.${pod}`))
  return [...digest]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, 11)
}

/** All names that chains of known policies can have behind `cali-pi-` and `cali-po-`. */
export function policyNames(known: readonly KnownPolicy[]): ReadonlyMap<string, CalicoPolicy> {
  const names = new Map<string, CalicoPolicy>()
  for (const one of known) {
    for (const { name, kind } of identities(one)) {
      const policy = { title: titleOf(one.policy), kind, known: one }
      for (const key of [name, limitedName(name, maxChainName - prefixLength)]) {
        if (!names.has(key)) names.set(key, policy)
      }
    }
  }
  return names
}

/**
 * The policy that a comment names, as in `Policy shop/knp.default.db ingress` and, newer,
 * `KubernetesNetworkPolicy shop/db ingress`; null for other comments.
 */
export function policyOfComment(
  comment: string,
): (CalicoPolicy & { readonly identity: string }) | null {
  const [, word = '', identity = ''] =
    /^(Policy|(?:Global|Kubernetes|KubernetesCluster)?NetworkPolicy) (\S+) (?:ingress|egress)$/.exec(
      comment,
    ) ?? []
  if (identity === '') return null
  const kind = longKinds[word]
  if (kind !== undefined) return { title: identity, kind, known: null, identity }
  return { ...titled(identity), identity }
}

/** The policy of a name that is not hashed; null where it is. */
export function policyOfName(name: string): CalicoPolicy | null {
  if (name.startsWith('_')) return null
  const [first = '', ...rest] = name.split('/')
  const kind = shortKinds[first]
  const isNew = kind !== undefined && rest.length === (/^k?np$/.test(first) ? 2 : 1)
  if (isNew) return { title: rest.join('/'), kind, known: null }
  // Between the oldest and the newest forms, the tier stood in front.
  const last = rest.at(-1) ?? ''
  const isTier = rest.length === 2 || (rest.length === 1 && last.includes(`${first}.`))
  return titled(isTier ? rest.join('/') : name)
}

function titled(identity: string): CalicoPolicy {
  const parts = identity.split('/')
  const name = parts.at(-1) ?? ''
  const kind = kindsOfPrefixes.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'calico'
  const plain = name.replace(kind === 'calico' ? /^default\./ : prefixes, '')
  return { title: [...parts.slice(0, -1), plain].join('/'), kind, known: null }
}

/** What a policy may be called, by its kind and the version of Calico; its kind is not known here. */
function identities({
  policy: { name, namespace },
  tier,
}: KnownPolicy): readonly { readonly name: string; readonly kind: CalicoKind }[] {
  const inTier = `${tier.name}.${name.startsWith(`${tier.name}.`) ? name.slice(tier.name.length + 1) : name}`
  if (namespace !== null) {
    return [
      { name: `knp/${namespace}/${name}`, kind: 'kubernetes' },
      { name: `default/${namespace}/knp.default.${name}`, kind: 'kubernetes' },
      { name: `${namespace}/knp.default.${name}`, kind: 'kubernetes' },
      { name: `np/${namespace}/${name}`, kind: 'calico' },
      { name: `np/${namespace}/${inTier}`, kind: 'calico' },
      { name: `${tier.name}/${namespace}/${inTier}`, kind: 'calico' },
      { name: `${namespace}/${inTier}`, kind: 'calico' },
    ]
  }
  return [
    { name: `gnp/${name}`, kind: 'calico' },
    { name: `gnp/${inTier}`, kind: 'calico' },
    { name: `${tier.name}/${inTier}`, kind: 'calico' },
    { name: inTier, kind: 'calico' },
    { name: `kcnp/${name}`, kind: 'admin' },
    { name: `adminnetworkpolicy/kanp.adminnetworkpolicy.${name}`, kind: 'admin' },
    {
      name: `baselineadminnetworkpolicy/kbanp.baselineadminnetworkpolicy.${name}`,
      kind: 'admin',
    },
  ]
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
