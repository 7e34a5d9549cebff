// The rules of a chain in a form in which their tests can be compared with each other: what depends on
// more than the header becomes a question of its own, which has one answer for one packet until a rule
// changes what it asks for.
import { allActions } from '../../ruleset/calls.ts'
import type { Action, Match, Rule } from '../../ruleset/types.ts'
import type { Flow } from './flow.ts'

/** The rules, in their order and number, with such questions in place of some of their matches. */
export function asQuestions(rules: readonly Rule[], flow: Flow): readonly Rule[] {
  let changes = 0
  return rules.map((rule) => {
    const asked = rule.matches.map((match) => asQuestion(match, `behind ${changes} changes`))
    if (allActions(rule, flow.table).some((action) => changesPackets(action, flow))) changes += 1
    return { ...rule, matches: asked }
  })
}

/** Matches of a rule that leads to the chain: what they ask for may have changed since. */
export function asEarlierQuestions(matches: readonly Match[]): readonly Match[] {
  return matches.map((match) => asQuestion(match, 'before'))
}

function asQuestion(match: Match, when: string): Match {
  const { negated, at } = match
  const ask = (text: string): Match => ({
    kind: 'unknown',
    text: `${text} ${when}`,
    stable: true,
    negated,
    at,
  })
  switch (match.kind) {
    case 'mark':
      return ask(`mark ${match.of} ${match.mask} ${rangesText(match.ranges)}`)
    case 'tcp flags':
      return ask(`flags ${match.mask} ${match.value}`)
    case 'fragment':
      return ask('fragment')
    case 'translated':
      return ask(`translated ${match.end}`)
    case 'address type':
      return ask(`type of ${match.end} ${match.types.join()}`)
    case 'port':
      // The space of headers has no port 0: nobody listens there.
      return match.ranges.every(({ to }) => to === 0) ? ask(`${match.end} port 0`) : match
    case 'unknown':
      return match.stable ? ask(match.text) : match
    case 'any':
      return { ...match, of: match.of.map((all) => all.map((one) => asQuestion(one, when))) }
    default:
      return match
  }
}

function rangesText(ranges: readonly { readonly from: number; readonly to: number }[]): string {
  return ranges.map(({ from, to }) => `${from}-${to}`).join()
}

/** Whether an action, or a chain that it calls, changes what later tests can ask for. */
function changesPackets(action: Action, flow: Flow): boolean {
  switch (action.kind) {
    case 'mark':
    case 'copy mark':
    case 'unknown mark':
    case 'notrack':
    case 'change set':
    case 'unknown':
      return true
    case 'none':
      return writingTargets.has(action.name.toUpperCase())
    case 'jump':
      return callsChange(action.chain, flow)
    default:
      return false
  }
}

/** Targets that write into packets what unknown tests may look at. */
const writingTargets: ReadonlySet<string> = new Set([
  'DSCP',
  'TOS',
  'TTL',
  'HL',
  'ECN',
  'CLASSIFY',
  'TCPMSS',
  'TCPOPTSTRIP',
  'SECMARK',
  'CONNSECMARK',
])

/** Chains of a table in which, or in what they call, packets are changed. */
const changingChains = new WeakMap<Flow, ReadonlySet<string>>()

function callsChange(name: string, flow: Flow): boolean {
  const known = changingChains.get(flow) ?? changingIn(flow)
  changingChains.set(flow, known)
  return known.has(name)
}

function changingIn(flow: Flow): ReadonlySet<string> {
  const { table, callers } = flow
  const own = [...table.chains.values()].filter(({ rules }) =>
    rules.some((rule) =>
      allActions(rule, table).some(
        (action) => action.kind !== 'jump' && changesPackets(action, flow),
      ),
    ),
  )
  const found = new Set(own.map(({ name }) => name))
  for (const name of found) {
    for (const { chain } of callers.get(name) ?? []) found.add(chain.name)
  }
  return found
}
