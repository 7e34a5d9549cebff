// What the readers of extensions have in common: options as data, and the rule they are read into.
import type { Family } from '../../../src/algebra/address.ts'
import type { Deed, Match, Test } from '../../../src/ruleset/types.ts'
import type { Word } from './lexer.ts'

/** An option of an extension; an optional value is the next word, where that is no option. */
export interface Option {
  /** Its full name, without dashes. */
  readonly name: string
  readonly values: number | 'optional'
}

/** A place in the dump. */
export interface Extent {
  readonly start: number
  readonly end: number
}

/** An option as it stands in a rule. */
export interface OptionUse extends Extent {
  readonly name: string
  readonly values: readonly Word[]
  readonly negated: boolean
}

/**
 * Where the outcome of a match that is not modelled stays the same for one packet: `always`; in one hook
 * of the tables `filter` and `security`, because other tables or other hooks see another packet (times to
 * live, marks of service, bridge ports that are not known yet); or `never`, where asking counts.
 */
export type Stability = 'always' | 'filter' | 'never'

/** The rule that extensions are read into. */
export interface RuleParts {
  readonly family: Family
  readonly table: string
  /** The chain that the rule stands in. */
  readonly chain: string
  readonly add: (test: Test, negated: boolean, at: Extent) => void
  /** A match as a value, for those inside of others. */
  readonly match: (test: Test, negated: boolean, at: Extent) => Match
  /** An unknown test; it is noted that the extension is not modelled. */
  readonly unknown: (extension: string, text: string, stability: Stability) => Test
  /** A target that is not modelled. */
  readonly unknownDeed: (target: string, text: string, mayDecide: boolean) => Deed
  /** What happens before the target does anything. */
  readonly first: (deed: Deed, at: Extent) => void
  readonly comment: (text: string) => void
  /** Reports a value that is not valid (NP8005). */
  readonly fault: (at: Extent, message: string) => void
}

type Options = ReadonlyMap<string, Option>

export interface MatchExtension {
  readonly name: string
  readonly options: Options
  /** The protocol that it is a part of: its rules match no other. */
  readonly protocol: number | null
  readonly read: (uses: readonly OptionUse[], rule: RuleParts, at: Extent) => void
}

export interface TargetExtension {
  readonly name: string
  readonly options: Options
  readonly read: (uses: readonly OptionUse[], rule: RuleParts) => readonly Deed[]
}

/** What an option says; `always` is everything, undefined a value that is not valid. */
export type OptionReader = (use: OptionUse, rule: RuleParts) => Test | 'always' | undefined

/**
 * Options from words: `source-ports|sports=1 syn tcp-flags=2 set?`. Other names follow a `|`, the number
 * of values an `=`, and a `?` says that one value may follow.
 */
export function optionsOf(syntax: string): Options {
  const options = new Map<string, Option>()
  for (const word of syntax.trim().split(/\s+/)) {
    if (word === '') continue
    const [names = '', count = '0'] = word.replace('?', '').split('=')
    const [name = ''] = names.split('|')
    const values = word.endsWith('?') ? 'optional' : Number(count)
    for (const own of names.split('|')) options.set(own, { name, values })
  }
  return options
}

/** An extension whose options hold or not each for itself; those without a reader are not modelled. */
export function each(
  name: string,
  syntax: string,
  stability: Stability,
  readers: Readonly<Record<string, OptionReader>> = {},
  protocol: number | null = null,
): MatchExtension {
  const known = new Map(Object.entries(readers))
  const options = optionsOf(syntax)
  const read: MatchExtension['read'] = (uses, rule) => {
    for (const use of uses) {
      const reader = known.get(use.name)
      if (reader !== undefined) readOption(use, reader, rule)
      else {
        const own = options.has(use.name) ? stability : 'never'
        addUnknown(rule, name, use, own, use)
      }
    }
  }
  return { name, options, protocol, read }
}

/** Adds what an option says to the rule; a value that is not valid leaves the outcome open. */
export function readOption(use: OptionUse, reader: OptionReader, rule: RuleParts): void {
  const test = reader(use, rule)
  if (test === undefined) {
    rule.fault(use, `${optionText(use)} is not valid`)
    rule.add({ kind: 'unknown', text: optionText(use), stable: false }, use.negated, use)
  } else if (test !== 'always') rule.add(test, use.negated, use)
  else if (use.negated) {
    const why = `${optionText(use)} always holds, so its negation never does`
    rule.add({ kind: 'constant', holds: true, why }, true, use)
  }
}

/** An extension that is not modelled and whose options make one match together. */
export function whole(
  name: string,
  syntax: string,
  stability: Stability,
  protocol: number | null = null,
): MatchExtension {
  const options = optionsOf(syntax)
  const order = [...options.keys()]
  const read: MatchExtension['read'] = (uses, rule, at) => {
    const sorted = [...uses].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    const [only] = sorted.length === 1 ? sorted : []
    if (only === undefined) rule.add(rule.unknown(name, textOf(name, sorted), stability), false, at)
    else addUnknown(rule, name, only, stability, at)
  }
  return { name, options, protocol, read }
}

function addUnknown(
  rule: RuleParts,
  name: string,
  use: OptionUse,
  stability: Stability,
  at: Extent,
): void {
  rule.add(rule.unknown(name, textOf(name, [use], false), stability), use.negated, at)
  if (!use.negated || !partial.has(name)) return
  rule.add(rule.unknown(name, `${name} finds what it asks for`, stability), false, at)
}

/**
 * What these ask for not every packet has: a hardware address, a socket, a header. Such a packet they do
 * not match, negated or not.
 */
const partial: ReadonlySet<string> = new Set([
  ...[
    'ah',
    'cgroup',
    'dst',
    'frag',
    'hbh',
    'iface',
    'ipvs',
    'mac',
    'mh',
    'osf',
    'policy',
    'rt',
    'srh',
  ],
])

/** A name and options in one form: full names, one blank between words. */
export function textOf(name: string, uses: readonly OptionUse[], isNegationSaid?: boolean): string {
  const saysNegation = isNegationSaid ?? uses.length > 1
  return [name, ...uses.map((use) => optionText(use, saysNegation))].join(' ')
}

function optionText({ name, values, negated }: OptionUse, saysNegation = false): string {
  const words = [
    `--${name}`,
    ...values.map(({ text }) => (/[\s"]/.test(text) ? quoted(text) : text)),
  ]
  return `${negated && saysNegation ? '! ' : ''}${words.join(' ').trimEnd()}`
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** The text of the use's first value. */
export function firstValue({ values }: OptionUse): string {
  return values[0]?.text ?? ''
}

/** Where several options stand, first to last. */
export function extentOf(uses: readonly Extent[], otherwise: Extent): Extent {
  if (uses.length === 0) return otherwise
  return {
    start: Math.min(...uses.map(({ start }) => start)),
    end: Math.max(...uses.map(({ end }) => end)),
  }
}
