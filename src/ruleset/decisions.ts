// What rules do with packets, and what several of them in a row do: decisions put together.
import { type Diagram, everything, nothing } from '../algebra/diagram.ts'
import type { Chains } from './chains.ts'
import type { Flow, Situation } from './situation.ts'

/** Where packets can get to. */
export interface Outcome {
  readonly accepted: Flow
  readonly dropped: Diagram
  /** Came back to where the chain was called from. */
  readonly returned: Flow
}

/** What one rule, or several in a row, do with all packets of a situation. */
export interface Decision extends Outcome {
  /** Packets that can get behind them. */
  readonly passed: Flow
}

/** A rule that decides in one way about all that it matches, and about nothing else. */
export interface Plain {
  readonly kind: 'accepted' | 'dropped' | 'returned'
  readonly hit: Diagram
}

/** Plain rules in a row that decide alike are one. */
export function likeTogether(
  decisions: readonly (Decision | Plain)[],
  situation: Situation,
  chains: Chains,
): readonly Decision[] {
  const joined: Decision[] = []
  for (let at = 0; at < decisions.length; ) {
    const first = decisions[at]
    if (first === undefined) break
    if (!('kind' in first)) {
      joined.push(first)
      at += 1
      continue
    }
    const hits: Diagram[] = []
    for (let one = decisions[at]; one && 'kind' in one && one.kind === first.kind; ) {
      hits.push(one.hit)
      at += 1
      one = decisions[at]
    }
    joined.push(ofHit(first.kind, chains.headers.packets.store.some(hits), situation, chains))
  }
  return joined
}

function ofHit(kind: Plain['kind'], hit: Diagram, situation: Situation, chains: Chains): Decision {
  const flowOf = (set: Diagram): Flow => {
    const flow = chains.flow()
    flow.add(situation, set)
    return flow
  }
  return {
    accepted: flowOf(kind === 'accepted' ? hit : nothing),
    dropped: kind === 'dropped' ? hit : nothing,
    returned: flowOf(kind === 'returned' ? hit : nothing),
    passed: flowOf(chains.headers.packets.store.not(hit)),
  }
}

/** Halves first, so that long lists of rules stay cheap. All but the last leave the situation alone. */
export function joinAll(
  decisions: readonly Decision[],
  situation: Situation,
  chains: Chains,
): Decision {
  let level = decisions
  while (level.length > 1) {
    const next: Decision[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [first, second] = [level[at], level[at + 1]]
      if (first === undefined) break
      next.push(second === undefined ? first : join(first, second, chains))
    }
    level = next
  }
  const passed = chains.flow()
  passed.add(situation, everything)
  const idle = { accepted: chains.flow(), dropped: nothing, returned: chains.flow(), passed }
  return level[0] ?? idle
}

function join(first: Decision, second: Decision, chains: Chains): Decision {
  const { store } = chains.headers.packets
  const through = store.some(first.passed.parts.map(({ packets }) => packets))
  const later = restricted(second, through, chains)
  const both = (a: Flow, b: Flow): Flow => {
    const sum = chains.flow()
    sum.addAll(a)
    sum.addAll(b)
    return sum
  }
  return {
    accepted: both(first.accepted, later.accepted),
    dropped: store.or(first.dropped, later.dropped),
    returned: both(first.returned, later.returned),
    passed: later.passed,
  }
}

/** A decision for some packets only. */
export function restricted(decision: Decision, packets: Diagram, chains: Chains): Decision {
  if (packets === everything) return decision
  const { store } = chains.headers.packets
  const only = (flow: Flow): Flow => {
    const some = chains.flow()
    for (const part of flow.parts) some.add(part.situation, store.and(packets, part.packets))
    return some
  }
  return {
    accepted: only(decision.accepted),
    dropped: store.and(packets, decision.dropped),
    returned: only(decision.returned),
    passed: only(decision.passed),
  }
}
