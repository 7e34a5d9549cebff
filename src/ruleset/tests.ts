// What the tests of rules say about packets at a place on their way.
import { type Diagram, everything, nothing } from '../algebra/diagram.ts'
import type { IntervalSet } from '../algebra/interval.ts'
import { union } from '../algebra/interval.ts'
import type { Headers } from './headers.ts'
import { isIn } from './marks.ts'
import { inElements, inNamedSet } from './setTests.ts'
import { hasConnection } from './situation.ts'
import type { Action, Match, NamedSet, PacketField, Rule, Ruleset, Table, Test } from './types.ts'
import {
  type Answer,
  allOf,
  always,
  constant,
  never,
  notOf,
  ofInterface,
  perhaps,
  someOf,
  stateIn,
  sure,
  sureOrPerhaps,
  type View,
} from './view.ts'

/** Answers the tests of the rules of one table. */
export class Tests {
  readonly #headers: Headers
  readonly #table: Table
  readonly #ruleset: Ruleset
  readonly #ofRules = new Map<Rule, Answer>()
  readonly #ofSets = new Map<string, Answer>()

  constructor(headers: Headers, table: Table, ruleset: Ruleset) {
    this.#headers = headers
    this.#table = table
    this.#ruleset = ruleset
  }

  /** The headers that all matches of a rule hold for. */
  ofRule(rule: Rule, view: View): Answer {
    if (!rule.matches.every(isPlain)) return this.all(rule.matches, view)
    const known = this.#ofRules.get(rule)
    if (known !== undefined) return known
    const answer = this.all(rule.matches, view)
    this.#ofRules.set(rule, answer)
    return answer
  }

  all(matches: readonly Match[], view: View): Answer {
    return allOf(
      matches.map((match) => this.match(match, view)),
      this.#headers,
    )
  }

  match(match: Match, view: View): Answer {
    if (asksConnection(match) && !hasConnection(view.situation, view.state)) return never
    const answer = this.#test(match, view)
    return match.negated ? notOf(answer, this.#headers) : answer
  }

  /** What a map answers: its different answers, each with the headers that get it. */
  answersOf(
    { fields, map }: Extract<Action, { kind: 'map' }>,
    view: View,
  ): readonly { readonly action: Action; readonly answer: Answer }[] {
    const named = 'name' in map ? this.#table.sets.get(map.name) : undefined
    const elements = 'elements' in map ? map.elements : (named?.elements ?? [])
    const isKnown = 'elements' in map || named?.isKnown === true
    const groups = new Map<
      string,
      { readonly action: Action; readonly of: (typeof elements)[number][] }
    >()
    for (const element of elements) {
      if (element.action === null) continue
      const key = actionKey(element.action)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { action: element.action, of: [element] })
      else group.of.push(element)
    }
    return [...groups.values()].map(({ action, of }) => ({
      action,
      answer: isKnown ? inElements(of, fields, view, this.#headers) : perhaps,
    }))
  }

  #test(test: Test, view: View): Answer {
    const headers = this.#headers
    const { situation, state } = view
    switch (test.kind) {
      case 'address':
        return test.family === headers.family ? sure(headers.addresses(test.end, test.set)) : never
      case 'family':
        return constant(test.family === headers.family)
      case 'protocol':
        return sure(headers.field('protocol', test.ranges))
      case 'port':
        return this.#ports(test)
      case 'icmp':
        return sure(
          headers.packets.store.and(
            headers.field('type', test.types),
            headers.field('code', test.codes),
          ),
        )
      case 'interface':
        return this.#interface(test, view)
      case 'state':
        return constant(test.states.includes(stateIn(view)))
      case 'translated':
        return test.end === 'destination' && state === 'new'
          ? constant(situation.isTranslated)
          : constant(state === 'new' || !hasConnection(situation, state) ? false : null)
      case 'mark':
        return constant(isIn(situation[test.of], test.mask, test.ranges))
      case 'address type':
        return this.#addressType(test, view)
      case 'tcp flags':
        // What opens a connection of TCP is a SYN.
        return constant(view.isFirst ? (2 & test.mask) === test.value : null)
      case 'fragment':
        return never
      case 'set':
        return this.#set(test, view)
      case 'boxes':
        return inElements(test.elements, test.fields, view, headers)
      case 'any':
        return someOf(
          test.of.map((part) => this.all(part, view)),
          headers,
        )
      case 'constant':
        return constant(test.holds)
      case 'unknown':
        return test.stable ? sureOrPerhaps(headers.holding(test.text)) : perhaps
    }
  }

