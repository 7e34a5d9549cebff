// What a rule does with the packets that it matches, in a form that two rules can be compared by.
import { actionKey } from '../../ruleset/tests.ts'
import type { Action, Chain, Rule } from '../../ruleset/types.ts'
import type { Ends, Flow } from './flow.ts'

export interface Decision {
  /** Equal where two rules do the same with a packet; `none` where packets go on to the next rule. */
  readonly key: string
  /** Equal where also whoever sent the packet sees no difference: refusals have words of their own. */
  readonly way: string
  /** Whether no packet that it matches goes on to the next rule. */
  readonly isTerminal: boolean
  /** Whether it does something beside deciding: writes marks, logs, calls a chain. */
  readonly hasEffects: boolean
  /** `accepts`, `drops`, `decides`. */
  readonly verb: string
}

/** What a chain does with packets that come to its end. */
export function endKey({ base }: Chain): string {
  return base === null ? 'return' : base.policy
}

/** The same, told apart as `way` does. */
export function endWay(chain: Chain): string {
  const key = endKey(chain)
  return key === 'drop' ? 'drop by drop' : key
}

export function decisionOf(rule: Rule, chain: Chain, flow: Flow): Decision {
  const deciding = rule.actions.find((action) => !goesOn(action, flow))
  const key = deciding === undefined ? 'none' : keyOf(deciding, chain, flow)
  return {
    key,
    way: deciding === undefined ? key : wayOf(deciding, key),
    isTerminal: deciding !== undefined && deciding.kind !== 'continue',
    hasEffects: rule.actions.some((action) => action !== deciding && hasEffect(action)),
    verb: verbs.get(key) ?? 'decides about',
  }
}

const verbs: ReadonlyMap<string, string> = new Map([
  ['accept', 'accepts'],
  ['drop', 'drops'],
  ['return', 'sends back'],
  ['none', 'does nothing with'],
])

function goesOn(action: Action, { endsOfChain, table }: Flow): boolean {
  switch (action.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
    case 'goto':
    case 'dnat':
    case 'redirect':
    case 'snat':
      return false
    case 'jump':
      return !table.chains.has(action.chain) || endsOfChain(action.chain).leave
    default:
      return true
  }
}

function keyOf(action: Action, chain: Chain, flow: Flow): string {
  switch (action.kind) {
    case 'accept':
    case 'drop':
      return action.kind
    case 'return':
      return endKey(chain)
    case 'continue':
      return 'none'
    case 'jump':
    case 'goto':
      return onlyEnd(flow, action.chain) ?? `${action.kind} ${action.chain}`
    case 'snat':
      // Which source it gives stands in its words alone.
      return `${action.kind} ${wordsOf(action)}`
    case 'dnat':
      return action.to === null ? `${action.kind} ${wordsOf(action)}` : actionKey(action)
    default:
      return actionKey(action)
  }
}

/** Chains that end in a drop may refuse in ways of their own. */
function wayOf(action: Action, key: string): string {
  if (key !== 'drop') return key
  if (action.kind === 'drop') return `drop by ${action.how.toLowerCase()}`
  return 'chain' in action ? `drop in ${action.chain}` : key
}

function wordsOf({ at }: Action): string {
  return at.source.text.slice(at.start, at.end).replace(/\s+/g, ' ')
}

/** What a chain does with every packet, where that is one thing and nothing else. */
function onlyEnd({ table, endsOfChain, calls }: Flow, name: string): string | null {
  const chain = table.chains.get(name)
  const { accept, drop, leave }: Ends = endsOfChain(name)
  const isSimple =
    (calls.get(name) ?? []).length === 0 &&
    chain?.rules.every((rule) => rule.actions.every(({ kind }) => simple.has(kind))) === true
  if (!isSimple || leave || accept === drop) return null
  return accept ? 'accept' : 'drop'
}

const simple: ReadonlySet<Action['kind']> = new Set<Action['kind']>(['accept', 'drop', 'none'])

function hasEffect({ kind }: Action): boolean {
  return kind !== 'none' && kind !== 'continue'
}
