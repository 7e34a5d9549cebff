// A profile as a chain with its sets: what is listed is let back to the hook, and the rest dropped; or,
// where nothing isolates the pods, what is listed is dropped.
import type { Family } from '../../src/algebra/address.ts'
import type { Interval } from '../../src/algebra/interval.ts'
import {
  type CellDecision,
  type Decisions,
  decisionsOf,
  type RuleOf,
} from '../../src/firewall/decisions.ts'
import type { PeerContext } from '../../src/firewall/peers.ts'
import { type Profile, type StageKind, stageFacts } from '../../src/firewall/stages.ts'
import { titleOf } from '../../src/firewall/text.ts'
import { describeOrigin } from '../../src/source/origin.ts'
import { type Box, type Layer, type LayerKind, layersOf } from './layers.ts'
import { printNumbers, printRange, quoteComment, quoteLogPrefix } from './text.ts'

/** A set of boxes. */
export interface NftSet {
  readonly name: string
  readonly type: string
  /** Whether elements may be ranges. The kernel looks up others several times faster. */
  readonly isInterval: boolean
  /** Each with its comment. */
  readonly elements: readonly string[]
}

/** A chain, or a hook's. */
export interface NftChain {
  readonly name: string
  readonly rules: readonly string[]
}

/** What a profile becomes. */
export interface ProfileText {
  readonly chain: NftChain
  readonly sets: readonly NftSet[]
}

/** Letters of stages in names. */
export const stageWords: Readonly<Record<StageKind, string>> = {
  egress: 'egress',
  ingress: 'ingress',
  'to-host': 'tohost',
  'from-host': 'fromhost',
}

/** The chain of a profile; null where nothing is refused there, or logged. */
export function profileText(
  kind: StageKind,
  profile: Profile,
  context: PeerContext,
): ProfileText | null {
  const decisions = decisionsOf(kind, profile, context)
  if (decisions.cells.every(({ denied }) => denied.length === 0) && decisions.logs.length === 0) {
    return null
  }
  const { family } = context
  const name = `${stageWords[kind]}${family}-${profile.id}`
  const words = (layers: readonly Layer[], own: string): readonly Match[] =>
    layers.map((layer, index) => matchOf(layer, own, index, kind, family))
  const logs = decisions.logs.map(({ by, cells }, index) => {
    // Cells that it logs nothing of count too: what it logs is not all traffic.
    const logged = new Map(cells.map(({ cell, addresses }) => [cell, [{ addresses, by }]]))
    const shares = decisions.cells.map(({ cell }) => ({ cell, shares: logged.get(cell) ?? [] }))
    return {
      verdict: `log prefix ${quoteLogPrefix(titleOf(by.policy))}`,
      matches: words(layersOf(shares, family), `${name}-log${index}`),
    }
  })
  const { matches, verdict, rest } = verdicts(kind, profile, decisions, family, (layers) =>
    words(layers, name),
  )
  const all = [...logs, { verdict, matches }]
  return {
    chain: {
      name,
      rules: [
        ...all.flatMap((one) => one.matches.map((match) => `${match.words} ${one.verdict}`)),
        ...rest,
      ],
    },
    sets: all.flatMap((one) => one.matches.flatMap(({ sets }) => sets)),
  }
}

interface Match {
  readonly words: string
  readonly sets: readonly NftSet[]
}

interface Verdicts {
  readonly matches: readonly Match[]
  readonly verdict: string
  readonly rest: readonly string[]
}

/** Whichever is fewer words: what is allowed, or what is denied. */
function verdicts(
  kind: StageKind,
  profile: Profile,
  { cells }: Decisions,
  family: Family,
  words: (layers: readonly Layer[]) => readonly Match[],
): Verdicts {
  const isolates = profile.tiers.some(({ end }) => end === 'deny')
  const comment = quoteComment(reasonOf(profile))
  const drop = stageFacts[kind].view === 'network' ? `goto refuse${family}` : 'drop'
  const listed = (of: (one: CellDecision) => CellDecision['allowed']): readonly Layer[] =>
    layersOf(
      cells.map((one) => ({ cell: one.cell, shares: of(one) })),
      family,
    )
  if (isolates) {
    const allowed = words(listed((one) => one.allowed))
    return { matches: allowed, verdict: 'return', rest: [`${drop} comment ${comment}`] }
  }
  const denied = words(listed((one) => one.denied))
  return { matches: denied, verdict: `${drop} comment ${comment}`, rest: [] }
}