  #ports({ end, ranges }: Extract<Test, { kind: 'port' }>): Answer {
    const headers = this.#headers
    const to = sure(headers.field('port', ranges))
    if (end === 'destination') return to
    const from = sureOrPerhaps(headers.sourcePorts(ranges))
    return end === 'source' ? from : someOf([to, from], headers)
  }

  #interface({ end, names }: Extract<Test, { kind: 'interface' }>, view: View): Answer {
    return ofInterface(end, names, view, this.#headers)
  }

  #set(test: Extract<Test, { kind: 'set' }>, view: View): Answer {
    const setOf = (name: string): NamedSet | undefined =>
      this.#table.engine === 'iptables'
        ? this.#ruleset.ipsets.get(name)
        : this.#table.sets.get(name)
    const set = setOf(test.name)
    if (set === undefined) return perhaps
    const isPlainSet = test.fields.every(isPlainField)
    const key = `${test.name} ${test.fields.map(fieldKey).join()}`
    const known = isPlainSet ? this.#ofSets.get(key) : undefined
    const answer = known ?? inNamedSet(set, test.fields, view, this.#headers, setOf)
    if (isPlainSet) this.#ofSets.set(key, answer)
    return test.isConditional ? { may: answer.may, must: nothing } : answer
  }

  /** Types of addresses are those of the routing table, of which only some follow from the address. */
  #addressType({ end, types }: Extract<Test, { kind: 'address type' }>, view: View): Answer {
    const { packets } = this.#headers
    const { store } = packets
    const own = view.isLocal[end]
    const either = own === null ? this.#headers.toLocal() : own ? everything : nothing
    if (either === null) return perhaps
    const special = specialAddresses[this.#headers.family]
    // Nobody sends from special addresses, so what comes from the machine itself has one of its own. To
    // them people do send, and the machine takes in what is no type of its own.
    const isOwnSource = own === true && end === 'source'
    if (this.#table.engine === 'iptables' && this.#headers.family === 6) {
      const multicast = packets.addresses(end, special.multicast)
      return allOf(
        types.map((type) =>
          type === 'local' && isOwnSource
            ? always
            : ofType6(type, either, multicast, this.#headers),
        ),
        this.#headers,
      )
    }
    const classes: readonly { readonly names: readonly string[]; readonly of: Diagram }[] = [
      { names: ['multicast'], of: packets.addresses(end, special.multicast) },
      { names: ['broadcast'], of: packets.addresses(end, special.broadcast) },
    ]
    const specials = store.some(classes.map(({ of }) => of))
    const local = isOwnSource ? everything : store.minus(either, specials)
    const foreign = store.minus(store.not(either), specials)
    const isAsked = (name: string): boolean => types.includes(name)
    const held = store.some([
      isAsked('local') ? local : nothing,
      ...classes.map(({ names, of }) => (names.some(isAsked) ? of : nothing)),
      isAsked('unicast') ? foreign : nothing,
    ])
    // Networks have broadcast addresses of their own, and routes can be unreachable.
    const isVague = isAsked('unicast') || types.some((one) => vagueTypes.includes(one))
    if (!isVague || end === 'source') return sure(held)
    return { may: store.or(held, foreign), must: store.minus(held, foreign) }
  }
}

/** The kernel's `addrtype` wants an IPv6 address to be of all types, and calls its own ones unicast too. */
function ofType6(type: string, local: Diagram, multicast: Diagram, headers: Headers): Answer {
  const { store } = headers.packets
  switch (type) {
    case 'local':
      return sure(store.minus(local, multicast))
    case 'multicast':
      return sure(multicast)
    case 'unicast':
      return sure(store.not(multicast))
    default:
      return perhaps
  }
}

/** Without a connection its mark is neither equal to anything nor different from it. */
function asksConnection(match: Match): boolean {
  return match.kind === 'mark' && match.of === 'connection'
}

const vagueTypes = ['broadcast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'anycast']

const specialAddresses: Readonly<
  Record<4 | 6, { readonly multicast: IntervalSet; readonly broadcast: IntervalSet }>
> = {
  4: {
    multicast: [{ from: 0xe0000000n, to: 0xefffffffn }],
    broadcast: [{ from: 0xffffffffn, to: 0xffffffffn }],
  },
  6: {
    multicast: union([{ from: 0xffn << 120n, to: (1n << 128n) - 1n }]),
    broadcast: [],
  },
}

/** Whether a match says the same wherever its packet is. */
function isPlain(match: Match): boolean {
  switch (match.kind) {
    case 'set':
    case 'boxes':
      return match.fields.every(isPlainField)
    case 'any':
      return match.of.every((part) => part.every(isPlain))
    default:
      return plainKinds.has(match.kind)
  }
}

const plainKinds: ReadonlySet<Test['kind']> = new Set<Test['kind']>([
  'address',
  'family',
  'protocol',
  'port',
  'icmp',
  'constant',
  'unknown',
])

function isPlainField({ kind }: PacketField): boolean {
  return kind !== 'interface' && kind !== 'mark' && kind !== 'state'
}

function fieldKey(field: PacketField): string {
  return Object.values(field).join(' ')
}

/** One text for one action. */
export function actionKey({ at: _, ...deed }: Action): string {
  return JSON.stringify(deed, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
}
