// How what was found out by comparing rules is told: a few findings of a kind for each chain, and how
// many more there are.
import { groupBy } from '../../algebra/order.ts'
import { type Code, catalog } from '../../diagnostics/catalog.ts'
import type { Finding, Label } from '../../diagnostics/diagnostic.ts'
import { ruleNumber } from '../../ruleset/ruleNumbers.ts'
import type { Chain } from '../../ruleset/types.ts'
import type { Span } from '../../source/source.ts'
import {
  type ChainComparison,
  count,
  type FindingContext,
  few,
  flowOf,
  labelRule,
  type RulePlace,
} from './context.ts'
import { type Decision, decisionOf } from './decisions.ts'
import type { Fact } from './facts.ts'

/** Findings of one kind that a chain gets before the rest is counted. */
const shownFindings = 20

/** A fact in its chain, with what findings say of rules. */
export interface ToldFact<Kind extends Fact['kind']> {
  readonly fact: Extract<Fact, { kind: Kind }>
  readonly place: RulePlace
  readonly comparison: ChainComparison
  readonly decision: Decision
}

/** Reports the facts of one kind; `tell` answers null where a fact is not worth telling. */
export function reportFacts<Kind extends Fact['kind']>(
  context: FindingContext,
  code: Code,
  kind: Kind,
  tell: (told: ToldFact<Kind>) => Finding | null,
): void {
  const generated = new Map<string, Finding[]>()
  for (const comparison of context.comparisons()) {
    const told = comparison.facts.flatMap((fact) => {
      if (!isOf(fact, kind)) return []
      const place = placeOf(comparison, fact.rule)
      if (place === null) return []
      const decision = decisionAt(context, place)
      return { place, finding: tell({ fact, place, comparison, decision }) }
    })
    const findings = isOfWholeRules.includes(kind)
      ? ofWholeRules(comparison, told, code !== 'NP8101')
      : told.flatMap(({ finding }) => finding ?? [])
    const { table, chain } = comparison
    const owner = context.recognition.chain(table, chain.name)?.generator
    if (owner !== undefined && catalog[code].severity === 'note') {
      const known = generated.get(owner) ?? []
      generated.set(owner, known.concat(findings))
      continue
    }
    for (const finding of findings.slice(0, shownFindings)) context.reporter.report(code, finding)
    reportRest(context, code, comparison, findings.slice(shownFindings))
  }
  for (const [owner, findings] of generated) reportGenerated(context, code, owner, findings)
}

/** Generated rules repeat themselves by design: nobody can mend them one by one. */
function reportGenerated(
  { reporter }: FindingContext,
  code: Code,
  owner: string,
  findings: readonly Finding[],
): void {
  const [first, ...rest] = findings
  if (first === undefined) return
  const more = rest.length === 0 ? '' : `; so are ${count(rest.length, 'further rule')} of ${owner}`
  const message = `${first.message} (as ${owner} writes its rules)${more}`
  const others = few(rest.flatMap(({ at, label = '' }) => (at ? [{ span: at, text: label }] : [])))
  reporter.report(code, { ...first, message, also: others })
}

interface Told {
  readonly place: RulePlace
  readonly finding: Finding | null
}

/** What these say is said of a rule as it is written: of each of the rules that it stands for. */
const isOfWholeRules: readonly Fact['kind'][] = ['never', 'covered', 'repeated']

/** One finding for each written rule of which all parts have such a fact, and if so asked all are told. */
function ofWholeRules(
  { chain }: ChainComparison,
  told: readonly Told[],
  areAllTold: boolean,
): readonly Finding[] {
  const parts = new Map<Span, number>()
  for (const { at } of chain.rules) parts.set(at, (parts.get(at) ?? 0) + 1)
  return [...groupBy(told, ({ place }) => place.rule.at)].flatMap(([at, some]) => {
    const findings = some.flatMap(({ finding }) => finding ?? [])
    const isWhole = some.length === parts.get(at)
    return isWhole && (!areAllTold || findings.length === some.length) ? findings.slice(0, 1) : []
  })
}

function reportRest(
  { reporter }: FindingContext,
  code: Code,
  { chain }: ChainComparison,
  rest: readonly Finding[],
): void {
  const [first] = rest
  if (first === undefined) return
  const more = `the same is true of ${count(rest.length, 'further rule')} of chain ${chain.name}`
  reporter.report(code, { message: more, at: first.at, label: 'the next of them' })
}

/** Labels on rules of the fact's chain, with what each does. */
export function labelOthers<Kind extends Fact['kind']>(
  context: FindingContext,
  { comparison }: ToldFact<Kind>,
  others: readonly number[],
): readonly Label[] {
  return few(
    others.flatMap((index) => {
      const place = placeOf(comparison, index)
      if (place === null) return []
      return [labelRule(context, place, decisionAt(context, place).verb)]
    }),
  )
}

export function decisionAt(context: FindingContext, { table, chain, rule }: RulePlace): Decision {
  return decisionOf(rule, chain, flowOf(context, table))
}

/** Rules of a chain by their indexes: `rule 2`, `rules 2 and 4`, `rules 1, 2, 3 and 9 more` */
export function ruleNumbers(chain: Chain, indexes: readonly number[]): string {
  const rules = indexes.flatMap((index) => chain.rules[index] ?? [])
  const numbers = [...new Set(rules.map((rule) => `${ruleNumber(chain, rule)}`))]
  const more = numbers.length - 4
  if (more > 0) return `rules ${numbers.slice(0, 4).join(', ')} and ${more} more`
  const last = numbers.at(-1) ?? ''
  return numbers.length > 1
    ? `rules ${numbers.slice(0, -1).join(', ')} and ${last}`
    : `rule ${last}`
}

function isOf<Kind extends Fact['kind']>(
  fact: Fact,
  kind: Kind,
): fact is Extract<Fact, { kind: Kind }> {
  return fact.kind === kind
}

function placeOf({ table, chain }: ChainComparison, index: number): RulePlace | null {
  const rule = chain.rules[index]
  return rule === undefined ? null : { table, chain, rule, index }
}
