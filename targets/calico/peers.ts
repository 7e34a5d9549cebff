// Peers of one rule as the entities (source or destination) of Calico rules.
import {
  addressesOf,
  type Cidr,
  compareCidrs,
  families,
  printCidr,
  toCidrs,
} from '../../src/algebra/address.ts'
import { chunks } from '../../src/algebra/order.ts'
import type { Complain } from '../../src/emit/complain.ts'
import { onlyNamespace } from '../../src/ir/selector.ts'
import type { PodMatch, Rule, Selector } from '../../src/ir/types.ts'
import { maxNets, maxRules, maxSelectorLength } from './limits.ts'
import {
  cutToFit,
  isNever,
  type LabelOwner,
  normalForm,
  podTest,
  printPodSelector,
  printSelector,
  selectorFault,
} from './selector.ts'
import type { CalicoEntity } from './types.ts'

/** One entity and what it can match. */
export interface PeerMatch {
  readonly entity: CalicoEntity
  /** The address family that it is confined to, or null for both. */
  readonly family: 4 | 6 | null
  /** Whether it matches pods only. */
  readonly podsOnly: boolean
}

/** What the meaning of a peer depends on. */
export interface PeerContext {
  /** The policy's namespace: the one that a selector without namespaceSelector speaks of. */
  readonly namespace: string
  readonly enforcesLimits: boolean
  readonly complain: Complain
}

/** The pods of every namespace, and nothing else. */
export const everyPod: CalicoEntity = { namespaceSelector: 'all()', selector: podTest }

/** The entities of a rule's peers, in their order; none where the rule never matches. */
export function peerMatches(rule: Rule, context: PeerContext): readonly PeerMatch[] {
  if (rule.peers.some((peer) => peer.kind === 'any')) {
    return [{ entity: {}, family: null, podsOnly: false }]
  }
  const plain = rule.peers.flatMap((peer) =>
    peer.kind === 'cidr' && peer.except.length === 0 ? [peer.cidr] : [],
  )
  const matches: PeerMatch[] = []
  let plainDone = false
  for (const peer of rule.peers) {
    if (peer.kind === 'pods') matches.push(...podMatches(peer, context))
    else if (peer.kind === 'cidr' && peer.except.length > 0) {
      matches.push(...exceptMatches(peer.cidr, peer.except))
    } else if (!plainDone) {
      // Blocks without exceptions share the rules that stand where the first of them stood.
      matches.push(...netMatches(plain))
      plainDone = true
    }
  }
  return matches
}

function netMatches(cidrs: readonly Cidr[]): readonly PeerMatch[] {
  return families.flatMap((family) => {
    const nets = cidrs.filter((cidr) => cidr.family === family)
    const texts = [...new Set([...nets].sort(compareCidrs).map(printCidr))]
    return chunks(texts, maxNets).map((part) => ({
      entity: { nets: part },
      family,
      podsOnly: false,
    }))
  })
}

function exceptMatches(cidr: Cidr, except: readonly Cidr[]): readonly PeerMatch[] {
  const holes = except.filter((hole) => hole.family === cidr.family)
  const left = addressesOf(cidr, holes)
  if (left.length === 0) return []
  // Too many exceptions for one list: the addresses that remain, block by block.
  if (holes.length > maxNets) return netMatches(toCidrs(cidr.family, left))
  const notNets = holes.map(printCidr)
  const entity = { nets: [printCidr(cidr)], ...(notNets.length === 0 ? {} : { notNets }) }
  return [{ entity, family: cidr.family, podsOnly: false }]
}

function podMatches(peer: PodMatch, context: PeerContext): readonly PeerMatch[] {
  const { namespace, complain } = context
  const namespaces = normalForm(peer.namespaces)
  const pods = normalForm(peer.pods)
  if (isNever(namespaces) || isNever(pods)) return []
  const fault = selectorFault(namespaces, 'namespace') ?? selectorFault(pods, 'pod')
  if (fault !== undefined) {
    complain(fault.code, fault.fact)
    return []
  }
  const podTexts = texts(pods, 'pod', context)
  const isOwn = onlyNamespace(namespaces) === namespace
  const entities = isOwn
    ? podTexts.map((selector) => ({ selector }))
    : texts(namespaces, 'namespace', context).flatMap((namespaceSelector) =>
        podTexts.map((selector) => ({ namespaceSelector, selector })),
      )
  return entities.map((entity) => ({ entity, family: null, podsOnly: true }))
}

const printers: Readonly<Record<LabelOwner, (selector: Selector) => string>> = {
  namespace: printSelector,
  pod: printPodSelector,
}

function texts(selector: Selector, owner: LabelOwner, context: PeerContext): readonly string[] {
  const print = printers[owner]
  const pieces = cutToFit(selector, (piece) => print(piece).length <= maxSelectorLength, maxRules)
  if (pieces !== null) return pieces.map(print)
  const whole = print(selector)
  if (context.enforcesLimits) {
    context.complain(
      'NP5001',
      `${owner} selector has ${whole.length} characters, Calico takes ${maxSelectorLength}, and it does not fall into shorter alternatives`,
    )
  }
  return [whole]
}
