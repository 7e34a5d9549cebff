// EntityRule (source or destination of a rule) → tests of one end of a flow. Which endpoints its
// selectors mean depends on the policy's scope: libcalico-go, updateprocessors/rules.go.
import {
  type Cidr,
  cidrsOverlap,
  covers,
  parseCidr,
  printCidr,
} from '../../../src/algebra/address.ts'
import type { Peer } from '../../../src/ir/types.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import { accountIn, inNamespace, namespaced, prefixed } from './match.ts'
import type { NetworkSets } from './networkSets.ts'
import type { RawEntity } from './schema.ts'
import { readPods, readSelectorText, type SelectorRole } from './selectors.ts'
import type { SelectorTree } from './selectorText.ts'

/** What the meaning of an entity depends on. */
export interface Scope {
  /** The policy's namespace; null for a GlobalNetworkPolicy. */
  readonly namespace: string | null
  readonly sets: NetworkSets
}

/** The tests of which one must hold; "anyone" alone where the entity says nothing of endpoints. */
export function readEntity(raw: RawEntity, scope: Scope, place: Place): readonly Peer[] {
  checkCombination(raw, place)
  const { positive, negative } = readTrees(raw, scope, place)
  const chosen = positive === undefined ? null : endpointsOf(positive, scope, place, 'chosen')
  const excluded = negative === undefined ? null : endpointsOf(negative, scope, place, 'excluded')
  const except = readNets(raw.notNets, into(place, 'notNets'), true)
  const nets = (raw.nets ?? []).length === 0 ? null : readNets(raw.nets, into(place, 'nets'), false)
  return peersOf({ nets, except, chosen, excluded: excluded ?? [] })
}

/** What is asked of an end; null where nothing is. */
export interface EndTests {
  readonly nets: readonly Cidr[] | null
  readonly except: readonly Cidr[]
  readonly chosen: readonly Peer[] | null
  readonly excluded: readonly Peer[]
}

/** The tests of which one must hold; "anyone" alone where nothing is asked. */
export function peersOf({ nets: wanted, except, chosen, excluded }: EndTests): readonly Peer[] {
  const nets = wanted === null ? null : blocks(wanted, except)
  const alone =
    nets === null ? except.map((cidr): Peer => ({ kind: 'cidr', cidr, except: [] })) : []
  const none = [...alone, ...excluded]
  const parts = [...(nets === null ? [] : [nets]), ...(chosen === null ? [] : [chosen])]
  const [first, second] = parts
  if (none.length === 0 && second === undefined) return first ?? [{ kind: 'any' }]
  if (parts.some((part) => part.length === 0)) return []
  return [
    {
      kind: 'and',
      of: [...parts.map(oneOf), ...none.map((of): Peer => ({ kind: 'not', of }))],
    },
  ]
}

function oneOf(peers: readonly Peer[]): Peer {
  const [only] = peers
  return only !== undefined && peers.length === 1 ? only : { kind: 'or', of: peers }
}

interface Trees {
  readonly positive: SelectorTree | undefined
  /** What must not hold, where nothing positive is said that it could be folded into. */
  readonly negative: SelectorTree | undefined
}

/** The effective selector: the entity's own, bound to namespaces as the policy's scope has it. */
function readTrees(raw: RawEntity, { namespace }: Scope, place: Place): Trees {
  const read = (key: 'selector' | 'notSelector'): SelectorTree | undefined =>
    readText(raw[key], 'other', into(place, key))
  const [own, notOwn] = [read('selector'), read('notSelector')]
  const spaces = readText(
    raw.namespaceSelector,
    'entity namespaceSelector',
    into(place, 'namespaceSelector'),
  )
  const accounts = readAccounts(raw, place)
  const says = [own, notOwn, spaces, ...accounts].some((tree) => tree !== undefined)
  const scope =
    spaces !== undefined
      ? spaceTree(spaces)
      : namespace !== null && says
        ? inNamespace(namespace)
        : undefined
  const parts = [scope, own, ...accounts].flatMap((tree) => tree ?? [])
  if (parts.length === 0) return { positive: undefined, negative: notOwn }
  const excluded = notOwn === undefined ? [] : [{ kind: 'not' as const, of: notOwn }]
  return { positive: { kind: 'and', of: [...parts, ...excluded] }, negative: undefined }
}

