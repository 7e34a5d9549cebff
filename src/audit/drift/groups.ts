// Flows that rules and policies decide otherwise, in groups of the same reasons on both sides.
import { type Diagram, nothing } from '../../algebra/diagram.ts'
import type { Flow, FlowEnd } from '../../cluster/types.ts'
import { essentialTraffic } from '../../firewall/essential.ts'
import type { Direction } from '../../ir/types.ts'
import { decisionWords } from '../../proof/changes.ts'
import { type PacketPart, partsOf, pathWords } from '../../proof/firewallDiff.ts'
import type { NodePath } from '../../proof/paths.ts'
import { flowWords } from '../../proof/words.ts'
import type { Header } from '../../ruleset/headers.ts'
import { type Trace, traceOf } from '../../ruleset/trace.ts'
import type { Fate, Machine, Question } from '../../ruleset/ways.ts'
import { type Decision, selectsEndpoint, verdict } from '../../semantics/evaluate.ts'
import type { Recognition } from '../generators/types.ts'
import type { DecidedBy, DriftGroup } from '../report/types.ts'
import { decisionOf, dependencies, headerFlow } from '../words.ts'
import type { Difference, DriftRequest } from './index.ts'

interface Asked extends Difference {
  readonly request: DriftRequest
  readonly machine: Machine
  readonly question: Question
  readonly path: NodePath
  readonly fate: Fate
  /** Headers in which interfaces and addresses agree. */
  readonly real: Diagram
}

/** Products of addresses and traffic that are looked at one by one. */
const maxParts = 200
/** Products that are written out of one group. */
const maxWords = 3

/** The groups of a difference, and whether that is all of it. */
export function groupsOf(asked: Asked): {
  readonly groups: readonly DriftGroup[]
  readonly isAll: boolean
} {
  const { packets } = asked.machine.headers
  const { store } = packets
  // What is let past policies in any case is not worth words: with it, ranges are shorter to say.
  const care = store.not(packets.traffics(essentialTraffic))
  const { parts, isAll } = partsOf(store.simplify(asked.flows, care), packets, maxParts)
  const groups = new Map<string, { readonly first: DriftGroup; readonly words: string[] }>()
  for (const part of parts) {
    if (store.and(part.set, asked.flows) === nothing) continue
    const made = groupOf(part, asked)
    const key = reasonKey(made)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { first: made, words: [made.flows] })
    else known.words.push(made.flows)
  }
  return {
    groups: [...groups.values()].map(({ first, words }) => ({ ...first, flows: joined(words) })),
    isAll,
  }
}

function joined(words: readonly string[]): string {
  const more = words.length - maxWords
  const shown = words.slice(0, maxWords).join('; ')
  return more > 0 ? `${shown}; and ${more} more` : shown
}

function reasonKey({ dump, policies, on }: DriftGroup): string {
  const places = [...dump.places, ...policies.places].map(
    ({ source, start }) => `${source.name} ${start}`,
  )
  return [dump.words, policies.words, ...places, ...on].join('\n')
}

function groupOf({ path, set }: PacketPart, asked: Asked): DriftGroup {
  const { request, machine, direction, isTranslated } = asked
  const { headers } = machine
  const own = headers.packets.store.and(set, asked.flows)
  const full = headers.packets.store.and(
    own,
    headers.packets.store.and(asked.real, possible(asked)),
  )
  const header = headers.someOf(full === nothing ? own : full) ?? new Map()
  const flow = headerFlow(header, headers, request.cluster)
  const wanted = direction === 'narrower' ? 'drop' : 'accept'
  const trace = isTranslated
    ? traceTranslated(header, asked, wanted)
    : traceOf(machine, asked.question, header, wanted)
  const port = sourcePortWords(path)
  return {
    direction,
    flows: `${pathWords(path, headers.family, request.cluster)}${port}${asked.path.words}`,
    example: `${flowWords(flow)}${port}`,
    dump: dumpSide(trace, wanted, isTranslated, request.recognition),
    policies: policySide(flow, request),
    on: direction === 'depends' ? dependencyWords(trace) : [],
  }
}