function reasonOf({ tiers }: Profile): string {
  const names = tiers.flatMap(({ policies }) => policies.map(titleOf))
  return `denied by ${[...new Set(names)].join(', ')}`
}

interface LayerForm {
  readonly type: (family: Family) => string
  /** The fields of a packet that a set is asked about, after the address. */
  readonly fields: (family: Family) => string
}

const forms: Readonly<Record<LayerKind, LayerForm>> = {
  all: { type: () => '', fields: () => '' },
  protocols: { type: () => ' . inet_proto', fields: () => ' . meta l4proto' },
  ports: {
    type: () => ' . inet_proto . inet_service',
    fields: () => ' . meta l4proto . th dport',
  },
  icmp: {
    type: (family) => (family === 4 ? ' . icmp_type . icmp_code' : ' . icmpv6_type . icmpv6_code'),
    fields: (family) =>
      family === 4 ? ' . icmp type . icmp code' : ' . icmpv6 type . icmpv6 code',
  },
}

function matchOf(
  layer: Layer,
  own: string,
  index: number,
  stage: StageKind,
  family: Family,
): Match {
  const end = stageFacts[stage].direction === 'egress' ? 'daddr' : 'saddr'
  const address = `${family === 4 ? 'ip' : 'ip6'} ${end}`
  if (layer.kind === 'product') {
    const ports = portSet(`${own}-${index}-ports`, layer.ports)
    const addresses = addressSet(`${own}-${index}`, 'all', layer.boxes, family)
    return {
      words: `${address} @${addresses.name} meta l4proto . th dport @${ports.name}`,
      sets: [addresses, ports],
    }
  }
  const set = addressSet(`${own}-${layer.kind}`, layer.kind, layer.boxes, family)
  return { words: `${address}${forms[layer.kind].fields(family)} @${set.name}`, sets: [set] }
}

function portSet(name: string, ports: readonly (readonly Interval[])[]): NftSet {
  return {
    ...nameAndForm(name, ports),
    type: 'inet_proto . inet_service',
    elements: ports.map((fields) => fields.map(printField).join(' . ')),
  }
}

function addressSet(name: string, kind: LayerKind, found: readonly Box[], family: Family): NftSet {
  const boxes = singly(found)
  const print = kind === 'icmp' ? printNumbers : printField
  return {
    ...nameAndForm(
      name,
      boxes.map(({ addresses, fields }) => [addresses, ...fields]),
    ),
    type: `ipv${family}_addr${forms[kind].type(family)}`,
    elements: boxes.map(({ addresses, fields, by }) => {
      const key = [printRange(addresses, family), ...fields.map(print)].join(' . ')
      return by.length === 0 ? key : `${key} comment ${quoteComment(by.map(placeOf).join('; '))}`
    }),
  }
}

/** Neighbours that stand for pods: more addresses than this in a row are a block. */
const mostInRow = 16n

/** Boxes of few addresses in a row as one for each address, where that leaves no range in the set. */
function singly(boxes: readonly Box[]): readonly Box[] {
  const isFew = ({ addresses, fields }: Box): boolean =>
    addresses.to - addresses.from < mostInRow && fields.every(({ from, to }) => from === to)
  if (!boxes.every(isFew)) return boxes
  return boxes.flatMap((box) =>
    Array.from({ length: Number(box.addresses.to - box.addresses.from) + 1 }, (_, at) => {
      const value = box.addresses.from + BigInt(at)
      return { ...box, addresses: { from: value, to: value } }
    }),
  )
}

/** Another name for another form: a set that is loaded cannot change its form. */
function nameAndForm(
  name: string,
  elements: readonly (readonly Interval[])[],
): Pick<NftSet, 'name' | 'isInterval'> {
  const isInterval = elements.some((fields) => fields.some(({ from, to }) => from !== to))
  return { name: isInterval ? name : `${name}-exact`, isInterval }
}

/** Protocols by the names that nft prints, ports by number. */
function printField(range: Interval, index: number): string {
  const name = index === 0 && range.from === range.to ? protocolNames.get(range.from) : undefined
  return name ?? printNumbers(range)
}

const protocolNames: ReadonlyMap<bigint, string> = new Map([
  [1n, 'icmp'],
  [6n, 'tcp'],
  [17n, 'udp'],
  [58n, 'ipv6-icmp'],
  [132n, 'sctp'],
])

function placeOf({ policy, rule }: RuleOf): string {
  return `${titleOf(policy)} ${rule.origins.map(describeOrigin).join(', ')}`
}
