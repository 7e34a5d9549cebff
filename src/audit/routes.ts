// Routes of a machine, as `ip route show` and `ip -6 route show` print them: which addresses are behind
// which interface.
import { type Cidr, type Family, intervalOf, parseAddress, parseCidr } from '../algebra/address.ts'
import { type IntervalSet, subtract, union } from '../algebra/interval.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../source/source.ts'

export interface Routes {
  readonly routes: readonly Route[]
}

export interface Route {
  readonly family: Family
  readonly to: Cidr
  /** Where packets go out; none where they are thrown away. */
  readonly interfaces: readonly string[]
  readonly at: Span
}

/**
 * Reads the output of `ip route show`, of either IP version or both. Lines that are no routes are
 * reported (NP8001) and left out, as are the machine's own addresses, broadcasts and multicasts.
 */
export function readRoutes(source: Source, reporter: Reporter): Routes {
  const lines = linesOf(source)
  const usual = lines.flatMap(({ words }) => familyOf(words) ?? [])[0] ?? 4
  return { routes: lines.flatMap((line) => readLine(line, usual, reporter) ?? []) }
}

/** Addresses that a packet from an interface can come from, if answers go back the same way. */
export function addressesBehind(routes: Routes, name: string, family: Family): IntervalSet {
  const own = routes.routes.filter((route) => route.family === family)
  const byLength = [...own].sort((a, b) => b.to.prefix - a.to.prefix)
  let [taken, found]: [IntervalSet, IntervalSet] = [[], []]
  for (let at = 0; at < byLength.length; ) {
    const prefix = byLength[at]?.to.prefix
    const end = byLength.findIndex((route, index) => index > at && route.to.prefix !== prefix)
    const level = byLength.slice(at, end < 0 ? byLength.length : end)
    const here = level.filter(({ interfaces }) => interfaces.includes(name))
    found = union([...found, ...subtract(union(here.map(({ to }) => intervalOf(to))), taken)])
    taken = union([...taken, ...level.map(({ to }) => intervalOf(to))])
    at += level.length
  }
  return found
}

/** Names of all interfaces that routes lead to, but for loopback; in the order of their routes. */
export function interfacesOf({ routes }: Routes): readonly string[] {
  return [...new Set(routes.flatMap(({ interfaces }) => interfaces))].filter((one) => one !== 'lo')
}

interface Line {
  readonly words: readonly string[]
  readonly at: Span
}

/** Lines, with those that go on in the next (`nexthop`, `\`) made one. */
function linesOf(source: Source): readonly Line[] {
  const lines: { words: string[]; at: Span }[] = []
  let start = 0
  for (const text of source.text.split('\n')) {
    const words = text.split(/[\s\\]+/).filter((word) => word !== '')
    const at = { source, start, end: start + text.trimEnd().length }
    start += text.length + 1
    const last = lines.at(-1)
    if (words.length === 0 || text.startsWith('#')) continue
    if (words[0] === 'nexthop' && last !== undefined) {
      last.words.push(...words)
      last.at = { ...last.at, end: at.end }
    } else lines.push({ words, at })
  }
  return lines
}

/** Types of routes that packets are thrown away by. */
const dead: readonly string[] = ['blackhole', 'unreachable', 'prohibit', 'throw']
/** Types that say nothing of where other machines are. */
const own: readonly string[] = ['local', 'broadcast', 'multicast', 'anycast']

function readLine({ words, at }: Line, usual: Family, reporter: Reporter): Route | null {
  const [first = ''] = words
  const isTyped = first === 'unicast' || dead.includes(first) || own.includes(first)
  const [target = '', ...options] = isTyped ? words.slice(1) : words
  const to = targetOf(target, familyOf(words) ?? usual)
  const interfaces = [...new Set(valuesOf(options, 'dev'))]
  if (to === undefined || (interfaces.length === 0 && !dead.includes(first))) {
    reporter.report('NP8001', { message: `"${words.join(' ')}" is not a route`, at })
    return null
  }
  if (own.includes(first)) return null
  return { family: to.family, to, interfaces: dead.includes(first) ? [] : interfaces, at }
}

function targetOf(text: string, family: Family): Cidr | undefined {
  if (text === 'default') return { family, base: 0n, prefix: 0 }
  const address = parseAddress(text)
  if (address === undefined) return parseCidr(text)?.cidr
  return { family: address.family, base: address.value, prefix: address.family === 4 ? 32 : 128 }
}

/** The IP version that a line shows: by its target, its gateway, or words that only IPv6 has. */
function familyOf(words: readonly string[]): Family | undefined {
  const texts = [...words.slice(0, 2), ...valuesOf(words, 'via'), ...valuesOf(words, 'src')]
  const seen = texts.flatMap((text) => (parseAddress(text) ?? parseCidr(text)?.cidr)?.family ?? [])
  return seen[0] ?? (words.includes('pref') ? 6 : undefined)
}

function valuesOf(words: readonly string[], key: string): readonly string[] {
  return words.flatMap((word, at) => (word === key ? (words[at + 1] ?? []) : []))
}
