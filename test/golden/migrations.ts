// What `migrate` answers to a case, for each of its targets.
import { renderText } from '../../src/diagnostics/render.ts'
import { type MigrateResult, migrate, reportMarkdown } from '../../src/index.ts'
import type { Source } from '../../src/source/source.ts'
import { targets } from '../../targets/index.ts'
import { layOut } from './answers.ts'
import type { GoldenCase } from './cases.ts'

/** Migrates a case to its targets, with its own inputs or the same ones in another order. */
export function migrateCase(
  one: GoldenCase,
  inputs: readonly Source[] = one.inputs,
): ReadonlyMap<string, MigrateResult> {
  const { 'v1-types': v1Types = [], ...options } = one.options
  return new Map(
    one.targets.map((target) => [
      target,
      migrate({
        sources: inputs,
        target,
        options: declared({ ...optionsOf[target], ...options }, target),
        v1Types: v1Types.includes('rules') ? 'rules' : 'both',
        snapshot: one.snapshotFor.includes(target) ? one.snapshot : [],
        ...(one.namespace === null ? {} : { namespace: one.namespace }),
        ...(one.fidelity === null ? {} : { fidelity: one.fidelity }),
      }),
    ]),
  )
}

/** Where the pods of the shared cluster are: only Kubernetes needs to be told. */
const optionsOf: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kubernetes: { 'pod-cidr': ['10.244.0.0/16', 'fd00:244::/32'] },
}

/** The options that a target declares: a case may name those of several. */
function declared(
  options: Readonly<Record<string, readonly string[]>>,
  target: string,
): Readonly<Record<string, readonly string[]>> {
  const known = targets.find(({ name }) => name === target)?.options ?? []
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => known.some((option) => option.name === name)),
  )
}

/** The answers as texts by path: the report of each target, what is to be applied, and why not. */
export function migrationAnswers(
  results: ReadonlyMap<string, MigrateResult>,
): ReadonlyMap<string, string> {
  return new Map([...results].flatMap(([target, result]) => answersFor(target, result)))
}

function answersFor(
  target: string,
  { report, files, diagnostics }: MigrateResult,
): readonly (readonly [string, string])[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const applied = files.filter(({ path }) => path.startsWith('apply/'))
  return [
    ...(report === null ? [] : [[`${target}.md`, reportMarkdown(report)] as const]),
    ...layOut(target, applied),
    ...(errors.length === 0 && report !== null
      ? []
      : [[`${target}.refused.txt`, renderText(errors)] as const]),
  ]
}
