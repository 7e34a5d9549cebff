// NP8114: packets that come in by one interface and are accepted with source addresses that are behind
// another, while no rule looks at where sources come from. Told only where routes are known.
import { type Family, printCidr, toCidrs } from '../../algebra/address.ts'
import { type IntervalSet, overlaps, subtract, union } from '../../algebra/interval.ts'
import type { InterfacePattern, Match, Rule } from '../../ruleset/types.ts'
import { addressesBehind, interfacesOf, type Routes } from '../routes.ts'
import { type FindingContext, few, labelRule, listNames, type RulePlace } from './context.ts'
import { accepts, chainsAt, type HookChain, isForReplies, rulesFrom } from './hooks.ts'

/** Packets that cannot be honest: sources of other interfaces' networks. */
interface Spoof {
  readonly name: string
  readonly sources: IntervalSet
}

/** One finding for each hook and IP version, for all interfaces together. */
export function spoofing(context: FindingContext): void {
  const { routes } = context
  if (routes === null) return
  for (const family of [4, 6] as const) {
    const spoofs = spoofsOf(routes, family)
    for (const hook of ['input', 'forward'] as const) {
      const chains = chainsAt(context, hook, family)
      const before = [...chainsAt(context, 'prerouting', family), ...chains]
      // Where nothing is filtered, that is what is to be said.
      if (!chains.some(({ mayDrop }) => mayDrop)) continue
      const checks = before.flatMap((at) => [...rulesFrom(at)]).filter(isSourceCheck)
      const open = spoofs.filter(
        ({ name, sources }) => !checks.some(({ rule }) => mayMatch(rule, name, sources)),
      )
      report(context, { hook, family, chains, open })
    }
  }
}

function spoofsOf(routes: Routes, family: Family): readonly Spoof[] {
  const names = interfacesOf(routes)
  const whole = union(
    routes.routes
      .filter((route) => route.family === family && route.to.prefix > 0)
      .filter(({ interfaces }) => interfaces.length > 0)
      .map(({ to }) => ({ from: to.base, to: to.base + size(family, to.prefix) - 1n })),
  )
  return names.flatMap((name) => {
    const sources = subtract(whole, addressesBehind(routes, name, family))
    return sources.length === 0 ? [] : [{ name, sources }]
  })
}

function size(family: Family, prefix: number): bigint {
  return 1n << BigInt((family === 4 ? 32 : 128) - prefix)
}

/** A rule that may drop, or send to a chain that may, because of the source's address. */
function isSourceCheck({ rule }: RulePlace): boolean {
  const decides = rule.actions.some(
    ({ kind }) => kind === 'drop' || kind === 'jump' || kind === 'goto' || kind === 'return',
  )
  return decides && rule.matches.some(isAboutSources)
}

function isAboutSources(match: Match): boolean {
  switch (match.kind) {
    case 'address':
      return match.end === 'source'
    case 'set':
    case 'boxes':
      return match.fields.some((field) => field.kind === 'address' && field.end === 'source')
    case 'unknown':
      return /rpfilter|\bfib\b/.test(match.text)
    case 'any':
      return match.of.flat().some(isAboutSources)
    default:
      return false
  }
}

/** Whether a rule may be for such packets, by its interfaces and its sources alone. */
function mayMatch({ matches }: Rule, name: string, sources: IntervalSet): boolean {
  return matches.every((match) => {
    if (match.kind === 'interface' && match.end === 'in') {
      return match.names.some((pattern) => isNamed(pattern, name)) !== match.negated
    }
    if (match.kind !== 'address' || match.end !== 'source') return true
    if (match.negated) return subtract(sources, match.set).length > 0
    return overlaps(match.set, sources)
  })
}

function isNamed({ text, isPrefix }: InterfacePattern, name: string): boolean {
  return isPrefix ? name.startsWith(text) : name === text
}

function report(
  context: FindingContext,
  {
    hook,
    family,
    chains,
    open,
  }: {
    readonly hook: string
    readonly family: Family
    readonly chains: readonly HookChain[]
    readonly open: readonly Spoof[]
  },
): void {
  const trusting = chains
    .flatMap((at) => [...rulesFrom(at)])
    .filter(({ rule }) => accepts(rule) && !isForReplies(rule))
  const spoofed = open.filter(({ name, sources }) =>
    trusting.some(({ rule }) => mayMatch(rule, name, sources)),
  )
  const [first] = spoofed
  if (first === undefined) return
  const labels = trusting
    .filter(({ rule }) => spoofed.some(({ name, sources }) => mayMatch(rule, name, sources)))
    .map((place) => labelRule(context, place, 'accepts them'))
  const names = listNames(spoofed.map(({ name }) => name))
  const blocks = listNames(toCidrs(family, first.sources).slice(0, 20).map(printCidr))
  context.reporter.report('NP8114', {
    message: `no rule at ${hook} stops packets from ${names} with sources that are behind other interfaces, such as ${blocks} from ${first.name}`,
    at: labels[0]?.span,
    label: labels[0]?.text ?? '',
    also: few(labels.slice(1)),
    help: 'drop them by a match on interface and source, or by rpfilter; where the kernel checks sources itself (rp_filter), this is done for IPv4',
  })
}
