// Traffic in numbers as the words of iptables matches: each item is one rule.
import type { Family } from '../../src/algebra/address.ts'
import { type Interval, type IntervalSet, subtract } from '../../src/algebra/interval.ts'
import { allPorts, type Numbers } from '../../src/firewall/regions.ts'
import { icmpNumbers, type Protocol, protocolNumbers, protocols } from '../../src/ir/types.ts'
import type { IcmpBox } from '../../src/lowering/traffic.ts'

/** Most ports of one multiport match; a range counts as two. */
const multiportSlots = 15
const bytes: IntervalSet = [{ from: 0n, to: 255n }]

/** What a family calls its ICMP. */
export const icmpWords = {
  4: { protocol: 'icmp', match: 'icmp', flag: '--icmp-type' },
  6: { protocol: 'ipv6-icmp', match: 'icmp6', flag: '--icmpv6-type' },
} as const

/** The matches that together are the traffic; none for no traffic. */
export function trafficWords(numbers: Numbers, family: Family): readonly (readonly string[])[] {
  const whole = wholeProtocols(numbers, family)
  const isWhole = (number: number): boolean => whole.includes(number)
  return [
    ...protocolWords(whole, family),
    ...protocols.flatMap((protocol) =>
      isWhole(protocolNumbers[protocol]) ? [] : portWords(protocol, numbers.ports[protocol]),
    ),
    ...(isWhole(icmpNumbers[family])
      ? []
      : numbers.icmp.flatMap((box) => icmpMatches(box, family))),
  ]
}

/** The protocols of which everything is in. */
function wholeProtocols({ ports, icmp, others }: Numbers, family: Family): readonly number[] {
  return [
    ...protocols
      .filter((protocol) => subtract(allPorts, ports[protocol]).length === 0)
      .map((protocol) => protocolNumbers[protocol]),
    ...(icmp.some(({ types, codes }) => isAll(types) && isAll(codes)) ? [icmpNumbers[family]] : []),
    ...valuesOf(others),
  ]
}

/**
 * What words are to match that iptables takes for something else: protocol 0 alone is how it writes "any
 * protocol", and type 255 of ICMP (of IPv4), with whatever code, "any type". Null where there is no such.
 */
export function untold(words: readonly string[]): string | null {
  const isZero = words.some((word, at) => word === '-p' && words[at + 1] === '0')
  if (isZero) return 'protocol 0'
  const { flag } = icmpWords[4]
  const isAnyType = words.some(
    (word, at) => word === flag && words[at - 1] !== '!' && /^255(\/|$)/.test(words[at + 1] ?? ''),
  )
  return isAnyType ? 'ICMP type 255' : null
}

/** One rule for all protocols, or all but one; iptables has no word for several, nor for all but 0. */
function protocolWords(whole: readonly number[], family: Family): readonly (readonly string[])[] {
  const missing = valuesOf(bytes).filter((number) => !whole.includes(number))
  const [first] = missing
  if (first === undefined) return [[]]
  if (missing.length === 1 && first !== 0) return [['! -p', protocolWord(first, family)]]
  return whole.map((number) => ['-p', protocolWord(number, family)])
}

function protocolWord(number: number, family: Family): string {
  if (number === icmpNumbers[family]) return icmpWords[family].protocol
  return protocols.find((one) => protocolNumbers[one] === number)?.toLowerCase() ?? `${number}`
}

function portWords(protocol: Protocol, ports: IntervalSet): readonly (readonly string[])[] {
  const word = protocol.toLowerCase()
  return inSlots(ports.map(printRange)).map((group) => {
    const [only] = group
    return group.length === 1 && only !== undefined
      ? ['-p', word, '-m', word, '--dport', only]
      : ['-p', word, '-m multiport --dports', group.join(',')]
  })
}

function printRange({ from, to }: Interval): string {
  return from === to ? `${from}` : `${from}:${to}`
}

function inSlots(ranges: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = []
  let free = 0
  for (const range of ranges) {
    const size = range.includes(':') ? 2 : 1
    if (size > free) {
      groups.push([])
      free = multiportSlots
    }
    groups.at(-1)?.push(range)
    free -= size
  }
  return groups
}

/** Types that are not meant are said as long as they are few: words of a rule are limited. */
const fewTypes = 20
/** The type that IPv4's word for it takes for any. */
const anyType = 255

/** iptables knows no code without a type, and one type at a time. */
function icmpMatches({ types, codes }: IcmpBox, family: Family): readonly (readonly string[])[] {
  const { protocol, match, flag } = icmpWords[family]
  const one = (value: string): string[] => ['-p', protocol, '-m', match, flag, value]
  const missing = valuesOf(subtract(bytes, types))
  const isFew = missing.length > 0 && missing.length <= fewTypes && !missing.includes(anyType)
  if (isAll(codes) && isFew) {
    return [['-p', protocol, ...missing.flatMap((type) => ['-m', match, '!', flag, `${type}`])]]
  }
  const missingCodes = valuesOf(subtract(bytes, codes))
  return valuesOf(types).flatMap((type) => {
    if (isAll(codes)) return [one(`${type}`)]
    if (missingCodes.length === 1) {
      return [[...one(`${type}`), '-m', match, '!', flag, `${type}/${missingCodes[0]}`]]
    }
    return valuesOf(codes).map((code) => one(`${type}/${code}`))
  })
}

function isAll(set: IntervalSet): boolean {
  return subtract(bytes, set).length === 0
}

function valuesOf(set: IntervalSet): readonly number[] {
  return set.flatMap(({ from, to }) =>
    Array.from({ length: Number(to - from) + 1 }, (_, at) => Number(from) + at),
  )
}
