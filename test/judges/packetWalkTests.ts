// Matches of iptables, as the walker of packets tests them. What it does not know is asked of an oracle.
import type { SetTest } from './packetWalkSets.ts'
import type { Clause, Option, WrittenRule } from './packetWalkText.ts'
import {
  addressOf,
  blockOf,
  hasPorts,
  isIn,
  markOf,
  numberOf,
  portsOf,
  protocolOf,
  type View,
} from './packetWalkValues.ts'

/** Something that only the oracle knows. */
export interface Question {
  readonly line: number
  /** The match without negation, or the target, in the words of the rule. */
  readonly text: string
  /** Whether its answer is the packet's alone, the same wherever the same text is asked. */
  readonly isStable: boolean
  /** How often this rule was asked before on this walk. */
  readonly visit: number
  readonly view: View
}

/** What tests need to know beside the packet. */
export interface TestContext {
  readonly sets: ReadonlyMap<string, SetTest>
  readonly addressTypes: (address: bigint, family: 4 | 6) => readonly string[]
  readonly ask: (question: Omit<Question, 'visit'>) => boolean
}

/** A test of the packet at the moment. */
export type Test = (view: View) => boolean

/** Makes the test of a rule: all of its matches. Throws at values that it cannot read. */
export function makeTest({ clauses, line }: WrittenRule, context: TestContext): Test {
  const tests = clauses.flatMap((clause) => clauseTests(clause, line, context))
  return (view) => tests.every((test) => test(view))
}

function clauseTests(clause: Clause, line: number, context: TestContext): readonly Test[] {
  const { module, options } = clause
  if (module === 'comment') return []
  if (module === 'conntrack') return [conntrackTest(options, line, context)]
  if (module === 'connmark') return options.map(connectionMarkTest)
  if (module === 'set') return [setTest(options, context)]
  if (module === 'recent' && options.some(({ name }) => name === '--set')) {
    return [() => !options.some(({ negated }) => negated)]
  }
  if (askedWhole.has(module) || !isKnown(clause)) return unknownTests(clause, line, context)
  return options.map((option) => {
    const make = makers[`${module} ${option.name}`]
    if (make === undefined) return askTest([option], module, line, context)
    return negate(make(option.args, context), option.negated)
  })
}

function negate(test: Test, negated: boolean): Test {
  return negated ? (view) => !test(view) : test
}

// --- matches that are known, by module and option ---

type Maker = (args: readonly string[], context: TestContext) => Test

const address =
  (end: 'source' | 'destination'): Maker =>
  ([text = '']) => {
    const block = blockOf(text)
    return (view) => view.family === block.family && isIn(block, view[end])
  }

const range =
  (end: 'source' | 'destination'): Maker =>
  ([text = '']) => {
    const [from = 0n, to = from] = text.split('-').map(addressOf)
    const family = text.includes(':') ? 6 : 4
    return (view) => view.family === family && from <= view[end] && view[end] <= to
  }

/** A name, or with `+` what begins with it. */
const device =
  (end: 'in' | 'out'): Maker =>
  ([text = '']) => {
    if (!text.endsWith('+')) return (view) => view[end] === text
    const start = text.slice(0, -1)
    return (view) => view[end].startsWith(start)
  }

const port =
  (...ends: readonly ('sourcePort' | 'destinationPort')[]): Maker =>
  ([text = '']) => {
    const ranges = text.split(',').map(portsOf)
    return (view) =>
      hasPorts(view) &&
      ends.some((end) => ranges.some(([from, to]) => from <= view[end] && view[end] <= to))
  }

const icmp =
  (protocol: number): Maker =>
  ([text = '']) => {
    if (text === 'any') return (view) => view.protocol === protocol
    const [type = 0, code] = text.split('/').map(numberOf)
    return (view) =>
      view.protocol === protocol &&
      view.icmp?.[0] === type &&
      (code === undefined || view.icmp[1] === code)
  }

const flagBits: Readonly<Record<string, number>> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ALL: 63,
  NONE: 0,
}
const flags: Maker = ([mask = '', value = '']) => {
  const bits = (text: string): number =>
    text.split(',').reduce((all, name) => all | (flagBits[name] ?? numberOf(name)), 0)
  const [asked, wanted] = [bits(mask), bits(value)]
  return (view) => (view.tcpFlags & asked) === wanted
}

const addressType =
  (end: 'source' | 'destination'): Maker =>
  ([text = ''], context) => {
    const types = text.split(',')
    return (view) => {
      const own = context.addressTypes(view[end], view.family)
      // Of several types the kernel wants one in IPv4, and all in IPv6.
      if (view.family === 4) return types.some((type) => own.includes(type))
      return types.every((type) => own.includes(type))
    }
  }