/** `all()`: in some namespace; `global()`: in none; else a test of the namespace's labels. */
function spaceTree(spaces: SelectorTree): SelectorTree {
  if (spaces.kind === 'all') return namespaced
  if (spaces.kind === 'global') return { kind: 'not', of: namespaced }
  return prefixed(spaces, 'pcns.')
}

function readAccounts(raw: RawEntity, place: Place): readonly (SelectorTree | undefined)[] {
  const { names, selector } = raw.serviceAccounts ?? {}
  const at = into(place, 'serviceAccounts', 'selector')
  const tree = readText(selector, 'other', at)
  return [
    names != null && names.length > 0 ? accountIn(names) : undefined,
    tree === undefined ? undefined : prefixed(tree, 'pcsa.'),
  ]
}

function readText(
  written: string | null | undefined,
  role: SelectorRole,
  place: Place,
): SelectorTree | undefined {
  return written == null || written === '' ? undefined : readSelectorText(written, role, place)
}

/** Pods by their labels, and the blocks of the network sets that the tree selects. */
function endpointsOf(
  tree: SelectorTree,
  { sets }: Scope,
  place: Place,
  use: keyof typeof ofNobody,
): readonly Peer[] {
  const { errors } = place.reporter
  const pods = readPods(tree, place).map((match): Peer => ({ kind: 'pods', ...match }))
  const nets = sets
    .selectedBy(tree, place)
    .map((cidr): Peer => ({ kind: 'cidr', cidr, except: [] }))
  const found = [...pods, ...nets]
  if (found.length === 0 && place.reporter.errors === errors) reportNobody(place, use)
  return found
}

/** What it means that an entity is about nobody. */
const ofNobody = {
  chosen: ['NP3004', 'the rule never matches'],
  excluded: ['NP3005', '"notSelector" excludes nothing'],
} as const

/** Sets that are not in the input do not exist: that is worth a word where nothing else was meant. */
function reportNobody(place: Place, use: keyof typeof ofNobody): void {
  const [code, meaning] = ofNobody[use]
  complain(place, code, {
    message: `this selects no pod, and no address of a network set in the input: ${meaning}`,
    help: 'where network sets are meant, add them, for example from "kubectl get globalnetworksets,networksets -A -o yaml"',
  })
}

/** Each block without the exceptions that reach into it; one that an exception covers is gone. */
function blocks(nets: readonly Cidr[], except: readonly Cidr[]): readonly Peer[] {
  return nets.flatMap((cidr): Peer[] => {
    const holes = except.filter((hole) => cidrsOverlap(hole, cidr))
    return holes.some((hole) => covers(hole, cidr)) ? [] : [{ kind: 'cidr', cidr, except: holes }]
  })
}

/** Blocks of a rule: a mask is needed, and no bits beyond it. */
function readNets(
  written: readonly string[] | null | undefined,
  place: Place,
  isException: boolean,
): readonly Cidr[] {
  return each(place, written).flatMap(({ item, at }) => {
    const read = parseCidr(item)
    if (read === undefined) {
      complain(at, 'NP2010', { message: `"${item}" is not a CIDR` })
      return []
    }
    if (read.hostBits) {
      const help = `write "${printCidr(read.cidr)}"`
      complain(at, 'NP2010', { message: `CIDR "${item}" has bits set beyond its prefix`, help })
    }
    if (isException && read.cidr.prefix === 0) {
      complain(at, 'NP2018', {
        message: `"notNets" with ${item} leaves no address of its IP version`,
      })
    }
    return [read.cidr]
  })
}

/** `services` stands alone: validateEntityRule. */
function checkCombination(raw: RawEntity, place: Place): void {
  if (raw.services == null) return
  const others = [
    'selector',
    'notSelector',
    'namespaceSelector',
    'serviceAccounts',
    'nets',
    'notNets',
  ] as const
  for (const key of others) {
    if (raw[key] == null || raw[key] === '') continue
    complain(into(place, key), 'NP2018', {
      on: 'key',
      message: `"services" cannot stand beside "${key}"`,
    })
  }
}
