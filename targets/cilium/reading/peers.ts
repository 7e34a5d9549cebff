// Layer 3 of a rule: whom it is about. Absent, empty and null lists mean different things:
// pkg/policy/utils/parserules.go.
import {
  bitsOf,
  blockOf,
  type Cidr,
  covers,
  parseAddress,
  parseCidr,
  printCidr,
} from '../../../src/algebra/address.ts'
import { all, selects } from '../../../src/ir/selector.ts'
import type { Direction, Peer } from '../../../src/ir/types.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import { suggest } from '../../../src/schema/suggest.ts'
import { entityNames, entityPeer } from './entities.ts'
import type { RawCidrRule, RawCiliumRule } from './schema.ts'
import { readEndpoints, readGroupSelector, readNodes } from './selector.ts'

/** A CIDR group of the input. */
export interface CidrGroup {
  readonly labels: Readonly<Record<string, string>>
  readonly cidrs: readonly Cidr[]
}

/** What the meaning of peers depends on. */
export interface Scope {
  /** The policy's namespace; null for a clusterwide one. */
  readonly namespace: string | null
  readonly groups: ReadonlyMap<string, CidrGroup>
  /** Kinds of cluster members that CIDR rules match beside what is outside. */
  readonly blocksMatch: readonly ('pod' | 'host')[]
}

/** Peers under the same conditions; a rule may have several such groups. */
export interface PeerGroup {
  readonly peers: readonly Peer[]
  readonly conditions: readonly string[]
}

/** How `from` or `to` rules spell their peers. */
type Word = 'from' | 'to'
const wordOf: Readonly<Record<Direction, Word>> = { ingress: 'from', egress: 'to' }

type Kind =
  | 'Endpoints'
  | 'Entities'
  | 'CIDR'
  | 'CIDRSet'
  | 'Nodes'
  | 'Groups'
  | 'Services'
  | 'FQDNs'
type Key = Extract<keyof RawCiliumRule, `${Word}${Kind}`>
const kinds: readonly Kind[] = [
  'Endpoints',
  'Entities',
  'CIDR',
  'CIDRSet',
  'Nodes',
  'Groups',
  'Services',
  'FQDNs',
]
/** An empty list of these means nobody; of the others, as if it were not there. */
const emptyMeansNobody: readonly Kind[] = ['Endpoints', 'Entities', 'CIDR', 'CIDRSet', 'Nodes']

/** The peers of a rule: null where nothing is said of them. */
export function readPeers(
  raw: RawCiliumRule,
  direction: Direction,
  scope: Scope,
  place: Place,
): readonly PeerGroup[] | null {
  const word = wordOf[direction]
  refuseRequires(raw, word, place)
  const present = kinds.flatMap((kind) => {
    const key = `${word}${kind}` as Key
    return raw[key] == null ? [] : [{ kind, key, items: raw[key] ?? [] }]
  })
  const filled = present.filter(({ items }) => items.length > 0)
  const [first, second] = filled
  if (first !== undefined && second !== undefined) {
    complain(into(place, second.key), 'NP2018', {
      on: 'key',
      message: `"${first.key}" and "${second.key}" cannot stand in one rule`,
      help: 'make two rules of it: Cilium enforces nothing of a policy that it rejects',
    })
    return []
  }
  // An empty list among others empties the whole: PolicyEntry's selectors become null.
  const isEmptied = present.some(
    ({ kind, items }) => items.length === 0 && emptyMeansNobody.includes(kind),
  )
  if (isEmptied) return []
  if (first === undefined) return null
  return readers[first.kind](raw, word, scope, into(place, first.key))
}

type ReadKind = (raw: RawCiliumRule, word: Word, scope: Scope, place: Place) => readonly PeerGroup[]

const readers: Readonly<Record<Kind, ReadKind>> = {
  Endpoints: (raw, word, { namespace }, place) =>
    plain(
      each(place, raw[`${word}Endpoints`]).flatMap(
        ({ item, at }) => readEndpoints(item, namespace, at) ?? [],
      ),
    ),
  Entities: (raw, word, _scope, place) =>
    each(place, raw[`${word}Entities`]).flatMap(({ item, at }) => readEntity(item, at)),
  CIDR: (raw, word, scope, place) =>
    plain(
      each(place, raw[`${word}CIDR`]).flatMap(({ item, at }) =>
        readBlock(item, true, at).map((cidr) => outside(cidr, [], scope)),
      ),
    ),
  CIDRSet: (raw, word, scope, place) =>
    plain(
      each(place, raw[`${word}CIDRSet`]).flatMap(({ item, at }) => readCidrRule(item, scope, at)),
    ),
  Nodes: (raw, word, _scope, place) =>
    plain(
      each(place, raw[`${word}Nodes`]).map(({ item, at }) => ({
        kind: 'hosts',
        nodes: readNodes(item, at),
        which: 'other',
      })),
    ),
  Groups: (raw, word, _scope, place) =>
    conditional([{ kind: 'external' }], 'group', each(place, raw[`${word}Groups`])),
  Services: (raw, _word, _scope, place) =>
    conditional([{ kind: 'any' }], 'service', each(place, raw.toServices)),
  FQDNs: (raw, _word, _scope, place) =>
    conditional(
      [{ kind: 'external' }],
      'DNS name',
      each(place, raw.toFQDNs).filter(({ item, at }) => namesOne(item, at)),
    ),
}