const makers: Readonly<Record<string, Maker>> = {
  ' -s': address('source'),
  ' -d': address('destination'),
  ' -i': device('in'),
  ' -o': device('out'),
  // Connection tracking puts packets together: nobody ever sees a fragment.
  ' -f': () => () => false,
  ' -p': ([text = '']) => {
    const protocol = protocolOf(text)
    return (view) => protocol === 0 || view.protocol === protocol
  },
  ...Object.fromEntries(
    ['tcp', 'udp', 'sctp', 'dccp', 'udplite'].flatMap((module) => [
      [`${module} --sport`, port('sourcePort')],
      [`${module} --dport`, port('destinationPort')],
    ]),
  ),
  'tcp --tcp-flags': flags,
  'tcp --syn': (_, context) => flags(['FIN,SYN,RST,ACK', 'SYN'], context),
  'multiport --sports': port('sourcePort'),
  'multiport --dports': port('destinationPort'),
  'multiport --ports': port('sourcePort', 'destinationPort'),
  'icmp --icmp-type': icmp(1),
  'icmp6 --icmpv6-type': icmp(58),
  'iprange --src-range': range('source'),
  'iprange --dst-range': range('destination'),
  'mark --mark': ([text = '']) => {
    const [value, mask] = markOf(text)
    return (view) => (view.mark & mask) >>> 0 === value
  },
  'addrtype --src-type': addressType('source'),
  'addrtype --dst-type': addressType('destination'),
  'state --state': ([text = '']) => stateTest(text),
  // Bridges are not walked over.
  'physdev --physdev-is-bridged': () => () => false,
  'physdev --physdev-is-in': () => () => false,
  'physdev --physdev-is-out': () => () => false,
}

const knownModules = new Set(Object.keys(makers).map((key) => key.split(' ')[0] ?? ''))

function isKnown({ module, options }: Clause): boolean {
  return knownModules.has(module) && !options.some(({ name }) => name.startsWith('--limit-iface'))
}

// --- matches that look at the connection ---

function stateTest(text: string): Test {
  const words = text.split(',')
  return ({ state, connection }) =>
    words.includes(state.toUpperCase()) ||
    (words.includes('SNAT') && connection?.isSourceTranslated === true) ||
    (words.includes('DNAT') && connection?.isDestinationTranslated === true)
}

/** Without a connection only the state is looked at, and all else is no match, negated or not. */
function conntrackTest(options: readonly Option[], line: number, context: TestContext): Test {
  const isState = ({ name }: Option): boolean => name === '--ctstate'
  const states = options
    .filter(isState)
    .map(({ args: [text = ''], negated }) => negate(stateTest(text), negated))
  const others = options
    .filter((option) => !isState(option))
    .map((option) => {
      const make = ofConnections[option.name]
      if (make === undefined) return askTest([option], 'conntrack', line, context)
      return negate(make(option.args, context), option.negated)
    })
  return (view) => {
    if (!states.every((test) => test(view))) return false
    if (view.connection === null) return states.length > 0
    return others.every((test) => test(view))
  }
}

/** Without a connection it is no match, negated or not. */
function connectionMarkTest({ args: [text = ''], negated }: Option): Test {
  const [value, mask] = markOf(text)
  return ({ connection }) =>
    connection !== null && ((connection.mark & mask) >>> 0 === value) !== negated
}

const original =
  (end: 'source' | 'destination'): Maker =>
  ([text = '']) => {
    const block = blockOf(text)
    return ({ family, connection }) =>
      connection !== null && family === block.family && isIn(block, connection.original[end])
  }
const originalPort =
  (end: 'sourcePort' | 'destinationPort'): Maker =>
  ([text = '']) => {
    const [from, to] = portsOf(text)
    return ({ connection }) =>
      connection !== null && from <= connection.original[end] && connection.original[end] <= to
  }
const ofConnections: Readonly<Record<string, Maker>> = {
  '--ctorigsrc': original('source'),
  '--ctorigdst': original('destination'),
  '--ctorigsrcport': originalPort('sourcePort'),
  '--ctorigdstport': originalPort('destinationPort'),
  '--ctproto': ([text = '']) => {
    const protocol = protocolOf(text)
    return (view) => view.protocol === protocol
  },
  '--ctdir': ([text = '']) => {
    return (view) => view.isReply === (text === 'REPLY')
  },
}

// --- sets ---

function setTest(options: readonly Option[], context: TestContext): Test {
  const match = options.find(({ name }) => name === '--match-set')
  const [name = '', sides = ''] = match?.args ?? []
  const test = context.sets.get(name)
  if (test === undefined) throw new Error(`no such set: ${name}`)
  const words = sides.split(',')
  return negate((view) => test(view, words), match?.negated === true)
}

// --- matches that only the oracle knows ---

/** Modules whose answer is the packet's alone, each option on its own or all of them together. */
const askedByOption = new Set(['owner', 'mac', 'length', 'dscp', 'tos', 'pkttype', 'cpu', 'realm'])
const askedWhole = new Set(['string', 'u32', 'bpf', 'time', 'socket', 'rpfilter', 'helper'])

function unknownTests(clause: Clause, line: number, context: TestContext): readonly Test[] {
  const { module, options } = clause
  if (askedByOption.has(module)) {
    return options.map((option) => askTest([option], module, line, context))
  }
  return [askTest(options, module, line, context)]
}

function askTest(
  options: readonly Option[],
  module: string,
  line: number,
  { ask }: TestContext,
): Test {
  const text = [module, ...options.flatMap(({ name, args }) => [name, ...args])].join(' ')
  const isStable = askedByOption.has(module) || askedWhole.has(module)
  const test: Test = (view) => ask({ line, text, isStable, view })
  return negate(
    test,
    options.some(({ negated }) => negated),
  )
}
