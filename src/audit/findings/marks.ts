// NP8119: two writers of rules that use the same bits of the packet's mark for purposes of their own. What
// a known generator takes its bits for is said with it.
import type { Family } from '../../algebra/address.ts'
import type { Label } from '../../diagnostics/diagnostic.ts'
import type { Action, Match } from '../../ruleset/types.ts'
import { signerOf } from '../generators/comments.ts'
import { type MarkBits, markBits } from '../generators/markBits.ts'
import type { GeneratorName } from '../generators/types.ts'
import { type FindingContext, few, labelRule, type RulePlace, rulesOf } from './context.ts'

/** What one writer does with marks; `null` writes the rules that nobody is known for. */
interface Writer {
  readonly name: GeneratorName | null
  readonly families: Set<Family>
  /** Bits that its rules write. */
  written: number
  /** These, and those that it is known to take where its rules ask for them: somebody writes them for it. */
  used: number
  readonly places: Use[]
}

/** What one rule does with marks. */
interface Use {
  readonly place: RulePlace
  readonly written: number
  readonly used: number
}

/** One finding for each pair of writers with bits in common; rules of nobody's count as one writer. */
export function markConflicts(context: FindingContext): void {
  const writers = [...writersIn(context).values()]
  for (const [at, one] of writers.entries()) {
    for (const other of writers.slice(at + 1)) {
      const shared = ((one.written & other.used) | (one.used & other.written)) >>> 0
      const meet = [...one.families].some((family) => other.families.has(family))
      if (shared !== 0 && meet) report(context, one, other, shared)
    }
  }
}

function writersIn(context: FindingContext): ReadonlyMap<GeneratorName | null, Writer> {
  const writers = new Map<GeneratorName | null, Writer>()
  for (const place of rulesOf(context.ruleset)) {
    const { actions, matches } = place.rule
    const written = actions.reduce((all, action) => (all | bitsOf(action)) >>> 0, 0)
    const asked = matches.reduce((all, match) => (all | bitsAsked(match)) >>> 0, 0)
    if (written === 0 && asked === 0) continue
    const name = ownerOf(context, place)
    const used = (written | (asked & knownBits(name))) >>> 0
    if (used === 0) continue
    const writer = writers.get(name) ?? {
      ...{ name, families: new Set<Family>(), written: 0, used: 0, places: [] },
    }
    writers.set(name, writer)
    for (const family of place.table.families) writer.families.add(family)
    writer.written = (writer.written | written) >>> 0
    writer.used = (writer.used | used) >>> 0
    writer.places.push({ place, written, used })
  }
  return writers
}

/** Bits with a meaning to a generator by default. */
function knownBits(name: GeneratorName | null): number {
  return meaningsOf(name).reduce((all, { mask }) => (all | mask) >>> 0, 0)
}

function meaningsOf(name: GeneratorName | null): readonly MarkBits[] {
  return markBits.filter(({ generator, of }) => generator === name && of === 'packet')
}

function bitsAsked(match: Match): number {
  if (match.kind === 'any') {
    return match.of.flat().reduce((all, one) => (all | bitsAsked(one)) >>> 0, 0)
  }
  return match.kind === 'mark' && match.of === 'packet' ? match.mask : 0
}

/** Bits of the packet's mark that an action writes with a meaning: those taken from elsewhere have one. */
function bitsOf(action: Action): number {
  switch (action.kind) {
    case 'mark':
      return action.of === 'packet' ? (action.mask | action.value) >>> 0 : 0
    case 'unknown mark':
      return action.of === 'packet' ? action.mask : 0
    default:
      return 0
  }
}

/** By the chain, or by the words of the rule: generators put rules into chains of others. */
function ownerOf({ recognition }: FindingContext, place: RulePlace): GeneratorName | null {
  const { table, chain, rule } = place
  const role = recognition.chain(table, chain.name)
  if (role !== null) return role.generator
  const words = recognition.rule(table, chain.name, rule)
  const named = recognition.generators.find(({ name }) => words?.startsWith(name))?.name
  return named ?? signerOf(rule)
}

function report(context: FindingContext, one: Writer, other: Writer, shared: number): void {
  const [first, ...others] = labelsOf(context, one, shared)
  const theirs = labelsOf(context, other, shared)
  const bits = `bits 0x${shared.toString(16)} of the packet's mark`
  const both = (one.written & other.written & shared) >>> 0
  const [writer, user] = (one.written & shared) === 0 ? [other, one] : [one, other]
  const who = `${nameOf(one.name)} and ${nameOf(other.name)}`
  const message =
    both === shared
      ? `${who} both write ${bits}`
      : `${who} both use ${bits}: ${nameOf(writer.name)} writes what ${nameOf(user.name)} asks for`
  context.reporter.report('NP8119', {
    message,
    at: first?.span,
    label: first?.text ?? '',
    also: [...few(theirs), ...few(others)],
    help: 'give one of them other bits, where nothing says that they mean the same',
  })
}

/** A writer's rules that use some bits; those that write them first. */
function labelsOf(
  context: FindingContext,
  { places, name }: Writer,
  shared: number,
): readonly Label[] {
  const uses = places.filter(({ used }) => (used & shared) !== 0)
  const isWriting = ({ written }: Use): boolean => (written & shared) !== 0
  const meanings = meaningsOf(name).filter(({ mask }) => (mask & shared) !== 0)
  const words = meanings.map(({ meaning }) => meaning).join(', ')
  const forWhom = words === '' ? nameOf(name) : `${nameOf(name)} ("${words}")`
  return [...uses.filter(isWriting), ...uses.filter((use) => !isWriting(use))].map((use) =>
    labelRule(
      context,
      use.place,
      isWriting(use) ? `writes them for ${forWhom}` : `asks for them for ${forWhom}`,
    ),
  )
}

function nameOf(name: GeneratorName | null): string {
  return name ?? 'a rule of nobody known'
}
