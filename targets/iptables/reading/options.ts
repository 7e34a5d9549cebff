// Options of iptables rules: what each says about packets. iptables(8) and iptables-extensions(8).
import {
  bitsOf,
  blockOf,
  type Family,
  parseAddress,
  parseCidr,
} from '../../../src/algebra/address.ts'
import { protocolsByName } from './sets.ts'
import type { Match, Target } from './types.ts'
import type { Word } from './words.ts'

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** The rule that options are read into. */
export interface RuleDraft {
  readonly family: Family
  /** The word after an option's value, for options that take two. */
  readonly second: () => Word | undefined
  readonly match: (match: BareMatch, value: Word, negated: boolean) => void
  readonly target: (target: Target) => void
  readonly comment: (text: string) => void
  /** Reports a value that is not valid (NP2022). */
  readonly fault: (value: Word, message: string) => void
  /** Reports a construct that is not read (NP2021). */
  readonly refuse: (value: Word, message: string) => void
}

/** A match before it is known whether it is turned around, and where it stands. */
export type BareMatch = DistributiveOmit<Match, 'negated' | 'at'>

/** An option with its value. */
export interface OptionUse {
  readonly reader: RuleDraft
  readonly value: Word
  readonly negated: boolean
}

const nothingMore = (): void => {}
/** Extensions whose options are read below; naming one says nothing by itself. */
const extensions = [
  'tcp',
  'udp',
  'sctp',
  'multiport',
  'icmp',
  'icmp6',
  'set',
  'conntrack',
  'state',
  'comment',
  'addrtype',
]

/** What each option says, by its word. */
export const options: ReadonlyMap<string, (use: OptionUse) => void> = new Map<
  string,
  (use: OptionUse) => void
>([
  ['-s', (use) => readAddress(use, 'source')],
  ['--source', (use) => readAddress(use, 'source')],
  ['-d', (use) => readAddress(use, 'destination')],
  ['--destination', (use) => readAddress(use, 'destination')],
  ['-p', readProtocol],
  ['--protocol', readProtocol],
  ['-m', readExtension],
  ['--match', readExtension],
  ['--dport', readPorts],
  ['--destination-port', readPorts],
  ['--dports', readPorts],
  ['--icmp-type', readIcmp],
  ['--icmpv6-type', readIcmp],
  ['--match-set', readSet],
  ['--src-type', (use) => readAddressType(use, 'source')],
  ['--dst-type', (use) => readAddressType(use, 'destination')],
  ['--ctstate', readState],
  ['--state', readState],
  ['--comment', ({ reader, value }) => reader.comment(value.text)],
  ['-j', readTarget],
  ['--jump', readTarget],
  ['-g', ({ reader, value }) => reader.target({ kind: 'goto', chain: value.text })],
  ['--goto', ({ reader, value }) => reader.target({ kind: 'goto', chain: value.text })],
  ['--reject-with', nothingMore],
  ['--log-prefix', nothingMore],
  ['--log-level', nothingMore],
])

function readAddress({ reader, value, negated }: OptionUse, end: 'source' | 'destination'): void {
  const address = parseAddress(value.text)
  const block =
    address === undefined ? parseCidr(value.text)?.cidr : blockOf(address, bitsOf(address.family))
  if (block === undefined || block.family !== reader.family) {
    reader.fault(value, `"${value.text}" is no address or block of IPv${reader.family}`)
  } else reader.match({ kind: 'address', end, block }, value, negated)
}

function readProtocol({ reader, value, negated }: OptionUse): void {
  if (value.text === 'all' || value.text === '0') return
  const number = protocolsByName.get(value.text) ?? Number(value.text)
  if (Number.isInteger(number) && number >= 1 && number <= 255) {
    reader.match({ kind: 'protocol', number }, value, negated)
  } else reader.fault(value, `protocol "${value.text}" is not known`)
}

function readExtension({ reader, value }: OptionUse): void {
  if (!extensions.includes(value.text)) {
    reader.refuse(value, `the match extension "${value.text}" is not read`)
  }
}

function readPorts({ reader, value, negated }: OptionUse): void {
  const ranges = value.text.split(',').map((part) => {
    const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(part) ?? []
    return { from: Number(from), to: Number(to ?? from) }
  })
  if (ranges.every(({ from, to }) => from <= to && to <= 65535)) {
    reader.match({ kind: 'port', ranges }, value, negated)
  } else reader.fault(value, `"${value.text}" is no list of ports`)
}

function readIcmp({ reader, value, negated }: OptionUse): void {
  if (value.text === 'any') return
  const [, type, code] = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(value.text) ?? []
  if (type === undefined) reader.fault(value, `"${value.text}" is no ICMP type by number`)
  else {
    const wanted = code === undefined ? null : Number(code)
    reader.match({ kind: 'icmp', type: Number(type), code: wanted }, value, negated)
  }
}

const sides: ReadonlyMap<string, 'src' | 'dst'> = new Map([
  ['src', 'src'],
  ['dst', 'dst'],
])

function readSet({ reader, value, negated }: OptionUse): void {
  const flags = reader.second()
  const list = (flags?.text ?? '').split(',').flatMap((flag) => sides.get(flag) ?? [])
  if (flags === undefined || list.length !== flags.text.split(',').length) {
    reader.fault(flags ?? value, 'a set is matched by "src" or "dst" for each part of its elements')
  } else reader.match({ kind: 'set', name: value.text, flags: list }, value, negated)
}

function readAddressType(
  { reader, value, negated }: OptionUse,
  end: 'source' | 'destination',
): void {
  if (value.text === 'LOCAL') reader.match({ kind: 'addrtype', end }, value, negated)
  else reader.refuse(value, `the type of address "${value.text}" is not read`)
}

function readState({ reader, value, negated }: OptionUse): void {
  reader.match({ kind: 'state', states: value.text.split(',') }, value, negated)
}

type Verdict = Exclude<Target['kind'], 'jump' | 'goto'>

const verdicts: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['ACCEPT', 'accept'],
  ['DROP', 'drop'],
  ['REJECT', 'drop'],
  ['RETURN', 'return'],
  ['LOG', 'none'],
  ['NFLOG', 'none'],
])

function readTarget({ reader, value }: OptionUse): void {
  const kind = verdicts.get(value.text)
  reader.target(kind === undefined ? { kind: 'jump', chain: value.text } : { kind })
}
