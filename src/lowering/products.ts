// Products of subjects, peers and traffic, and taking one from another.
import { type LabelBox, meetAll, meets, minusAll } from './labels.ts'
import { refuse } from './limit.ts'
import {
  haveCommonPeer,
  isNobody,
  meetPeers,
  minusPeers,
  ofFamilies,
  type PeerSet,
} from './peers.ts'
import { familiesOf, meetTraffic, minusTraffic, type TrafficSet } from './traffic.ts'

/** Flows: some subject, some peer and some traffic, whatever goes with whatever. */
export interface Product {
  readonly subjects: readonly LabelBox[]
  readonly peers: PeerSet
  readonly traffic: TrafficSet
  readonly conditions: readonly string[]
}

/** More products than this for one rule and nobody could read what came of it. */
const maxProducts = 128

/** Whether two have a flow in common, conditions left aside. */
export function overlap(a: Product, b: Product): boolean {
  if (!a.subjects.some((one) => b.subjects.some((other) => meets(one, other)))) return false
  const families = familiesOf(meetTraffic(a.traffic, b.traffic))
  return families.length > 0 && haveCommonPeer(a.peers, b.peers, families)
}

/** What of the products is not in `hole`; throws `Refusal` where conditions stand in the way. */
export function minusMatch(products: readonly Product[], hole: Product): readonly Product[] {
  const left = products.flatMap((one) => minusProduct(one, hole))
  return left.length > maxProducts
    ? refuse(`a rule that falls into more than ${maxProducts} parts beside those before it`)
    : left
}

function minusProduct(one: Product, hole: Product): readonly Product[] {
  if (!overlap(one, hole)) return [one]
  const unknown = hole.conditions.filter((condition) => !one.conditions.includes(condition))
  if (unknown.length > 0) refuse(`what is left of a rule where not: ${unknown.join(', ')}`)
  const common = meetAll(one.subjects, hole.subjects)
  const pieces: readonly Product[] = [
    { ...one, subjects: minusAll(one.subjects, hole.subjects) },
    { ...one, subjects: common, peers: minusPeers(one.peers, hole.peers) },
    {
      ...one,
      subjects: common,
      peers: meetPeers(one.peers, hole.peers),
      traffic: minusTraffic(one.traffic, hole.traffic),
    },
  ]
  return pieces.filter(isSomething)
}

/** Whether some flow is in it. */
export function isSomething({ subjects, peers, traffic }: Product): boolean {
  const families = familiesOf(traffic)
  return subjects.length > 0 && families.length > 0 && !isNobody(ofFamilies(peers, families))
}
