// Small rule sets for tests of findings, written as iptables-save writes them, and what is found in them.
import type { Family } from '../../../../src/algebra/address.ts'
import { nobodyKnown } from '../../../../src/audit/findings/context.ts'
import { type FindingInput, findAll } from '../../../../src/audit/findings/index.ts'
import type { GeneratorName, Recognition } from '../../../../src/audit/generators/types.ts'
import { readRoutes } from '../../../../src/audit/routes.ts'
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts'
import { makeReporter } from '../../../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../../../src/diagnostics/render.ts'
import type { NamedSet, Ruleset, Table } from '../../../../src/ruleset/types.ts'
import { makeSource } from '../../../../src/source/source.ts'
import {
  linkSets,
  readIpsets,
  readIptablesDump,
} from '../../../../targets/iptables/reading/index.ts'

/** What a test of findings starts from; `v6`: a dump of ip6tables; `sets`: addresses by names of sets. */
export interface Given {
  readonly v4?: string
  readonly v6?: string
  readonly tables?: readonly Table[]
  readonly sets?: Readonly<Record<string, readonly string[]>>
  readonly capacity?: number
  readonly routes?: string
  readonly recognition?: Recognition
  readonly budget?: number
}

/** All findings with one of the codes. */
export function find(given: Given, ...codes: readonly string[]): readonly Diagnostic[] {
  const reporter = makeReporter({ limit: 10_000 })
  const routes =
    given.routes === undefined ? null : readRoutes(makeSource('routes', given.routes), reporter)
  const input: FindingInput = {
    ruleset: rulesetOf(given),
    recognition: given.recognition ?? nobodyKnown,
    reporter,
    localAddresses: [],
    routes,
    ...(given.budget === undefined ? {} : { budget: given.budget }),
  }
  findAll(input)
  return reporter.diagnostics.filter(({ code }) => codes.length === 0 || codes.includes(code))
}

/** `message` and the texts that its labels point at, one finding a list. */
export function told(found: readonly Diagnostic[]): readonly (readonly string[])[] {
  return found.map(({ message, labels }) => [
    message,
    ...labels.map(({ span: { source, start, end } }) => source.text.slice(start, end)),
  ])
}

export function rulesetOf(given: Given): Ruleset {
  const { v4, v6, tables = [], sets } = given
  const read = [
    ...(v4 === undefined ? [] : tablesOf('v4', v4, 4)),
    ...(v6 === undefined ? [] : tablesOf('v6', v6, 6)),
  ]
  const linked = linkSets(read, setsOf(given))
  return {
    tables: [...linked.tables, ...tables],
    ipsets: linked.sets,
    knowsIpsets: sets !== undefined,
    isPartial: false,
  }
}

/** Knows chains and sets by how their names begin. */
export function knowing(owners: Readonly<Record<string, GeneratorName>>): Recognition {
  const ownerOf = (name: string): GeneratorName | null =>
    Object.entries(owners).find(([prefix]) => name.startsWith(prefix))?.[1] ?? null
  const role = (name: string): ReturnType<Recognition['set']> => {
    const generator = ownerOf(name)
    return generator === null ? null : { generator, purpose: 'a test', subject: null }
  }
  const names = [...new Set(Object.values(owners))]
  return {
    ...nobodyKnown,
    generators: names.map((name) => ({ name, chains: 1 })),
    chain: (_, name) => role(name),
    set: role,
  }
}

/** Tables of a dump that is read whole. */
function tablesOf(name: string, text: string, family: Family): readonly Table[] {
  const reporter = makeReporter()
  const { tables, isPartial } = readIptablesDump(makeSource(name, text), reporter, { family })
  if (isPartial) throw new Error(renderText(reporter.diagnostics))
  return tables
}

/** Sets of blocks, each from a text of its own. */
function setsOf({ sets = {}, capacity }: Given): ReadonlyMap<string, NamedSet> {
  const reporter = makeReporter()
  const room = capacity === undefined ? '' : ` maxelem ${capacity}`
  const found = Object.entries(sets).flatMap(([name, held]) => {
    const lines = [`create ${name} hash:net${room}`, ...held.map((one) => `add ${name} ${one}`), '']
    return [...readIpsets(makeSource('sets', lines.join('\n')), reporter).sets]
  })
  if (reporter.errors > 0) throw new Error(renderText(reporter.diagnostics))
  return new Map(found)
}
