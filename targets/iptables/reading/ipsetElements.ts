// Elements of ipsets: the text between blanks, as parts in parallel to what rules compare them with.
import { bitsOf, type Family } from '../../../src/algebra/address.ts'
import type { Interval, IntervalSet } from '../../../src/algebra/interval.ts'
import type { SetPart } from '../../../src/ruleset/types.ts'
import type { Component } from './ipsetTypes.ts'
import { icmpNames, protocolNumbers } from './names.ts'
import {
  allBits,
  readAddress,
  readAddresses,
  readAddressRange,
  readNumber,
  readPortRange,
} from './values.ts'

/** What a set's creation says about its elements. */
export interface ElementForm {
  readonly components: readonly Component[]
  readonly family: Family
  /** Bits of addresses that count; null where all do. */
  readonly mask: bigint | null
  /** Bits of marks that count. */
  readonly markMask: number
}

/** The parts of an element; undefined for what is none. */
export function partsOf(
  text: string,
  form: ElementForm,
  isWildcard: boolean,
): readonly SetPart[] | undefined {
  const words = text.split(',')
  const { components } = form
  const [only] = components
  if (components.length === 1 && words.length === 1 && only !== 'port') {
    const part = only && partOf(only, text, form, isWildcard)
    return part && [part]
  }
  if (words.length > components.length) return undefined
  const parts: SetPart[] = []
  for (const [at, component] of components.entries()) {
    const word = words[at]
    if (component === 'port') {
      const port = sharedPortParts(word ?? '', components.length === 1)
      if (port === undefined) return undefined
      parts.push(...port)
      continue
    }
    const part =
      word === undefined && component === 'mac'
        ? anyMac
        : word === undefined
          ? undefined
          : partOf(component, word, form, isWildcard)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return parts
}

/** `bitmap:ip,mac` takes the first MAC address that it sees with an address. */
const anyMac: SetPart = { kind: 'unknown', text: 'a MAC address that is not known yet' }

function partOf(
  component: Component,
  text: string,
  form: ElementForm,
  isWildcard: boolean,
): SetPart | undefined {
  switch (component) {
    case 'ip':
    case 'net':
      return addressPart(text, form)
    case 'mark':
      return markPart(text, form.markMask)
    case 'iface':
      return text.startsWith('physdev:')
        ? { kind: 'unknown', text }
        : { kind: 'interface', name: { text, isPrefix: isWildcard } }
    case 'mac':
      return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text) ? { kind: 'unknown', text } : undefined
    case 'port':
    case 'set':
      return undefined
  }
}

function addressPart(text: string, { family, mask }: ElementForm): SetPart | undefined {
  const set = addressesIn(text, family)
  if (set === undefined || mask === null) return set && { kind: 'numbers', set }
  const host = ((1n << BigInt(bitsOf(family))) - 1n) ^ mask
  if ((host & (host + 1n)) !== 0n) return { kind: 'unknown', text: `${text} by a mask with gaps` }
  const widened = set.map(({ from, to }): Interval => ({ from: from & mask, to: to | host }))
  return { kind: 'numbers', set: widened }
}

function addressesIn(text: string, family: Family): IntervalSet | undefined {
  if (text.includes('/')) return readAddresses(text, family)
  if (text.includes('-')) {
    const range = readAddressRange(text, family)
    return range && [range]
  }
  const address = readAddress(text, family)
  return address === undefined ? undefined : [{ from: address, to: address }]
}

function markPart(text: string, mask: number): SetPart | undefined {
  const [first = '', second = first] = text.split('-')
  const [from, to] = [readNumber(first), readNumber(second)]
  if (from === undefined || to === undefined || from > to) return undefined
  if (mask !== allBits) return { kind: 'unknown', text: `mark ${text} of the bits ${mask}` }
  return numbers(from, to)
}

const withPorts: readonly number[] = [6, 17, 132, 136]

/** TCP and UDP: the ports of `bitmap:port` are of either. */
const bothProtocols: SetPart = {
  kind: 'numbers',
  set: [
    { from: 6n, to: 6n },
    { from: 17n, to: 17n },
  ],
}

const knownPorts = new Map<string, readonly SetPart[] | undefined>()
const maxKnownPorts = 100_000

/** Ports are few, and the same in many elements. */
function sharedPortParts(text: string, isPortOnly: boolean): readonly SetPart[] | undefined {
  const key = isPortOnly ? `=${text}` : text
  const known = knownPorts.get(key)
  if (known !== undefined) return known
  if (knownPorts.size >= maxKnownPorts) knownPorts.clear()
  const parts = portParts(text, isPortOnly)
  knownPorts.set(key, parts)
  return parts
}

/** `[protocol:]port[-port]`; a type of ICMP for ICMP, and 0 for protocols that ipset knows no ports of. */
function portParts(text: string, isPortOnly: boolean): readonly SetPart[] | undefined {
  const colon = text.indexOf(':')
  const name = colon < 0 ? 'tcp' : text.slice(0, colon).toLowerCase()
  const protocol = protocolNumbers.get(name) ?? (/^\d{1,3}$/.test(name) ? Number(name) : undefined)
  if (protocol === undefined || protocol > 255) return undefined
  const rest = text.slice(colon + 1)
  const first = isPortOnly ? bothProtocols : numbers(protocol, protocol)
  if (protocol === 1) return [first, icmpPart(rest, 4)]
  if (protocol === 58) return [first, icmpPart(rest, 6)]
  if (!withPorts.includes(protocol)) return [first, numbers(0, 65535)]
  const range = readPortRange(rest, '-')
  return range && [first, numbers(Math.min(range.from, range.to), Math.max(range.from, range.to))]
}

/** `type/code`, or the name of both. */
function icmpPart(text: string, family: Family): SetPart {
  const named = icmpNames[family].get(text)
  const words = text.split('/').map(Number)
  const [type, code = 0] = named === undefined ? words : [named.type, named.code ?? 0]
  const isByte = (value: number | undefined): value is number =>
    value !== undefined && Number.isInteger(value) && value >= 0 && value <= 255
  return isByte(type) && isByte(code) ? { kind: 'icmp', type, code } : { kind: 'unknown', text }
}

function numbers(from: number, to: number): SetPart {
  return { kind: 'numbers', set: [{ from: BigInt(from), to: BigInt(to) }] }
}
