// ipset save → what each set holds. Types and elements: ipset(8).
import {
  addressesOf,
  bitsOf,
  blockOf,
  type Family,
  parseAddress,
  parseCidr,
} from '../../../src/algebra/address.ts'
import { type IntervalSet, subtract, union } from '../../../src/algebra/interval.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source } from '../../../src/source/source.ts'
import { type Line, linesOf, spanOf, type Word } from './words.ts'

/** A set of addresses, or of addresses with a protocol and a port. */
export type IpSet =
  | { readonly kind: 'addresses'; readonly family: Family; readonly addresses: IntervalSet }
  | { readonly kind: 'ports'; readonly family: Family; readonly elements: readonly PortElement[] }

/** An element of `hash:ip,port` or `hash:net,port`. */
export interface PortElement {
  readonly addresses: IntervalSet
  /** Number of the IP protocol. */
  readonly protocol: number
  readonly from: number
  readonly to: number
}

interface Draft {
  readonly type: string
  readonly family: Family
  readonly entries: Entry[]
  readonly ports: PortElement[]
}

interface Entry {
  readonly addresses: IntervalSet
  readonly isException: boolean
}

const addressTypes = ['hash:ip', 'hash:net']
const portTypes = ['hash:ip,port', 'hash:net,port']

/** Reads sets by name. What cannot be understood is reported as NP2021 or NP2022. */
export function readSets(source: Source, reporter: Reporter): ReadonlyMap<string, IpSet> {
  const drafts = new Map<string, Draft>()
  for (const line of linesOf(source, reporter)) readLine(line, drafts, reporter)
  return new Map([...drafts].map(([name, draft]) => [name, finished(draft)]))
}

/** Of the blocks that hold an address the longest decides: wide ones first, narrow ones over them. */
function finished({ type, family, entries, ports }: Draft): IpSet {
  if (portTypes.includes(type)) return { kind: 'ports', family, elements: ports }
  if (entries.every(({ isException }) => !isException)) {
    return { kind: 'addresses', family, addresses: union(entries.flatMap((one) => one.addresses)) }
  }
  const byWidth = [...entries].sort((a, b) => (widthOf(a) < widthOf(b) ? 1 : -1))
  const addresses = byWidth.reduce<IntervalSet>(
    (done, one) =>
      one.isException ? subtract(done, one.addresses) : union(done.concat(one.addresses)),
    [],
  )
  return { kind: 'addresses', family, addresses }
}

function widthOf({ addresses }: Entry): bigint {
  return addresses.reduce((sum, { from, to }) => sum + to - from + 1n, 0n)
}

function readLine(line: Line, drafts: Map<string, Draft>, reporter: Reporter): void {
  const [command, name, element] = line.words
  switch (command?.text) {
    case 'create':
    case '-N':
      create(line, drafts, reporter)
      break
    case 'add':
    case '-A':
      add(line, drafts.get(name?.text ?? ''), element, reporter)
      break
    case 'flush':
    case 'destroy':
    case 'COMMIT':
      break
    default:
      reporter.report('NP2022', {
        message: `"${command?.text}" is no command of ipset save`,
        at: spanOf(line, command),
      })
  }
}

function create(line: Line, drafts: Map<string, Draft>, reporter: Reporter): void {
  const [, name, type] = line.words
  const option = (word: string): string | undefined =>
    line.words[line.words.findIndex(({ text }) => text === word) + 1]?.text
  if (name === undefined || type === undefined) {
    reporter.report('NP2022', { message: 'a set needs a name and a type', at: spanOf(line) })
    return
  }
  if (![...addressTypes, ...portTypes].includes(type.text)) {
    const message = `sets of type ${type.text} are not read`
    reporter.report('NP2021', { message, at: spanOf(line, type) })
  }
  const hasFamily = line.words.some(({ text }) => text === 'family')
  const family: Family = hasFamily && option('family') === 'inet6' ? 6 : 4
  drafts.set(name.text, { type: type.text, family, entries: [], ports: [] })
}

function add(
  line: Line,
  draft: Draft | undefined,
  element: Word | undefined,
  reporter: Reporter,
): void {
  const [, name] = line.words
  if (draft === undefined || element === undefined) {
    const message = `the set "${name?.text ?? ''}" is not there to add to`
    reporter.report('NP2020', { message, at: spanOf(line, name) })
    return
  }
  const fault = (message: string): void =>
    reporter.report('NP2022', { message, at: spanOf(line, element) })
  const [where = '', what] = element.text.split(',')
  const addresses = addressesIn(where, draft.family)
  if (addresses === undefined) {
    fault(`"${where}" is no address, block or range of the set's family`)
  } else if (addressTypes.includes(draft.type)) {
    const isException = line.words.some(({ text }) => text === 'nomatch')
    draft.entries.push({ addresses, isException })
  } else if (portTypes.includes(draft.type)) {
    const port = portIn(what ?? '')
    if (port === undefined) fault(`"${what ?? ''}" is no protocol and port`)
    else draft.ports.push({ addresses, ...port })
  }
}

function addressesIn(text: string, family: Family): IntervalSet | undefined {
  const [first = '', last] = text.split('-')
  const [from, to] = [parseAddress(first), last === undefined ? undefined : parseAddress(last)]
  if (from !== undefined && to !== undefined) {
    return from.family === family && to.family === family && from.value <= to.value
      ? [{ from: from.value, to: to.value }]
      : undefined
  }
  const cidr = from === undefined ? parseCidr(text)?.cidr : blockOf(from, bitsOf(from.family))
  if (cidr === undefined || cidr.family !== family) return undefined
  return addressesOf(cidr, [])
}

/** Protocols by the names that ipset prints. */
export const protocolsByName: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
  ['icmpv6', 58],
  ['ipv6-icmp', 58],
  ['sctp', 132],
  ['udplite', 136],
])

function portIn(text: string): Omit<PortElement, 'addresses'> | undefined {
  const [, name = 'tcp', first, last] = /^(?:([a-z0-9-]+):)?(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const protocol = protocolsByName.get(name) ?? (/^\d+$/.test(name) ? Number(name) : undefined)
  if (protocol === undefined || first === undefined) return undefined
  const [from, to] = [Number(first), Number(last ?? first)]
  return from <= to && to <= 65535 ? { protocol, from, to } : undefined
}
