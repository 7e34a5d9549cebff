// NP8105: rules whose matches exclude each other, or what the rules that lead to them have asked for.
import type { Match } from '../../ruleset/types.ts'
import { reportFacts, type ToldFact } from './compared.ts'
import { type FindingContext, few, flowOf, labelRule, listNames, nameRule } from './context.ts'

/** One finding for each rule that no packet can match. Empty sets have a finding of their own. */
export function contradictions(context: FindingContext): void {
  reportFacts(context, 'NP8105', 'never', (told) => {
    const { matches, byCallers } = told.fact
    if (matches.some(({ kind }) => kind === 'set')) return null
    const { place } = told
    const [first, ...others] = matches
    // Generators write all their rules, whether there is something for each to do or not.
    const isOwned = context.recognition.chain(place.table, place.chain.name) !== null
    return {
      ...(isOwned ? { severity: 'note' as const } : {}),
      message: `${nameRule(context, place)}, can never match: ${reasonOf(told)}`,
      at: first?.at ?? place.rule.at,
      label: first === undefined ? 'no packet comes here' : 'never holds here',
      also: [
        ...others.map((match) => ({ span: match.at, text: 'together with this' })),
        ...(byCallers ? callersOf(context, told) : []),
      ],
    }
  })
}

function reasonOf({ fact: { matches, byCallers }, place }: ToldFact<'never'>): string {
  const [first] = matches
  if (first === undefined) return `no packet comes to chain ${place.chain.name}`
  const texts = listNames(matches.map(textOf), 4)
  if (byCallers) return `packets that come to chain ${place.chain.name} do not have ${texts}`
  if (matches.length > 1) return `${texts} exclude each other`
  const why = first.kind === 'constant' ? first.why : ''
  return why === '' ? `${texts} holds for no packet here` : `${texts}: ${why}`
}

function textOf({ at, negated }: Match): string {
  const text = at.source.text.slice(at.start, at.end)
  return negated && !text.includes('!') ? `"! ${text}"` : `"${text}"`
}

function callersOf(
  context: FindingContext,
  { place: { table, chain } }: ToldFact<'never'>,
): ReturnType<typeof few> {
  const calls = flowOf(context, table).callers.get(chain.name) ?? []
  return few(calls.map((call) => labelRule(context, { table, ...call }, 'leads here')))
}
