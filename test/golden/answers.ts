// What the compiler answers to a case, as the files that stand beside the case's input.

import { renderText } from '../../src/diagnostics/render.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { type CompileResult, compile } from '../../src/index.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import type { Source } from '../../src/source/source.ts'
import type { GoldenCase } from './cases.ts'
import { printVerdicts } from './flows.ts'

/** Compiles a case, with its own inputs or the same ones in another order. */
export function compileCase(
  one: GoldenCase,
  inputs: readonly Source[] = one.inputs,
): CompileResult {
  return compile({
    sources: inputs,
    targets: one.targets,
    options: one.options,
    snapshot: one.snapshot,
    ...(one.namespace === null ? {} : { namespace: one.namespace }),
    ...(one.node === null ? {} : { node: one.node }),
    ...(one.fidelity === null ? {} : { fidelity: one.fidelity }),
  })
}

/** Whether a result holds an error, and so nothing but diagnostics. */
export function hasErrors({ diagnostics }: CompileResult): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** The answer as texts by path: `diagnostics.txt` always, the others unless there are errors. */
export function answersOf(one: GoldenCase, result: CompileResult): ReadonlyMap<string, string> {
  const answers = new Map([['diagnostics.txt', renderText(result.diagnostics)]])
  const { set, cluster, outputs } = result
  if (hasErrors(result) || set === null) return answers
  answers.set('ir.txt', printPolicySet(set))
  if (cluster !== null) answers.set('verdicts.txt', printVerdicts(one.flows, set, cluster))
  for (const { target, files } of outputs) {
    for (const [path, text] of layOut(target, files)) answers.set(path, text)
  }
  return answers
}

/** Manifests of a target become one stream, `<target>.yaml`; other files keep their own paths. */
export function layOut(target: string, files: readonly OutputFile[]): readonly [string, string][] {
  const sorted = files
    .filter(({ isScript }) => !isScript)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  if (!sorted.every(({ path }) => path.endsWith('.yaml'))) {
    return sorted.map(({ path, text }) => [`${target}/${path}`, text])
  }
  const documents = sorted.map(
    ({ path, text }) => `--- # ${path}\n${text.replace(/^---[^\n]*\n/, '')}`,
  )
  return documents.length === 0 ? [] : [[`${target}.yaml`, documents.join('')]]
}
