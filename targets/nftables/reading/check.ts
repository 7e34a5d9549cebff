// What one part of a table says of another: sets and chains that rules name are there and fit, no key of
// a map stands for two verdicts, and jumps come to an end. The kernel has it so.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Span } from '../../../src/source/source.ts'
import type { DataType, Field } from './fields.ts'
import { findOverlap } from './overlap.ts'
import { help } from './tokens.ts'
import type { MapElement, NftChain, NftSet, NftTable, Rule, Verdict } from './types.ts'

/** Reports what is absent (NP2020), does not fit (NP2022), goes too deep (NP2021) or round (NP2023). */
export function checkTable(table: NftTable, reporter: Reporter): void {
  for (const set of table.sets.values()) checkRanges(set, reporter)
  for (const map of table.maps.values()) {
    checkRanges(map, reporter)
    checkMap(map.elements, table, reporter)
  }
  for (const { rules } of table.chains.values()) {
    for (const rule of rules) checkRule(rule, table, reporter)
  }
  new Jumps(table, reporter).check()
}

function checkRanges({ flags, elements }: NftSet, reporter: Reporter): void {
  if (flags.includes('interval')) return
  const range = elements.find(({ box }) => box.some(({ from, to }) => from !== to))
  if (range === undefined) return
  const message = `"${range.text}" is a range, and the set has no flag "interval"`
  reporter.report('NP2022', { message, at: range.at, help })
}

function checkRule({ matches, action, at }: Rule, table: NftTable, reporter: Reporter): void {
  for (const match of matches) {
    if (match.kind !== 'values' || match.values.kind !== 'named') continue
    checkNamed(match.values, 'set', table.sets, match.fields, reporter)
  }
  if (action.kind === 'verdict') checkVerdict(action.verdict, at, table, reporter)
  if (action.kind !== 'map') return
  const { values } = action
  if (values.kind === 'named') checkNamed(values, 'map', table.maps, action.fields, reporter)
  else checkMap(values.elements, table, reporter)
}

function checkNamed(
  { name, at }: { readonly name: string; readonly at: Span },
  kind: 'set' | 'map',
  known: ReadonlyMap<string, { readonly type: readonly DataType[] }>,
  fields: readonly Field[],
  reporter: Reporter,
): void {
  const type = known.get(name)?.type.join(' . ')
  const wanted = fields.map((field) => field.type).join(' . ')
  if (type === undefined) {
    const message = `there is no ${kind} "${name}" in this table`
    reporter.report('NP2020', { message, at })
  } else if (type !== wanted) {
    const message = `the ${kind} "${name}" holds ${type}, and ${wanted} is looked for`
    reporter.report('NP2022', { message, at, help })
  }
}

function checkMap(elements: readonly MapElement[], table: NftTable, reporter: Reporter): void {
  for (const { verdict, at } of elements) checkVerdict(verdict, at, table, reporter)
  const overlap = findOverlap(elements, ({ verdict }) => keyOf(verdict))
  if (overlap === null) return
  const [first, second] = overlap
  const message = `"${second.text}" has something in common with "${first.text}", and another verdict`
  const also = [{ span: first.at, text: 'the other' }]
  reporter.report('NP2022', { message, at: second.at, also, help })
}

/** A text that only equal verdicts have. */
export function keyOf(verdict: Verdict): string {
  return 'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind
}

function checkVerdict(verdict: Verdict, at: Span, table: NftTable, reporter: Reporter): void {
  if (!('chain' in verdict)) return
  const chain = table.chains.get(verdict.chain)
  if (chain === undefined) {
    const message = `there is no chain "${verdict.chain}" in this table`
    reporter.report('NP2020', { message, at })
  } else if (chain.base !== null) {
    const message = `"${verdict.chain}" has a hook, and cannot be jumped to`
    reporter.report('NP2022', { message, at, help })
  }
}

/** How many chains the kernel follows below one with a hook. */
const maxDepth = 15

/** Follows jumps through the chains of a table. */
class Jumps {
  readonly #table: NftTable
  readonly #reporter: Reporter
  readonly #depths = new Map<string, number>()

  constructor(table: NftTable, reporter: Reporter) {
    this.#table = table
    this.#reporter = reporter
  }

  check(): void {
    for (const chain of this.#table.chains.values()) {
      const depth = this.#depthOf(chain, new Set(), chain.at)
      if (chain.base === null || depth <= maxDepth) continue
      const message = `chains jump ${depth} deep: the kernel follows ${maxDepth}`
      this.#reporter.report('NP2021', { message, at: chain.at })
    }
  }

  /** How many chains are below; `path` is where the jumps come from, `at` the last of them. */
  #depthOf(chain: NftChain, path: Set<string>, at: Span): number {
    if (path.has(chain.name)) {
      const names = [...path]
      const circle = [...names.slice(names.indexOf(chain.name)), chain.name].join(' → ')
      this.#reporter.report('NP2023', { message: `chains jump in a circle: ${circle}`, at })
      return 0
    }
    const known = this.#depths.get(chain.name)
    if (known !== undefined) return known
    path.add(chain.name)
    let depth = 0
    for (const [name, place] of this.#targetsOf(chain)) {
      const next = this.#table.chains.get(name)
      if (next !== undefined) depth = Math.max(depth, 1 + this.#depthOf(next, path, place))
    }
    path.delete(chain.name)
    this.#depths.set(chain.name, depth)
    return depth
  }

  /** The chains that rules of a chain jump to, each with one place where that is said. */
  #targetsOf({ rules }: NftChain): ReadonlyMap<string, Span> {
    const targets = new Map<string, Span>()
    for (const { action, at } of rules) {
      if (action.kind === 'verdict' && 'chain' in action.verdict)
        targets.set(action.verdict.chain, at)
      if (action.kind !== 'map') continue
      for (const { verdict } of elementsOf(action, this.#table)) {
        if ('chain' in verdict) targets.set(verdict.chain, at)
      }
    }
    return targets
  }
}

function elementsOf(
  { values }: Rule['action'] & { readonly kind: 'map' },
  { maps }: NftTable,
): readonly MapElement[] {
  return values.kind === 'named' ? (maps.get(values.name)?.elements ?? []) : values.elements
}
