// Matches on connection tracking and marks. The kernel answers "no", negated or not, where a packet has no
// connection and one is asked for; such are the packets of state INVALID and UNTRACKED.
import {
  type Match,
  type PacketEnd,
  type PacketState,
  packetStates,
  type Test,
} from '../../../../src/ruleset/types.ts'
import {
  type Extent,
  each,
  firstValue,
  type MatchExtension,
  type OptionReader,
  type OptionUse,
  optionsOf,
  type RuleParts,
  readOption,
  textOf,
} from '../extension.ts'
import { readAddresses, readMasked, readPortRange, readProtocol } from '../values.ts'

const trackless: Test = { kind: 'state', states: ['invalid', 'untracked'] }

const readStates: OptionReader = (use, rule) => {
  const words = firstValue(use).toLowerCase().split(',')
  const states = packetStates.filter((state) => words.includes(state))
  const translated = (['source', 'destination'] as const).filter((end) =>
    words.includes(end === 'source' ? 'snat' : 'dnat'),
  )
  if (words.some((word) => !isStateWord(word))) return undefined
  const tests: Test[] = translated.map((end) => ({ kind: 'translated', end }))
  if (states.length > 0 || tests.length === 0) tests.unshift({ kind: 'state', states })
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return { kind: 'any', of: tests.map((test) => [rule.match(test, false, use)]) }
}

function isStateWord(word: string): boolean {
  return packetStates.includes(word as PacketState) || word === 'snat' || word === 'dnat'
}

/** Exact for the first packet of a connection where `tests` say it; else not modelled. */
function forNew(use: OptionUse, rule: RuleParts, tests: readonly Match[]): Test {
  const isNew: Test = { kind: 'state', states: ['new'] }
  const unknown = rule.unknown('conntrack', textOf('conntrack', [use]), 'filter')
  return {
    kind: 'any',
    of: [
      [rule.match(isNew, false, use), ...tests],
      [rule.match(isNew, true, use), rule.match(unknown, false, use)],
    ],
  }
}

/** The first packet has the addresses of its connection, but for those that were translated. */
function forUntranslated(use: OptionUse, rule: RuleParts, end: PacketEnd, test: Test): Test {
  const translated: Test = { kind: 'translated', end }
  const isNew: Test = { kind: 'state', states: ['new'] }
  const unknown = rule.unknown('conntrack', textOf('conntrack', [use]), 'filter')
  const match = (one: Test, negated = false): Match => rule.match(one, negated, use)
  return {
    kind: 'any',
    of: [
      [match(isNew), match(translated, true), match(test)],
      [match(isNew), match(translated), match(unknown)],
      [match(isNew, true), match(unknown)],
    ],
  }
}

/** `end`: which end of the packet it is in the first packet; `isRewritten`: which may be translated. */
function addressReader(end: PacketEnd, isRewritten: boolean): OptionReader {
  return (use, rule) => {
    const set = readAddresses(firstValue(use), rule.family)
    if (set === undefined) return undefined
    const test: Test = { kind: 'address', end, family: rule.family, set }
    return isRewritten
      ? forUntranslated(use, rule, end, test)
      : forNew(use, rule, [rule.match(test, false, use)])
  }
}

/** Protocols whose connections have the ports of their packets. */
const withPorts: Test = {
  kind: 'protocol',
  ranges: [6, 17, 33, 132, 136].map((number) => ({ from: number, to: number })),
}

function portReader(end: PacketEnd, isRewritten: boolean): OptionReader {
  return (use, rule) => {
    const range = readPortRange(firstValue(use))
    if (range === undefined) return undefined
    const port: Test = { kind: 'port', end, ranges: [range] }
    const unknown = rule.unknown('conntrack', textOf('conntrack', [use]), 'filter')
    const match = (one: Test, negated = false): Match => rule.match(one, negated, use)
    const test: Test = {
      kind: 'any',
      of: [
        [match(withPorts), match(port)],
        [match(withPorts, true), match(unknown)],
      ],
    }
    return isRewritten ? forUntranslated(use, rule, end, test) : forNew(use, rule, [match(test)])
  }
}

const readTrackedProtocol: OptionReader = (use, rule) => {
  const number = readProtocol(firstValue(use))
  if (number === undefined) return undefined
  const test: Test = { kind: 'protocol', ranges: [{ from: number, to: number }] }
  return forNew(use, rule, [rule.match(test, false, use)])
}

const readDirection: OptionReader = (use, rule) => {
  const word = firstValue(use).toUpperCase()
  if (word !== 'ORIGINAL' && word !== 'REPLY') return undefined
  return forNew(use, rule, [
    rule.match(
      { kind: 'constant', holds: word === 'ORIGINAL', why: 'first packets set out' },
      false,
      use,
    ),
  ])
}

const trackingReaders: Readonly<Record<string, OptionReader>> = {
  ctproto: readTrackedProtocol,
  ctdir: readDirection,
  ctorigsrc: addressReader('source', false),
  ctorigdst: addressReader('destination', true),
  ctreplsrc: addressReader('destination', false),
  ctrepldst: addressReader('source', true),
  ctorigsrcport: portReader('source', false),
  ctorigdstport: portReader('destination', true),
  ctreplsrcport: portReader('destination', false),
  ctrepldstport: portReader('source', true),
}

/** Where a state is asked for, a packet without connection is not asked for anything else. */
function readTracking(uses: readonly OptionUse[], rule: RuleParts, at: Extent): void {
  const states = uses.filter(({ name }) => name === 'ctstate')
  for (const use of states) readOption(use, readStates, rule)
  const others = uses.filter(({ name }) => name !== 'ctstate')
  if (others.length === 0) return
  if (states.length === 0) rule.add(trackless, true, at)
  for (const use of others) {
    const inner = (mine: OptionUse): Test | 'always' | undefined => {
      const reader = trackingReaders[mine.name]
      return reader === undefined
        ? rule.unknown('conntrack', textOf('conntrack', [mine]), 'never')
        : reader(mine, rule)
    }
    if (states.length === 0) readOption(use, inner, rule)
    else readOption({ ...use, negated: false }, () => orTrackless(use, inner(use), rule), rule)
  }
}

function orTrackless(
  use: OptionUse,
  test: Test | 'always' | undefined,
  rule: RuleParts,
): Test | undefined {
  if (test === undefined || test === 'always') return undefined
  return {
    kind: 'any',
    of: [[rule.match(trackless, false, use)], [rule.match(test, use.negated, use)]],
  }
}

function markReader(of: 'packet' | 'connection'): OptionReader {
  return (use, rule) => {
    const masked = readMasked(firstValue(use))
    if (masked === undefined) return undefined
    if (of === 'connection') rule.add(trackless, true, use)
    const { value, mask } = masked
    return { kind: 'mark', of, mask, ranges: [{ from: value, to: value }] }
  }
}

/** Extensions that ask for connections and marks. */
export const trackingMatches: readonly MatchExtension[] = [
  {
    name: 'conntrack',
    protocol: null,
    options: optionsOf(`ctstate=1 ctproto=1 ctorigsrc=1 ctorigdst=1 ctreplsrc=1 ctrepldst=1
      ctorigsrcport=1 ctorigdstport=1 ctreplsrcport=1 ctrepldstport=1 ctstatus=1 ctexpire=1 ctdir=1`),
    read: readTracking,
  },
  each('state', 'state=1', 'filter', { state: readStates }),
  each('mark', 'mark=1', 'filter', { mark: markReader('packet') }),
  each('connmark', 'mark=1', 'filter', { mark: markReader('connection') }),
]
