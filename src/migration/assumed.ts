// Rules of which assumption A1 (address blocks mean no pods) cannot be true: to take it for granted all the
// same would turn them into rules about nobody, proved equal to a reading that nobody meant.
import { printCidr } from '../algebra/address.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { directions, type Peer, type PolicySet, type Rule, type Tier } from '../ir/types.ts'
import type { Premises } from '../proof/compare.ts'
import { blockOwners } from '../semantics/evaluate.ts'

/** Reports, as an error NP5004 each, the rules of the source that A1 would make nonsense of. */
export function reportUnassumable(
  { tiers }: PolicySet,
  { ipBlock }: Premises,
  reporter: Reporter,
): void {
  if (blockOwners[ipBlock].includes('pod')) return
  for (const tier of tiers) {
    const sections = tier.policies.flatMap((one) => directions.map((direction) => one[direction]))
    for (const rule of sections.flatMap((section) => section?.rules ?? [])) {
      const reason = reasonOf(rule, tier)
      if (reason === null) continue
      const { span, path } = rule.origins[0]
      reporter.report('NP5004', {
        severity: 'error',
        message: `${reason}: that blocks mean addresses outside of the cluster (A1) cannot be assumed`,
        at: span,
        label: path,
        help: 'say where the pods are, with --pod-cidr',
      })
    }
  }
}

/** Whether some rule speaks of address blocks. */
export function hasBlocks({ tiers }: PolicySet): boolean {
  return tiers
    .flatMap(({ policies }) => policies)
    .flatMap((policy) => directions.flatMap((direction) => policy[direction]?.rules ?? []))
    .some(({ subjects, peers }) => [...subjects, ...peers].some(hasBlock))
}

function reasonOf({ subjects, peers }: Rule, tier: Tier): string | null {
  if (subjects.some(hasBlock)) return "the rule tells the policy's own pods apart by addresses"
  if (peers.some(isPodsInBlocks)) return 'the rule asks for pods by labels and by addresses at once'
  const whole = matchesByAddress(tier) ? peers.flatMap(wholeBlocks)[0] : undefined
  return whole === undefined ? null : `every pod is in ${whole}, by which Calico matches it`
}

/** Calico's tiers: its blocks match whoever has the address. */
function matchesByAddress({ combining, ownNode }: Tier): boolean {
  return combining === 'first-match' && ownNode === 'ingress-allowed'
}

function hasBlock(peer: Peer): boolean {
  switch (peer.kind) {
    case 'cidr':
      return true
    case 'not':
      return hasBlock(peer.of)
    case 'and':
    case 'or':
      return peer.of.some(hasBlock)
    default:
      return false
  }
}

function isPodsInBlocks(peer: Peer): boolean {
  if (peer.kind === 'or') return peer.of.some(isPodsInBlocks)
  return peer.kind === 'and' && peer.of.some(isOnlyPods) && peer.of.some(isOnlyBlocks)
}

function isOnlyPods(peer: Peer): boolean {
  return peer.kind === 'pods' || (peer.kind === 'or' && peer.of.every(isOnlyPods))
}

function isOnlyBlocks(peer: Peer): boolean {
  return peer.kind === 'cidr' || (peer.kind === 'or' && peer.of.every(isOnlyBlocks))
}

/** Blocks that hold every address of an IP version. */
function wholeBlocks(peer: Peer): readonly string[] {
  if (peer.kind === 'or') return peer.of.flatMap(wholeBlocks)
  if (peer.kind !== 'cidr' || peer.cidr.prefix > 0) return []
  return [printCidr(peer.cidr)]
}
