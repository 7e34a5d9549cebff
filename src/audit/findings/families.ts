// NP8118: hooks that filter one IP version and let the other one pass.
import type { Family } from '../../algebra/address.ts'
import type { HookName } from '../../ruleset/types.ts'
import { type FindingContext, firstLine, nameTable } from './context.ts'
import { chainsAt, type HookChain } from './hooks.ts'

/** One finding for each hook at which one IP version is filtered and the other is not. */
export function familyDifferences(context: FindingContext): void {
  for (const hook of ['input', 'forward'] as const) {
    const [four, six] = [chainsAt(context, hook, 4), chainsAt(context, hook, 6)]
    const [closed4, closed6] = [four.find(filters), six.find(filters)]
    if (closed4 !== undefined && closed6 === undefined) report(context, hook, closed4, 4, six)
    if (closed6 !== undefined && closed4 === undefined) report(context, hook, closed6, 6, four)
  }
}

function filters({ mayDrop }: HookChain): boolean {
  return mayDrop
}

function report(
  context: FindingContext,
  hook: HookName,
  { chain, table }: HookChain,
  family: Family,
  others: readonly HookChain[],
): void {
  const other = family === 4 ? 6 : 4
  const isThere = context.ruleset.tables.some(({ families }) => families.includes(other))
  const fact = isThere ? 'are not' : 'may not be: no rules for them are in the dump'
  context.reporter.report('NP8118', {
    message: `IPv${family} packets are filtered at ${hook}, IPv${other} packets ${fact}`,
    at: firstLine(chain.at),
    label: `filters IPv${family}: ${nameTable(table)}`,
    also: others.slice(0, 1).map((one) => ({
      span: firstLine(one.chain.at),
      text: `drops no packet: ${nameTable(one.table)}`,
    })),
    ...(isThere
      ? { help: `filter IPv${other} alike, or make sure that nothing uses it` }
      : { severity: 'note' as const, help: 'give the dump of the other IP version too' }),
  })
}
