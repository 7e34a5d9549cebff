// Entities → whom they mean: pkg/policy/api/entity.go. What nothing in a flow's ends tells apart, such
// as the API server, is a condition.
import { all } from '../../../src/ir/selector.ts'
import type { Peer } from '../../../src/ir/types.ts'

/** The endpoints that an entity means, or a condition that they meet. */
export type EntityMeaning =
  | { readonly kind: 'peer'; readonly peer: Peer }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'condition'; readonly text: string }

const external: Peer = { kind: 'external' }
const pods: Peer = { kind: 'pods', namespaces: all, pods: all, serviceAccounts: all }
const hosts = (which: 'any' | 'own' | 'other'): Peer => ({ kind: 'hosts', nodes: all, which })
const anyAddress = (family: 4 | 6): Peer => ({
  kind: 'cidr',
  cidr: { family, base: 0n, prefix: 0 },
  except: [],
})
const meant = (peer: Peer): EntityMeaning => ({ kind: 'peer', peer })
const condition = (name: string): EntityMeaning => ({ kind: 'condition', text: `peer is ${name}` })

const entities: ReadonlyMap<string, EntityMeaning> = new Map<string, EntityMeaning>([
  ['all', meant({ kind: 'any' })],
  ['world', meant(external)],
  ['world-ipv4', meant({ kind: 'and', of: [external, anyAddress(4)] })],
  ['world-ipv6', meant({ kind: 'and', of: [external, anyAddress(6)] })],
  ['cluster', meant({ kind: 'or', of: [pods, hosts('any')] })],
  ['host', meant(hosts('own'))],
  ['remote-node', meant(hosts('other'))],
  ['none', { kind: 'nobody' }],
  ...['kube-apiserver', 'health', 'init', 'unmanaged', 'ingress'].map(
    (name): [string, EntityMeaning] => [name, condition(name)],
  ),
])

/** Names of all entities. */
export const entityNames: readonly string[] = [...entities.keys()]

/** What an entity means; undefined for a name that is none. */
export function entityPeer(name: string): EntityMeaning | undefined {
  return entities.get(name)
}
