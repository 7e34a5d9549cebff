// What rules ask for beside the fields that every packet has: names of interfaces, sets, and tests that are
// not modelled.
import type { Match, Ruleset, SetElement } from './types.ts'

/** Names of interfaces that rules tell apart. */
export interface InterfaceNames {
  readonly names: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

/** What rules ask for beside the fields that every packet has. */
export function askedIn(
  ruleset: Ruleset,
): InterfaceNames & { readonly unknowns: ReadonlySet<string> } {
  const matches = ruleset.tables.flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.flatMap((rule) => rule.matches)),
  )
  const all = matches.flatMap(leavesOf)
  const patterns = [
    ...all.flatMap((one) => (one.kind === 'interface' ? one.names : [])),
    ...elementsIn(ruleset, all).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === 'interface' ? [part.name] : [])),
    ),
  ]
  const textsOf = (isPrefix: boolean): ReadonlySet<string> =>
    new Set(patterns.flatMap((one) => (one.isPrefix === isPrefix ? [one.text] : [])))
  return {
    names: textsOf(false),
    prefixes: [...textsOf(true)],
    unknowns: new Set(
      all.flatMap((one) => (one.kind === 'unknown' && one.stable ? [one.text] : [])),
    ),
  }
}

function leavesOf(match: Match): readonly Match[] {
  return match.kind === 'any' ? match.of.flat().flatMap(leavesOf) : [match]
}

/** Elements of sets, wherever they stand, that can name interfaces. */
function elementsIn(ruleset: Ruleset, matches: readonly Match[]): readonly SetElement[] {
  const named = [
    ...ruleset.ipsets.values(),
    ...ruleset.tables.flatMap(({ sets }) => [...sets.values()]),
  ]
  const maps = ruleset.tables.flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) =>
      rules.flatMap(({ actions }) =>
        actions.flatMap((one) =>
          one.kind === 'map' && 'elements' in one.map ? one.map.elements : [],
        ),
      ),
    ),
  )
  return [
    ...named.flatMap(({ elements }) => elements),
    ...matches.flatMap((one) => (one.kind === 'boxes' ? one.elements : [])),
    ...maps,
  ]
}

/** The names of the sets that matches ask. */
export function setsOf(matches: readonly Match[]): readonly string[] {
  return matches.flatMap(leavesOf).flatMap((match) => (match.kind === 'set' ? [match.name] : []))
}
