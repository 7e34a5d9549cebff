// How a hook treats what its rules do not decide one by one: its end, and who could drop or accept there.
import type { Family } from '../../algebra/address.ts'
import type { Base, Chain, HookName, Match, Rule, Table } from '../../ruleset/types.ts'
import { holdsAlways } from './always.ts'
import { type FindingContext, flowOf, type RulePlace } from './context.ts'
import type { Flow } from './flow.ts'

/** A base chain of a hook. */
export interface HookChain {
  readonly table: Table
  readonly chain: Chain
  readonly base: Base
  readonly flow: Flow
  /** What becomes of packets that no condition catches: `other` where that cannot be told here. */
  readonly end: 'accept' | 'drop' | 'other'
  /** Whether some rule may drop, or the end does. */
  readonly mayDrop: boolean
  readonly mayAccept: boolean
}

/** Base chains of a hook that see an IP version, first ones first; those of `nat` decide nothing here. */
export function chainsAt(
  context: FindingContext,
  hook: HookName,
  family: Family,
): readonly HookChain[] {
  return context.ruleset.tables
    .filter(({ families }) => families.includes(family))
    .flatMap((table) =>
      [...table.chains.values()].flatMap((chain) => {
        const { base } = chain
        if (base === null || base.hook !== hook || base.type === 'nat') return []
        return [hookChain(flowOf(context, table), chain, base)]
      }),
    )
    .sort((a, b) => a.base.priority - b.base.priority)
}

function hookChain(flow: Flow, chain: Chain, base: Base): HookChain {
  const ends = flow.endsOfChain(chain.name)
  const end = endOf(flow, chain, base)
  const falls = ends.leave ? base.policy : null
  return {
    table: flow.table,
    chain,
    base,
    flow,
    end,
    mayDrop: ends.drop || falls === 'drop',
    mayAccept: ends.accept || falls === 'accept',
  }
}

/** The first rule that decides about every packet, or else the policy. */
function endOf({ endsOf }: Flow, chain: Chain, base: Base): HookChain['end'] {
  const last = chain.rules.find((rule) => !endsOf(rule).goOn)
  if (last === undefined) return base.policy
  const { accept, drop, leave } = endsOf(last)
  const [mayAccept, mayDrop] = [
    accept || (leave && base.policy === 'accept'),
    drop || (leave && base.policy === 'drop'),
  ]
  return mayAccept === mayDrop ? 'other' : mayAccept ? 'accept' : 'drop'
}

/** Rules that packets of a base chain may come to. */
export function* rulesFrom({ table, chain, flow }: HookChain): Generator<RulePlace> {
  for (const [name, reaches] of flow.reached) {
    const reached = table.chains.get(name)
    if (reached === undefined || !reaches.some(({ from }) => from === chain)) continue
    for (const [index, rule] of reached.rules.entries()) {
      yield { table, chain: reached, rule, index }
      if (!flow.endsOf(rule).goOn) break
    }
  }
}

/** Whether a rule accepts, by itself or by an answer of one of its maps. */
export function accepts({ actions }: Rule): boolean {
  return actions.some(({ kind }) => kind === 'accept')
}

/** Whether a rule is only for packets of known connections. */
export function isForReplies({ matches }: Rule): boolean {
  return matches.some((match) => match.kind === 'state' && !holdsFor(match, 'new'))
}

/** Whether a match of states holds for one of them. */
export function holdsFor(
  match: Match & { readonly kind: 'state' },
  state: 'new' | 'established',
): boolean {
  return match.states.includes(state) !== match.negated
}

/** Whether a rule is only for packets of the machine to itself. */
export function isForLoopback({ matches }: Rule): boolean {
  return matches.some(
    (match) =>
      match.kind === 'interface' &&
      !match.negated &&
      match.names.every(({ text, isPrefix }) => text === 'lo' && !isPrefix),
  )
}

/** Whether a rule matches every packet, or every one that connection tracking finds no fault with. */
export function isForAll({ matches }: Rule, table: Table): boolean {
  return matches.every(
    (match) =>
      holdsAlways(match, table) ||
      (match.kind === 'state' && holdsFor(match, 'new') && holdsFor(match, 'established')),
  )
}