/** What can become of the packets in question, with their interfaces. */
function possible({ fate, direction, isTranslated }: Asked): Diagram {
  const { accepted, dropped } = isTranslated ? fate.translated : fate.direct
  return direction === 'narrower' ? dropped : accepted
}

function sourcePortWords(path: PacketPart['path']): string {
  const ranges = path.get('source port')
  if (ranges === undefined) return ''
  const words = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  return `, from port ${words.slice(0, maxWords).join(', ')}`
}

/** The packet as it was before its destination was changed, on its way through the rules. */
function traceTranslated(
  header: Header,
  { fate, machine, question }: Asked,
  wanted: 'accept' | 'drop',
): Trace | null {
  const { headers } = machine
  const source = headers.valueOf(header, 'source')
  for (const { packets } of fate.translations) {
    const original = headers.someOf(packets)
    if (original === null) continue
    const before = headers.withValues(original, { source })
    if (!headers.placeOf(before, packets).canBeIn) continue
    const trace = traceOf(machine, question, before, wanted)
    const isSame =
      trace !== null &&
      headers.valueOf(trace.header, 'destination') === headers.valueOf(header, 'destination')
    if (isSame) return trace
  }
  return null
}

function dumpSide(
  trace: Trace | null,
  wanted: 'accept' | 'drop',
  isTranslated: boolean,
  recognition: Recognition,
): DecidedBy {
  const verb = wanted === 'accept' ? 'let on' : 'dropped'
  const way = isTranslated ? ', sent there by address translation,' : ''
  if (trace === null) return { words: `${verb}${way} by the rules`, places: [] }
  const { words, places } = decisionOf(trace, recognition)
  return { words: `${verb}${way} ${words}`, places }
}

function policySide(flow: Flow, { policies }: DriftRequest): DecidedBy {
  const { egress, ingress } = verdict(policies, flow)
  const sides = [
    { decision: egress, direction: 'egress', end: flow.source },
    { decision: ingress, direction: 'ingress', end: flow.destination },
  ] as const
  const isDenied = sides.some(({ decision }) => decision.verdict === 'deny')
  const own = sides.filter(({ decision }) => (decision.verdict === 'deny') === isDenied)
  const side =
    own.find(({ decision }) => decision.by === 'rule') ??
    own.find(({ decision }) => decision.by !== 'ungoverned') ??
    sides[1]
  const { words, places } = policyWords(side.decision, side.direction, side.end)
  return { words: `${isDenied ? 'denied' : 'allowed'} ${words}`, places }
}

/** Where a default decides, the policies that turn it on are what is to be read. */
function policyWords(decision: Decision, direction: Direction, end: FlowEnd): DecidedBy {
  if (decision.by === 'rule') {
    const { policy, rule } = decision
    const name = policy.namespace === null ? policy.name : `${policy.namespace}/${policy.name}`
    const places = rule.origins.slice(0, 1).map(({ span }) => span)
    return { words: `by a rule of policy ${name}`, places }
  }
  if (decision.by !== 'tier-default') return { words: decisionWords(decision), places: [] }
  const isolating = decision.tier.policies.filter(
    (policy) => policy[direction]?.isolates && selectsEndpoint(policy.subject, end.endpoint),
  )
  const names = isolating.map(({ namespace, name }) =>
    namespace === null ? name : `${namespace}/${name}`,
  )
  const more = names.length - maxWords
  const listed = `${names.slice(0, maxWords).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return {
    words: `as no ${direction} rule of ${listed} allows it`,
    places: isolating.slice(0, maxWords).map(({ origin }) => origin.span),
  }
}

function dependencyWords(trace: Trace | null): readonly string[] {
  const words = trace === null ? [] : dependencies(trace)
  return words.length === 0
    ? ['the interfaces that packets come in and go out by (--routes tells what is behind them)']
    : words
}