/** Exactly one of `matchName` and `matchPattern`, as the CRD has it. */
function namesOne(item: unknown, at: Place): boolean {
  const keys = Object.entries(item ?? {}).flatMap(([key, value]) => (value == null ? [] : [key]))
  const isFine = keys.length === 1 && ['matchName', 'matchPattern'].includes(keys[0] ?? '')
  if (!isFine) {
    const message = 'an item of "toFQDNs" needs either "matchName" or "matchPattern"'
    complain(at, 'NP2018', { message })
  }
  return isFine
}

function plain(peers: readonly Peer[]): readonly PeerGroup[] {
  return [{ peers, conditions: [] }]
}

function conditional(
  peers: readonly Peer[],
  what: string,
  items: readonly { readonly item: unknown }[],
): readonly PeerGroup[] {
  return items.map(({ item }) => ({ peers, conditions: [`peer is of ${what} ${canonical(item)}`] }))
}

function readEntity(name: string, at: Place): readonly PeerGroup[] {
  const meaning = entityPeer(name)
  switch (meaning?.kind) {
    case 'peer':
      return plain([meaning.peer])
    case 'nobody':
      return []
    case 'condition':
      return [{ peers: [{ kind: 'any' }], conditions: [meaning.text] }]
    case undefined: {
      const near = suggest(name, entityNames)
      const help =
        near === undefined ? `known: ${entityNames.join(', ')}` : `did you mean "${near}"?`
      complain(at, 'NP2018', { message: `entity "${name}" is not known`, help })
      return []
    }
  }
}

/** A CIDR rule never matches what has an identity of its own: pods, and nodes. */
function outside(cidr: Cidr, except: readonly Cidr[], { blocksMatch }: Scope): Peer {
  const block: Peer = { kind: 'cidr', cidr, except }
  const members = blocksMatch.map(
    (kind): Peer =>
      kind === 'host'
        ? { kind: 'hosts', nodes: all, which: 'any' }
        : { kind: 'pods', namespaces: all, pods: all, serviceAccounts: all },
  )
  const whom: Peer =
    members.length === 0
      ? { kind: 'external' }
      : { kind: 'or', of: [{ kind: 'external' }, ...members] }
  return { kind: 'and', of: [whom, block] }
}

function readBlock(text: string, takesAddress: boolean, at: Place): readonly Cidr[] {
  const address = takesAddress ? parseAddress(text) : undefined
  if (address !== undefined) return [blockOf(address, bitsOf(address.family))]
  const written = parseCidr(text)
  if (written !== undefined) return [written.cidr]
  complain(at, 'NP2010', { message: `"${text}" is not a CIDR` })
  return []
}

function readCidrRule(raw: RawCidrRule, scope: Scope, place: Place): readonly Peer[] {
  const given = (['cidr', 'cidrGroupRef', 'cidrGroupSelector'] as const).filter(
    (key) => raw[key] != null && raw[key] !== '',
  )
  if (given.length !== 1) {
    const message = 'an item needs exactly one of "cidr", "cidrGroupRef" and "cidrGroupSelector"'
    complain(place, 'NP2018', { message })
    return []
  }
  const cidrs = blocksOf(raw, scope, place)
  const except = each(into(place, 'except'), raw.except).flatMap(({ item, at }) =>
    readBlock(item, false, at).filter((hole) => isInside(hole, raw, cidrs, at)),
  )
  // An exception may be wider than a block of a group, and then nothing is left of that block.
  return cidrs
    .filter((cidr) => !except.some((hole) => covers(hole, cidr)))
    .map((cidr) =>
      outside(
        cidr,
        except.filter((hole) => covers(cidr, hole)),
        scope,
      ),
    )
}

function blocksOf(raw: RawCidrRule, { groups }: Scope, place: Place): readonly Cidr[] {
  if (raw.cidr != null && raw.cidr !== '') return readBlock(raw.cidr, false, into(place, 'cidr'))
  if (raw.cidrGroupRef != null && raw.cidrGroupRef !== '') {
    const group = groups.get(raw.cidrGroupRef)
    if (group !== undefined) return group.cidrs
    const message = `the CIDR group "${raw.cidrGroupRef}" is not in the input`
    complain(into(place, 'cidrGroupRef'), 'NP2020', { message })
    return []
  }
  const selector = readGroupSelector(raw.cidrGroupSelector ?? {}, into(place, 'cidrGroupSelector'))
  return [...groups.values()].flatMap(({ labels, cidrs }) =>
    selects(selector, labels) ? cidrs : [],
  )
}

function isInside(hole: Cidr, raw: RawCidrRule, cidrs: readonly Cidr[], at: Place): boolean {
  const [cidr] = cidrs
  if (raw.cidr == null || cidr === undefined || covers(cidr, hole)) return true
  const message = `"except" ${printCidr(hole)} is not inside of "cidr" ${printCidr(cidr)}`
  complain(at, 'NP2011', { message })
  return false
}

function refuseRequires(raw: RawCiliumRule, word: Word, place: Place): void {
  const key = `${word}Requires` as const
  if (raw[key] == null) return
  complain(into(place, key), 'NP2021', {
    on: 'key',
    message: `"${key}" is not read: Cilium has removed it`,
    help: 'write its tests into the selectors',
  })
}

/** A value as text that is the same for the same value, whatever the order of keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined && inner !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}
