// Matches on ports, flags of TCP and types of ICMP.
import type { NumberRange, PacketEnd, Test } from '../../../../src/ruleset/types.ts'
import {
  each,
  firstValue,
  type MatchExtension,
  type OptionReader,
  type RuleParts,
} from '../extension.ts'
import { icmpNames } from '../names.ts'
import { readNumber, readPortRange, readPorts } from '../values.ts'

const portOptions = 'source-port|sport=1 destination-port|dport=1'

function portReader(end: PacketEnd): OptionReader {
  return (use) => {
    const range = readPortRange(firstValue(use))
    return range && portTest(end, [range])
  }
}

function portsReader(end: PacketEnd | 'either'): OptionReader {
  return (use) => {
    const ranges = readPorts(firstValue(use))
    return ranges && portTest(end, ranges)
  }
}

/** Ranges that end before they begin are in old dumps; no port is in them. */
function portTest(end: PacketEnd | 'either', written: readonly NumberRange[]): Test | 'always' {
  if (written.some(isAllPorts)) return 'always'
  const ranges = written.filter(({ from, to }) => from <= to)
  if (ranges.length > 0) return { kind: 'port', end, ranges }
  return { kind: 'constant', holds: false, why: 'the range of ports ends before it begins' }
}

function isAllPorts({ from, to }: NumberRange): boolean {
  return from === 0 && to === 65535
}

const singlePorts = {
  'source-port': portReader('source'),
  'destination-port': portReader('destination'),
}

const flagBits: ReadonlyMap<string, number> = new Map([
  ['FIN', 1],
  ['SYN', 2],
  ['RST', 4],
  ['PSH', 8],
  ['ACK', 16],
  ['URG', 32],
  ['ALL', 63],
  ['NONE', 0],
])

function readFlags(text: string): number | undefined {
  const bits = text.split(',').map((name) => flagBits.get(name.toUpperCase()) ?? readNumber(name))
  return bits.reduce<number | undefined>(
    (sum, bit) => (sum === undefined || bit === undefined ? undefined : sum | bit),
    0,
  )
}

const tcpFlags: OptionReader = ({ values }) => {
  const mask = readFlags(values[0]?.text ?? '')
  const value = readFlags(values[1]?.text ?? '')
  return mask === undefined || value === undefined ? undefined : { kind: 'tcp flags', mask, value }
}

/** FIN, SYN, RST and ACK are looked at, and SYN alone is set. */
const syn: OptionReader = () => ({ kind: 'tcp flags', mask: 23, value: 2 })

const icmpType: OptionReader = (use, { family }: RuleParts): Test | 'always' | undefined => {
  const text = firstValue(use)
  // The kernel takes type 255 of IPv4 for any, whatever the code.
  if (text === 'any' || (family === 4 && /^255(?:\/\d+)?$/.test(text))) return 'always'
  const named = icmpNames[family].get(text) ?? byPrefix(text, family)
  const [type = '', code] = text.split('/')
  const numbers = { type: readNumber(type), code: code === undefined ? null : readNumber(code) }
  const found = named ?? numbers
  if (found.type === undefined || found.code === undefined) return undefined
  if (found.type > 255 || (found.code ?? 0) > 255) return undefined
  const codes = found.code === null ? { from: 0, to: 255 } : { from: found.code, to: found.code }
  return { kind: 'icmp', types: [{ from: found.type, to: found.type }], codes: [codes] }
}

/** iptables takes the beginning of a name where only one begins so. */
function byPrefix(text: string, family: RuleParts['family']): ReturnType<typeof findIcmp> {
  return /^[A-Za-z]/.test(text) ? findIcmp(text.toLowerCase(), family) : undefined
}

function findIcmp(text: string, family: RuleParts['family']) {
  const found = [...icmpNames[family]].filter(([name]) => name.toLowerCase().startsWith(text))
  return found.length === 1 ? found[0]?.[1] : undefined
}

/** Extensions of transport protocols. */
export const transportMatches: readonly MatchExtension[] = [
  each(
    'tcp',
    `${portOptions} tcp-flags=2 syn tcp-option=1`,
    'filter',
    { ...singlePorts, 'tcp-flags': tcpFlags, syn },
    6,
  ),
  each('udp', portOptions, 'filter', singlePorts, 17),
  each('udplite', portOptions, 'filter', singlePorts, 136),
  each('sctp', `${portOptions} chunk-types=2`, 'filter', singlePorts, 132),
  each('dccp', `${portOptions} dccp-types=1 dccp-option=1`, 'filter', singlePorts, 33),
  each(
    'multiport',
    'source-ports|sports|source-port|sport=1 destination-ports|dports|destination-port|dport=1 ports|port=1',
    'filter',
    {
      'source-ports': portsReader('source'),
      'destination-ports': portsReader('destination'),
      ports: portsReader('either'),
    },
  ),
  each('icmp', 'icmp-type=1', 'filter', { 'icmp-type': icmpType }, 1),
  each('icmp6', 'icmpv6-type=1', 'filter', { 'icmpv6-type': icmpType }, 58),
]
